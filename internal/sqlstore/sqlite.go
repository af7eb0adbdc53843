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
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/muban-dev/muban/internal/durable"
)

// File is the name of the SQLite database in its folder.
const File = "muban.db"

// sqliteEngine is a database in a folder that one process has open.
type sqliteEngine struct {
	writer, reader *sql.DB
	path           string
	wal            *os.File // for syncing only
	files          []openFile
	checkpoints    checkpointer

	running sync.WaitGroup
	end     context.CancelFunc // of what start began
}

var _ engine = (*sqliteEngine)(nil)

// openSQLite opens the one connection that writes and the pool that reads.
// Settings that belong to a connection stand in the DSN, so that each new
// connection has them. synchronous is NORMAL because the syncer makes each
// group durable before it is answered; SQLite itself syncs around checkpoints.
func openSQLite(ctx context.Context, dir string, log *slog.Logger) (*sqliteEngine, error) {
	path := filepath.Join(dir, File)
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	writer, err := sql.Open("sqlite", dsn(path, "journal_mode(WAL)", "synchronous(NORMAL)",
		"wal_autocheckpoint("+strconv.Itoa(checkpointPages)+")", "journal_size_limit("+strconv.Itoa(keptOfLog)+")", "cache_size(-8192)"))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite", dsn(path, "query_only(1)", "cache_size(-2048)"))
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	reader.SetMaxOpenConns(max(4, runtime.NumCPU()))
	reader.SetMaxIdleConns(max(4, runtime.NumCPU()))
	if err := writer.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, err), reader.Close(), writer.Close())
	}
	copier, err := sql.Open("sqlite", dsn(path, "synchronous(NORMAL)"))
	if err != nil {
		return nil, errors.Join(err, reader.Close(), writer.Close())
	}
	copier.SetMaxOpenConns(1)
	e := &sqliteEngine{writer: writer, reader: reader, path: path, end: func() {}}
	e.checkpoints = checkpointer{db: copier, log: log, written: make(chan struct{}, 1)}
	return e, nil
}

// createPrivate makes the file of a new database, which will hold secrets and
// private keys, so that nobody but the program's user can read it. SQLite gives
// the files beside it the same mode.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	return file.Close()
}

func dsn(path string, pragmas ...string) string {
	query := url.Values{"_txlock": {"immediate"}}
	for _, pragma := range append([]string{"busy_timeout(5000)"}, pragmas...) {
		query.Add("_pragma", pragma)
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: query.Encode()}).String()
}

func (e *sqliteEngine) pools() (writer, reader *sql.DB) { return e.writer, e.reader }

// start opens the write-ahead log beside SQLite's own handle of it. The file
// is there once something was written, and stays while the store is open.
func (e *sqliteEngine) start(ctx context.Context, s *Store) (*sequence, outbox, error) {
	newest, err := newestSequence(ctx, e.writer)
	if err != nil {
		return nil, nil, err
	}
	if e.wal, err = os.OpenFile(e.path+"-wal", os.O_RDWR, 0); err != nil {
		return nil, nil, fmt.Errorf("opening the write-ahead log: %w", err)
	}
	for _, path := range []string{e.path, e.path + "-wal"} {
		info, err := os.Stat(path)
		if err != nil {
			return nil, nil, err
		}
		e.files = append(e.files, openFile{path, info})
	}
	running, end := context.WithCancel(context.Background())
	e.end = end
	e.running.Go(func() { e.checkpoints.run(running) })
	return newSequence(newest, time.Now), newLeases(e.reader), nil
}

func (*sqliteEngine) bind(query string) string { return query }

// judge knows broken unique keys and a disk without room; anything else is the
// statement's fault.
func (*sqliteEngine) judge(err error) verdict {
	if broken, ok := errors.AsType[*sqlite.Error](err); ok {
		switch broken.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return duplicate
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE:
			return busy
		}
	}
	return fault
}

func (e *sqliteEngine) sync() error {
	e.checkpoints.tell()
	for _, file := range e.files {
		if err := file.inPlace(); err != nil {
			return err
		}
	}
	return durable.Sync(e.wal)
}

// openFile is a file that is written to, as it was found.
type openFile struct {
	path string
	info os.FileInfo
}

// inPlace fails where the file was deleted or replaced: what is written to it
// then is found by nobody.
func (f openFile) inPlace() error {
	now, err := os.Stat(f.path)
	if err == nil && !os.SameFile(now, f.info) {
		err = fmt.Errorf("%s was replaced by another file while it was written to", f.path)
	}
	return err
}

// undone knows a write that failed: what makes a transaction one is the end of
// the last write to the log, and SQLite takes back what was written before. It
// calls a full disk so, and any other reason (a quota, a limit of files' sizes,
// a disk that is broken) an error of writing.
func (e *sqliteEngine) undone(err error) bool { return e.judge(err) == busy }

// renew has nothing to do: there is no server that may have gone.
func (*sqliteEngine) renew() {}

// aside goes through the committer, the only writer there is.
func (*sqliteEngine) aside(ctx context.Context, s *Store, work func(context.Context, *sql.Tx) error, committed func()) error {
	return s.committer.submit(&job{ctx: ctx, work: work, committed: committed})
}

func (*sqliteEngine) own(context.Context, string, time.Duration) (bool, error) { return true, nil }

func (*sqliteEngine) tell() {}

func (e *sqliteEngine) stop(context.Context) error {
	e.end()
	e.running.Wait()
	return nil
}

func (e *sqliteEngine) close() error {
	var wal error
	if e.wal != nil {
		wal = e.wal.Close()
	}
	return errors.Join(wal, e.checkpoints.db.Close(), e.reader.Close(), e.writer.Close())
}
