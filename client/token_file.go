package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// FileTokens keeps tokens as files of a folder, for the processes of one
// machine. A file is replaced as a whole: whoever reads it finds the old token
// or the new one. Locks are the system's and go with the process that held them.
// It is not for folders of a network, whose locks cannot be relied on.
type FileTokens struct {
	dir string
}

var _ TokenLocker = (*FileTokens)(nil)

// NewFileTokens keeps tokens in a folder, which is made if it is missing, for
// its owner alone. Whoever can read it can send as its apps.
func NewFileTokens(dir string) (*FileTokens, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of access tokens: %w", err)
	}
	return &FileTokens{dir: dir}, nil
}

// Load returns the token under a key. A file that cannot be understood counts
// as none: the next token takes its place.
func (f *FileTokens) Load(ctx context.Context, key string) (Token, error) {
	// Where the system does not let a file be replaced while it is read, the
	// lock keeps the two apart.
	unlock, err := f.lock(ctx, key, ".lock")
	if err != nil {
		return Token{}, err
	}
	defer unlock()
	return f.read(key)
}

func (f *FileTokens) read(key string) (Token, error) {
	text, err := os.ReadFile(f.path(key, ".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return Token{}, nil
	}
	if err != nil {
		return Token{}, err
	}
	var t Token
	if json.Unmarshal(text, &t) != nil {
		t = Token{}
	}
	return t, nil
}

// Replace puts next in the place of the token of generation held.
func (f *FileTokens) Replace(ctx context.Context, key string, held uint64, next Token) (bool, error) {
	unlock, err := f.lock(ctx, key, ".lock")
	if err != nil {
		return false, err
	}
	defer unlock()
	there, err := f.read(key)
	if err != nil || there.Generation != held {
		return false, err
	}
	text, err := json.Marshal(next)
	if err != nil {
		return false, err
	}
	return true, replaceFile(f.path(key, ".json"), text)
}

// replaceFile writes a file beside the other and then gives it its name.
func replaceFile(path string, text []byte) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*") // for its owner alone
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// Lock waits until no other process, and nobody else in this one, holds the
// key.
func (f *FileTokens) Lock(ctx context.Context, key string) (unlock func(), err error) {
	return f.lock(ctx, key, ".fetch.lock")
}

// lockPoll is how often a lock that another holds is tried again: it is held
// for the time of a call to the platform.
const lockPoll = 10 * time.Millisecond

func (f *FileTokens) lock(ctx context.Context, key, kind string) (unlock func(), err error) {
	path := f.path(key, kind)
	for {
		unlock, err = tryLock(path)
		if err == nil || !errors.Is(err, errLocked) {
			return unlock, err
		}
		if err := (systemClock{}).Sleep(ctx, lockPoll); err != nil {
			return nil, err
		}
	}
}

// errLocked is what tryLock answers where another has the lock.
var errLocked = errors.New("locked by another")

// path is the file of a key. Keys have characters that no file name has, and
// may be longer than one.
func (f *FileTokens) path(key, kind string) string {
	const longest = 200
	name := url.QueryEscape(key)
	if len(name) > longest {
		sum := sha256.Sum256([]byte(key))
		name = hex.EncodeToString(sum[:])
	}
	return filepath.Join(f.dir, name+kind)
}
