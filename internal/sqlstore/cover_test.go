package sqlstore

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/muban-dev/muban"
)

// TestFailedCommitIsNotInTheLog: a COMMIT can fail once all of it is in the log
// (the disk is full, and the log's index cannot grow). What is answered as busy
// then does not come back when the process is killed.
func TestFailedCommitIsNotInTheLog(t *testing.T) {
	t.Parallel()
	store := openForTest(t, 0)
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	path := store.engine.(*sqliteEngine).path
	left := leaveInLog(t, store, path)
	if !isStored(t, killed(t, path), left) {
		t.Fatal("the log does not hold the send: the test shows nothing")
	}
	if err := recovered(store, left); err == nil {
		t.Fatal("the send was accepted")
	} else {
		wantBusy(t, err)
	}
	if isStored(t, killed(t, path), left) {
		t.Error("a send that was answered as busy is stored after a kill")
	}
	if _, err := store.Accept(t.Context(), anySend()); err != nil {
		t.Errorf("the next send: %v", err)
	}
}

// TestUnsyncedCoverIsAnUnknownOutcome: as long as the disk has not confirmed
// that a failed COMMIT is covered, nobody is told that nothing was stored.
func TestUnsyncedCoverIsAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	store := openForTest(t, 0)
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	engine := &failingLater{sqliteEngine: store.engine.(*sqliteEngine)}
	store.engine = engine
	left := leaveInLog(t, store, engine.path)
	engine.fails.Store(true)
	if err := recovered(store, left); !errors.Is(err, muban.ErrOutcomeUnknown) {
		t.Errorf("got %v, want %v", err, muban.ErrOutcomeUnknown)
	}
}

// failingLater is an embedded database whose syncs fail from a moment on.
type failingLater struct {
	*sqliteEngine
	fails atomic.Bool
}

func (e *failingLater) sync() error {
	if e.fails.Load() {
		return errors.New("the disk failed")
	}
	return e.sqliteEngine.sync()
}

// noIndex is SQLite's error where the log's index cannot grow.
type noIndex struct{}

func (noIndex) Error() string { return "disk I/O error" }
func (noIndex) Code() int     { return sqlite3.SQLITE_IOERR_SHMSIZE }

// recovered is what the sender of a message is told after its COMMIT failed.
func recovered(store *Store, id muban.MessageID) error {
	j := anyJob()
	j.accept.Message.ID = id
	store.committer.recover([]*job{j}, make([]error, 1), errors.Join(errCommit, noIndex{}))
	return <-j.answer
}

// leaveInLog appends a send to the store's log that the store does not know of,
// as a COMMIT does that fails after its last frame: a twin of the store wrote it.
func leaveInLog(t *testing.T, store *Store, path string) muban.MessageID {
	t.Helper()
	if _, err := store.Accept(t.Context(), anySend()); err != nil {
		t.Fatal(err)
	}
	dir := killed(t, path)
	twin, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	twin.templates.put(templateKey{appID: "app"})
	sent, err := twin.Accept(t.Context(), anySend())
	if err != nil {
		t.Fatal(err)
	}
	log := path + "-wal"
	ours, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile(filepath.Join(dir, File+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	if err := twin.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(theirs, ours) || len(theirs) == len(ours) {
		t.Fatalf("the twin's log (%d bytes) does not go on where ours ends (%d)", len(theirs), len(ours))
	}
	if err := os.WriteFile(log, theirs, 0o600); err != nil {
		t.Fatal(err)
	}
	return sent.ID
}

// killed is a copy of the store at a path as kill -9 would leave it now.
func killed(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, File+suffix), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// isStored opens a store and asks whether it has a message.
func isStored(t *testing.T, dir string, id muban.MessageID) bool {
	t.Helper()
	store, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Message(t.Context(), id)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if refusal := new(muban.Refusal); err != nil && !errors.As(err, &refusal) {
		t.Fatal(err)
	}
	return err == nil
}
