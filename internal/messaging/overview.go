package messaging

import (
	"context"
	"strconv"
	"time"

	"github.com/muban-dev/muban"
)

// OverviewQuery selects what an overview counts. Zero members are chosen: the
// 24 hours until now, in steps of an hour.
type OverviewQuery struct {
	AppID    string
	From, To time.Time
	Step     time.Duration
}

const (
	overviewSpan = 24 * time.Hour
	// shortestStep and mostSteps bound an overview's answer.
	shortestStep = time.Second
	mostSteps    = 1000
	// mostLookedAt bounds what an overview costs.
	mostLookedAt = 100_000
	busiest      = 10
)

// Steps is how time is divided.
type Steps struct {
	From, To time.Time
	Step     time.Duration
}

// Count is the number of steps; the last may be cut short.
func (s Steps) Count() int { return int((s.To.Sub(s.From) + s.Step - 1) / s.Step) }

// Overview counts what was accepted and how it ended, by step of time, and what
// waits, failed or is about to end. At most 100,000 messages, the newest, are
// looked at, and as many callbacks and grants; the result is Partial where there
// are more.
func (s *Service) Overview(ctx context.Context, query OverviewQuery) (muban.Overview, Steps, error) {
	now := s.clock.Now()
	steps := Steps{query.From.UTC().Truncate(time.Millisecond), query.To.UTC().Truncate(time.Millisecond), query.Step}
	if query.To.IsZero() {
		steps.To = now.Add(time.Millisecond) // what happens now is in it
	}
	if query.From.IsZero() {
		steps.From = steps.To.Add(-overviewSpan)
	}
	if query.Step == 0 {
		steps.Step = time.Hour
	}
	if query.AppID != "" {
		if _, err := s.App(ctx, query.AppID); err != nil {
			return muban.Overview{}, steps, err
		}
	}
	switch {
	case !steps.From.Before(steps.To):
		return muban.Overview{}, steps, invalid("from", steps.From.Format(time.RFC3339Nano), "before to, "+steps.To.Format(time.RFC3339Nano))
	case steps.Step < shortestStep || steps.Step != steps.Step.Truncate(time.Millisecond):
		return muban.Overview{}, steps, invalid("step", steps.Step.String(), "whole milliseconds and at least 1s")
	case steps.To.Sub(steps.From)/steps.Step >= mostSteps:
		return muban.Overview{}, steps, invalid("step", steps.Step.String(), "so long that there are at most "+strconv.Itoa(mostSteps)+" steps in that time")
	}
	found, err := s.store.Overview(ctx, muban.OverviewQuery{
		AppID: query.AppID, From: steps.From, To: steps.To, Step: steps.Step,
		Now: now, ExpiresBy: now.Add(overviewSpan), Most: mostLookedAt, Templates: busiest,
	})
	return found, steps, err
}
