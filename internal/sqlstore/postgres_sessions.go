package sqlstore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// checkSessions refuses a pooler that lends sessions for one transaction or one
// statement: what a worker sets would come upon the committer, whose COMMIT
// would then not wait for the disk. Two connections that are open at once have
// two sessions, and keep them; from such a pooler the second gets what the
// first gave back, or the first another than before. Nothing was set in them
// yet, since others may use the same pooler.
func (e *postgresEngine) checkSessions(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, e.conf.ConnConfig.ConnectTimeout+groupTimeout)
	defer cancel()
	var two [2]*pgx.Conn
	for i := range two {
		conn, err := pgx.ConnectConfig(ctx, e.conf.ConnConfig.Copy())
		if err != nil {
			return e.explain(err)
		}
		defer func() { _ = conn.Close(ctx) }() // it was only asked
		two[i] = conn
	}
	var sessions [3]int64
	for i := range sessions {
		// A lent session may not know a statement that was prepared.
		err := two[i%2].QueryRow(ctx, `SELECT pg_backend_pid()`, pgx.QueryExecModeSimpleProtocol).Scan(&sessions[i])
		if err != nil {
			return e.explain(err)
		}
	}
	if first, second, again := sessions[0], sessions[1], sessions[2]; first == second || first != again {
		return fmt.Errorf("what answers at %s lends a connection another session for each transaction; "+
			"Muban needs a session for each connection: a pooler in session mode (PgBouncer: pool_mode = session), or the database itself",
			e.target())
	}
	return nil
}
