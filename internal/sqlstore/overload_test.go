package sqlstore

import (
	"context"
	"errors"
	"log/slog"
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
	return store
}

// anySend is a send that is always accepted.
func anySend() muban.Accept {
	return muban.Accept{
		Message: muban.Message{AppID: "app", Platform: muban.WeChatMini, State: muban.StateAccepted},
		Decide:  func(muban.Ledger) *muban.Refusal { return nil },
	}
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
		job := &job{ctx: context.Background(), accept: &acceptance{Accept: anySend(), body: []byte(`{"platform":"wechat-mini"`)}, answer: make(chan error, 1)}
		if err := store.committer.enqueue(job); err != nil {
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

// TestFailedSyncIsAnUnknownOutcome: if the disk does not confirm a commit,
// nobody is told that it was stored or that it was not, and nothing more is
// accepted.
func TestFailedSyncIsAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	store := openForTest(t, 0)
	if err := store.engine.(*sqliteEngine).wal.Close(); err != nil { // every sync fails from now on
		t.Fatal(err)
	}
	if _, err := store.Accept(context.Background(), anySend()); !errors.Is(err, muban.ErrOutcomeUnknown) {
		t.Errorf("got %v, want %v", err, muban.ErrOutcomeUnknown)
	}
	_, err := store.Accept(context.Background(), anySend())
	wantBusy(t, err)
	_ = store.Close() // the log cannot be closed twice
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
