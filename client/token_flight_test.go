package client

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A caller who gives up takes nobody along; a fetch that nobody waits for any
// more ends after a while.
func TestFlightEndsWithoutCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := keeperOf(NewMemoryTokens(), &fetcher{clock: systemClock{}})
		var ended error
		k.fetch = func(ctx context.Context, _ bool) (Token, error) {
			<-ctx.Done()
			ended = ctx.Err()
			return Token{}, ended
		}
		call := func() (gives context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				if _, err := k.get(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("a caller who gave up got %v", err)
				}
			}()
			synctest.Wait()
			return cancel
		}
		expect := func(when string, want error, after time.Duration) {
			t.Helper()
			time.Sleep(after) //nolint:forbidigo // in a bubble
			synctest.Wait()
			if !errors.Is(ended, want) {
				t.Errorf("%s: the fetch has %v, want %v", when, ended, want)
			}
		}
		first, second := call(), call()
		first()
		expect("one waits", nil, time.Hour)
		second()
		expect("nobody waits", nil, unattended-1)
		third := call()
		third()
		expect("nobody waits again", nil, unattended-1)
		fourth := call()
		expect("one waits again", nil, time.Hour)
		fourth()
		expect("nobody waits", context.Canceled, unattended)
	})
}

// Callers who are less patient than the platform is slow get their token all
// the same, and it is fetched once: each was a fetch, ended in vain, of which
// WeChat counts two thousand a day.
func TestImpatientCallersGetAToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fetcher{clock: systemClock{}}
		k := keeperOf(NewMemoryTokens(), f)
		k.fetch = func(ctx context.Context, force bool) (Token, error) {
			if err := (systemClock{}).Sleep(ctx, 5*time.Second); err != nil {
				return Token{}, err
			}
			return f.fetch(ctx, force)
		}
		answers := 0
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := k.get(ctx); err == nil {
				answers++
			}
			cancel()
			time.Sleep(time.Second) //nolint:forbidigo // in a bubble
		}
		if answers < 6 || f.calls != 1 {
			t.Errorf("%d of ten callers got a token after %d fetches", answers, f.calls)
		}
	})
}

// hanging is a store that answers nothing once it is told to.
type hanging struct {
	TokenStore
	hangs bool
}

func (s *hanging) Load(ctx context.Context, key string) (Token, error) {
	if s.hangs {
		<-ctx.Done()
		return Token{}, ctx.Err()
	}
	return s.TokenStore.Load(ctx, key)
}

// While the token in memory is good no call fails because of a store that
// hangs, or of a platform that does when it is asked for the next token.
func TestGoodTokenOutlivesWhatHangs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after           time.Duration
		store, platform bool
	}{
		"the store": {lookEvery, true, false}, "the platform": {2*time.Hour - time.Minute, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := &hanging{TokenStore: NewMemoryTokens()}
				f := &fetcher{clock: systemClock{}}
				k := keeperOf(store, f)
				token, err := k.get(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(test.after) //nolint:forbidigo // in a bubble
				store.hangs = test.store
				if test.platform {
					k.fetch = func(ctx context.Context, _ bool) (Token, error) {
						<-ctx.Done()
						return Token{}, ctx.Err()
					}
				}
				for range 30 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					got, err := k.get(ctx)
					if err != nil || got != token || ctx.Err() != nil {
						t.Fatalf("%v, error %v, of the call's time %v", got, err, ctx.Err())
					}
					cancel()
					time.Sleep(time.Second) //nolint:forbidigo // in a bubble
				}
				time.Sleep(unattended) //nolint:forbidigo // in a bubble
			})
		})
	}
}

// stuckStore is a store one of whose calls goes to a connection that is dead.
type stuckStore struct {
	TokenStore
	load, replace, lock bool // the next of them is stuck
}

func stuck(ctx context.Context, next *bool) error {
	if !*next {
		return nil
	}
	*next = false
	<-ctx.Done()
	return ctx.Err()
}

func (s *stuckStore) Load(ctx context.Context, key string) (Token, error) {
	if err := stuck(ctx, &s.load); err != nil {
		return Token{}, err
	}
	return s.TokenStore.Load(ctx, key)
}

func (s *stuckStore) Replace(ctx context.Context, key string, held uint64, next Token) (bool, error) {
	if err := stuck(ctx, &s.replace); err != nil {
		return false, err
	}
	return s.TokenStore.Replace(ctx, key, held, next)
}

func (s *stuckStore) Lock(ctx context.Context, _ string) (func(), error) {
	return func() {}, stuck(ctx, &s.lock)
}

// A store's call that is stuck ends, however many wait for what it brings: else
// none of them ever got a token, and each new one joined them.
func TestStuckStoreCallEnds(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]*stuckStore{
		"load": {load: true}, "replace": {replace: true}, "lock": {lock: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store.TokenStore = NewMemoryTokens()
				k := keeperOf(store, &fetcher{clock: systemClock{}})
				answers := make(chan struct{}, 300)
				for range 150 {
					go func() {
						ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
						defer cancel()
						if _, err := k.get(ctx); err == nil {
							answers <- struct{}{}
						}
					}()
					time.Sleep(time.Second) //nolint:forbidigo // in a bubble
				}
				if n := len(answers); n < 80 {
					t.Errorf("%d of 150 callers, one a second, got a token", n)
				}
				time.Sleep(unattended) //nolint:forbidigo // in a bubble
			})
		})
	}
}

// lockedBy is a store whose locks end by a function of the test.
type lockedBy struct {
	TokenStore
	unlock func()
}

func (s lockedBy) Lock(context.Context, string) (func(), error) { return s.unlock, nil }

// Who waits for a token does not wait for a lock that is stuck when it is given
// back, until the system gives up its connection.
func TestStuckUnlockIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dead := make(chan struct{})
		defer close(dead)
		k := keeperOf(lockedBy{NewMemoryTokens(), func() { <-dead }}, &fetcher{clock: systemClock{}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if token, err := k.get(ctx); err != nil || token.Text != "token 1" {
			t.Errorf("%v, error %v", token, err)
		}
	})
}

// A store that panics has failed; the program goes on.
func TestStoreThatPanics(t *testing.T) {
	t.Parallel()
	k := keeperOf(struct{ TokenStore }{}, &fetcher{clock: systemClock{}})
	if _, err := k.get(t.Context()); err == nil || !strings.Contains(err.Error(), "the token store panicked: ") {
		t.Errorf("error %v", err)
	}
	k = keeperOf(lockedBy{NewMemoryTokens(), func() { panic("no connection") }}, &fetcher{clock: systemClock{}})
	if token, err := k.get(t.Context()); err != nil || token.Text != "token 1" {
		t.Errorf("unlock: %v, error %v", token, err)
	}
}

// Where a fetch ends its goroutine, as t.Fatal does in a transport or a store of
// a test, its callers are told, and the next one fetches anew.
func TestFetchThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := keeperOf(NewMemoryTokens(), &fetcher{clock: systemClock{}, text: func(n int, _ bool) (string, error) {
			if n == 1 {
				runtime.Goexit()
			}
			return "a token", nil
		}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := k.get(ctx); !errors.Is(err, errEnded) {
			t.Errorf("error %v", err)
		}
		if token, err := k.get(ctx); err != nil || token.Text != "a token" {
			t.Errorf("the next one: %v, error %v", token, err)
		}
	})
}
