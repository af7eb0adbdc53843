package callback

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Seen remembers which events were handled, under a key that names an event: a
// line of text, the same each time that it is pushed. Processes that share one
// handle an event once among them.
//
// What is seen is noted before it is handled. Where Seen outlives a process that
// dies in between, that event does not come again.
//
// A First that fails, or panics, may have noted its key all the same. The
// handler then takes the key back, answers status 503, and handles the event when
// it comes again: once too often where another push of it had noted the key, which
// is better than never. Where Forget fails too, what is noted is taken for handled.
//
// The context of each call ends after two seconds, not when the platform leaves.
//
// In Redis, First is SET key 1 NX EX 3600 and Forget is DEL; in SQL, an INSERT
// with ON CONFLICT DO NOTHING, and a DELETE.
type Seen interface {
	// First notes a key and says whether it was not there. Of several that note
	// the same key, one is told true. Keys are kept for an hour or so: the
	// platform pushes for half a minute, and people resend later.
	First(ctx context.Context, key string) (bool, error)
	// Forget takes back a key whose event was not handled. That it is not there
	// is no error.
	Forget(ctx context.Context, key string) error
}

// MemorySeen remembers in memory.
type MemorySeen struct {
	keep time.Duration
	most int
	now  func() time.Time

	mu    sync.Mutex
	keys  map[string]*list.Element
	order list.List // of seenKey, the oldest first
}

type seenKey struct {
	key string
	at  time.Time
}

// NewMemorySeen keeps each key for some time, and the newest keys only where
// there are more than most.
func NewMemorySeen(keep time.Duration, most int) *MemorySeen {
	return &MemorySeen{keep: keep, most: max(1, most), now: time.Now, keys: map[string]*list.Element{}}
}

// First notes a key and says whether it was not there.
func (m *MemorySeen) First(_ context.Context, key string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	for oldest := m.order.Front(); oldest != nil && now.Sub(at(oldest)) >= m.keep; oldest = m.order.Front() {
		m.remove(oldest)
	}
	if _, there := m.keys[key]; there {
		return false, nil
	}
	if len(m.keys) >= m.most {
		m.remove(m.order.Front())
	}
	m.keys[key] = m.order.PushBack(seenKey{key, now})
	return true, nil
}

// Forget takes a key back.
func (m *MemorySeen) Forget(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if element, there := m.keys[key]; there {
		m.remove(element)
	}
	return nil
}

func (m *MemorySeen) remove(element *list.Element) {
	if seen, ok := m.order.Remove(element).(seenKey); ok {
		delete(m.keys, seen.key)
	}
}

func at(element *list.Element) time.Time {
	seen, _ := element.Value.(seenKey)
	return seen.at
}
