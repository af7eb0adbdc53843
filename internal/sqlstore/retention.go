package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// OwnRetention implements retention.Store.
func (s *Store) OwnRetention(ctx context.Context, hold time.Duration) (bool, error) {
	return s.engine.own(ctx, "retention", hold)
}

// OldApps implements retention.Store. An app's rows lie in the order of their
// sequence numbers, which is the order in time, so that the first tells of all.
func (s *Store) OldApps(ctx context.Context, before time.Time, after int64, most int) (appIDs []string, next int64, err error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT number, app_id,
		COALESCE((SELECT accepted_at FROM messages WHERE messages.app_id = apps.app_id ORDER BY seq LIMIT 1), 0),
		COALESCE((SELECT expires_at FROM grants WHERE grants.app_id = apps.app_id ORDER BY seq LIMIT 1), 0)
		FROM apps WHERE number > $1 ORDER BY number LIMIT $2`, after, most)
	if err != nil {
		return nil, 0, fmt.Errorf("looking for apps with something old: %w", err)
	}
	type looked struct {
		number            int64
		id                string
		accepted, expires int64
	}
	apps, err := collect(rows, func(row scanner) (a looked, err error) {
		return a, row.Scan(&a.number, &a.id, &a.accepted, &a.expires)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("looking for apps with something old: %w", err)
	}
	for _, a := range apps {
		if older(a.accepted, before) || older(a.expires, before) {
			appIDs = append(appIDs, a.id)
		}
	}
	if len(apps) == most {
		next = apps[most-1].number
	}
	return appIDs, next, nil
}

// older reports whether a stored time is one, and lies before another.
func older(ms int64, before time.Time) bool { return ms > 0 && ms < millis(before) }

// ForgetMessages implements retention.Store.
func (s *Store) ForgetMessages(ctx context.Context, appID string, before time.Time, after int64, most int) (gone muban.Forgotten, err error) {
	var old []int64
	gone.Next, err = s.oldest(ctx, `SELECT seq, '', accepted_at FROM messages
		WHERE app_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, appID, after, most, before, func(seq int64, _ string) {
		old = append(old, seq)
	})
	if err != nil || len(old) == 0 {
		return gone, err
	}
	// Before, for a filing behind it in its group, and after, for one before it.
	err = s.engine.aside(ctx, s, func(ctx context.Context, tx *sql.Tx) error {
		s.filing.deleted(old)
		users, err := s.lockMarks(ctx, tx, appID, old)
		if err != nil {
			return err
		}
		if gone.Messages, gone.Callbacks, err = s.deleteMessages(ctx, tx, appID, old); err != nil {
			return err
		}
		return s.dropMarks(ctx, tx, appID, users)
	}, func() { s.filing.deleted(old) })
	if err != nil {
		return muban.Forgotten{}, fmt.Errorf("deleting old messages: %w", err)
	}
	return gone, nil
}

// ForgetGrants implements retention.Store.
func (s *Store) ForgetGrants(ctx context.Context, appID string, before time.Time, after int64, most int) (gone muban.Forgotten, err error) {
	var old []int64
	var keys []grantKey
	gone.Next, err = s.oldest(ctx, `SELECT seq, grant_id, expires_at FROM grants
		WHERE app_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, appID, after, most, before, func(seq int64, id string) {
		old, keys = append(old, seq), append(keys, grantKey{appID, id})
	})
	if err != nil || len(old) == 0 {
		return gone, err
	}
	err = s.engine.aside(ctx, s, func(ctx context.Context, tx *sql.Tx) error {
		s.recent.remove(keys)
		free, err := s.among(ctx, tx, `SELECT seq FROM grants WHERE app_id = ? AND seq IN (%s)`+s.lockFree(), old, appID)
		if err != nil {
			return err
		}
		if _, err := s.deleteAmong(ctx, tx, `DELETE FROM spends WHERE app_id = ? AND grant_seq IN (%s)`, free, appID); err != nil {
			return err
		}
		gone.Grants, err = s.deleteAmong(ctx, tx, `DELETE FROM grants WHERE app_id = ? AND seq IN (%s)`, free, appID)
		return err
	}, func() { s.recent.remove(keys) })
	if err != nil {
		return muban.Forgotten{}, fmt.Errorf("deleting old grants: %w", err)
	}
	return gone, nil
}

// oldest reads an app's rows after a sequence number (number, id, time) and
// calls take for those whose time lies before another. next is where to go on,
// 0 where none was old or these were the last.
func (s *Store) oldest(ctx context.Context, query, appID string, after int64, most int, before time.Time, take func(seq int64, id string)) (next int64, err error) {
	rows, err := s.reader.QueryContext(ctx, query, appID, after, most)
	if err != nil {
		return 0, fmt.Errorf("looking for what is old: %w", err)
	}
	read, found, last := 0, false, int64(0)
	_, err = collect(rows, func(row scanner) (struct{}, error) {
		var id string
		var at int64
		err := row.Scan(&last, &id, &at)
		if err == nil && older(at, before) {
			found = true
			take(last, id)
		}
		read++
		return struct{}{}, err
	})
	if err != nil || !found || read < most {
		return 0, err
	}
	return last, nil
}

// deleteMessages deletes those of an app's messages that no callback waits for,
// and the callbacks that told of them. What another transaction has in hand is
// left for the next time.
func (s *Store) deleteMessages(ctx context.Context, tx *sql.Tx, appID string, seqs []int64) (messages, callbacks int64, err error) {
	free, err := s.among(ctx, tx, `SELECT seq FROM messages WHERE app_id = ? AND seq IN (%s)`+s.lockFree(), seqs, appID)
	if err != nil || len(free) == 0 {
		return 0, 0, err
	}
	// A message's number is its own in the installation. With the app besides,
	// either engine would rather read all of the app's callbacks.
	const ofMessages = ` FROM callbacks WHERE message_seq IN (%s)`
	all, err := s.among(ctx, tx, `SELECT message_seq`+ofMessages, free)
	if err != nil {
		return 0, 0, err
	}
	over, err := s.among(ctx, tx, `SELECT message_seq`+ofMessages+` AND state <> 'pending'`+s.lockFree(), free)
	if err != nil {
		return 0, 0, err
	}
	waiting := make(map[int64]int) // callbacks by message that may not go
	for _, message := range all {
		waiting[message]++
	}
	for _, message := range over {
		waiting[message]--
	}
	gone := free[:0]
	for _, seq := range free {
		if waiting[seq] == 0 {
			gone = append(gone, seq)
		}
	}
	if callbacks, err = s.deleteAmong(ctx, tx, `DELETE`+ofMessages, gone); err != nil {
		return 0, 0, err
	}
	if err = s.forgetUnread(ctx, tx, appID, gone); err != nil {
		return 0, 0, err
	}
	messages, err = s.deleteAmong(ctx, tx, `DELETE FROM messages WHERE app_id = ? AND seq IN (%s)`, gone, appID)
	return messages, callbacks, err
}

// among runs a query whose %s is a list of numbers, after what stands first, and
// which answers numbers.
func (s *Store) among(ctx context.Context, tx *sql.Tx, query string, numbers []int64, first ...any) ([]int64, error) {
	query, args := s.withList(query, numbers, first)
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(row scanner) (n int64, err error) { return n, row.Scan(&n) })
}

// deleteAmong runs a deletion whose %s is a list of numbers, after what stands
// first.
func (s *Store) deleteAmong(ctx context.Context, tx *sql.Tx, query string, numbers []int64, first ...any) (int64, error) {
	if len(numbers) == 0 {
		return 0, nil
	}
	query, args := s.withList(query, numbers, first)
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// withList fills a list in, filled up with its last number to a power of two,
// so that there are few statements for the database to prepare.
func (s *Store) withList(query string, numbers []int64, first []any) (string, []any) {
	size := 1
	for size < len(numbers) {
		size *= 2
	}
	args := make([]any, 0, len(first)+size)
	args = append(args, first...)
	for i := range size {
		args = append(args, numbers[min(i, len(numbers)-1)])
	}
	return s.engine.bind(strings.Replace(query, "%s", marks(size), 1)), args
}
