// Package hotcache keeps what every send reads (token, app, user, template)
// in memory for a while. Only what was found is kept, never that something was
// not there; a change made by this process is seen at once, a change made by
// another within the cache's life.
package hotcache

import (
	"sync"
	"time"
)

// most bounds a cache's memory; a full cache starts again from empty.
const most = 1 << 16

// Cache is safe for concurrent use.
type Cache[K comparable, V any] struct {
	// life is how long a value is served without asking again: real time, not
	// sandbox time.
	life time.Duration

	mu      sync.RWMutex
	entries map[K]entry[V]
	// generation grows with every Forget, so that a load which began before a
	// change cannot put the old value back after it.
	generation uint64
}

type entry[V any] struct {
	value V
	until time.Time
}

// New makes an empty cache whose values live that long.
func New[K comparable, V any](life time.Duration) *Cache[K, V] {
	return &Cache[K, V]{life: life}
}

// Get returns the value of key, from memory or by load. An error of load is
// returned as it is and nothing is kept.
func (c *Cache[K, V]) Get(key K, load func() (V, error)) (V, error) {
	now := time.Now()
	c.mu.RLock()
	kept, found := c.entries[key]
	generation := c.generation
	c.mu.RUnlock()
	if found && now.Before(kept.until) {
		return kept.value, nil
	}
	value, err := load()
	if err != nil {
		return value, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation == generation {
		if c.entries == nil || len(c.entries) >= most {
			c.entries = make(map[K]entry[V])
		}
		c.entries[key] = entry[V]{value: value, until: now.Add(c.life)}
	}
	return value, nil
}

// Forget drops the values of the keys. Call it after the change is stored.
func (c *Cache[K, V]) Forget(keys ...K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	for _, key := range keys {
		delete(c.entries, key)
	}
}

// Clear drops every value.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	clear(c.entries)
}
