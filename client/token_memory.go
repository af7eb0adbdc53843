package client

import (
	"context"
	"sync"
)

// MemoryTokens keeps tokens in memory. Clients of a process that are given the
// same one share their tokens.
type MemoryTokens struct {
	mu     sync.Mutex
	tokens map[string]Token
	locks  map[string]chan struct{}
}

var _ TokenLocker = (*MemoryTokens)(nil)

// NewMemoryTokens makes an empty store.
func NewMemoryTokens() *MemoryTokens {
	return &MemoryTokens{tokens: map[string]Token{}, locks: map[string]chan struct{}{}}
}

// String says no token.
func (*MemoryTokens) String() string { return "access tokens in memory" }

// GoString says no token.
func (m *MemoryTokens) GoString() string { return m.String() }

// Load returns the token under a key.
func (m *MemoryTokens) Load(_ context.Context, key string) (Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tokens[key], nil
}

// Replace puts next in the place of the token of generation held.
func (m *MemoryTokens) Replace(_ context.Context, key string, held uint64, next Token) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens[key].Generation != held {
		return false, nil
	}
	m.tokens[key] = next
	return true, nil
}

// Lock waits until nobody else holds the key.
func (m *MemoryTokens) Lock(ctx context.Context, key string) (unlock func(), err error) {
	m.mu.Lock()
	lock, exists := m.locks[key]
	if !exists {
		lock = make(chan struct{}, 1)
		m.locks[key] = lock
	}
	m.mu.Unlock()
	select {
	case lock <- struct{}{}:
		return func() { <-lock }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
