package main

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/muban-dev/muban/internal/pgtest"
)

// TestNodeStopsForANewerSchema: a newer program's migration that changes what
// is there, while 16 workers send to a node. The node answers what comes with
// WeChat's busy code until it is gone, ends by itself and says why; so does one
// that is started afterwards. What it accepted came before the migration.
func TestNodeStopsForANewerSchema(t *testing.T) {
	t.Parallel()
	t.Log("engine PostgreSQL")
	database := pgtest.Database(t)
	p := start(t, "serve", "--database", database)
	s := newShop(p)
	grants := s.mint("form", 5000)
	underWay, stop := make(chan struct{}), make(chan struct{})
	var accepted, busy, others atomic.Int64
	next := make(chan string)
	var running sync.WaitGroup
	onMany := sync.OnceFunc(func() { close(underWay) })
	for range 16 {
		running.Go(func() {
			for grant := range next {
				switch code := s.send(grant); code {
				case 0:
					if accepted.Add(1) == 200 {
						onMany()
					}
				case -1:
					busy.Add(1)
				case -2: // it is gone
				default:
					others.Add(1)
				}
			}
		})
	}
	running.Go(func() {
		defer close(next)
		for _, grant := range grants {
			select {
			case next <- grant:
			case <-stop:
				return
			}
		}
	})
	<-underWay
	before := migrateFurther(t, database)
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil || p.cmd.ProcessState.ExitCode() != 1 {
			t.Errorf("it ended with %v, want exit code 1", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it goes on")
	}
	close(stop)
	running.Wait()
	const why = "a newer muban migrated the database, this one stops: the database has a schema for programs that know version 999"
	if !strings.Contains(p.logs.String(), why) {
		t.Errorf("it said %q, want %q in it", p.logs, why)
	}
	t.Logf("%d accepted, %d refused as busy", accepted.Load(), busy.Load())
	if others.Load() > 0 || busy.Load() == 0 {
		t.Errorf("%d sends were answered neither with 0 nor with -1, %d with -1", others.Load(), busy.Load())
	}
	// An answer may be lost on the way when the node ends.
	if after := countRows(t, database, "messages"); after != before || before < accepted.Load() {
		t.Errorf("%d messages at the migration, %d now, %d accepted", before, after, accepted.Load())
	}
	if said := startRefused(t, database); !strings.Contains(said, "for programs that know version 999, this one knows up to") {
		t.Errorf("another one said %q", said)
	}
}

// migrateFurther does what a newer program's migration would, in one
// transaction, and returns how many messages there were when it had the table
// to itself.
func migrateFurther(t *testing.T, database string) (messages int64) {
	t.Helper()
	conn := connect(t, database)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec(t.Context(), `ALTER TABLE messages ADD COLUMN note TEXT NOT NULL DEFAULT ''; UPDATE readers SET oldest = 999;
		INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`)
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM messages`).Scan(&messages); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return messages
}

func countRows(t *testing.T, database, table string) (n int64) {
	t.Helper()
	if err := connect(t, database).QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// connect opens a connection of the test's own.
func connect(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	address, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	query.Del("pool_max_conns") // means something to Muban only
	address.RawQuery = query.Encode()
	conn, err := pgx.Connect(t.Context(), address.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) // was only used for this
	return conn
}

// startRefused starts a node that must not start, and returns what it says.
func startRefused(t *testing.T, database string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "muban", "serve", "--database", database, "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), adminTokenEnv+"="+testToken)
	said, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("it started")
	}
	return string(said)
}
