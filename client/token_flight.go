package client

import (
	"context"
	"errors"
	"time"

	"github.com/muban-dev/muban"
)

// flight is one fetch of a token, for all who wait for it. A caller who gives
// up takes nobody along: those who come later find it under way, or done.
type flight struct {
	refused string // the token's text that was refused; empty where none was
	done    chan struct{}
	token   Token
	fetched bool // false where the store had a better one
	err     error

	cancel context.CancelFunc
	// Guarded by the keeper's lock:
	waiting int
	ending  *time.Timer // since nobody waits; nil before
}

// unattended is how long a flight goes on for which nobody waits. Ended with
// its last caller, it would never come to anything where all of them are less
// patient than the platform is slow, and each would cost a token.
const unattended = 15 * time.Second

// join waits along with the flight that is under way, or begins one. The lock
// is held.
func (k *tokenKeeper) join(ctx context.Context, refused string) *flight {
	if k.flight == nil {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		f := &flight{refused: refused, done: make(chan struct{}), cancel: cancel}
		k.flight = f
		go k.fly(ctx, f)
	}
	k.flight.waiting++
	return k.flight
}

// wait returns what the flight brought, or the context's error once that ends.
func (k *tokenKeeper) wait(ctx context.Context, f *flight) (Token, bool, error) {
	select {
	case <-f.done:
		return f.token, f.fetched, f.err
	case <-ctx.Done():
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	f.waiting--
	if f.waiting == 0 {
		if f.ending != nil {
			f.ending.Stop() // it counts from when nobody waited before
		}
		f.ending = time.AfterFunc(unattended, func() { k.end(f) })
	}
	return Token{}, false, ctx.Err()
}

// end ends a flight for which nobody waits.
func (k *tokenKeeper) end(f *flight) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f.waiting > 0 { // again
		return
	}
	f.cancel()
	if k.flight == f {
		k.flight = nil
	}
}

// fly gets a token. It lands in any case; otherwise those who wait, and all who
// come later, would wait for ever.
func (k *tokenKeeper) fly(ctx context.Context, f *flight) {
	f.err = errEnded // unless obtain returns
	defer k.land(ctx, f)
	f.token, f.fetched, f.err = k.obtain(ctx, f.refused)
}

var errEnded = errors.New("the token store or the HTTP client ended the goroutine that fetches access tokens (runtime.Goexit, as t.FailNow does)")

// land tells all who wait what the flight brought.
func (k *tokenKeeper) land(ctx context.Context, f *flight) {
	defer f.cancel()
	now := k.clock.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.flight == f {
		k.flight = nil
	}
	if f.ending != nil {
		f.ending.Stop()
	}
	switch {
	case ctx.Err() != nil: // nobody waits
	case f.err != nil:
		k.quietUntil = now.Add(quiet)
		k.lookedAt = now
		if refusedForGood(f.err) {
			k.barren.add(now, f.err)
		}
	case f.fetched && f.refused != "":
		k.barren.add(now, nil)
	case f.fetched && !f.token.fresh(now):
		k.quietUntil = now.Add(quiet)
	}
	close(f.done)
}

// refusedForGood reports whether a token call was refused in a way that asking
// again at once does not change.
func refusedForGood(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code != "" && e.Kind != muban.KindBusy
}

// obtain looks for a token in the store, and fetches one where that has none
// that is good: fresh, and not the one that was refused.
func (k *tokenKeeper) obtain(ctx context.Context, refused string) (t Token, fetched bool, err error) {
	stored, err := k.load(ctx)
	if err != nil {
		return Token{}, false, err
	}
	if k.good(stored, refused) {
		return k.adopt(stored, refused), false, nil
	}
	if locker, ok := k.store.(TokenLocker); ok {
		unlock, err := k.lock(ctx, locker)
		if err != nil {
			return Token{}, false, err
		}
		defer k.release(ctx, unlock)
		if stored, err = k.load(ctx); err != nil {
			return Token{}, false, err
		}
		if k.good(stored, refused) {
			return k.adopt(stored, refused), false, nil
		}
	}
	// What is known before the fetch is what its token is newer than. A store
	// that lost what it had must not make what comes next look older.
	known := max(stored.Generation, k.generation())
	next, err := k.fetchOther(ctx, stored, refused)
	if err != nil {
		return Token{}, false, err
	}
	next.Generation = known + 1
	return k.put(ctx, stored, next, refused)
}

// good reports whether a token from the store needs no fetching.
func (k *tokenKeeper) good(t Token, refused string) bool {
	return t.fresh(k.clock.Now()) && t.Text != refused
}

// fetchOther fetches a token. Where the platform answers the one that its own
// calls refused, it is made to end that one.
func (k *tokenKeeper) fetchOther(ctx context.Context, stored Token, refused string) (Token, error) {
	next, err := k.fetch(ctx, false)
	if err != nil {
		return Token{}, err
	}
	next.ForcedAt = stored.ForcedAt
	now := k.clock.Now()
	// Of a process whose clock is ahead it may lie in the future.
	if refused == "" || next.Text != refused || now.Sub(stored.ForcedAt).Abs() < forceGap {
		return next, nil
	}
	if next, err = k.fetch(ctx, true); err != nil {
		return Token{}, err
	}
	next.ForcedAt = now
	return next, nil
}

// put stores a fetched token in the place of the one that was there. Where
// another process was quicker, its token counts and ours is forgotten: what was
// fetched in the place of an older token never takes that of a newer one.
func (k *tokenKeeper) put(ctx context.Context, stored, next Token, refused string) (Token, bool, error) {
	const turns = 3
	for range turns {
		replaced, err := k.replace(ctx, stored.Generation, next)
		if err != nil {
			// It is good all the same; the others will fetch their own.
			k.log.WarnContext(ctx, "access token not stored", "key", k.key, "token", next, "error", secrets{next.Text, stored.Text}.hideIn(err))
			replaced = true
		}
		if replaced {
			k.log.InfoContext(ctx, "access token fetched", "key", k.key, "token", next)
			return k.adopt(next, refused), true, nil
		}
		if stored, err = k.load(ctx); err != nil {
			return Token{}, false, secrets{next.Text}.hideIn(err)
		}
		if k.good(stored, refused) {
			return k.adopt(stored, refused), false, nil
		}
		next.Generation = max(next.Generation, stored.Generation+1)
	}
	return Token{}, false, errContended
}

// generation is that of the newest token that is known.
func (k *tokenKeeper) generation() uint64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.held.Generation
}

var errContended = errors.New("the stored access token changes all the time")
