package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/muban-dev/muban"
)

const loginCodeColumns = `app_id, hash, purpose, user_no, user_id, issued_at, expires_at, used_at`

func scanLoginCode(row scanner) (muban.LoginCode, error) {
	var c muban.LoginCode
	var issued, expires, used int64
	err := row.Scan(&c.AppID, &c.Hash, &c.Use, &c.UserNo, &c.UserID, &issued, &expires, &used)
	c.IssuedAt, c.ExpiresAt, c.UsedAt = instant(issued), instant(expires), instant(used)
	return c, err
}

// CreateLoginCode implements messaging.LoginStore.
func (s *Store) CreateLoginCode(ctx context.Context, code muban.LoginCode, forget time.Time) error {
	return s.writeAt(ctx, locksOldCodes.of(code.AppID, ""), func(ctx context.Context, tx *sql.Tx) error {
		if err := s.holdUser(ctx, tx, code.AppID, code.UserNo, code.UserID); err != nil {
			return err
		}
		// One that another node is at goes with a later code.
		_, err := tx.ExecContext(ctx, `DELETE FROM login_codes WHERE app_id = $1 AND hash IN (
			SELECT hash FROM login_codes WHERE app_id = $1 AND expires_at < $2`+s.lockFree()+`)`, code.AppID, millis(forget))
		if err != nil {
			return err
		}
		return s.putLoginCode(ctx, tx, code)
	})
}

func (s *Store) putLoginCode(ctx context.Context, tx *sql.Tx, c muban.LoginCode) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO login_codes (`+loginCodeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.AppID, c.Hash, string(c.Use), c.UserNo, c.UserID, millis(c.IssuedAt), millis(c.ExpiresAt), millis(c.UsedAt))
	return s.orConflict(err, "login code", "")
}

// UseLoginCode implements messaging.LoginStore.
func (s *Store) UseLoginCode(ctx context.Context, appID string, hash []byte, use func(*muban.LoginCode) (*muban.LoginCode, error)) error {
	return s.writeAt(ctx, locksCode.of(appID, string(hash)), func(ctx context.Context, tx *sql.Tx) error {
		if err := s.holdApp(ctx, tx, appID); err != nil {
			return err
		}
		code, err := scanLoginCode(tx.QueryRowContext(ctx,
			`SELECT `+loginCodeColumns+` FROM login_codes WHERE app_id = $1 AND hash = $2`+s.lock("hash"), appID, hash))
		if err != nil {
			return mustFind(err, "login code", "")
		}
		next, err := use(&code)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE login_codes SET used_at = $1 WHERE app_id = $2 AND hash = $3`, millis(code.UsedAt), appID, hash)
		if err != nil || next == nil {
			return err
		}
		return s.putLoginCode(ctx, tx, *next)
	})
}
