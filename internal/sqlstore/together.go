package sqlstore

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// together looks up rows for many callers at once: while one statement is under
// way those who ask gather, and share the next one. It has no goroutine of its
// own; of those who gathered the first one asks for all.
type together[K comparable, V any] struct {
	// read returns what there is for the keys.
	read func(ctx context.Context, keys []K) (map[K]V, error)
	most int // keys in one statement

	mu      sync.Mutex
	reading bool // a statement is under way
	waiting []*lookup[K, V]
}

// lookup is what one caller asks for. It is part of a batch once it has left
// waiting.
type lookup[K comparable, V any] struct {
	key   K
	value V
	err   error
	// turn gets the batch that this caller is to read, or nil once another has.
	turn chan []*lookup[K, V]
}

var (
	// errNoRow: there is nothing for the key.
	errNoRow = errors.New("sqlstore: no row")
	// errShared: a statement for several keys failed. It may be one key's fault,
	// so whoever gets this may ask for its own alone.
	errShared = errors.New("sqlstore: a shared statement failed")
)

// get returns what there is for the key, read after the call began. The error
// is errNoRow, errShared, ctx's or, where nobody shared the statement, read's.
func (t *together[K, V]) get(ctx context.Context, key K) (V, error) {
	own := &lookup[K, V]{key: key, turn: make(chan []*lookup[K, V], 1)}
	t.mu.Lock()
	t.waiting = append(t.waiting, own)
	if !t.reading {
		t.next()
	}
	t.mu.Unlock()
	select {
	case batch := <-own.turn:
		t.run(ctx, batch)
		return own.value, own.err
	case <-ctx.Done():
		t.run(ctx, t.leave(own))
		var none V
		return none, ctx.Err()
	}
}

// next hands those who wait to the first of them. The caller holds mu.
func (t *together[K, V]) next() {
	n := min(len(t.waiting), t.most)
	t.reading = n > 0
	if t.reading {
		batch := t.waiting[:n:n]
		t.waiting = t.waiting[n:]
		batch[0].turn <- batch
	}
}

// leave takes a lookup back, or returns the batch that it has to read for
// others.
func (t *together[K, V]) leave(own *lookup[K, V]) []*lookup[K, V] {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.waiting, own); i >= 0 {
		t.waiting = slices.Delete(slices.Clone(t.waiting), i, i+1) // a batch may share the array
		return nil
	}
	select {
	case batch := <-own.turn:
		return batch
	default:
		return nil // another reads
	}
}

// run reads a batch and tells the others in it. They wait for it whatever
// becomes of the caller, so that its context does not end it.
func (t *together[K, V]) run(ctx context.Context, batch []*lookup[K, V]) {
	if len(batch) == 0 {
		return
	}
	values, err := map[K]V(nil), errShared
	defer func() {
		t.mu.Lock()
		t.next()
		t.mu.Unlock()
		for _, l := range batch {
			var found bool
			switch l.value, found = values[l.key]; {
			case err != nil:
				l.err = err
			case !found:
				l.err = errNoRow
			}
			l.turn <- nil
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), groupTimeout)
	defer cancel()
	keys := make([]K, len(batch))
	for i, l := range batch {
		keys[i] = l.key
	}
	if values, err = t.read(ctx, keys); err != nil && len(batch) > 1 {
		err = errShared
	}
}
