package client

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// handClock stands until it is moved.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) Sleep(ctx context.Context, d time.Duration) error {
	c.move(d)
	return ctx.Err()
}

func (c *handClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fetcher is a platform's token call.
type fetcher struct {
	clock Clock
	mu    sync.Mutex
	calls int
	// text is the token of the n-th call, from 1; nil numbers them.
	text func(n int, force bool) (string, error)
}

func (f *fetcher) fetch(_ context.Context, force bool) (Token, error) {
	f.mu.Lock()
	f.calls++
	n := f.calls
	f.mu.Unlock()
	text, err := fmt.Sprintf("token %d", n), error(nil)
	if f.text != nil {
		text, err = f.text(n, force)
	}
	now := f.clock.Now()
	return Token{Text: text, FetchedAt: now, ExpiresAt: now.Add(2 * time.Hour)}, err
}

func keeperOf(store TokenStore, f *fetcher) *tokenKeeper {
	return &tokenKeeper{store: store, key: "k", clock: f.clock, log: slog.New(slog.DiscardHandler), fetch: f.fetch}
}

// A platform that refuses every token costs few of them: refresh loops have
// used up the quota of the day (weixin-java-tools#266, WxJava#1381).
func TestRefusingPlatformCostsFewTokens(t *testing.T) {
	t.Parallel()
	clock := &handClock{now: time.Unix(1_700_000_000, 0)}
	f := &fetcher{clock: clock}
	k := keeperOf(NewMemoryTokens(), f)
	calls := 0
	for range 3600 { // a call every second for an hour
		token, err := k.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		calls++
		if _, _, err := k.renew(t.Context(), token); err != nil {
			if _, ok := errors.AsType[*barrenError](err); !ok {
				t.Fatal(err)
			}
		}
		clock.move(time.Second)
	}
	// One at first, nine while the pause doubles to five minutes, then twelve
	// an hour.
	if f.calls < 15 || f.calls > 25 {
		t.Errorf("%d token calls for %d refused calls in an hour", f.calls, calls)
	}
	// As soon as one token is accepted, the next that dies is replaced at once.
	token, _ := k.get(t.Context())
	k.accepted(token)
	if next, fetched, err := k.renew(t.Context(), token); err != nil || !fetched || next.Text == token.Text {
		t.Errorf("after an accepted call: %q, fetched %t, error %v", next.Text, fetched, err)
	}
}

// stable_token answers the dead token again: then, and only then, it is forced
// to another one, at most every thirty seconds (protocol.md §1.2).
func TestDeadStableTokenIsForced(t *testing.T) {
	t.Parallel()
	clock := &handClock{now: time.Unix(1_700_000_000, 0)}
	current, forced := 1, 0
	f := &fetcher{clock: clock, text: func(_ int, force bool) (string, error) {
		if force {
			current++
			forced++
		}
		return fmt.Sprintf("token %d", current), nil
	}}
	k := keeperOf(NewMemoryTokens(), f)
	token, err := k.get(t.Context())
	if err != nil || f.calls != 1 || forced != 0 {
		t.Fatalf("%d calls, %d forced, error %v", f.calls, forced, err)
	}
	token, fetched, err := k.renew(t.Context(), token)
	if err != nil || !fetched || token.Text != "token 2" || f.calls != 3 || forced != 1 {
		t.Fatalf("%q after %d calls, %d forced, error %v", token.Text, f.calls, forced, err)
	}
	k.accepted(token)
	// It dies again within the thirty seconds: the platform would not listen.
	if _, _, err := k.renew(t.Context(), token); err == nil || forced != 1 {
		t.Fatalf("error %v, %d forced", err, forced)
	}
	clock.move(forceGap)
	if token, _, err = k.renew(t.Context(), token); err != nil || token.Text != "token 3" || forced != 2 {
		t.Errorf("%q, error %v, %d forced", token.Text, err, forced)
	}
}

// A process whose clock is an hour ahead and that forced a token does not keep
// the others from it for that hour.
func TestTokenIsForcedAfterAClockAhead(t *testing.T) {
	t.Parallel()
	clock, ahead := &handClock{now: time.Unix(1_700_000_000, 0)}, &handClock{now: time.Unix(1_700_003_600, 0)}
	current := 1
	text := func(_ int, force bool) (string, error) {
		if force {
			current++
		}
		return fmt.Sprintf("token %d", current), nil
	}
	store := NewMemoryTokens()
	other := keeperOf(store, &fetcher{clock: ahead, text: text})
	token, err := other.get(t.Context())
	if err == nil {
		token, _, err = other.renew(t.Context(), token)
	}
	if err != nil || current != 2 {
		t.Fatalf("the other has %q, error %v", token.Text, err)
	}
	clock.move(time.Minute)
	k := keeperOf(store, &fetcher{clock: clock, text: text})
	if next, _, err := k.renew(t.Context(), token); err != nil || next.Text != "token 3" {
		t.Errorf("%q, error %v", next.Text, err)
	}
}

// What another process has fetched is taken, not fetched again; one that has
// seen nothing of it learns of it within a minute.
func TestTokensOfOthersAreTaken(t *testing.T) {
	t.Parallel()
	clock := &handClock{now: time.Unix(1_700_000_000, 0)}
	for name, store := range map[string]TokenStore{"with locks": NewMemoryTokens(), "without": unlocked{NewMemoryTokens()}} {
		f := &fetcher{clock: clock}
		one, other := keeperOf(store, f), keeperOf(store, f)
		first, _ := one.get(t.Context())
		if seen, _ := other.get(t.Context()); seen != first || f.calls != 1 {
			t.Errorf("%s: the other has %v after %d calls", name, seen, f.calls)
		}
		second, fetched, err := one.renew(t.Context(), first)
		if err != nil || !fetched {
			t.Fatalf("%s: fetched %t, error %v", name, fetched, err)
		}
		if seen, fetched, err := other.renew(t.Context(), first); seen != second || fetched || err != nil || f.calls != 2 {
			t.Errorf("%s: the other has %v, fetched %t, after %d calls, error %v", name, seen, fetched, f.calls, err)
		}
		one.accepted(second)
		third, _, _ := one.renew(t.Context(), second)
		if seen, _ := other.get(t.Context()); seen != second {
			t.Errorf("%s: the other asks the store at every call", name)
		}
		clock.move(lookEvery)
		if seen, _ := other.get(t.Context()); seen != third || f.calls != 3 {
			t.Errorf("%s: a minute later the other has %v after %d calls, want %v", name, seen, f.calls, third)
		}
	}
}

// failing is a store that fails where it is told to.
type failing struct {
	TokenStore
	load, replace error
}

func (s *failing) Load(ctx context.Context, key string) (Token, error) {
	if s.load != nil {
		return Token{}, s.load
	}
	return s.TokenStore.Load(ctx, key)
}

func (s *failing) Replace(ctx context.Context, key string, held uint64, next Token) (bool, error) {
	if s.replace != nil {
		return false, s.replace
	}
	return s.TokenStore.Replace(ctx, key, held, next)
}

func TestStoreThatFails(t *testing.T) {
	t.Parallel()
	clock := &handClock{now: time.Unix(1_700_000_000, 0)}
	down := errors.New("the store is down")
	store := &failing{TokenStore: unlocked{NewMemoryTokens()}, load: down}
	f := &fetcher{clock: clock}
	k := keeperOf(store, f)
	if _, err := k.get(t.Context()); !errors.Is(err, down) || f.calls != 0 {
		t.Fatalf("at first: error %v, %d calls; nothing is fetched around a store that is down", err, f.calls)
	}
	store.load, store.replace = nil, down
	token, err := k.get(t.Context())
	if err != nil || token.Text != "token 1" {
		t.Fatalf("where it cannot be stored: %q, error %v", token.Text, err)
	}
	store.load = down
	clock.move(lookEvery)
	if again, err := k.get(t.Context()); err != nil || again != token {
		t.Errorf("the token in memory is good: %q, error %v", again.Text, err)
	}
	clock.move(2 * time.Hour)
	if _, err := k.get(t.Context()); !errors.Is(err, down) {
		t.Errorf("after its end: error %v", err)
	}
	// A store that has lost everything makes nothing look older than it is.
	store.load, store.replace = nil, nil
	store.TokenStore = unlocked{NewMemoryTokens()}
	next, err := k.get(t.Context())
	if err != nil || next.Generation <= token.Generation {
		t.Errorf("the next token is of generation %d after %d, error %v", next.Generation, token.Generation, err)
	}
}

// contended is a store in which somebody else is always quicker.
type contended struct{ TokenStore }

func (s contended) Load(context.Context, string) (Token, error) { return Token{Generation: 7}, nil }

func (s contended) Replace(context.Context, string, uint64, Token) (bool, error) { return false, nil }

func TestContendedStoreEnds(t *testing.T) {
	t.Parallel()
	f := &fetcher{clock: &handClock{now: time.Unix(1_700_000_000, 0)}}
	if _, err := keeperOf(contended{}, f).get(t.Context()); !errors.Is(err, errContended) || f.calls != 1 {
		t.Errorf("error %v after %d calls", err, f.calls)
	}
}

// A token call that is refused is not made again at once; one that is busy or
// not answered is.
func TestRefusedTokenCall(t *testing.T) {
	t.Parallel()
	clock := &handClock{now: time.Unix(1_700_000_000, 0)}
	for _, test := range []struct {
		err   *Error
		calls int // of two gets
	}{
		{&Error{Kind: muban.KindSecretWrong, Code: "40125"}, 1},
		{&Error{Kind: KindUnlisted, Code: "40164"}, 1},
		{&Error{Kind: muban.KindBusy, Code: "-1"}, 2},
		{&Error{Kind: KindUnreachable}, 2},
	} {
		f := &fetcher{clock: clock, text: func(int, bool) (string, error) { return "", test.err }}
		k := keeperOf(NewMemoryTokens(), f)
		for range 2 {
			if _, err := k.get(t.Context()); !errors.Is(err, test.err) {
				t.Errorf("%s: error %v", test.err.Kind, err)
			}
		}
		if f.calls != test.calls {
			t.Errorf("%s: %d calls, want %d", test.err.Kind, f.calls, test.calls)
		}
	}
}

func TestTokensThatEndSoon(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	for _, test := range []struct {
		life, age     time.Duration
		usable, fresh bool
	}{
		{2 * time.Hour, 0, true, true},
		{2 * time.Hour, 2*time.Hour - 271*time.Second, true, true},
		{2 * time.Hour, 2*time.Hour - 270*time.Second, true, false},
		{2 * time.Hour, 2*time.Hour - 6*time.Second, true, false},
		{2 * time.Hour, 2*time.Hour - 5*time.Second, false, false},
		{time.Minute, 0, true, true}, // a short life is not renewed all the time
		{time.Minute, 54 * time.Second, true, false},
		{time.Second, 0, false, false},
	} {
		token := Token{Text: "t", FetchedAt: now.Add(-test.age), ExpiresAt: now.Add(test.life - test.age)}
		if token.usable(now) != test.usable || token.fresh(now) != test.fresh {
			t.Errorf("%v of %v: usable %t, fresh %t", test.age, test.life, token.usable(now), token.fresh(now))
		}
	}
	if (Token{ExpiresAt: now.Add(time.Hour)}).usable(now) {
		t.Error("no token is usable")
	}
}
