package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/muban-dev/muban"
)

// Reset deletes everything and begins anew with a library of those titles, in
// one transaction. Sequence numbers go on, so that no id comes a second time.
func (s *Store) Reset(ctx context.Context, titles []muban.Title) error {
	for i := range titles {
		seq, err := s.ids.next()
		if err != nil {
			return err
		}
		titles[i].Seq = seq
	}
	err := s.delete(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// First, in the order of sends and of what holds an app; see DeleteApp.
		for _, first := range []string{"apps", "daily_sends", "templates"} {
			if err := s.empty(ctx, tx, first); err != nil {
				return fmt.Errorf("emptying %s: %w", first, err)
			}
		}
		for _, t := range travellingTables() {
			if t.name == "meta" { // the store's own, but for the clock
				continue
			}
			empty := s.empty
			if t.name == "messages" && !s.shared {
				empty = s.emptyWithFiled
			}
			if err := empty(ctx, tx, t.name); err != nil {
				return fmt.Errorf("emptying %s: %w", t.name, err)
			}
		}
		if err := s.empty(ctx, tx, "unread_marks"); err != nil { // which do not travel
			return fmt.Errorf("emptying unread_marks: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key = $1`, clockKey); err != nil {
			return err
		}
		for _, title := range titles {
			if err := s.putTitle(ctx, tx, title); err != nil {
				return fmt.Errorf("the library: %w", err)
			}
		}
		return nil
	})
	if err == nil {
		s.announceChange()
	}
	return err
}

func (*Store) empty(ctx context.Context, tx *sql.Tx, table string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM `+table)
	return err
}

// emptyWithFiled is empty without the trigger that deletes what is filed of
// each message: SQLite gives up a table's pages at once only where no trigger
// is to see the rows.
func (s *Store) emptyWithFiled(ctx context.Context, tx *sql.Tx, messages string) error {
	var trigger string
	err := tx.QueryRowContext(ctx, `SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = 'messages_deleted'`).Scan(&trigger)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DROP TRIGGER messages_deleted`); err != nil {
		return err
	}
	for _, table := range []string{messages, "filed_messages"} {
		if err := s.empty(ctx, tx, table); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, trigger)
	return err
}
