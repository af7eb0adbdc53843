package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/muban-dev/muban"
)

// Messages lie in the order of their acceptance but for nodesApart. There is no
// index by time, which every send would pay for: where a time lies among the
// numbers is found by halves, in some thirty steps.

// acceptedWithin selects messages by time, and by number besides, or those of
// other times would be read too, down to the oldest.
func (s *Store) acceptedWithin(ctx context.Context, filter muban.MessageFilter, where *conditions) error {
	if !filter.From.IsZero() {
		low, _, err := s.around(ctx, millis(filter.From.Add(-nodesApart)))
		if err != nil {
			return err
		}
		where.add(`accepted_at >= $%d`, millis(filter.From))
		where.add(`seq > $%d`, low)
	}
	if !filter.To.IsZero() {
		_, high, err := s.around(ctx, millis(filter.To.Add(nodesApart)))
		if err != nil {
			return err
		}
		where.add(`accepted_at < $%d`, millis(filter.To))
		where.add(`seq <= $%d`, high)
	}
	return nil
}

// around is between which numbers messages begin to be accepted at a time or
// later: none up to the lower one was, all above the higher one were. What came
// within a second lies between them and is not told apart.
func (s *Store) around(ctx context.Context, at int64) (low, high int64, err error) {
	for high = 1 << numberBits; high-low > numbersIn(time.Second); {
		middle := low + (high-low)/2
		var seq, accepted int64
		err := s.reader.QueryRowContext(ctx, `SELECT seq, accepted_at FROM messages WHERE seq > $1 ORDER BY seq LIMIT 1`, middle).Scan(&seq, &accepted)
		switch {
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return 0, 0, s.orBusy(err)
		case err == nil && accepted < at:
			low = seq
		default:
			high = middle
		}
	}
	return low, high, nil
}
