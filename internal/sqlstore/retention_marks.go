package sqlstore

import (
	"context"
	"database/sql"
)

// lockMarks keeps the marks of those whose messages are to be deleted from other
// nodes, in the order in which groups take them (see inOrder), and before any
// message: a mark that moved meanwhile would count what is deleted, for ever,
// and who reads a message has its user's mark. Marks that are missing are made;
// the users are returned, for dropMarks.
func (s *Store) lockMarks(ctx context.Context, tx *sql.Tx, appID string, seqs []int64) ([]int64, error) {
	if !s.shared {
		return nil, nil
	}
	return s.among(ctx, tx, `INSERT INTO unread_marks (app_id, user_no, upto, unread)
		SELECT DISTINCT app_id, user_no, 0, 0 FROM messages WHERE app_id = ? AND seq IN (%s) ORDER BY user_no
		ON CONFLICT (app_id, user_no) DO UPDATE SET upto = unread_marks.upto RETURNING user_no`, seqs, appID)
}

// dropMarks deletes those of the users' marks that say nothing.
func (s *Store) dropMarks(ctx context.Context, tx *sql.Tx, appID string, users []int64) error {
	_, err := s.deleteAmong(ctx, tx, `DELETE FROM unread_marks WHERE app_id = ? AND upto = 0 AND user_no IN (%s)`, users, appID)
	return err
}

// forgetUnread takes messages out of what their users' marks counted.
func (s *Store) forgetUnread(ctx context.Context, tx *sql.Tx, appID string, seqs []int64) error {
	if len(seqs) == 0 {
		return nil
	}
	query, args := s.withList(`SELECT m.user_no, COUNT(*) FROM messages m
		JOIN unread_marks k ON k.app_id = m.app_id AND k.user_no = m.user_no AND m.seq <= k.upto
		WHERE m.app_id = ? AND m.read_at = 0 AND m.state = 'delivered' AND m.seq IN (%s) GROUP BY m.user_no`, seqs, []any{appID})
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	type less struct{ userNo, unread int64 }
	marks, err := collect(rows, func(row scanner) (l less, err error) { return l, row.Scan(&l.userNo, &l.unread) })
	if err != nil {
		return err
	}
	for _, mark := range marks {
		_, err := tx.ExecContext(ctx, `UPDATE unread_marks SET unread = unread - $1 WHERE app_id = $2 AND user_no = $3`, mark.unread, appID, mark.userNo)
		if err != nil {
			return err
		}
	}
	return nil
}
