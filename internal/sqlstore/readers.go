package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// The schema says which programs may work on it: readers.oldest is the newest
// migration that a program must know. A migration that only adds leaves it, so
// that nodes of the version before go on beside those of the new one; one that
// changes what is there sets it to its own number. A node that is too old for
// it by then accepts nothing any more and ends.
//
// No group of such a node is committed after the migration. The last statement
// of each group reads the row, after the group has locked what it touches: a
// migration that takes its tables exclusively, as ALTER TABLE does, comes
// either after the group or before that statement.
const oldestReader = `SELECT oldest FROM readers`

// tooOldError says that the schema is for newer programs.
type tooOldError struct{ wants, knows int64 }

func (e *tooOldError) Error() string {
	return fmt.Sprintf("the database has a schema for programs that know version %d, this one knows up to %d: use the newer muban that migrated it", e.wants, e.knows)
}

// mayWork refuses a schema that a program which knows so much is too old for.
func mayWork(ctx context.Context, q querier, knows int64) error {
	var oldest int64
	if err := q.QueryRowContext(ctx, oldestReader).Scan(&oldest); err != nil {
		return fmt.Errorf("reading which programs the database is for: %w", err)
	}
	if oldest > knows {
		return &tooOldError{oldest, knows}
	}
	return nil
}

// checkLater has the group's transaction fail if this program is too old for
// the schema by then. The database itself fails it, by a division by zero,
// because COMMIT may travel together with this. Where one process has the
// database alone nobody migrates it meanwhile.
func (s *Store) checkLater(ctx context.Context) error {
	if !s.shared {
		return nil
	}
	return s.hot.later(ctx, `SELECT 1 / (CASE WHEN oldest > ? THEN 0 ELSE 1 END) FROM readers`, []any{s.knows})
}

// noticeMigration ends the accepting of writes where a newer program migrated
// the database so that this one may not work on it any more.
func (s *Store) noticeMigration(ctx context.Context) error {
	err := mayWork(ctx, s.reader, s.knows)
	if s.superseding(err) {
		return nil
	}
	return err
}

// superseding reports whether an error says that this program is too old, and
// acts on it.
func (s *Store) superseding(err error) bool {
	tooOld, ok := errors.AsType[*tooOldError](err)
	if ok {
		s.endWith(fmt.Errorf("a newer muban migrated the database, this one stops: %w", tooOld))
	}
	return ok
}

// endedBy reports whether a group failed because this program is too old for
// the schema: it found out itself, or its statements name what is not there.
func (s *Store) endedBy(err error) bool {
	if s.superseding(err) {
		return true
	}
	refused, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || !strings.HasPrefix(refused.Code, "42") && refused.Code != "22012" { // syntax_error_or_access_rule_violation, division_by_zero
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), groupTimeout)
	defer cancel()
	return s.superseding(mayWork(ctx, s.reader, s.knows))
}
