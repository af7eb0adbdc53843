package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite writes a transaction into its log, the frame that commits it last, and
// then notes in the log's index (muban.db-shm) where its pages are. Where the
// index cannot grow, because the disk is full, COMMIT fails and the process
// never sees the transaction; but whoever reads the log after a kill finds it
// whole, and takes it for committed. The next transaction is written over it:
// frames that follow no longer fit the checksums, and are nothing.

// coverFailed has the transaction, which began after a COMMIT had failed,
// write something and so cover what that one left in the log.
func coverFailed(ctx context.Context, tx *sql.Tx) error {
	const key = "covering" // never seen: it goes in the same transaction
	if err := setMeta(ctx, tx, key, ""); err != nil {
		return fmt.Errorf("covering a commit that failed: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key = $1`, key); err != nil {
		return fmt.Errorf("covering a commit that failed: %w", err)
	}
	return nil
}

// isLogged reports whether a COMMIT of SQLite's failed only once all of it was
// in the log: for want of room in the index, or of memory to map it.
func isLogged(err error) bool {
	failed, ok := errors.AsType[interface {
		error
		Code() int
	}](err)
	return ok && (failed.Code() == sqlite3.SQLITE_IOERR_SHMSIZE || failed.Code() == sqlite3.SQLITE_IOERR_SHMMAP)
}
