package sqlstore

import (
	"context"
	"database/sql"
	"errors"
)

func getMeta(ctx context.Context, q querier, key string) (value string, found bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = $1`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return value, err == nil, err
}

func setMeta(ctx context.Context, tx *sql.Tx, key, value string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

const clockKey = "clock"

// Clock returns the sandbox clock's state as it was saved; found is false in
// a database that has none.
func (s *Store) Clock(ctx context.Context) (state string, found bool, err error) {
	return getMeta(ctx, s.reader, clockKey)
}

// SaveClock keeps the sandbox clock's state over a restart.
func (s *Store) SaveClock(ctx context.Context, state string) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return setMeta(ctx, tx, clockKey, state) })
}
