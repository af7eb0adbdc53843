package sqlstore

import (
	"context"
	"database/sql"

	"github.com/muban-dev/muban"
)

// CreateAlipayApp implements messaging.AlipayStore.
func (s *Store) CreateAlipayApp(ctx context.Context, app muban.App, key muban.PrivateKey) (muban.App, error) {
	return s.createApp(ctx, app, func(ctx context.Context, tx *sql.Tx) error {
		return addPlatformKey(ctx, tx, app.ID, key)
	})
}

// authority is the app_id under which the certificate authority's key stands.
const authority = ""

// AddAuthorityKey implements messaging.AlipayStore.
func (s *Store) AddAuthorityKey(ctx context.Context, key muban.PrivateKey) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return s.orConflict(addPlatformKey(ctx, tx, authority, key), "certificate authority", authority)
	})
}

func addPlatformKey(ctx context.Context, tx *sql.Tx, appID string, key muban.PrivateKey) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO platform_keys (app_id, private_key) VALUES ($1, $2)`, appID, []byte(key))
	return err
}

// PlatformKey implements messaging.AlipayStore.
func (s *Store) PlatformKey(ctx context.Context, appID string) (muban.PrivateKey, error) {
	var key []byte
	err := s.reader.QueryRowContext(ctx, `SELECT private_key FROM platform_keys WHERE app_id = $1`, appID).Scan(&key)
	return key, s.orNotFound(err, "platform key", appID)
}

// CreateAuthorization implements messaging.AlipayStore.
func (s *Store) CreateAuthorization(ctx context.Context, a muban.Authorization) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, appID := range []string{a.AppID, a.AgentID} {
			if err := s.holdApp(ctx, tx, appID); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO authorizations (app_id, hash, agent_id, issued_at, expires_at)
			VALUES ($1, $2, $3, $4, $5)`, a.AppID, a.Hash, a.AgentID, millis(a.IssuedAt), millis(a.ExpiresAt))
		return s.orConflict(err, "authorization", a.AppID)
	})
}

// Authorization implements messaging.AlipayStore.
func (s *Store) Authorization(ctx context.Context, appID string, hash []byte) (muban.Authorization, error) {
	var a muban.Authorization
	var issued, expires int64
	err := s.reader.QueryRowContext(ctx, `SELECT app_id, hash, agent_id, issued_at, expires_at FROM authorizations
		WHERE app_id = $1 AND hash = $2`, appID, hash).Scan(&a.AppID, &a.Hash, &a.AgentID, &issued, &expires)
	a.IssuedAt, a.ExpiresAt = instant(issued), instant(expires)
	return a, s.orNotFound(err, "authorization", "")
}
