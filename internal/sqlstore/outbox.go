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
	err := s.writeAt(ctx, locksLease.of("", ""), func(ctx context.Context, tx *sql.Tx) error {
		return inRuns(results, func(r muban.PushResult) string { return r.AppID }, func(part []muban.PushResult) error {
			held, err := s.outbox.held(ctx, tx, lease, part)
			if err != nil {
				return err
			}
			return s.recordAttempts(ctx, held, rule)
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

// recordAttempts writes what the rule makes of one app's callbacks after their
// attempts. Their places in the outbox go, or get their next times.
func (s *Store) recordAttempts(ctx context.Context, results []muban.PushResult, rule func(*muban.Callback, muban.Attempt)) error {
	callbacks, err := s.attempted(ctx, results)
	if err != nil {
		return err
	}
	for _, r := range results {
		c, found := callbacks[r.Seq]
		if !found { // the app was deleted meanwhile
			if err := s.hot.later(ctx, `DELETE FROM outbox WHERE app_id = ? AND seq = ?`, []any{r.AppID, r.Seq}); err != nil {
				return err
			}
			continue
		}
		rule(&c, r.Attempt)
		attempts, err := attemptsText(c.Attempts)
		if err != nil {
			return err
		}
		err = s.hot.later(ctx, `UPDATE callbacks SET state = ?, attempts_left = ?, url = ?, attempts = ? WHERE app_id = ? AND seq = ?`,
			[]any{string(c.State), c.Left, c.URL, attempts, c.AppID, c.Seq})
		if err != nil {
			return err
		}
		if c.DueAt.IsZero() {
			err = s.hot.later(ctx, `DELETE FROM outbox WHERE app_id = ? AND seq = ?`, []any{c.AppID, c.Seq})
		} else {
			err = s.outbox.postpone(ctx, s.hot, c.AppID, c.Seq, c.DueAt)
		}
		if err != nil {
			return err
		}
	}
	return s.hot.flush(ctx)
}

// attempted reads the callbacks of results, by their numbers.
func (s *Store) attempted(ctx context.Context, results []muban.PushResult) (map[int64]muban.Callback, error) {
	callbacks := make(map[int64]muban.Callback, len(results))
	err := inParts(s, results, func(part []muban.PushResult) error {
		wanted := s.rowsOf(len(part), "app_id seq#")
		for _, r := range part {
			wanted.text(r.AppID)
			wanted.number(r.Seq)
		}
		return s.hot.ask(ctx, `SELECT `+callbackColumns+callbackTables+`WHERE (c.app_id, c.seq) IN (`+wanted.source()+`)`, wanted.args(), func(row scanner) error {
			c, err := scanCallback(row)
			callbacks[c.Seq] = c
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return callbacks, s.hot.flush(ctx)
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
