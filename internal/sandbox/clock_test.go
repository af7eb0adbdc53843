package sandbox_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/sandbox"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// memory keeps the clock's state.
type memory struct {
	state string
	found bool
}

func (m *memory) Clock(context.Context) (string, bool, error) { return m.state, m.found, nil }

func (m *memory) SaveClock(_ context.Context, state string) error {
	m.state, m.found = state, true
	return nil
}

// work is done at its times; it notes what the clock said then.
type work struct {
	clock *sandbox.Clock
	due   []time.Time
	done  []time.Time
}

func (w *work) NextDue(context.Context) (time.Time, bool, error) {
	if len(w.due) == 0 {
		return time.Time{}, false, nil
	}
	return w.due[0], true, nil
}

func (w *work) Settle(context.Context) error {
	for len(w.due) > 0 && !w.due[0].After(w.clock.Now()) {
		w.done = append(w.done, w.clock.Now())
		w.due = w.due[1:]
	}
	return nil
}

func newClock(t *testing.T, store *memory, wall *time.Time) *sandbox.Clock {
	t.Helper()
	clock, err := sandbox.OpenClock(t.Context(), store, func() time.Time { return *wall })
	if err != nil {
		t.Fatal(err)
	}
	return clock
}

func TestClockRunsWithTheWallAndStaysAhead(t *testing.T) {
	t.Parallel()
	store, wall := &memory{}, noon
	clock := newClock(t, store, &wall)
	if err := clock.Advance(t.Context(), time.Hour, &work{clock: clock}); err != nil {
		t.Fatal(err)
	}
	wall = wall.Add(time.Minute)
	want := noon.Add(time.Hour + time.Minute)
	if got := clock.Now(); !got.Equal(want) {
		t.Errorf("now %v, want %v", got, want)
	}
	if got := newClock(t, store, &wall).Now(); !got.Equal(want) {
		t.Errorf("after a restart %v, want %v", got, want)
	}
}

func TestFrozenClockStands(t *testing.T) {
	t.Parallel()
	store, wall := &memory{}, noon
	clock := newClock(t, store, &wall)
	nothing := &work{clock: clock}
	if err := clock.Set(t.Context(), sandbox.Frozen, time.Time{}, nothing); err != nil {
		t.Fatal(err)
	}
	wall = wall.Add(time.Hour)
	if got := clock.Now(); !got.Equal(noon) {
		t.Errorf("frozen at %v, want %v", got, noon)
	}
	again := newClock(t, store, &wall)
	if mode, now := again.State(); mode != sandbox.Frozen || !now.Equal(noon) {
		t.Errorf("after a restart %v at %v", mode, now)
	}
	if err := again.Set(t.Context(), sandbox.Running, time.Time{}, nothing); err != nil {
		t.Fatal(err)
	}
	wall = wall.Add(time.Second)
	if got := again.Now(); !got.Equal(noon.Add(time.Second)) {
		t.Errorf("running on from %v, want one second after noon", got)
	}
}

func TestClockNeverGoesBack(t *testing.T) {
	t.Parallel()
	store, wall := &memory{}, noon
	clock := newClock(t, store, &wall)
	err := clock.Set(t.Context(), sandbox.Frozen, noon.Add(-time.Millisecond), &work{clock: clock})
	var refusal *muban.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != muban.RuleClockBackwards {
		t.Errorf("got %v, want a refusal by %s", err, muban.RuleClockBackwards)
	}
	if store.found {
		t.Error("the refused call was saved")
	}
}

func TestWorkIsDoneAtItsTimeInOrder(t *testing.T) {
	t.Parallel()
	wall := noon
	clock := newClock(t, &memory{}, &wall)
	first, second, late := noon.Add(time.Hour), noon.Add(2*time.Hour), noon.Add(200*time.Hour)
	w := &work{clock: clock, due: []time.Time{first, second, late}}
	if err := clock.Advance(t.Context(), 168*time.Hour, w); err != nil {
		t.Fatal(err)
	}
	if want := []time.Time{first, second}; !slices.EqualFunc(w.done, want, time.Time.Equal) {
		t.Errorf("done at %v, want %v", w.done, want)
	}
	if got := clock.Now(); !got.Equal(noon.Add(168 * time.Hour)) {
		t.Errorf("arrived at %v", got)
	}
}

// A reset lets time run with the wall again, also over a restart.
func TestResetOfTheClock(t *testing.T) {
	t.Parallel()
	wall, store := noon, &memory{}
	clock := newClock(t, store, &wall)
	if err := clock.Set(t.Context(), sandbox.Frozen, noon.Add(time.Hour), &work{clock: clock}); err != nil {
		t.Fatal(err)
	}
	if err := clock.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	wall = wall.Add(time.Minute)
	for _, c := range []*sandbox.Clock{clock, newClock(t, store, &wall)} {
		if mode, now := c.State(); mode != sandbox.Running || !now.Equal(wall) {
			t.Errorf("after the reset it is %s at %v, want %v", mode, now, wall)
		}
	}
}

// The latest time that the API sets is one that the clock can run from.
func TestClockRunsOnFromTheLastYear(t *testing.T) {
	t.Parallel()
	wall, last := noon, time.Date(2300, 12, 31, 23, 59, 59, 0, time.UTC)
	clock := newClock(t, &memory{}, &wall)
	for _, mode := range []sandbox.Mode{sandbox.Frozen, sandbox.Running} {
		if err := clock.Set(t.Context(), mode, last, &work{clock: clock}); err != nil {
			t.Fatal(err)
		}
		if got := clock.Now(); !got.Equal(last) {
			t.Errorf("%s at %v, want %v", mode, got, last)
		}
	}
}
