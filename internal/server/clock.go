package server

import (
	"context"
	"time"

	"github.com/muban-dev/muban/internal/sandbox"
)

// sandboxClock is the sandbox clock as the native API moves it.
type sandboxClock struct {
	clock *sandbox.Clock
	work  sandbox.Settler
	// forget deletes what became old; it comes last, when everything that fell
	// due was attempted.
	forget func(context.Context) error
}

func (c sandboxClock) State() (now time.Time, frozen bool) {
	mode, now := c.clock.State()
	return now, mode == sandbox.Frozen
}

func (c sandboxClock) Set(ctx context.Context, to time.Time, frozen bool) error {
	mode := sandbox.Running
	if frozen {
		mode = sandbox.Frozen
	}
	if err := c.clock.Set(ctx, mode, to, c.work); err != nil {
		return err
	}
	return c.forget(ctx)
}

func (c sandboxClock) Advance(ctx context.Context, d time.Duration) error {
	if err := c.clock.Advance(ctx, d, c.work); err != nil {
		return err
	}
	return c.forget(ctx)
}
