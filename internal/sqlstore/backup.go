package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup copies the SQLite database in the folder dir to the new file to and
// returns the copy's size in bytes. A server may be working on the folder
// meanwhile: the copy is the store at one moment, and holds all that was
// acknowledged before Backup was called. It is complete and on disk before it
// has its name; what is there already is never written over.
//
// The copy is one SQLite database without a log beside it. To restore it, put
// it into an empty folder as [File].
func Backup(ctx context.Context, dir, to string) (size int64, err error) {
	if err := Present(dir); err != nil {
		return 0, err
	}
	err = newFile(to, func(part *os.File) error {
		if err := vacuumInto(ctx, filepath.Join(dir, File), part.Name()); err != nil {
			return fmt.Errorf("copying %s: %w", filepath.Join(dir, File), err)
		}
		info, err := part.Stat()
		if err == nil {
			size = info.Size()
		}
		return err
	})
	return size, err
}

// Present is nil where the folder has an embedded store.
func Present(dir string) error {
	switch _, err := os.Stat(filepath.Join(dir, File)); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no store in %s: it has no %s", dir, File)
	case err != nil:
		return fmt.Errorf("looking for a store in %s: %w", dir, err)
	}
	return nil
}

// vacuumInto copies a database as one reading transaction sees it. In WAL mode
// that holds up no writer of another process; the log grows until it is done.
func vacuumInto(ctx context.Context, from, to string) (err error) {
	db, err := sql.Open("sqlite", dsn(from)+"&mode=rw") // never makes a database
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if err := refuseHalfImported(ctx, db); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, to)
	return err
}
