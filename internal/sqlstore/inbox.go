package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/muban-dev/muban"
)

// mostCounted is how many messages an inbox counts one by one before it leaves
// a mark for the next look.
const mostCounted = 1000

// usuallySettled is how long ago a message must have got its number for no
// earlier one to come any more: another node's group may still be under way.
const usuallySettled = time.Minute

// Inbox implements messaging.MessageStore.
func (s *Store) Inbox(ctx context.Context, owners muban.InboxOwners, page muban.Page) (muban.List[muban.Message], int64, error) {
	users := []owner{{owners.AppID, owners.UserNo}}
	where := conditions{}
	where.add(`state = $%d`, string(muban.StateDelivered))
	if owners.UnionID != "" {
		var err error
		if users, err = s.usersOf(ctx, owners.UnionID); err != nil {
			return muban.List[muban.Message]{}, 0, s.orBusy(err)
		}
		where.add(`user_no IN (SELECT user_no FROM users WHERE union_id = $%d)`, owners.UnionID)
	} else {
		where.ofUser(s, owners.AppID, owners.UserNo)
	}
	unread := int64(0)
	for _, user := range users {
		n, err := s.unread(ctx, user)
		if err != nil {
			return muban.List[muban.Message]{}, 0, s.orBusy(err)
		}
		unread += n
	}
	where.add(`seq < $%d`, before(page))
	messages, err := s.listMessages(ctx, s.messagesOfUsers(), where, page)
	return messages, unread, err
}

// owner is one user of one app.
type owner struct {
	appID  string
	userNo int64
}

func (s *Store) usersOf(ctx context.Context, unionID string) ([]owner, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT app_id, user_no FROM users WHERE union_id = $1`, unionID)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(row scanner) (o owner, err error) { return o, row.Scan(&o.appID, &o.userNo) })
}

// ofUser selects a user's rows. A user's number is one over all apps. SQLite
// gets no app beside it: it has no statistics and might walk all of the app's.
func (c *conditions) ofUser(s *Store, appID string, userNo int64) {
	c.add(`user_no = $%d`, userNo)
	if s.shared {
		c.add(`app_id = $%d`, appID)
	}
}

// unread counts from the user's mark on, and moves the mark where that was far.
func (s *Store) unread(ctx context.Context, user owner) (int64, error) {
	upto, unread, err := s.readMark(ctx, user)
	if err != nil {
		return 0, err
	}
	var counted, newer int64
	err = s.reader.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN read_at = 0 AND state = $1 THEN 1 ELSE 0 END), 0)
		FROM `+s.messagesOfUsers()+` WHERE user_no = $2 AND seq > $3`, string(muban.StateDelivered), user.userNo, upto).Scan(&counted, &newer)
	if err != nil {
		return 0, err
	}
	for more := counted > mostCounted; more; {
		if more, err = s.moveMark(ctx, user); err != nil {
			return 0, err
		}
	}
	return unread + newer, nil
}

// readMark reads a user's mark, none as one before the first message.
func (s *Store) readMark(ctx context.Context, user owner) (upto, unread int64, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT upto, unread FROM unread_marks WHERE app_id = $1 AND user_no = $2`, user.appID, user.userNo).
		Scan(&upto, &unread)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return upto, unread, err
}

// lockMark makes a user's mark where there is none, and keeps it from others
// until the transaction ends: whoever changes what is unread holds it. One
// statement does both, or the mark could be deleted between (see dropMarks).
func (s *Store) lockMark(ctx context.Context, tx *sql.Tx, user owner) (upto, unread int64, err error) {
	if err := s.holdApp(ctx, tx, user.appID); err != nil {
		return 0, 0, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO unread_marks (app_id, user_no, upto, unread) VALUES ($1, $2, 0, 0)
		ON CONFLICT (app_id, user_no) DO UPDATE SET upto = unread_marks.upto RETURNING upto, unread`, user.appID, user.userNo).
		Scan(&upto, &unread)
	return upto, unread, err
}

// markStep is how many messages a mark moves over in one transaction, so that
// the sends between two of them do not wait long.
const markStep = 10_000

// moveMark moves a user's mark over the messages that follow; more reports that
// there are further ones.
func (s *Store) moveMark(ctx context.Context, user owner) (more bool, err error) {
	err = s.writeAt(ctx, locksMark.ofUser(user), func(ctx context.Context, tx *sql.Tx) error {
		upto, unread, err := s.lockMark(ctx, tx, user)
		if err != nil {
			return err
		}
		var counted, newer, last int64
		err = tx.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN read_at = 0 AND state = $1 THEN 1 ELSE 0 END), 0), COALESCE(MAX(seq), 0)
			FROM (SELECT seq, read_at, state FROM `+s.messagesOfUsers()+` WHERE user_no = $2 AND seq > $3 AND seq <= $4 ORDER BY seq LIMIT $5) AS step`,
			string(muban.StateDelivered), user.userNo, upto, s.settledSeq(), markStep).Scan(&counted, &newer, &last)
		if err != nil || counted == 0 {
			more = false
			return err
		}
		more = counted == markStep
		_, err = tx.ExecContext(ctx, `UPDATE unread_marks SET upto = $1, unread = $2 WHERE app_id = $3 AND user_no = $4`,
			last, unread+newer, user.appID, user.userNo)
		return err
	})
	return more, err
}

// settledSeq is the number up to which no message comes any more. Where one
// process writes alone they come in their order.
func (s *Store) settledSeq() int64 {
	if !s.shared {
		return 1 << 62
	}
	return s.ids.reached(-s.settled)
}

// MarkRead implements messaging.MessageStore.
func (s *Store) MarkRead(ctx context.Context, appID string, userNo int64, id muban.MessageID, at time.Time) error {
	user := owner{appID, userNo}
	err := s.writeAt(ctx, locksMark.ofUser(user), func(ctx context.Context, tx *sql.Tx) error {
		upto, _, err := s.lockMark(ctx, tx, user)
		if err != nil {
			return err
		}
		var readAt int64
		err = tx.QueryRowContext(ctx, `SELECT read_at FROM messages WHERE app_id = $1 AND user_no = $2 AND seq = $3 AND state = $4`,
			appID, userNo, id.Seq(), string(muban.StateDelivered)).Scan(&readAt)
		if err != nil || readAt != 0 {
			return mustFind(err, "message", id.String())
		}
		if _, err := tx.ExecContext(ctx, `UPDATE messages SET read_at = $1 WHERE app_id = $2 AND seq = $3`, millis(at), appID, id.Seq()); err != nil {
			return err
		}
		if id.Seq() > upto {
			return nil
		}
		_, err = tx.ExecContext(ctx, `UPDATE unread_marks SET unread = unread - 1 WHERE app_id = $1 AND user_no = $2`, appID, userNo)
		return err
	})
	if err == nil {
		s.tails.touch([]int64{id.Seq()}, nil)
		s.announceChange()
	}
	return err
}
