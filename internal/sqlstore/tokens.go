package sqlstore

import (
	"context"
	"database/sql"

	"github.com/muban-dev/muban"
)

const tokenColumns = `app_id, hash, kind, seed, forced, issued_at, expires_at, dead_at`

func scanToken(row scanner) (muban.Token, error) {
	var t muban.Token
	var issued, expires, dead int64
	err := row.Scan(&t.AppID, &t.Hash, &t.Kind, &t.Seed, &t.Forced, &issued, &expires, &dead)
	t.IssuedAt, t.ExpiresAt, t.DeadAt = instant(issued), instant(expires), instant(dead)
	return t, err
}

// Token implements messaging.TokenStore.
func (s *Store) Token(ctx context.Context, appID string, hash []byte) (muban.Token, error) {
	token, err := scanToken(s.reader.QueryRowContext(ctx,
		`SELECT `+tokenColumns+` FROM tokens WHERE app_id = $1 AND hash = $2`, appID, hash))
	return token, s.orNotFound(err, "token", "")
}

// UpdateTokens implements messaging.TokenStore.
func (s *Store) UpdateTokens(ctx context.Context, scope muban.TokenScope, rule func([]muban.Token) ([]muban.Token, error)) error {
	return s.writeAt(ctx, locksApp.of(scope.AppID, ""), func(ctx context.Context, tx *sql.Tx) error {
		if err := s.lockApp(ctx, tx, scope.AppID); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT `+tokenColumns+` FROM tokens
			WHERE app_id = $1 AND kind = $2 AND issued_at > $3 AND (dead_at = 0 OR dead_at > $4 OR forced = 1)
			ORDER BY issued_at DESC`,
			scope.AppID, string(scope.Kind), millis(scope.Since), millis(scope.Now))
		if err != nil {
			return err
		}
		recent, err := collect(rows, scanToken)
		if err != nil {
			return err
		}
		changed, err := rule(recent)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM tokens WHERE app_id = $1 AND expires_at < $2`, scope.AppID, millis(scope.Forget))
		if err != nil {
			return err
		}
		for _, t := range changed {
			if err := putToken(ctx, tx, t); err != nil {
				return err
			}
		}
		return nil
	})
}

func putToken(ctx context.Context, tx *sql.Tx, t muban.Token) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO tokens (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (app_id, hash) DO UPDATE SET dead_at = excluded.dead_at`,
		t.AppID, t.Hash, string(t.Kind), t.Seed, flag(t.Forced), millis(t.IssuedAt), millis(t.ExpiresAt), millis(t.DeadAt))
	return err
}

// DeleteTokens implements messaging.TokenStore.
func (s *Store) DeleteTokens(ctx context.Context, appID string) error {
	return s.writeAt(ctx, locksApp.of(appID, ""), func(ctx context.Context, tx *sql.Tx) error {
		if err := s.lockApp(ctx, tx, appID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM tokens WHERE app_id = $1`, appID)
		return err
	})
}
