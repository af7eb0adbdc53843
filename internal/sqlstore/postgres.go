package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// connectTimeout bounds one attempt to connect, where the address does not
	// say otherwise.
	connectTimeout = 3 * time.Second
	// statementTimeout bounds a statement in the database itself, a little
	// below groupTimeout so that the database speaks first.
	statementTimeout = 4500 * time.Millisecond
	// oldestServer is the version, as server_version_num counts, that this is
	// tested to need nothing beyond; CockroachDB calls itself 13, too.
	oldestServer = 130000
	// mostWriters are the committer's connection, a migration's and one for what
	// begins a store; mostWorkers those of claims and heartbeats.
	mostWriters, mostWorkers = 3, 2
)

// postgresEngine is a PostgreSQL database that any number of nodes share.
type postgresEngine struct {
	log  *slog.Logger
	conf *pgxpool.Config
	// readers serve what reads, writers the committer and the schema, workers
	// claims and heartbeats, whose commits need not wait for the disk.
	readers, writers, workers *pgxpool.Pool
	reader, writer, worker    *sql.DB

	schema  string // the first of the search path
	process string // names this process among the nodes
	node    *node
	signal  *signals

	running sync.WaitGroup
	end     context.CancelFunc // of what start began
}

var _ engine = (*postgresEngine)(nil)

// openPostgres connects and makes sure that the database can be worked with,
// for a node or for what is done once.
func openPostgres(ctx context.Context, address string, log *slog.Logger, forNode bool) (*postgresEngine, error) {
	conf, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	e := &postgresEngine{log: log, conf: conf, process: rand.Text(), end: func() {}}
	if conf.ConnConfig.ConnectTimeout == 0 || conf.ConnConfig.ConnectTimeout > 2*time.Minute-time.Second {
		conf.ConnConfig.ConnectTimeout = connectTimeout
	}
	if conf.ConnConfig.RuntimeParams["application_name"] == "" {
		conf.ConnConfig.RuntimeParams["application_name"] = "muban"
	}
	conf.ConnConfig.DialFunc = (&net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
		Control:         noticeSilence,
	}).DialContext
	if !strings.Contains(address, "pool_max_conns") {
		conf.MaxConns = int32(max(4, 2*runtime.NumCPU()))
	}
	if err := e.checkSessions(ctx); err != nil {
		return nil, err
	}
	if forNode {
		e.countSessions(ctx)
	}
	if err := e.openPools(ctx); err != nil {
		return nil, err
	}
	if err := e.check(ctx); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

func (e *postgresEngine) openPools(ctx context.Context) (err error) {
	limit := "SET statement_timeout = " + strconv.FormatInt(statementTimeout.Milliseconds(), 10)
	idle := "SET idle_in_transaction_session_timeout = " + strconv.FormatInt(groupTimeout.Milliseconds(), 10)
	if e.readers, err = e.pool(ctx, e.conf.MaxConns, []string{limit}, nil); err != nil {
		return err
	}
	// Hot statements look rows up by key, whatever the statistics say of a table
	// that was empty a minute ago. A database that does not know a setting does
	// without it.
	// Whoever waited for a lock must see what its holder wrote, whatever the
	// server's default is; see readers.go, too.
	plans := []string{"SET idle_session_timeout = 0", "SET default_transaction_isolation = 'read committed'", "SET jit = off", "SET enable_seqscan = off", "SET enable_hashjoin = off", "SET enable_mergejoin = off", "SET enable_bitmapscan = off", "SET plan_cache_mode = force_generic_plan"}
	if e.writers, err = e.pool(ctx, mostWriters, []string{limit, idle}, plans); err != nil {
		return err
	}
	// A lease that a crash of the database forgets is a lease that ran out.
	// And a claim reads the oldest rows from the index, it sorts no backlog.
	plans = append(plans, "SET synchronous_commit = off", "SET enable_sort = off")
	if e.workers, err = e.pool(ctx, mostWorkers, []string{limit, idle}, plans); err != nil {
		return err
	}
	e.reader, e.writer, e.worker = stdlib.OpenDBFromPool(e.readers), stdlib.OpenDBFromPool(e.writers), stdlib.OpenDBFromPool(e.workers)
	e.reader.SetMaxOpenConns(int(e.conf.MaxConns))
	e.writer.SetMaxOpenConns(mostWriters)
	e.worker.SetMaxOpenConns(mostWorkers)
	return nil
}

// pool makes a pool whose connections begin with the settings; those that are
// only wishes may be unknown to the database.
func (e *postgresEngine) pool(ctx context.Context, most int32, settings, wishes []string) (*pgxpool.Pool, error) {
	conf := e.conf.Copy()
	conf.MaxConns = most
	conf.MinConns, conf.MinIdleConns = min(conf.MinConns, most), min(conf.MinIdleConns, most)
	conf.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		for _, setting := range settings {
			if _, err := conn.Exec(ctx, setting); err != nil {
				return err
			}
		}
		for _, wish := range wishes {
			var refused *pgconn.PgError
			if _, err := conn.Exec(ctx, wish); err != nil && !errors.As(err, &refused) {
				return err
			}
		}
		return nil
	}
	return pgxpool.NewWithConfig(ctx, conf)
}

// check refuses a database that cannot be worked with, in words that say what
// to do.
func (e *postgresEngine) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, e.conf.ConnConfig.ConnectTimeout+groupTimeout)
	defer cancel()
	var version int64
	var readOnly string
	var schema sql.NullString
	err := e.writer.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS BIGINT),
		current_setting('transaction_read_only'), current_schema()`).Scan(&version, &readOnly, &schema)
	switch {
	case err != nil:
		return e.explain(err)
	case version < oldestServer:
		return fmt.Errorf("the database %s is PostgreSQL %d.%d; version %d or newer is needed", e.target(), version/10000, version%10000, oldestServer/10000)
	case readOnly == "on":
		return fmt.Errorf("the database %s is read-only: it is a standby or default_transaction_read_only is on; name the primary (several hosts with target_session_attrs=read-write find it)", e.target())
	case !schema.Valid:
		return fmt.Errorf("the database %s has no schema to work in: none of the search path %q exists", e.target(), e.conf.ConnConfig.RuntimeParams["search_path"])
	}
	e.schema = schema.String
	return nil
}

// explain says why there is no connection. It repeats no part of the address
// but host, port, user and the database's name.
func (e *postgresEngine) explain(err error) error {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch refused.Code {
		case "28P01", "28000":
			return fmt.Errorf("the database %s does not let user %q in (%s): check user and password, and pg_hba.conf", e.target(), e.conf.ConnConfig.User, refused.Message)
		case "3D000":
			return fmt.Errorf("there is no database %s: create it with createdb", e.target())
		}
		return fmt.Errorf("the database %s answers: %s (%s)", e.target(), refused.Message, refused.Code)
	}
	if failed, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return fmt.Errorf("the database %s cannot be reached: %w", e.target(), failed.Unwrap())
	}
	return fmt.Errorf("the database %s cannot be reached: %w", e.target(), err)
}

// target names the database as HOST:PORT/NAME.
func (e *postgresEngine) target() string {
	c := e.conf.ConnConfig
	return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))) + "/" + c.Database
}

func (e *postgresEngine) pools() (writer, reader *sql.DB) { return e.writer, e.reader }

// start claims this process's number and begins to keep it and to listen.
func (e *postgresEngine) start(ctx context.Context, s *Store) (*sequence, outbox, error) {
	e.node = &node{db: e.worker, log: e.log, ids: newSequence(0, time.Now), renew: e.renew}
	if err := e.node.claim(ctx); err != nil {
		return nil, nil, err
	}
	e.signal = newSignals(e, s)
	running, end := context.WithCancel(context.Background())
	e.end = end
	e.running.Go(func() { e.node.keep(running, s.noticeMigration) })
	e.running.Go(func() { e.signal.listen(running) })
	e.running.Go(func() { e.signal.send(running) })
	return e.node.ids, newRowLeases(e.worker), nil
}

func (e *postgresEngine) renew() {
	for _, pool := range []*pgxpool.Pool{e.readers, e.writers, e.workers} {
		pool.Reset()
	}
	e.signal.listenAnew()
}

// bind numbers the placeholders: ?, ? become $1, $2. No hot statement has a
// question mark that is none.
func (*postgresEngine) bind(query string) string {
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		query = after
	}
}

// sync has nothing to do: COMMIT returns when the log is on disk.
func (*postgresEngine) sync() error { return nil }

// aside uses a worker's connection: what it deletes is deleted again where a
// crash of the database brings it back.
func (e *postgresEngine) aside(ctx context.Context, _ *Store, work func(context.Context, *sql.Tx) error, committed func()) error {
	tx, err := e.worker.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // no effect after the commit
	if err := work(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	committed()
	return nil
}

// own takes a duty that nobody has any more, or that this node has.
func (e *postgresEngine) own(ctx context.Context, duty string, hold time.Duration) (bool, error) {
	result, err := e.worker.ExecContext(ctx, `INSERT INTO duties (name, holder, until) VALUES ($1, $2, `+realTime+` + $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE duties.holder = excluded.holder OR duties.until <= `+realTime, duty, e.process, hold.Milliseconds())
	if err != nil {
		return false, err
	}
	touched, err := result.RowsAffected()
	return touched > 0, err
}

func (e *postgresEngine) tell() { e.signal.tell() }

// stop ends what start began and gives the number back.
func (e *postgresEngine) stop(ctx context.Context) error {
	e.end()
	e.running.Wait()
	if e.node != nil {
		e.node.release(ctx)
	}
	return nil
}

func (e *postgresEngine) close() error {
	err := errors.Join(e.reader.Close(), e.writer.Close(), e.worker.Close())
	for _, pool := range []*pgxpool.Pool{e.readers, e.writers, e.workers} {
		pool.Close()
	}
	return err
}
