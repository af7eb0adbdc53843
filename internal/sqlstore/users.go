package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/muban-dev/muban"
)

const userColumns = `user_no, app_id, open_id, swan_id, alipay_open_id, union_id, name,
	blocked, following, delivery, notification_bar, created_at`

func scanUser(row scanner) (muban.User, error) {
	var u muban.User
	var created int64
	err := row.Scan(&u.No, &u.AppID, &u.OpenID, &u.SwanID, &u.AlipayOpenID, &u.UnionID, &u.Name,
		&u.Blocked, &u.Following, &u.Delivery, &u.NotificationBar, &created)
	u.CreatedAt = instant(created)
	return u, err
}

// querier is what reads: the pool, or a transaction.
type querier interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// userByAnyID finds a user; lock is what keeps it from others, if anything.
func userByAnyID(ctx context.Context, q querier, appID, id, lock string) (muban.User, error) {
	user, err := scanUser(q.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users
		WHERE app_id = $1 AND user_no = (SELECT user_no FROM user_ids WHERE app_id = $2 AND id = $3)`+lock, appID, appID, id))
	return user, mustFind(err, "user", id)
}

// CreateUser implements messaging.UserStore.
func (s *Store) CreateUser(ctx context.Context, user muban.User) (muban.User, error) {
	no, err := s.ids.next()
	if err != nil {
		return user, err
	}
	user.No = no
	err = s.writeAt(ctx, locksUserIDs.of(user.AppID, user.MainID()), func(ctx context.Context, tx *sql.Tx) error {
		if err := s.holdApp(ctx, tx, user.AppID); err != nil {
			return err
		}
		if err := s.putUserIDs(ctx, tx, user, user.IDs()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO users (`+userColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			user.No, user.AppID, user.OpenID, user.SwanID, user.AlipayOpenID, user.UnionID, user.Name,
			flag(user.Blocked), flag(user.Following), string(user.Delivery), flag(user.NotificationBar), millis(user.CreatedAt))
		return err
	})
	return user, err
}

func (s *Store) putUserIDs(ctx context.Context, tx *sql.Tx, user muban.User, ids []string) error {
	for _, id := range ids {
		_, err := tx.ExecContext(ctx, `INSERT INTO user_ids (app_id, id, user_no) VALUES ($1, $2, $3)`, user.AppID, id, user.No)
		if err != nil {
			return s.orConflict(err, "user", id)
		}
	}
	return nil
}

// flag stores a truth value; both engines compare small numbers alike.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// User implements messaging.UserStore. On a database over a network those who
// ask at the same time share a statement.
func (s *Store) User(ctx context.Context, appID, id string) (muban.User, error) {
	if !s.shared {
		return s.readUser(ctx, appID, id)
	}
	user, err := s.users.get(ctx, userID{appID, id})
	switch {
	case errors.Is(err, errShared):
		return s.readUser(ctx, appID, id)
	case errors.Is(err, errNoRow):
		err = sql.ErrNoRows
	}
	return user, s.orNotFound(err, "user", id)
}

func (s *Store) readUser(ctx context.Context, appID, id string) (muban.User, error) {
	user, err := userByAnyID(ctx, s.reader, appID, id, "")
	return user, s.orBusy(err)
}

// userID is any id of a user of an app.
type userID struct{ appID, id string }

// mostUsersAtOnce bounds what one statement looks up.
const mostUsersAtOnce = 256

// usersByAnyID finds those users that there are. Each is looked up by itself,
// in the database: LIMIT keeps it from joining whole tables.
func (s *Store) usersByAnyID(ctx context.Context, ids []userID) (map[userID]muban.User, error) {
	wanted := s.rowsOf(len(ids), "app_id id")
	for _, id := range ids {
		wanted.text(id.appID)
		wanted.text(id.id)
	}
	rows, err := s.reader.QueryContext(ctx, `SELECT `+userColumns+` FROM (`+wanted.source()+`) AS wanted
		CROSS JOIN LATERAL (SELECT `+userColumns+` FROM users WHERE app_id = wanted.column1
			AND user_no = (SELECT user_no FROM user_ids WHERE app_id = wanted.column1 AND id = wanted.column2) LIMIT 1) AS found`, wanted.args()...)
	if err != nil {
		return nil, err
	}
	found, err := collect(rows, scanUser)
	users := make(map[userID]muban.User, len(ids))
	for _, user := range found {
		for _, id := range user.IDs() {
			users[userID{user.AppID, id}] = user
		}
	}
	return users, err
}

// Users implements messaging.UserStore.
func (s *Store) Users(ctx context.Context, appID string, page muban.Page) (muban.List[muban.User], error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT `+userColumns+` FROM users
		WHERE app_id = $1 AND user_no < $2 ORDER BY user_no DESC LIMIT $3`, appID, before(page), page.Limit+1)
	if err != nil {
		return muban.List[muban.User]{}, s.orBusy(err)
	}
	users, err := collect(rows, scanUser)
	return paged(users, page, func(u muban.User) int64 { return u.No }), s.orBusy(err)
}

// UpdateUser implements messaging.UserStore.
func (s *Store) UpdateUser(ctx context.Context, appID, id string, edit func(*muban.User) error) (muban.User, error) {
	var user muban.User
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := s.holdApp(ctx, tx, appID); err != nil {
			return err
		}
		user, err = userByAnyID(ctx, tx, appID, id, s.lock("user_no"))
		if err != nil {
			return err
		}
		if err := edit(&user); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM user_ids WHERE app_id = $1 AND user_no = $2`, appID, user.No)
		if err != nil {
			return err
		}
		if err := s.putUserIDs(ctx, tx, user, user.IDs()); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE users SET open_id = $1, swan_id = $2, alipay_open_id = $3, union_id = $4,
			name = $5, blocked = $6, following = $7, delivery = $8, notification_bar = $9
			WHERE app_id = $10 AND user_no = $11`,
			user.OpenID, user.SwanID, user.AlipayOpenID, user.UnionID, user.Name, flag(user.Blocked),
			flag(user.Following), string(user.Delivery), flag(user.NotificationBar), appID, user.No)
		return err
	})
	return user, err
}

// DeleteUser implements messaging.UserStore.
func (s *Store) DeleteUser(ctx context.Context, appID, id string) error {
	return s.delete(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.holdApp(ctx, tx, appID); err != nil {
			return err
		}
		user, err := userByAnyID(ctx, tx, appID, id, s.lock("user_no"))
		if err != nil {
			return err
		}
		grants := `SELECT seq FROM grants WHERE app_id = $1 AND user_no = $2`
		for _, statement := range []string{
			// The user first: what holds the user is over then. The rest as groups lock
			// it (see lockKind).
			`DELETE FROM users WHERE app_id = $1 AND user_no = $2`,
			`DELETE FROM user_ids WHERE app_id = $1 AND user_no = $2`,
			grants + s.lock("seq"), // before their uses, as ForgetGrants does
			`DELETE FROM spends WHERE app_id = $1 AND grant_seq IN (` + grants + `)`,
			`DELETE FROM grants WHERE app_id = $1 AND user_no = $2`,
			`SELECT hash FROM login_codes WHERE app_id = $1 AND user_no = $2` + s.lock("hash"),
			`DELETE FROM login_codes WHERE app_id = $1 AND user_no = $2`,
			`DELETE FROM unread_marks WHERE app_id = $1 AND user_no = $2`,
		} {
			if _, err := tx.ExecContext(ctx, statement, appID, user.No); err != nil {
				return err
			}
		}
		return nil
	})
}
