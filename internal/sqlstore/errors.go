package sqlstore

import (
	"database/sql"
	"errors"

	"github.com/muban-dev/muban"
)

// orNotFound turns "no row" into the refusal that says what is not there, and
// a database that is away into the one that says to try again. It is for what
// only reads; see mustFind.
func (s *Store) orNotFound(err error, object, id string) error {
	return s.orBusy(mustFind(err, object, id))
}

// orBusy is for what only reads: while the database is away, or has no room or
// no time for it, it is busy.
func (s *Store) orBusy(err error) error {
	if err == nil || isRefusal(err) {
		return err
	}
	if v := s.engine.judge(err); v == away || v == busy || v == again {
		s.log.Warn("reading failed, the database is away or busy", "error", err)
		return muban.Refuse(muban.RuleBusy)
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

// mustFind is orNotFound within a transaction that writes: any other error has
// to reach the committer, which writes again what the database gave up for
// another transaction's sake.
func mustFind(err error, object, id string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return muban.Refuse(muban.RuleNotFound, "object", object, "id", id)
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
