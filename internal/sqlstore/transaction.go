package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// transaction is a group's. Over a network its BEGIN travels with the first
// statements and its COMMIT with the last, unless a job needs sql to be there.
type transaction struct {
	hot *hot
	sql *sql.Tx // nil where BEGIN travels with what follows
}

// errCommit marks an error after which it has to be found out whether the
// group was stored.
var errCommit = errors.New("committing the group")

// begin opens a transaction on the connection, at once where that is needed.
func (h *hot) begin(ctx context.Context, atOnce bool) (*transaction, error) {
	h.drop() // what a group before left
	if h.pipelined && !atOnce {
		h.queue("BEGIN", nil)
		return &transaction{hot: h}, nil
	}
	tx, err := h.conn.BeginTx(ctx, nil)
	return &transaction{h, tx}, err
}

// commit runs what waits, then COMMIT. An error without errCommit means that
// nothing was stored.
func (t *transaction) commit(ctx context.Context) error {
	if t.sql == nil {
		return t.commitPipelined(ctx)
	}
	if err := t.hot.flush(ctx); err != nil {
		return err
	}
	err := t.sql.Commit()
	if err == nil || t.hot.undone(err) {
		return err
	}
	return errors.Join(errCommit, err)
}

// commitPipelined sends COMMIT behind what waits. The database answers one
// after the other and skips what follows an error: where it refuses a statement
// before COMMIT nothing was stored. Where it does not answer nobody knows. What
// waits last is checkLater's statement, whose rows nobody reads.
func (t *transaction) commitPipelined(ctx context.Context) error {
	written := false
	last := t.hot.pending.QueuedQueries[t.hot.pending.Len()-1]
	last.Exec(func(pgconn.CommandTag) error {
		written = true
		return nil
	})
	t.hot.queue("COMMIT", nil).Exec(func(tag pgconn.CommandTag) error {
		if tag.String() == "ROLLBACK" {
			return pgx.ErrTxCommitRollback
		}
		return nil
	})
	err := t.hot.flush(ctx)
	if err == nil || t.hot.undone(err) {
		return err
	}
	// What ends the session, or a pooler says of a server that it lost (08,
	// connection_exception), says nothing of a COMMIT that was under way.
	refused, ok := errors.AsType[*pgconn.PgError](err)
	if ok && !written && refused.SeverityUnlocalized != "FATAL" && !strings.HasPrefix(refused.Code, "08") {
		return err
	}
	return errors.Join(errCommit, err)
}

// rollback ends a transaction that failed. Where there is none any more, or no
// connection, it has no effect.
func (t *transaction) rollback(ctx context.Context) {
	t.hot.drop()
	if t.sql == nil {
		// The group's time may be over; its locks are not to outlive it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbyeTimeout)
		defer cancel()
		_, _ = t.hot.conn.ExecContext(ctx, "ROLLBACK")
		return
	}
	_ = t.sql.Rollback()
}
