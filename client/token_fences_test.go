package client

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// unlocked is a store that can only compare and swap.
type unlocked struct{ TokenStore }

// A slow fetch never puts an older token over a newer one, in memory or in a
// store that only compares and swaps (weixin_authorize#81).
func TestSlowFetchIsFencedOff(t *testing.T) {
	t.Parallel()
	clock := &handClock{now: time.Unix(1_700_000_000, 0)}
	store := unlocked{NewMemoryTokens()}
	asked, release := make(chan struct{}), make(chan struct{})
	slow := &fetcher{clock: clock, text: func(int, bool) (string, error) {
		close(asked)
		<-release
		return "old", nil
	}}
	quick := &fetcher{clock: clock, text: func(int, bool) (string, error) { return "new", nil }}
	first, second := keeperOf(store, slow), keeperOf(store, quick)

	got := make(chan Token, 1)
	go func() {
		token, _ := first.get(t.Context())
		got <- token
	}()
	<-asked
	if token, err := second.get(t.Context()); err != nil || token.Text != "new" {
		t.Fatalf("the quick one has %q, error %v", token.Text, err)
	}
	close(release)
	if token := <-got; token.Text != "new" || token.Generation != 1 {
		t.Errorf("the slow one goes on with %q of generation %d", token.Text, token.Generation)
	}
	if kept, _ := store.Load(t.Context(), "k"); kept.Text != "new" || kept.Generation != 1 {
		t.Errorf("the store has %q of generation %d", kept.Text, kept.Generation)
	}
}

// A fetch that nobody waits for any more changes nothing that a newer one did.
func TestAbandonedFetchIsFencedOff(t *testing.T) {
	t.Parallel()
	clock := &handClock{now: time.Unix(1_700_000_000, 0)}
	asked, release, finished := make(chan struct{}), make(chan struct{}), make(chan struct{})
	f := &fetcher{clock: clock}
	f.text = func(n int, _ bool) (string, error) {
		if n == 1 { // does not care that it was called off
			close(asked)
			<-release
		}
		return fmt.Sprintf("token %d", n), nil
	}
	k := keeperOf(signalling{unlocked{NewMemoryTokens()}, finished}, f)
	ctx, giveUp := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		_, err := k.get(ctx)
		gone <- err
	}()
	<-asked
	giveUp()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Fatalf("who gave up got %v", err)
	}
	k.end(k.flight) // after a while
	token, err := k.get(t.Context())
	if err != nil || token.Text != "token 2" {
		t.Fatalf("the next one got %q, error %v", token.Text, err)
	}
	<-finished
	close(release)
	<-finished // the abandoned one found the place taken
	if now, err := k.get(t.Context()); err != nil || now.Text != "token 2" || now.Generation != 1 {
		t.Errorf("afterwards it is %q of generation %d, error %v", now.Text, now.Generation, err)
	}
}

// An abandoned fetch, where the store cannot fence it off: memory does.
func TestAbandonedFetchIsFencedOffInMemory(t *testing.T) {
	t.Parallel()
	clock := &handClock{now: time.Unix(1_700_000_000, 0)}
	asked, release, finished := make(chan struct{}), make(chan struct{}), make(chan struct{})
	f := &fetcher{clock: clock}
	f.text = func(n int, _ bool) (string, error) {
		if n == 1 {
			close(asked)
			<-release
		}
		return fmt.Sprintf("token %d", n), nil
	}
	down := &failing{TokenStore: unlocked{NewMemoryTokens()}, replace: errors.New("the store is read-only")}
	k := keeperOf(signalling{down, finished}, f)
	ctx, giveUp := context.WithCancel(t.Context())
	go func() {
		<-asked
		giveUp()
	}()
	if _, err := k.get(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("who gave up got %v", err)
	}
	k.end(k.flight)
	if token, err := k.get(t.Context()); err != nil || token.Text != "token 2" {
		t.Fatalf("the next one got %q, error %v", token.Text, err)
	}
	<-finished
	close(release)
	<-finished
	for range 100 { // the abandoned one is about to look at what is held
		runtime.Gosched()
	}
	if now, err := k.get(t.Context()); err != nil || now.Text != "token 2" {
		t.Errorf("afterwards it is %q, error %v", now.Text, err)
	}
}

// signalling tells of each Replace.
type signalling struct {
	TokenStore
	replaced chan struct{}
}

func (s signalling) Replace(ctx context.Context, key string, held uint64, next Token) (bool, error) {
	ok, err := s.TokenStore.Replace(ctx, key, held, next)
	go func() { s.replaced <- struct{}{} }()
	return ok, err
}
