package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/muban-dev/muban"
)

// engine is what differs between the databases. Everything else is one SQL:
// static statements write their placeholders $N, which both understand, hot
// ones ?, which bind rewrites where the driver wants it.
type engine interface {
	// pools are the connections: writer for the committer, the schema and what
	// begins a store; reader for everything that reads.
	pools() (writer, reader *sql.DB)
	// migrations says how the schema is brought up to date.
	migrations() dialect
	// start begins what the engine does besides, once the schema is there, and
	// returns where ids come from and who may deliver what.
	start(ctx context.Context, s *Store) (*sequence, outbox, error)
	// bind writes a query's placeholders as the driver wants them.
	bind(query string) string
	// judge says what an error means; nil is fault.
	judge(err error) verdict
	// undone reports whether a COMMIT that failed has certainly stored nothing.
	undone(err error) bool
	// renew has every connection made anew: one that is in use once it is given
	// back.
	renew()
	// sync makes what was committed durable, where COMMIT has not done so.
	sync() error
	// aside does work in a transaction that no caller waits for. Where others
	// share the database it is none of a group's, and may be lost in a crash.
	// committed runs once it is committed.
	aside(ctx context.Context, s *Store, work func(context.Context, *sql.Tx) error, committed func()) error
	// own makes this node the only one to do something for a while (real
	// time); false where another is.
	own(ctx context.Context, duty string, hold time.Duration) (bool, error)
	// tell lets other nodes know, some time soon, that messages changed.
	tell()
	// stop ends what start began; close ends the connections.
	stop(ctx context.Context) error
	close() error
}

// outbox is how an engine keeps two workers from the same app's callbacks.
type outbox interface {
	// hint says that apps have callbacks due; due returns those that may have.
	hint(appIDs ...string)
	due(ctx context.Context, now time.Time) ([]string, error)
	// claim holds callbacks of an app that are due, those that are due the
	// longest first, for a while (real time) and under a lease. None are
	// claimed while another holds any of the app's.
	claim(ctx context.Context, lease muban.Lease, appID string, now time.Time, most int, hold time.Duration) ([]muban.Callback, error)
	// held returns those results, all of one app, whose callbacks the lease
	// still holds, and keeps it so until the transaction ends.
	held(ctx context.Context, tx *sql.Tx, lease muban.Lease, results []muban.PushResult) ([]muban.PushResult, error)
	// postpone gives a callback its next time and ends the hold on it, in the
	// committer's transaction, by flush at the latest.
	postpone(ctx context.Context, h *hot, appID string, seq int64, due time.Time) error
	// release ends the hold on what an app has left of a lease.
	release(ctx context.Context, lease muban.Lease, appID string) error
}

// verdict is what an error of the database means for the work it ended.
type verdict int

const (
	// fault: the statement or its values. Other jobs of the group may be fine.
	fault verdict = iota
	// duplicate: a unique key is taken.
	duplicate
	// unstorable: a text that the database cannot hold.
	unstorable
	// again: given up for another transaction's sake; the same may go well now.
	again
	// busy: no room or no time; nothing was stored, the connection is good.
	busy
	// away: the connection or the database is gone; before a COMMIT nothing
	// was stored, after it nobody knows.
	away
)

// lock is what a SELECT ends with that keeps its rows from other nodes until
// the transaction ends, taking them in that order so that no two nodes wait
// for each other. Who only holds them (see hold) is not kept off, or two nodes
// that hold the same app and then want it for themselves would wait for each
// other. Where one process has the database alone it is empty.
func (s *Store) lock(order string) string {
	if !s.shared {
		return ""
	}
	return " ORDER BY " + order + " FOR NO KEY UPDATE"
}

// lockFree is what a SELECT ends with that keeps its rows from other nodes and
// leaves those out that another has, so that it waits for nobody.
func (s *Store) lockFree() string {
	if !s.shared {
		return ""
	}
	return " FOR UPDATE SKIP LOCKED"
}
