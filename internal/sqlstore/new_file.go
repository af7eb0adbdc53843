package sqlstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// newFile makes a file, readable by its owner only, that has its name once
// fill has written all of it and it is on disk. Where that fails there is no
// file; what is there already is never written over.
func newFile(to string, fill func(part *os.File) error) (err error) {
	if _, err := os.Lstat(to); err == nil {
		return alreadyThere(to)
	}
	// In a folder of its own, since SQLite keeps a journal beside a copy, and
	// leaves it there where the disk is full.
	folder, err := os.MkdirTemp(filepath.Dir(to), ".muban-part-*")
	if err != nil {
		return fmt.Errorf("making the file %s: %w", to, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	// Made before others do, it is readable by its owner only.
	part, err := os.OpenFile(filepath.Join(folder, "part"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("making the file %s: %w", to, err)
	}
	defer func() { err = errors.Join(err, part.Close()) }()
	if err := fill(part); err != nil {
		return err
	}
	if err := part.Sync(); err != nil {
		return fmt.Errorf("syncing the file %s: %w", to, err)
	}
	return giveName(part.Name(), to)
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
			return fmt.Errorf("naming the file: %w", err)
		}
	}
	return syncFolder(filepath.Dir(to))
}

func alreadyThere(to string) error {
	return fmt.Errorf("%s is there already and is not written over: give another name", to)
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
