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
		for _, t := range travellingTables() {
			if t.name == "meta" { // the store's own, but for the clock
				continue
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+t.name); err != nil {
				return fmt.Errorf("emptying %s: %w", t.name, err)
			}
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
