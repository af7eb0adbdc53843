package client

import (
	"context"
	"sync"
)

// Limits bounds what a process does at once: how many requests are under way,
// and how many of them are repeats. While a platform is down, each call still
// makes its first attempt, but repeats run out, so that they do not multiply the
// load on what is failing already. It may be shared by any number of clients.
type Limits struct {
	slots chan struct{}

	mu     sync.Mutex
	most   float64
	budget float64 // repeats that may be made
}

// budgetShare is what every call adds to the budget of repeats: in the long
// run a tenth of the calls may be repeated.
const budgetShare = 0.1

// NewLimits allows inFlight requests under way at a time, and a reserve of
// repeats in a row, which every ten calls refill by one. Numbers below 1 count
// as 1.
func NewLimits(inFlight, reserve int) *Limits {
	most := float64(max(1, reserve))
	return &Limits{slots: make(chan struct{}, max(1, inFlight)), most: most, budget: most}
}

// begin notes that a call is made.
func (l *Limits) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.budget = min(l.most, l.budget+budgetShare)
}

// repeat takes one repeat out of the budget; false where it is used up.
func (l *Limits) repeat() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	// Ten times a tenth is a little less than one.
	const nearly = 1 - 1e-9
	if l.budget < nearly {
		return false
	}
	l.budget = max(0, l.budget-1)
	return true
}

// acquire waits for a request's turn.
func (l *Limits) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err // select would choose by chance
	}
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Limits) release() { <-l.slots }
