package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

// Mode is whether the sandbox clock runs.
type Mode string

// The modes of the clock.
const (
	Running Mode = "running" // with the wall clock, perhaps ahead of it
	Frozen  Mode = "frozen"  // stands until it is moved
)

// ClockStore keeps the clock's state over a restart.
type ClockStore interface {
	Clock(ctx context.Context) (state string, found bool, err error)
	SaveClock(ctx context.Context, state string) error
}

// Settler does everything that is due at the clock's now.
type Settler interface {
	Settle(ctx context.Context) error
	// NextDue is when the first waiting work is due; false if none waits.
	NextDue(ctx context.Context) (time.Time, bool, error)
}

// Clock is sandbox time: it never goes back, but for a reset of all. Now is safe for concurrent use.
type Clock struct {
	store ClockStore
	wall  func() time.Time

	// moving serialises the calls that change the clock.
	moving sync.Mutex

	mu     sync.RWMutex
	mode   Mode
	ahead  time.Duration // of the wall clock, while running
	stands time.Time     // while frozen
}

// savedClock is the clock's state in the store.
type savedClock struct {
	Mode   Mode          `json:"mode"`
	Ahead  time.Duration `json:"ahead"`
	Stands time.Time     `json:"stands"`
}

// OpenClock returns the clock as it was saved, or a running one at wall time.
func OpenClock(ctx context.Context, store ClockStore, wall func() time.Time) (*Clock, error) {
	c := &Clock{store: store, wall: wall, mode: Running}
	text, found, err := store.Clock(ctx)
	if err != nil || !found {
		return c, err
	}
	var saved savedClock
	if err := json.Unmarshal([]byte(text), &saved); err != nil {
		return nil, fmt.Errorf("reading the saved clock: %w", err)
	}
	c.mode, c.ahead, c.stands = saved.Mode, saved.Ahead, saved.Stands
	return c, nil
}

// Now is the sandbox time, in whole milliseconds.
func (c *Clock) Now() time.Time {
	_, now := c.State()
	return now
}

// State is the mode and the time.
func (c *Clock) State() (Mode, time.Time) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.mode == Frozen {
		return Frozen, c.stands
	}
	return Running, c.wall().Add(c.ahead).UTC().Truncate(time.Millisecond)
}

// Set changes the mode and, unless to is zero, moves the clock there, after
// which everything that fell due was attempted. A time before the present one
// is refused with muban.RuleClockBackwards.
func (c *Clock) Set(ctx context.Context, mode Mode, to time.Time, settler Settler) error {
	c.moving.Lock()
	defer c.moving.Unlock()
	_, now := c.State()
	if to.IsZero() {
		to = now
	}
	if to.Before(now) {
		return muban.Refuse(muban.RuleClockBackwards, "now", stamp(now), "wanted", stamp(to))
	}
	if err := c.travel(ctx, to, settler); err != nil {
		return err
	}
	if mode == Running && to.Equal(now) {
		_, to = c.State() // a running clock went on meanwhile
	}
	c.put(mode, to)
	return c.save(ctx)
}

// Advance moves the clock forward by a positive duration. It returns once
// everything that fell due was attempted, in order, each at its time.
func (c *Clock) Advance(ctx context.Context, by time.Duration, settler Settler) error {
	c.moving.Lock()
	defer c.moving.Unlock()
	_, now := c.State()
	if err := c.travel(ctx, now.Add(by), settler); err != nil {
		return err
	}
	return c.save(ctx)
}

// Reset lets the clock run with the wall clock again, which may be before the
// present time: whatever time governed is gone.
func (c *Clock) Reset(ctx context.Context) error {
	c.moving.Lock()
	defer c.moving.Unlock()
	c.mu.Lock()
	c.mode, c.stands, c.ahead = Running, time.Time{}, 0
	c.mu.Unlock()
	return c.save(ctx)
}

// travel moves the clock from one due time to the next until it is at to.
func (c *Clock) travel(ctx context.Context, to time.Time, settler Settler) error {
	for {
		due, waiting, err := settler.NextDue(ctx)
		if err != nil {
			return err
		}
		mode, now := c.State()
		if !waiting || due.After(to) {
			break
		}
		if due.After(now) {
			c.put(mode, due)
		}
		if err := settler.Settle(ctx); err != nil {
			return err
		}
	}
	if mode, now := c.State(); to.After(now) {
		c.put(mode, to)
	}
	return settler.Settle(ctx)
}

func (c *Clock) put(mode Mode, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mode, c.stands, c.ahead = mode, at, 0
	if mode == Running {
		c.ahead = at.Sub(c.wall().UTC().Truncate(time.Millisecond))
	}
}

func (c *Clock) save(ctx context.Context) error {
	c.mu.RLock()
	state := savedClock{c.mode, c.ahead, c.stands}
	c.mu.RUnlock()
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	return c.store.SaveClock(ctx, string(text))
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
