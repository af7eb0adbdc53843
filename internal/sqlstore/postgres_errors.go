package sqlstore

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// readOnlyTransaction is the SQLSTATE of a server that takes no writes, such as
// one that is no longer the primary.
const readOnlyTransaction = "25006"

// errReadOnly says the same of a new connection.
var errReadOnly = errors.New("the database is read-only")

func isReadOnly(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.Code == readOnlyTransaction || errors.Is(err, errReadOnly)
}

// judge goes by SQLSTATE (PostgreSQL, appendix A), never by text.
func (*postgresEngine) judge(err error) verdict {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return judgeConnection(err)
	}
	switch refused.Code {
	case "23505": // unique_violation
		return duplicate
	case "22021", "22P05": // character_not_in_repertoire, untranslatable_character
		return unstorable
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return again
	case "57014", "55P03": // query_canceled (statement_timeout), lock_not_available
		return busy
	case readOnlyTransaction, "25P03": // idle_in_transaction_session_timeout
		return away
	}
	switch refused.Code[:2] {
	case "08", "57", "58": // connection_exception, operator_intervention, system_error
		return away
	case "53": // insufficient_resources: disk, memory, connections
		return busy
	}
	return fault
}

// judgeConnection knows the errors that are none of the database's.
func judgeConnection(err error) verdict {
	var network net.Error
	var connecting *pgconn.ConnectError
	switch {
	case errors.As(err, &network), errors.As(err, &connecting),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, context.DeadlineExceeded):
		return away
	}
	return fault
}

// undone is for what the database said itself.
func (*postgresEngine) undone(err error) bool {
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return true
	}
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code == "40003" { // statement_completion_unknown
		return false
	}
	class := refused.Code[:2]
	return class == "40" || class == "23" // transaction_rollback, integrity_constraint_violation
}
