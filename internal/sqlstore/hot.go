package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// hot holds the connection that writes and the statements prepared on it. A
// statement run on the connection while a transaction is open belongs to the
// transaction. Only the committer uses it.
type hot struct {
	conn     *sql.Conn
	bind     func(query string) string
	prepared map[string]*sql.Stmt
	// pipelined is whether statements wait in pending for flush; see later.
	pipelined bool
	pending   pgx.Batch
	bound     map[string]string // what bind made of each
	// undone reports whether a COMMIT that failed has certainly stored nothing.
	undone func(error) bool
	// unfit is set where the connection lives, but takes no writes any more.
	unfit bool
}

func (s *Store) newHot(ctx context.Context) (*hot, error) {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &hot{conn: conn, bind: s.engine.bind, prepared: make(map[string]*sql.Stmt), pipelined: s.shared, bound: make(map[string]string), undone: s.engine.undone}, nil
}

// statement prepares a query, once. Queries come from the code alone and in
// few sizes (see inChunks), so that there are few of them.
func (h *hot) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := h.prepared[query]; ok {
		return stmt, nil
	}
	stmt, err := h.conn.PrepareContext(ctx, h.bind(query))
	if err == nil {
		h.prepared[query] = stmt
	}
	return stmt, err
}

func (h *hot) exec(ctx context.Context, query string, args []any) error {
	stmt, err := h.statement(ctx, query) //nolint:sqlclosecheck // stays prepared until the connection closes
	if err == nil {
		_, err = stmt.ExecContext(ctx, args...)
	}
	return err
}

func (h *hot) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	stmt, err := h.statement(ctx, query) //nolint:sqlclosecheck // stays prepared until the connection closes
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// later is exec for a statement whose outcome is not looked at before flush:
// over a network such statements travel together, and so do their answers.
func (h *hot) later(ctx context.Context, query string, args []any) error {
	if !h.pipelined {
		return h.exec(ctx, query, args)
	}
	h.queue(query, args)
	return nil
}

// ask is later for a query. each has been called for every row once flush
// returns.
func (h *hot) ask(ctx context.Context, query string, args []any, each func(scanner) error) error {
	if !h.pipelined {
		rows, err := h.query(ctx, query, args)
		if err != nil {
			return err
		}
		_, err = collect(rows, func(row scanner) (struct{}, error) { return struct{}{}, each(row) })
		return err
	}
	h.queue(query, args).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := each(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return nil
}

func (h *hot) queue(query string, args []any) *pgx.QueuedQuery {
	bound, known := h.bound[query]
	if !known {
		bound = h.bind(query)
		h.bound[query] = bound
	}
	return h.pending.Queue(bound, args...)
}

// insert stores rows, later. If it fails the transaction, or the job's part of
// it, has to be undone: SQLite would keep the rows before the one at fault,
// because noting how to undo one statement by itself takes time.
func (h *hot) insert(ctx context.Context, table string, r *rows) error {
	insert := `INSERT OR FAIL INTO `
	if h.pipelined {
		insert = `INSERT INTO `
	}
	return h.later(ctx, insert+table+` (`+r.list()+`) `+r.source(), r.args())
}

// flush runs what waits, in its order, and returns the first error.
func (h *hot) flush(ctx context.Context) error {
	if h.pending.Len() == 0 {
		return nil
	}
	defer h.drop()
	return h.conn.Raw(func(driver any) error {
		return driver.(*stdlib.Conn).Conn().SendBatch(ctx, &h.pending).Close()
	})
}

// drop forgets what waits, with the transaction that it belonged to.
func (h *hot) drop() { h.pending = pgx.Batch{} }

func (h *hot) close() error {
	if err := h.conn.Close(); !errors.Is(err, sql.ErrConnDone) {
		return err
	}
	return nil // it broke and was given up
}
