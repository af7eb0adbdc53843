package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/muban-dev/muban"
)

// Options say where the store is and how it behaves.
type Options struct {
	// Dir is the folder of the SQLite database; it must exist.
	Dir string
	// Database is the address of a PostgreSQL database, which is used instead
	// of Dir where it is given.
	Database string
	Log      *slog.Logger
	// Queue is how many writes may wait for the committer before further ones
	// are refused as busy; 0 means 4096.
	Queue int
	// ObserveGroup is told how many writes each commit held; may be nil.
	ObserveGroup func(writes int)
	// ObserveMessage is told how each accepted message ended; may be nil.
	ObserveMessage func(muban.State)
	// Starter is the template library that a new database begins with.
	Starter []muban.Title

	// migrations are those of a later version, in tests; nil are the program's.
	migrations fs.FS
	// settled is sooner than usual, in tests; 0 is usual.
	settled time.Duration
	// unfiled is fewer than usual, in tests; 0 is usual.
	unfiled int
	// forNode is set by Open: the connections are a node's.
	forNode bool
}

// Store keeps everything in one SQL database. It is safe for concurrent use:
// by one process on SQLite, by several on PostgreSQL. See [Open].
type Store struct {
	engine      engine
	shared      bool // other processes write to the same database
	writer      *sql.DB
	reader      *sql.DB
	hot         *hot
	ids         *sequence
	committer   *committer
	changes     changes
	tails       tails
	outbox      outbox
	recent      *recentGrants  // the committer's alone; nil where others write too
	templates   *keptTemplates // as recent
	users       together[userID, muban.User]
	filing      *filing // as recent
	due         chan struct{}
	observe     func(muban.State)
	log         *slog.Logger
	settled     time.Duration // see usuallySettled
	mostUnfiled int           // see usuallyUnfiled

	migrations fs.FS
	knows      int64 // the newest migration
	hasEnded   atomic.Bool
	ended      chan error // see Ended
}

// Open opens the database, applying what is missing of the schema. The caller
// makes sure that no other process has the same SQLite database open.
func Open(ctx context.Context, o Options) (_ *Store, err error) {
	o.forNode = true
	s, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.engine.stop(ctx), s.engine.close())
		}
	}()
	now, err := s.migrateUp(ctx)
	if err != nil {
		return nil, err
	}
	if s.knows = now.knows; now.has > now.knows {
		s.log.WarnContext(ctx, "the database's schema is newer than this program, which may still work on it", "schema", now.has, "known", now.knows)
	}
	if err := refuseHalfImported(ctx, s.reader); err != nil {
		return nil, err
	}
	if s.ids, s.outbox, err = s.engine.start(ctx, s); err != nil {
		return nil, err
	}
	if err := s.seedLibrary(ctx, o.Starter); err != nil {
		return nil, err
	}
	if s.hot, err = s.newHot(ctx); err != nil {
		return nil, err
	}
	if err := s.fileAll(ctx); err != nil {
		return nil, errors.Join(err, s.hot.close())
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

// connect opens the connections, whatever is in the database.
func connect(ctx context.Context, o Options) (*Store, error) {
	s := &Store{due: make(chan struct{}, 1), log: o.Log, shared: o.Database != "", observe: o.ObserveMessage, ended: make(chan error, 1)}
	s.settled, s.mostUnfiled = cmp.Or(o.settled, usuallySettled), cmp.Or(o.unfiled, usuallyUnfiled)
	if s.migrations = o.migrations; s.migrations == nil {
		s.migrations = allMigrations
	}
	if s.observe == nil {
		s.observe = func(muban.State) {}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if s.shared {
		s.engine, err = openPostgres(ctx, o.Database, s.log, o.forNode)
	} else {
		s.recent, s.templates, s.filing = newRecentGrants(mostRecent), newKeptTemplates(), &filing{}
		s.engine, err = openSQLite(ctx, o.Dir, s.log)
	}
	if err != nil {
		return nil, err
	}
	s.writer, s.reader = s.engine.pools()
	s.users.read, s.users.most = s.usersByAnyID, mostUsersAtOnce
	return s, nil
}

// Close commits what waits, then closes the database.
func (s *Store) Close() error {
	s.committer.stop()
	ctx, cancel := context.WithTimeout(context.Background(), goodbyeTimeout)
	defer cancel()
	return errors.Join(s.engine.stop(ctx), s.hot.close(), s.engine.close())
}

// Engine names the database's kind: SQLite or PostgreSQL.
func (s *Store) Engine() string {
	if s.shared {
		return "PostgreSQL"
	}
	return "SQLite"
}

// Ping reports, within two seconds, whether the database answers and takes
// writes.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.committer.refuses(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	var one int
	return s.reader.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
}

// announceChange tells those who wait for messages, here and on other nodes.
func (s *Store) announceChange() {
	s.changes.announce()
	s.engine.tell()
}
