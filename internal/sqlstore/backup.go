package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
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
	if _, err := os.Lstat(to); err == nil {
		return 0, alreadyThere(to)
	}
	if _, err := os.Stat(filepath.Join(dir, File)); err != nil {
		return 0, fmt.Errorf("there is no store to back up in %s: %w", dir, err)
	}
	// In a folder of its own, since SQLite keeps a journal beside the copy, and
	// leaves it there where the disk is full.
	folder, err := os.MkdirTemp(filepath.Dir(to), ".muban-backup-*")
	if err != nil {
		return 0, fmt.Errorf("making the backup's file: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	// Made before SQLite does, it is readable by its owner only.
	part, err := os.OpenFile(filepath.Join(folder, File), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, fmt.Errorf("making the backup's file: %w", err)
	}
	defer func() { err = errors.Join(err, part.Close()) }()
	if err := vacuumInto(ctx, filepath.Join(dir, File), part.Name()); err != nil {
		return 0, fmt.Errorf("copying %s: %w", filepath.Join(dir, File), err)
	}
	if err := part.Sync(); err != nil {
		return 0, fmt.Errorf("syncing the backup: %w", err)
	}
	info, err := part.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), giveName(part.Name(), to)
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

// giveName gives a finished file its name, unless that is taken.
func giveName(part, to string) error {
	switch err := os.Link(part, to); {
	case errors.Is(err, fs.ErrExist):
		return alreadyThere(to)
	case err != nil: // a file system without links
		if _, err := os.Lstat(to); err == nil {
			return alreadyThere(to)
		}
		if err := os.Rename(part, to); err != nil {
			return fmt.Errorf("naming the backup: %w", err)
		}
	}
	return syncFolder(filepath.Dir(to))
}

func alreadyThere(to string) error {
	return fmt.Errorf("%s is there already and is not written over: give each backup a name of its own", to)
}

// syncFolder makes a new name survive a power failure.
func syncFolder(dir string) (err error) {
	if runtime.GOOS == "windows" { // where folders cannot be synced
		return nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	return folder.Sync()
}
