// Package hotcache keeps what every send reads (token, app, user, template)
// in memory for a while. Only what was found is kept, never that something was
// not there; a change made by this process is seen at once, a change made by
// another within the cache's life.
package hotcache

import (
	"errors"
	"sync"
	"time"
)

// most bounds a cache's memory; a full cache starts again from empty.
const most = 1 << 16

// Cache is safe for concurrent use.
type Cache[K comparable, V any] struct {
	// life is how long a value is served without asking again: real time, not
	// sandbox time.
	life  time.Duration
	began time.Time // since when entries count

	mu      sync.RWMutex
	entries map[K]entry[V]
	loading map[K]*loading[V]
	// generation grows with every Forget, so that a load which began before a
	// change cannot put the old value back after it.
	generation uint64
}

type entry[V any] struct {
	value V
	until time.Duration // since the cache began; quicker than a time of its own
}

// loading is a load under way, which all who ask meanwhile share.
type loading[V any] struct {
	done  chan struct{} // closed when value and err are there
	value V
	err   error
}

// New makes an empty cache whose values live that long.
func New[K comparable, V any](life time.Duration) *Cache[K, V] {
	return &Cache[K, V]{life: life, began: time.Now()}
}

// Get returns the value of key, from memory or by load. An error of load is
// returned as it is and nothing is kept. However many ask for a value that is
// not there, one loads it; where that one fails, each of the others loads for
// itself, since the failure may be the first one's own.
func (c *Cache[K, V]) Get(key K, load func() (V, error)) (V, error) {
	now := time.Since(c.began)
	c.mu.RLock()
	kept, found := c.entries[key]
	c.mu.RUnlock()
	if found && now < kept.until {
		return kept.value, nil
	}
	mine, theirs, generation := c.begin(key)
	if theirs != nil {
		if <-theirs.done; theirs.err == nil {
			return theirs.value, nil
		}
		return load()
	}
	defer c.end(key, mine, generation, now)
	mine.err = errPanicked
	mine.value, mine.err = load()
	return mine.value, mine.err
}

// errPanicked stands for the result of a load that had none.
var errPanicked = errors.New("hotcache: loading panicked")

// begin joins the load of the key that is under way, or begins one.
func (c *Cache[K, V]) begin(key K) (mine, theirs *loading[V], generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if theirs = c.loading[key]; theirs != nil {
		return nil, theirs, 0
	}
	if c.loading == nil {
		c.loading = make(map[K]*loading[V])
	}
	mine = &loading[V]{done: make(chan struct{})}
	c.loading[key] = mine
	return mine, nil, c.generation
}

// end keeps what was loaded, unless something was forgotten meanwhile.
func (c *Cache[K, V]) end(key K, mine *loading[V], generation uint64, now time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(mine.done)
	if c.loading[key] == mine {
		delete(c.loading, key)
	}
	if mine.err != nil || c.generation != generation {
		return
	}
	if c.entries == nil || len(c.entries) >= most {
		c.entries = make(map[K]entry[V])
	}
	c.entries[key] = entry[V]{value: mine.value, until: now + c.life}
}

// Forget drops the values of the keys. Call it after the change is stored.
func (c *Cache[K, V]) Forget(keys ...K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	for _, key := range keys {
		delete(c.entries, key)
		delete(c.loading, key) // it may have read the old value
	}
}

// Clear drops every value.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	clear(c.entries)
	clear(c.loading)
}
