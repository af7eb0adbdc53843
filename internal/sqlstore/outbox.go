package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// ClaimMessages implements delivery.Outbox.
func (s *Store) ClaimMessages(ctx context.Context, now time.Time, most int, hold time.Duration) ([]muban.DueMessage, muban.Lease, error) {
	due, lease, err := s.outbox.claim(ctx, now, most, hold)
	if err != nil {
		return nil, 0, fmt.Errorf("claiming due messages: %w", err)
	}
	return due, lease, nil
}

func scanDue(row scanner) (muban.DueMessage, error) {
	var d muban.DueMessage
	err := row.Scan(&d.AppID, &d.Seq, &d.GrantKind, &d.Platform, &d.UserKnown, &d.Blocked, &d.Delivery, &d.NotificationBar)
	return d, err
}

// ending is how messages of one app ended, so that those that ended alike can
// be written by one statement.
type ending struct {
	appID    string
	state    muban.State
	reason   muban.Reason
	channels string
	at       int64
}

func endingOf(o muban.Outcome) ending {
	return ending{o.AppID, o.State, o.Reason, joinChannels(o.Channels), millis(o.At)}
}

// FinishMessages implements delivery.Outbox.
func (s *Store) FinishMessages(ctx context.Context, lease muban.Lease, outcomes []muban.Outcome) error {
	outcomes = slices.Clone(outcomes)
	slices.SortStableFunc(outcomes, func(x, y muban.Outcome) int {
		a, b := endingOf(x), endingOf(y)
		return cmp.Or(strings.Compare(a.appID, b.appID), strings.Compare(string(a.state), string(b.state)),
			strings.Compare(a.channels, b.channels), cmp.Compare(a.at, b.at), cmp.Compare(x.Seq, y.Seq))
	})
	var finished []muban.Outcome
	err := s.write(ctx, func(ctx context.Context, _ *sql.Tx) error {
		finished = make([]muban.Outcome, 0, len(outcomes))
		return inRuns(outcomes, endingOf, func(part []muban.Outcome) error {
			removed, err := s.finishAlike(ctx, lease, part)
			finished = append(finished, removed...)
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("storing how messages ended: %w", err)
	}
	s.outbox.forget(finished)
	s.announceChange()
	return nil
}

// finishAlike takes messages out of the outbox and writes their final state.
// Those that the lease no longer holds, and those that had a final state
// already, from a worker that was first, stay as they are. It returns those
// that the lease held.
func (s *Store) finishAlike(ctx context.Context, lease muban.Lease, part []muban.Outcome) ([]muban.Outcome, error) {
	end := endingOf(part[0])
	delivered := int64(0)
	if end.state == muban.StateDelivered {
		delivered = end.at
	}
	removed, err := s.outbox.remove(ctx, lease, part)
	if err != nil {
		return nil, err
	}
	return removed, inKeys(s, removed, func(part []muban.Outcome) error {
		args := append(make([]any, 0, 7+len(part)), string(end.state), string(end.reason), end.channels,
			delivered, end.at, end.appID, string(muban.StateAccepted))
		within, args := s.within(part, withSeqs(args, part))
		return s.hot.exec(ctx, `UPDATE messages
			SET state = ?, reason = ?, channels = ?, delivered_at = ?, finished_at = ?
			WHERE app_id = ? AND state = ? AND seq IN (`+marks(len(part))+`)`+within, args)
	})
}

// within adds to a condition on sequence numbers, which are in order, that they
// lie between the first and the last. That leaves PostgreSQL no choice but the
// index: without statistics it would rather read all of an app's rows.
func (s *Store) within(part []muban.Outcome, args []any) (string, []any) {
	if !s.shared {
		return "", args
	}
	return ` AND seq BETWEEN ? AND ?`, append(args, part[0].Seq, part[len(part)-1].Seq)
}

// withSeqs appends the messages' sequence numbers.
func withSeqs(args []any, outcomes []muban.Outcome) []any {
	for _, o := range outcomes {
		args = append(args, o.Seq)
	}
	return args
}

// NextDue implements delivery.Outbox.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	var due int64
	err := s.reader.QueryRowContext(ctx, `SELECT due_at FROM outbox ORDER BY due_at LIMIT 1`).Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return instant(due), err == nil, err
}

// Waiting counts the messages that are still to be delivered.
func (s *Store) Waiting(ctx context.Context) (n int64, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM outbox`).Scan(&n)
	return n, err
}

// Due implements delivery.Outbox.
func (s *Store) Due() <-chan struct{} { return s.due }

func (s *Store) announceDue() {
	select {
	case s.due <- struct{}{}:
	default: // one signal is enough
	}
}
