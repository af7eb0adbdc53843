package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/muban-dev/muban"
)

func openForTest(t *testing.T, queue int) *Store {
	t.Helper()
	store, err := Open(t.Context(), Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Queue: queue})
	if err != nil {
		t.Fatal(err)
	}
	store.templates.put(templateKey{appID: "app"}) // anySend's is none that was made
	return store
}

// anySend is a send that is always accepted.
func anySend() muban.Accept {
	return muban.Accept{
		Message: muban.Message{AppID: "app", Platform: muban.WeChatMini, State: muban.StateAccepted},
		Decide:  func(muban.Ledger) *muban.Refusal { return nil },
	}
}

func anyJob() *job {
	return &job{ctx: context.Background(), accept: &acceptance{Accept: anySend(), body: []byte(`{"platform":"wechat-mini"`)}, answer: make(chan error, 1)}
}

func wantBusy(t *testing.T, err error) {
	t.Helper()
	var refusal *muban.Refusal
	if !errors.As(err, &refusal) || refusal.Kind != muban.KindBusy {
		t.Errorf("got %v, want a refusal of kind busy", err)
	}
}

// TestFullQueuePushesBack: while the committer is held up, as many writes wait
// as the queue has places; the next one is refused at once.
func TestFullQueuePushesBack(t *testing.T) {
	t.Parallel()
	const places = 3
	store := openForTest(t, places)
	app, err := store.CreateApp(t.Context(), muban.App{ID: "app", Platform: muban.WeChatMini})
	if err != nil {
		t.Fatal(err)
	}
	held, release := make(chan struct{}), make(chan struct{})
	var waiting sync.WaitGroup
	waiting.Go(func() {
		_, err := store.UpdateApp(context.Background(), app.ID, func(*muban.App) error {
			close(held)
			<-release
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	for range places {
		if err := store.committer.enqueue(anyJob()); err != nil {
			t.Fatal(err)
		}
	}
	_, err = store.Accept(context.Background(), anySend())
	wantBusy(t, err)
	close(release)
	waiting.Wait()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = store.Accept(context.Background(), anySend())
	wantBusy(t, err)
}

// failingOnce is an embedded database whose first sync fails once it may.
type failingOnce struct {
	*sqliteEngine
	begun, fail chan struct{}
	failed      bool // the syncer's alone
}

func (e *failingOnce) sync() error {
	if e.failed {
		return nil
	}
	e.failed = true
	close(e.begun)
	<-e.fail
	return errors.New("the disk failed")
}

// TestFailedSyncIsAnUnknownOutcome: if the disk does not confirm a commit,
// nobody is told that it was stored or that it was not, and nothing more is
// accepted: neither what was written meanwhile, whatever a later sync says, nor
// what comes after it.
func TestFailedSyncIsAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	store := openForTest(t, 0)
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	engine := &failingOnce{sqliteEngine: store.engine.(*sqliteEngine), begun: make(chan struct{}), fail: make(chan struct{})}
	store.engine = engine
	jobs := [2]*job{anyJob(), anyJob()}
	if err := store.committer.enqueue(jobs[0]); err != nil {
		t.Fatal(err)
	}
	<-engine.begun
	if err := store.committer.enqueue(jobs[1]); err != nil {
		t.Fatal(err)
	}
	close(engine.fail)
	for i, job := range jobs {
		if err := <-job.answer; !errors.Is(err, muban.ErrOutcomeUnknown) {
			t.Errorf("send %d: got %v, want %v", i, err, muban.ErrOutcomeUnknown)
		}
	}
	wantEnded(t, store, "the disk failed")
}

// wantEnded checks that nothing more is accepted, and that the store says why.
func wantEnded(t *testing.T, store *Store, why string) {
	t.Helper()
	_, err := store.Accept(context.Background(), anySend())
	wantBusy(t, err)
	if err := <-store.Ended(); !strings.Contains(err.Error(), why) {
		t.Errorf("the store ended for %v, want %q", err, why)
	}
	if err := store.Ping(t.Context()); err == nil {
		t.Error("the store says that it takes writes")
	}
}

// TestFilesTakenAway: what is written to files that were deleted or replaced is
// not accepted.
func TestFilesTakenAway(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		take func(t *testing.T, path string)
		why  string
	}{
		"the folder is deleted": {func(t *testing.T, path string) {
			t.Helper()
			if err := os.RemoveAll(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
		}, "no such file"},
		"another database is put there": {func(t *testing.T, path string) {
			t.Helper()
			if err := errors.Join(os.WriteFile(path+"-new", nil, 0o600), os.Rename(path+"-new", path)); err != nil {
				t.Fatal(err)
			}
		}, "was replaced by another file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := openForTest(t, 0)
			test.take(t, store.engine.(*sqliteEngine).path)
			if _, err := store.Accept(context.Background(), anySend()); !errors.Is(err, muban.ErrOutcomeUnknown) {
				t.Errorf("got %v, want %v", err, muban.ErrOutcomeUnknown)
			}
			wantEnded(t, store, test.why)
			_ = store.Close() // it has nothing to close any more
		})
	}
}

// TestFullDisk: while the disk is full every write is busy and nothing of it is
// stored; once there is room again writes are accepted.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	store := openForTest(t, 0)
	runsOutOfRoom(t, store, func(room bool) {
		pages := 1 // SQLite takes as many as there are
		if room {
			pages = 1 << 30
		}
		err := store.write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// runsOutOfRoom closes the store in the end.
func runsOutOfRoom(t *testing.T, store *Store, setRoom func(room bool)) {
	t.Helper()
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	setRoom(false)
	large := muban.App{Platform: muban.WeChatMini, Name: strings.Repeat("name", 1<<14)}
	full := 0
	for i := range 20 {
		large.ID = fmt.Sprintf("app%d", i)
		if _, err := store.CreateApp(t.Context(), large); err != nil {
			wantBusy(t, err)
			full++
		}
	}
	if full == 0 {
		t.Fatal("the disk was never full")
	}
	setRoom(true)
	large.ID = "app19"
	if _, err := store.CreateApp(t.Context(), large); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if _, err := store.Accept(t.Context(), anySend()); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// TestOneBadJobFailsAlone: work that fails is undone by itself; its group goes
// on.
func TestOneBadJobFailsAlone(t *testing.T) {
	t.Parallel()
	store := openForTest(t, 0)
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	good, clash := &acceptance{Accept: anySend(), body: []byte(`{"platform":"wechat-mini"`)}, &acceptance{Accept: anySend(), body: []byte(`{"platform":"wechat-mini"`)}
	first, err := store.Accept(context.Background(), anySend())
	if err != nil {
		t.Fatal(err)
	}
	clash.Message.ID = first.ID // its row is there already: the statement fails
	seq, err := store.ids.next()
	if err != nil {
		t.Fatal(err)
	}
	good.Message.ID = muban.NewMessageID(muban.WeChatMini, seq)
	group := []*job{
		{ctx: context.Background(), accept: clash, answer: make(chan error, 1)},
		{ctx: context.Background(), accept: good, answer: make(chan error, 1)},
	}
	store.committer.mu.Lock() // keep the committer's own groups apart
	store.committer.commitGroup(group)
	store.committer.mu.Unlock()
	if err := <-group[0].answer; err == nil {
		t.Error("the clashing send was accepted")
	}
	if err := <-group[1].answer; err != nil {
		t.Errorf("its neighbour failed: %v", err)
	}
	if _, err := store.Message(t.Context(), good.Message.ID); err != nil {
		t.Errorf("its neighbour was not stored: %v", err)
	}
}
