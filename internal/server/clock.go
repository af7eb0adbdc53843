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
	return c.clock.Set(ctx, mode, to, c.work)
}

func (c sandboxClock) Advance(ctx context.Context, d time.Duration) error {
	return c.clock.Advance(ctx, d, c.work)
}
