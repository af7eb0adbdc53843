package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// ClaimCallbacks implements delivery.Outbox.
func (s *Store) ClaimCallbacks(ctx context.Context, now time.Time, apps, each int, hold time.Duration) ([]muban.Callback, muban.Lease, error) {
	number, err := s.ids.next()
	if err != nil {
		return nil, 0, err
	}
	lease := muban.Lease(number)
	names, err := s.outbox.due(ctx, now)
	if err != nil {
		return nil, 0, fmt.Errorf("looking for due callbacks: %w", err)
	}
	var claimed []muban.Callback
	for ; len(names) > 0 && apps > 0; names = names[1:] {
		part, err := s.outbox.claim(ctx, lease, names[0], now, each, hold)
		if err != nil {
			s.outbox.hint(names...)
			// What was claimed is due again when its lease ends.
			return nil, 0, fmt.Errorf("claiming due callbacks: %w", err)
		}
		if len(part) > 0 {
			apps--
		}
		if len(part) == each { // perhaps not all of it
			s.outbox.hint(names[0])
		}
		claimed = append(claimed, part...)
	}
	s.outbox.hint(names...)
	return claimed, lease, nil
}

// RecordAttempts implements delivery.Outbox.
func (s *Store) RecordAttempts(ctx context.Context, lease muban.Lease, results []muban.PushResult, rule func(*muban.Callback, muban.Attempt)) error {
	results = slices.Clone(results)
	slices.SortStableFunc(results, func(a, b muban.PushResult) int { return strings.Compare(a.AppID, b.AppID) })
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return inRuns(results, func(r muban.PushResult) string { return r.AppID }, func(part []muban.PushResult) error {
			held, err := s.outbox.held(ctx, tx, lease, part)
			if err != nil {
				return err
			}
			for _, r := range held {
				if err := s.recordAttempt(ctx, tx, r, rule); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("storing attempts: %w", err)
	}
	attempted := make([]int64, len(results))
	for i, r := range results {
		attempted[i] = r.Seq
	}
	s.tails.touch(nil, attempted)
	s.announceChange()
	return nil
}

// recordAttempt writes what the rule makes of the callback after an attempt.
// Its place in the outbox goes, or gets its next time.
func (s *Store) recordAttempt(ctx context.Context, tx *sql.Tx, r muban.PushResult, rule func(*muban.Callback, muban.Attempt)) error {
	c, err := scanCallback(tx.QueryRowContext(ctx, `SELECT `+callbackColumns+callbackTables+`WHERE c.app_id = $1 AND c.seq = $2`, r.AppID, r.Seq))
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the app was deleted meanwhile
	}
	if err != nil {
		return err
	}
	rule(&c, r.Attempt)
	attempts, err := attemptsText(c.Attempts)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE callbacks SET state = $1, attempts_left = $2, url = $3, attempts = $4 WHERE app_id = $5 AND seq = $6`,
		string(c.State), c.Left, c.URL, attempts, c.AppID, c.Seq)
	if err != nil {
		return err
	}
	if !c.DueAt.IsZero() {
		return s.outbox.postpone(ctx, tx, c.AppID, c.Seq, c.DueAt)
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM outbox WHERE app_id = $1 AND seq = $2`, c.AppID, c.Seq)
	return err
}

// ReleaseCallbacks implements delivery.Outbox.
func (s *Store) ReleaseCallbacks(ctx context.Context, lease muban.Lease, appID string) error {
	if err := s.outbox.release(ctx, lease, appID); err != nil {
		return fmt.Errorf("giving callbacks back: %w", err)
	}
	// What came for the app while it was held was nobody's.
	s.outbox.hint(appID)
	s.announceDue()
	return nil
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

// Waiting counts the callbacks of which an attempt is still to be made.
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
