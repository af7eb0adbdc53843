package sqlstore

import (
	"database/sql"
	"errors"

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
func (s *Store) orConflict(err error, object, id string) error {
	if err != nil && s.engine.judge(err) == duplicate {
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

// isRefusal reports whether err is a rule's answer, not a failure.
func isRefusal(err error) bool {
	var refusal *muban.Refusal
	return errors.As(err, &refusal)
}
