package sqlstore

import (
	"context"
	"database/sql"
	"errors"
)

// hot holds the connection that writes and the statements prepared on it. A
// statement run on the connection while a transaction is open belongs to the
// transaction. Only the committer uses it.
type hot struct {
	conn     *sql.Conn
	bind     func(query string) string
	prepared map[string]*sql.Stmt
}

func newHot(ctx context.Context, db *sql.DB, bind func(string) string) (*hot, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &hot{conn: conn, bind: bind, prepared: make(map[string]*sql.Stmt)}, nil
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

func (h *hot) close() error {
	if err := h.conn.Close(); !errors.Is(err, sql.ErrConnDone) {
		return err
	}
	return nil // it broke and was given up
}
