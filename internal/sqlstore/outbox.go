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
	lease := muban.Lease(s.ids.next())
	var claimed []muban.DueMessage
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		realNow := time.Now()
		rows, err := tx.QueryContext(ctx, `
			SELECT o.app_id, o.seq, o.grant_kind, a.platform, u.user_no IS NOT NULL,
				COALESCE(u.blocked, 0), COALESCE(u.delivery, ''), COALESCE(u.notification_bar, 0)
			FROM outbox o JOIN apps a ON a.app_id = o.app_id
			LEFT JOIN users u ON u.app_id = o.app_id AND u.user_no = o.user_no
			WHERE o.due_at <= $1 AND o.lease_until <= $2 ORDER BY o.app_id, o.seq LIMIT $3`,
			millis(now), realNow.UnixMilli(), most)
		if err != nil {
			return err
		}
		if claimed, err = collect(rows, scanDue); err != nil {
			return err
		}
		return inRuns(claimed, func(d muban.DueMessage) string { return d.AppID }, func(part []muban.DueMessage) error {
			where := conditions{args: []any{int64(lease), realNow.Add(hold).UnixMilli()}}
			where.add(`app_id = $%d`, part[0].AppID)
			where.among(`seq`, sequences(part, func(d muban.DueMessage) int64 { return d.Seq }))
			_, err := tx.ExecContext(ctx, `UPDATE outbox
				SET lease = $1, lease_until = $2, attempts = attempts + 1 `+where.text(), where.args...)
			return err
		})
	})
	if err != nil {
		return nil, 0, fmt.Errorf("claiming due messages: %w", err)
	}
	return claimed, lease, nil
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
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return inRuns(outcomes, endingOf, func(part []muban.Outcome) error { return finishAlike(ctx, tx, lease, part) })
	})
	if err != nil {
		return fmt.Errorf("storing how messages ended: %w", err)
	}
	s.changes.announce()
	return nil
}

// finishAlike takes messages whose lease is still held out of the outbox and
// writes their final state. What another worker took over is left to it.
func finishAlike(ctx context.Context, tx *sql.Tx, lease muban.Lease, part []muban.Outcome) error {
	end := endingOf(part[0])
	held := conditions{}
	held.add(`lease = $%d`, int64(lease))
	held.add(`app_id = $%d`, end.appID)
	held.among(`seq`, sequences(part, func(o muban.Outcome) int64 { return o.Seq }))
	rows, err := tx.QueryContext(ctx, `DELETE FROM outbox `+held.text()+` RETURNING seq`, held.args...)
	if err != nil {
		return err
	}
	seqs, err := collect(rows, func(row scanner) (seq int64, err error) { return seq, row.Scan(&seq) })
	if err != nil || len(seqs) == 0 {
		return err
	}
	delivered := int64(0)
	if end.state == muban.StateDelivered {
		delivered = end.at
	}
	where := conditions{args: []any{string(end.state), string(end.reason), end.channels, delivered, end.at}}
	where.add(`app_id = $%d`, end.appID)
	where.add(`state = $%d`, string(muban.StateAccepted))
	where.among(`seq`, seqs)
	_, err = tx.ExecContext(ctx, `UPDATE messages
		SET state = $1, reason = $2, channels = $3, delivered_at = $4, finished_at = $5 `+where.text(), where.args...)
	return err
}

func sequences[T any](items []T, seq func(T) int64) []int64 {
	seqs := make([]int64, len(items))
	for i, item := range items {
		seqs[i] = seq(item)
	}
	return seqs
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
