package api

import (
	"context"
	"errors"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func (a *api) overviewRoutes() {
	handle(a, "GET /api/v1/overview", doc{
		id: "getOverview", tag: "overview", summary: "What happens, in numbers", answer: "The numbers.",
		text: "Messages by when they were accepted and how they ended, refused platform calls by kind, callbacks that wait and that failed, grants about to end, the busiest templates. The cost is bounded: the newest 100,000 messages are looked at, and as many callbacks and grants; `partial` says that there are more. Refused calls are counted by the process that is asked, in memory, for 24 hours of sandbox time.",
	}, a.getOverview)
}

// Refusals counts refused platform calls.
type Refusals interface {
	// Between counts the refusals of an app, or of all where it is empty, by
	// step from from, 0 being the first, and kind.
	Between(appID string, from, to time.Time, step time.Duration) map[int]map[muban.Kind]int64
}

// OverviewFilter selects what is counted.
type OverviewFilter struct {
	AppID string `query:"app_id" doc:"Only this app's."`
	From  Moment `query:"from" doc:"The beginning, in sandbox time; 24 hours before to if left out." example:"2026-11-21T00:00:00Z"`
	To    Moment `query:"to" doc:"The end, which does not belong to it; now if left out." example:"2026-11-22T00:00:00Z"`
	Step  Step   `query:"step" doc:"The length of a step, as a Go duration of at least 1s; 1h if left out. At most 1000 steps." example:"5m"`
}

// Moment is a time as a parameter.
type Moment struct{ time.Time }

var errMoment = errors.New("it must be a time like 2026-11-21T00:00:00Z")

// UnmarshalText reads a time as RFC 3339 writes it.
func (m *Moment) UnmarshalText(text []byte) (err error) {
	if m.Time, err = time.Parse(time.RFC3339, string(text)); err != nil || m.Year() < 1970 {
		return errMoment
	}
	return nil
}

// Step is a length of time as a parameter.
type Step struct{ time.Duration }

var errStep = errors.New("it must be a Go duration of at least 1s, like 5m")

// UnmarshalText reads a Go duration.
func (s *Step) UnmarshalText(text []byte) (err error) {
	if s.Duration, err = time.ParseDuration(string(text)); err != nil || s.Duration <= 0 {
		return errStep
	}
	return nil
}

// Overview is what happened, in numbers.
type Overview struct {
	From           Timestamp         `json:"from" doc:"The beginning."`
	To             Timestamp         `json:"to" doc:"The end, which does not belong to it."`
	Step           string            `json:"step" doc:"The length of a step." example:"1h0m0s"`
	Steps          []OverviewStep    `json:"steps" nullable:"false" doc:"Every step, oldest first; the last may be cut short."`
	Callbacks      OverviewCallbacks `json:"callbacks" doc:"Callbacks now, whenever they were made."`
	GrantsExpiring int64             `json:"grants_expiring" doc:"Grants that can pay now and end within 24 hours of sandbox time."`
	Templates      []BusyTemplate    `json:"templates" nullable:"false" doc:"The ten with the most messages in that time, the busiest first."`
	Partial        bool              `json:"partial" doc:"There is more than was looked at: older messages, callbacks or grants are left out."`
}

// OverviewStep is what happened in one step of time.
type OverviewStep struct {
	At        Timestamp            `json:"at" doc:"Where it begins."`
	Accepted  int64                `json:"accepted" doc:"Messages that were accepted."`
	Delivered int64                `json:"delivered" doc:"Those of them that were delivered."`
	Refused   int64                `json:"refused" doc:"Those of them that their users refused."`
	Failed    int64                `json:"failed" doc:"Those of them that failed."`
	Refusals  map[muban.Kind]int64 `json:"refusals" doc:"Platform calls that were refused, by kind."`
}

// OverviewCallbacks counts callbacks by state.
type OverviewCallbacks struct {
	Waiting int64 `json:"waiting" doc:"Of which an attempt is still to be made."`
	Failed  int64 `json:"failed" doc:"Of which all attempts failed."`
}

// BusyTemplate is a template with many messages.
type BusyTemplate struct {
	AppID      string `json:"app_id" doc:"Whose it is." example:"wx3f7a9c0d5e8b2146"`
	TemplateID string `json:"template_id" doc:"Its id."`
	Title      string `json:"title,omitempty" doc:"Its title; absent where it was deleted." example:"购买成功通知"`
	Messages   int64  `json:"messages" doc:"How many were accepted."`
}

func (a *api) getOverview(ctx context.Context, in *OverviewFilter) (*Answer[Overview], error) {
	found, steps, err := a.service.Overview(ctx, messaging.OverviewQuery{
		AppID: in.AppID, From: in.From.Time, To: in.To.Time, Step: in.Step.Duration,
	})
	if err != nil {
		return nil, err
	}
	shown := Overview{
		From: Timestamp{steps.From}, To: Timestamp{steps.To}, Step: steps.Step.String(),
		Steps:     make([]OverviewStep, steps.Count()),
		Callbacks: OverviewCallbacks{found.CallbacksWaiting, found.CallbacksFailed}, GrantsExpiring: found.GrantsExpiring,
		Templates: each(found.Templates, func(t muban.TemplateCount) BusyTemplate {
			return BusyTemplate{t.AppID, t.TemplateID, t.Title, t.Count}
		}),
		Partial: found.Partial,
	}
	var refusals map[int]map[muban.Kind]int64
	if a.options.Refusals != nil {
		refusals = a.options.Refusals.Between(in.AppID, steps.From, steps.To, steps.Step)
	}
	for i := range shown.Steps {
		shown.Steps[i] = OverviewStep{At: Timestamp{steps.From.Add(time.Duration(i) * steps.Step)}, Refusals: refusals[i]}
		if refusals[i] == nil {
			shown.Steps[i].Refusals = map[muban.Kind]int64{}
		}
	}
	for _, c := range found.Messages {
		shown.Steps[c.Step].add(c)
	}
	return &Answer[Overview]{shown}, nil
}

func (s *OverviewStep) add(c muban.MessageCount) {
	s.Accepted += c.Count
	switch c.State {
	case muban.StateDelivered:
		s.Delivered += c.Count
	case muban.StateRefused:
		s.Refused += c.Count
	case muban.StateFailed:
		s.Failed += c.Count
	case muban.StateAccepted: // has not ended yet
	}
}
