package sqlstore

import (
	"context"
	"database/sql"
	"log/slog"
	"time"
)

// How SQLite's write-ahead log is copied into the database, in pages unless it
// says otherwise.
const (
	// checkpointPages is how long the log grows before a COMMIT copies what is
	// left of it and the next one begins it anew. Longer means fewer copies of a
	// page that changes often.
	checkpointPages = 8192
	// copyAhead is from where on it is copied beside the commits: soon enough
	// to be nearly done by then.
	copyAhead = checkpointPages * 3 / 4
	// keptOfLog is how much of the log's file is kept, in bytes, when the log
	// begins anew: it grows beyond that while somebody reads for minutes, as a
	// backup does.
	keptOfLog = 64 << 20
	// worthCopying is how much must have been written since to copy again.
	worthCopying = checkpointPages / 32
)

// checkpointPause lies between two looks at the log.
const checkpointPause = 10 * time.Millisecond

// checkpointer copies the log into the database while the committer writes on.
// Otherwise every few thousandth COMMIT would do all of it, and whoever sends
// meanwhile would wait.
type checkpointer struct {
	db  *sql.DB // one connection
	log *slog.Logger
	// written is told of commits.
	written chan struct{}
}

func (c *checkpointer) tell() {
	select {
	case c.written <- struct{}{}:
	default: // one signal is enough
	}
}

// run copies until ctx ends. The log is whole without it: what it cannot copy
// a COMMIT does.
func (c *checkpointer) run(ctx context.Context) {
	pause := time.NewTicker(checkpointPause)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.written:
		}
		if err := c.copy(ctx); err != nil && ctx.Err() == nil {
			c.log.WarnContext(ctx, "copying the write-ahead log failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

// copy copies for as long as commits add much meanwhile and readers of an
// older state do not hold it up.
func (c *checkpointer) copy(ctx context.Context) error {
	for before := -1; ; {
		written, copied, err := c.checkpoint(ctx, "NOOP")
		if err != nil || written < copyAhead || written-copied < worthCopying || copied == before {
			return err
		}
		before = copied
		if _, _, err := c.checkpoint(ctx, "PASSIVE"); err != nil {
			return err
		}
	}
}

// checkpoint reports how many pages the log has, and how many of them are in
// the database; NOOP only looks.
func (c *checkpointer) checkpoint(ctx context.Context, mode string) (written, copied int, err error) {
	var busy int
	err = c.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(`+mode+`)`).Scan(&busy, &written, &copied)
	return written, copied, err
}
