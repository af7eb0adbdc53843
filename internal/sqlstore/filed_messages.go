package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
)

// On SQLite a message is filed under its user (filed_messages) a while after it
// was accepted, together with many others in the order of users: an index
// would have a page written for almost every message. Those not filed yet are
// the newest, and whoever looks for a user's messages looks through them, too.

// filedAhead is how many are filed in one transaction while nobody waits.
const filedAhead = 1 << 16

// messagesOfUsers is what messages are selected from by their user.
func (s *Store) messagesOfUsers() string {
	if s.shared {
		return `messages` // which has an index there
	}
	return `messages_of_users`
}

// fileFromTable files the oldest of those messages that are not, at most so
// many, and returns how many there were and up to which.
func fileFromTable(ctx context.Context, tx *sql.Tx, most int) (filed int, upto int64, err error) {
	before, err := filedUpto(ctx, tx)
	if err != nil {
		return 0, 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MAX(seq), $1)
		FROM (SELECT seq FROM messages WHERE seq > $1 ORDER BY seq LIMIT $2)`, before, most).Scan(&filed, &upto)
	if err != nil {
		return 0, 0, fmt.Errorf("counting messages to file: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT OR IGNORE INTO filed_messages (user_no, seq)
		SELECT user_no, seq FROM messages WHERE seq > $1 AND seq <= $2 ORDER BY user_no, seq`, before, upto)
	if err != nil {
		return 0, 0, fmt.Errorf("filing messages: %w", err)
	}
	return filed, upto, setFiledUpto(ctx, tx, upto)
}

func filedUpto(ctx context.Context, tx *sql.Tx) (upto int64, err error) {
	if err := tx.QueryRowContext(ctx, `SELECT upto FROM filed`).Scan(&upto); err != nil {
		return 0, fmt.Errorf("reading how far messages are filed: %w", err)
	}
	return upto, nil
}

func setFiledUpto(ctx context.Context, tx *sql.Tx, upto int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE filed SET upto = $1`, upto); err != nil {
		return fmt.Errorf("noting how far messages are filed: %w", err)
	}
	return nil
}

// fileAll files what is not, while nobody else writes: after a filling, an
// import or a migration that is most of the messages.
func (s *Store) fileAll(ctx context.Context) error {
	if s.shared {
		return nil
	}
	for filed := filedAhead; filed == filedAhead; {
		err := s.inTransaction(ctx, func(tx *sql.Tx) (err error) {
			filed, _, err = fileFromTable(ctx, tx, filedAhead)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
