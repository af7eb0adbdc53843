package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/muban-dev/muban"
)

// Options say where the store is and how it behaves.
type Options struct {
	// Dir is the folder of the SQLite database; it must exist.
	Dir string
	Log *slog.Logger
	// Queue is how many writes may wait for the committer before further ones
	// are refused as busy; 0 means 4096.
	Queue int
	// ObserveGroup is told how many writes each commit held; may be nil.
	ObserveGroup func(writes int)
	// Starter is the template library that a new database begins with.
	Starter []muban.Title
}

// Store keeps everything in one SQLite database. It is safe for concurrent
// use by one process; see [Open].
type Store struct {
	writer    *sql.DB
	reader    *sql.DB
	hot       *hot
	wal       *os.File // for syncing only
	ids       *sequence
	committer *committer
	changes   changes
	leases    leases
	recent    *recentGrants // the committer's alone
	due       chan struct{}
	log       *slog.Logger
}

// File is the name of the database in its folder.
const File = "muban.db"

// Open opens the database in the folder, applying what is missing of the
// schema. The caller makes sure that no other process has it open.
func Open(ctx context.Context, o Options) (*Store, error) {
	writer, reader, err := openSQLite(filepath.Join(o.Dir, File))
	if err != nil {
		return nil, err
	}
	s := &Store{writer: writer, reader: reader, due: make(chan struct{}, 1), recent: newRecentGrants(), log: o.Log}
	if err := s.prepare(ctx, o); err != nil {
		return nil, errors.Join(err, reader.Close(), writer.Close())
	}
	if s.wal, err = openLog(filepath.Join(o.Dir, File)); err != nil {
		return nil, errors.Join(err, reader.Close(), writer.Close())
	}
	if s.hot, err = newHot(ctx, writer); err != nil {
		return nil, errors.Join(err, s.wal.Close(), reader.Close(), writer.Close())
	}
	queue := o.Queue
	if queue == 0 {
		queue = defaultQueue
	}
	observe := o.ObserveGroup
	if observe == nil {
		observe = func(int) {}
	}
	s.committer = startCommitter(s, queue, observe)
	return s, nil
}

func (s *Store) prepare(ctx context.Context, o Options) error {
	if err := s.writer.PingContext(ctx); err != nil {
		return fmt.Errorf("opening %s: %w", filepath.Join(o.Dir, File), err)
	}
	if _, err := migrateUp(ctx, s.writer); err != nil {
		return err
	}
	newest, err := newestSequence(ctx, s.writer)
	if err != nil {
		return err
	}
	s.ids = newSequence(newest, time.Now)
	return s.seedLibrary(ctx, o.Starter)
}

// Close commits what waits, then closes the database.
func (s *Store) Close() error {
	s.committer.stop()
	return errors.Join(s.wal.Close(), s.hot.close(), s.reader.Close(), s.writer.Close())
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.reader.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
}

// openSQLite opens the one connection that writes and the pool that reads.
// Settings that belong to a connection stand in the DSN, so that each new
// connection has them. synchronous is NORMAL because the syncer makes each
// group durable before it is answered; SQLite itself syncs around checkpoints.
func openSQLite(path string) (writer, reader *sql.DB, err error) {
	writer, err = sql.Open("sqlite", dsn(path, "journal_mode(WAL)", "synchronous(NORMAL)",
		"wal_autocheckpoint("+strconv.Itoa(checkpointPages)+")", "cache_size(-8192)"))
	if err != nil {
		return nil, nil, err
	}
	writer.SetMaxOpenConns(1)
	reader, err = sql.Open("sqlite", dsn(path, "query_only(1)", "cache_size(-4096)"))
	if err != nil {
		return nil, nil, errors.Join(err, writer.Close())
	}
	reader.SetMaxOpenConns(max(4, runtime.NumCPU()))
	reader.SetMaxIdleConns(max(4, runtime.NumCPU()))
	return writer, reader, nil
}

// checkpointPages is how much of the log gathers before it is copied into the
// database: larger means fewer copies of a page that changes often.
const checkpointPages = 8192

func dsn(path string, pragmas ...string) string {
	query := url.Values{"_txlock": {"immediate"}}
	for _, pragma := range append([]string{"busy_timeout(5000)"}, pragmas...) {
		query.Add("_pragma", pragma)
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: query.Encode()}).String()
}
