// Package datadir keeps a data folder for one process.
package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockFile holds, while it is locked, a line that says who has the folder.
const lockFile = "muban.lock"

// Lock is a process's hold on its data folder. The system gives it up when
// the process ends, however it ends.
type Lock struct {
	file *os.File
}

// Acquire makes the folder if it is missing and takes it for this process. If
// another process has it, the error names that process.
func Acquire(dir string) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	path := filepath.Join(dir, lockFile)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the data folder's lock: %w", err)
	}
	if err := lockExclusively(file); err != nil {
		holder, _ := os.ReadFile(path) // best effort: the name of the first
		return nil, errors.Join(inUse(dir, strings.TrimSpace(string(holder)), err), file.Close())
	}
	note := fmt.Sprintf("process %d, since %s\n", os.Getpid(), time.Now().Format(time.RFC3339))
	if err := rewrite(file, note); err != nil {
		return nil, errors.Join(fmt.Errorf("writing the data folder's lock: %w", err), file.Close())
	}
	return &Lock{file: file}, nil
}

func inUse(dir, holder string, cause error) error {
	if !errors.Is(cause, errLocked) {
		return fmt.Errorf("locking the data folder %s: %w", dir, cause)
	}
	if holder == "" {
		holder = "another process"
	}
	return fmt.Errorf("the data folder %s is in use by %s: stop it first, or give this one a folder of its own with --data", dir, holder)
}

// errLocked is what lockExclusively answers where another has the lock.
var errLocked = errors.New("locked by another process")

func rewrite(file *os.File, text string) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	if _, err := file.WriteAt([]byte(text), 0); err != nil {
		return err
	}
	return file.Sync()
}

// Release gives the folder up. The lock's file stays, unlocked.
func (l *Lock) Release() error { return l.file.Close() }
