package sqlstore

import (
	"context"
	"fmt"
	"sync"

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

// sessions is how many a node has open at once when it is busy.
func (e *postgresEngine) sessions() int {
	const listening = 1
	return int(e.conf.MaxConns) + mostWriters + mostWorkers + listening
}

// countSessions says in the log where the database, or a pooler before it, has
// fewer sessions for this node than it will use: it would wait for one that
// never comes, without a word. It works with fewer, more slowly, so that they
// are no reason not to start.
func (e *postgresEngine) countSessions(ctx context.Context) {
	wanted := e.sessions()
	problems := make([]error, wanted)
	all := make(chan struct{}) // closed when each was tried, with those that there are open
	var trying, ending sync.WaitGroup
	trying.Add(wanted)
	for i := range wanted {
		ending.Go(func() {
			conn, err := e.openSession(ctx)
			problems[i] = err
			trying.Done()
			<-all
			if conn != nil {
				_ = conn.Close(ctx) // it was only asked
			}
		})
	}
	trying.Wait()
	close(all)
	ending.Wait()
	got, problem := 0, error(nil)
	for _, err := range problems {
		if err == nil {
			got++
			continue
		}
		problem = err
	}
	if got < wanted && ctx.Err() == nil {
		e.log.WarnContext(ctx, "the database has fewer sessions for this node than it uses when it is busy; "+
			"sends and reads may have to wait: raise max_connections, the role's CONNECTION LIMIT or the pooler's pool_size, or lower pool_max_conns in the address",
			"database", e.target(), "sessions", got, "wanted", wanted, "error", e.explain(problem))
	}
}

// openSession opens a connection that has a session: a pooler lets in who then
// waits for one.
func (e *postgresEngine) openSession(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, e.conf.ConnConfig.ConnectTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, e.conf.ConnConfig.Copy())
	if err != nil {
		return nil, err
	}
	return conn, conn.Ping(ctx)
}
