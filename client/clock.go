package client

import (
	"context"
	"time"
)

// Clock is where a client takes the time from and how it waits between
// attempts. It is for tests; network time limits do not go by it.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or with the context's error once that ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// systemClock is the clock of a client that was given none.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
