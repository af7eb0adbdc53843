package sqlstore

import (
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/muban-dev/muban"
)

// orNotFound turns "no row" into the refusal that says what is not there.
func orNotFound(err error, object, id string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return muban.Refuse(muban.RuleNotFound, "object", object, "id", id)
	}
	return err
}

// orConflict turns a broken unique key into the refusal that says what is
// there already.
func orConflict(err error, object, id string) error {
	var broken *sqlite.Error
	if !errors.As(err, &broken) {
		return err
	}
	switch broken.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return muban.Refuse(muban.RuleConflict, "object", object, "id", id)
	}
	return err
}

// mustTouch is the not-found refusal where a statement changed no row.
func mustTouch(result sql.Result, err error, object, id string) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return muban.Refuse(muban.RuleNotFound, "object", object, "id", id)
	}
	return err
}
