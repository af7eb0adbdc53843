package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/muban-dev/muban"
)

// Clock is the sandbox clock as the API shows and moves it. Its times are
// whole milliseconds, so that what State told can be given back to Set.
type Clock interface {
	// State tells sandbox time and whether it stands still.
	State() (now time.Time, frozen bool)
	// Set moves the clock forward to a time, or leaves it where it is for the
	// zero time, and lets it stand still or run from there. A time that is
	// past is refused with muban.RuleClockBackwards.
	Set(ctx context.Context, to time.Time, frozen bool) error
	// Advance moves the clock forward by d > 0 and returns once everything
	// that fell due was attempted, in order.
	Advance(ctx context.Context, d time.Duration) error
}

func (a *api) clockRoutes() {
	handle(a, "GET /api/v1/clock", doc{
		id: "getClock", tag: "clock", summary: "Tell sandbox time", answer: "The clock.",
		text: "`muban dev` only; 404 elsewhere.", needs: a.hasClock,
	}, a.getClock)
	handle(a, "PUT /api/v1/clock", doc{
		id: "setClock", tag: "clock", summary: "Set sandbox time", answer: "The clock after the change.",
		text: "What is left out stays as it is. Time does not go back: `clock_backwards`. `muban dev` only; 404 elsewhere.", needs: a.hasClock,
	}, a.setClock)
	handle(a, "POST /api/v1/clock/advance", doc{
		id: "advanceClock", tag: "clock", summary: "Move sandbox time forward", status: http.StatusOK, answer: "The clock after the change.",
		text: "Answers once everything that fell due was attempted, in order. `muban dev` only; 404 elsewhere.", needs: a.hasClock,
	}, a.advanceClock)
}

// lastYear is the last that the clock is moved to. A running clock is ahead of
// the wall clock by a time.Duration, which holds 292 years; a frozen one could
// go on to a time that it could not run from.
const lastYear = 2300

// The modes of the clock.
const (
	clockRunning = "running"
	clockFrozen  = "frozen"
)

// ClockState is what the sandbox clock shows.
type ClockState struct {
	Mode string    `json:"mode" enum:"running,frozen" doc:"Whether time runs on."`
	Now  Timestamp `json:"now" doc:"Sandbox time."`
}

// ClockSetting is where the clock is to be set.
type ClockSetting struct {
	Mode string    `json:"mode,omitempty" enum:"running,frozen" doc:"Whether time runs on from there."`
	Now  time.Time `json:"now,omitzero" doc:"Where to move to; not in the past, and no later than the year 2300." example:"2026-11-21T02:14:00.000Z"`
}

// ClockAdvance is how far the clock is to be moved.
type ClockAdvance struct {
	By string `json:"by" doc:"A Go duration over 0, to the end of the year 2300 at most." example:"168h"`
}

// hasClock is the refusal where there is no sandbox clock.
func (a *api) hasClock() error {
	if a.options.Clock == nil {
		return muban.Refuse(muban.RuleNotFound, "object", "sandbox clock", "id", "on this server; only muban dev has one")
	}
	return nil
}

func showClock(c Clock) *Answer[ClockState] {
	now, frozen := c.State()
	state := ClockState{Mode: clockRunning, Now: Timestamp{now}}
	if frozen {
		state.Mode = clockFrozen
	}
	return &Answer[ClockState]{state}
}

func (a *api) getClock(context.Context, *struct{}) (*Answer[ClockState], error) {
	return showClock(a.options.Clock), nil
}

func (a *api) setClock(ctx context.Context, in *struct{ Body ClockSetting }) (*Answer[ClockState], error) {
	clock := a.options.Clock
	if in.Body.Mode == "" && in.Body.Now.IsZero() {
		return nil, badRequest("body", "says nothing; give mode, now or both")
	}
	if in.Body.Now.UTC().Year() > lastYear {
		return nil, invalid("now", in.Body.Now.Format(time.RFC3339), fmt.Sprintf("in the year %d or before", lastYear))
	}
	_, frozen := clock.State()
	if in.Body.Mode != "" {
		frozen = in.Body.Mode == clockFrozen
	}
	if err := clock.Set(ctx, in.Body.Now.Truncate(time.Millisecond), frozen); err != nil {
		return nil, err
	}
	return showClock(clock), nil
}

func (a *api) advanceClock(ctx context.Context, in *struct{ Body ClockAdvance }) (*Answer[ClockState], error) {
	clock := a.options.Clock
	by, err := time.ParseDuration(in.Body.By)
	if err != nil || by <= 0 {
		return nil, invalid("by", in.Body.By, "a Go duration over 0 and of at most 2562047h, like 168h")
	}
	if now, _ := clock.State(); now.Add(by).UTC().Year() > lastYear {
		return nil, invalid("by", in.Body.By, fmt.Sprintf("so short that the clock stays in the year %d or before", lastYear))
	}
	if err := clock.Advance(ctx, by); err != nil {
		return nil, err
	}
	return showClock(clock), nil
}
