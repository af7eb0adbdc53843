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
	rows, err := s.reader.QueryContext(ctx, `
		SELECT o.app_id, o.seq, o.grant_kind, a.platform, u.user_no IS NOT NULL,
			COALESCE(u.blocked, 0), COALESCE(u.delivery, ''), COALESCE(u.notification_bar, 0)
		FROM outbox o JOIN apps a ON a.app_id = o.app_id
		LEFT JOIN users u ON u.app_id = o.app_id AND u.user_no = o.user_no
		WHERE o.due_at <= $1 ORDER BY o.app_id, o.seq LIMIT $2`, millis(now), most+s.leases.held())
	if err != nil {
		return nil, 0, fmt.Errorf("claiming due messages: %w", err)
	}
	due, err := collect(rows, scanDue)
	if err != nil {
		return nil, 0, fmt.Errorf("claiming due messages: %w", err)
	}
	return s.leases.take(lease, due, most, hold), lease, nil
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
	outcomes = s.leases.still(lease, outcomes)
	slices.SortStableFunc(outcomes, func(x, y muban.Outcome) int {
		a, b := endingOf(x), endingOf(y)
		return cmp.Or(strings.Compare(a.appID, b.appID), strings.Compare(string(a.state), string(b.state)),
			strings.Compare(a.channels, b.channels), cmp.Compare(a.at, b.at), cmp.Compare(x.Seq, y.Seq))
	})
	err := s.write(ctx, func(ctx context.Context, _ *sql.Tx) error {
		return inRuns(outcomes, endingOf, func(part []muban.Outcome) error { return s.finishAlike(ctx, part) })
	})
	if err != nil {
		return fmt.Errorf("storing how messages ended: %w", err)
	}
	s.leases.drop(outcomes)
	s.changes.announce()
	return nil
}

// finishAlike takes messages out of the outbox and writes their final state.
// Those that had one already, from a worker that was first, keep it.
func (s *Store) finishAlike(ctx context.Context, part []muban.Outcome) error {
	end := endingOf(part[0])
	seqs := make([]any, len(part))
	for i, o := range part {
		seqs[i] = o.Seq
	}
	among := ` AND seq IN (` + marks(len(part)) + `)`
	err := s.hot.exec(ctx, `DELETE FROM outbox WHERE app_id = ?`+among, append([]any{end.appID}, seqs...))
	if err != nil {
		return err
	}
	delivered := int64(0)
	if end.state == muban.StateDelivered {
		delivered = end.at
	}
	args := []any{string(end.state), string(end.reason), end.channels, delivered, end.at, end.appID, string(muban.StateAccepted)}
	return s.hot.exec(ctx, `UPDATE messages
		SET state = ?, reason = ?, channels = ?, delivered_at = ?, finished_at = ?
		WHERE app_id = ? AND state = ?`+among, append(args, seqs...))
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
