package apiclient

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Overview is what happened, in numbers.
type Overview struct {
	From           time.Time         `json:"from"`
	To             time.Time         `json:"to"`
	Step           string            `json:"step"`
	Steps          []OverviewStep    `json:"steps"`
	Callbacks      OverviewCallbacks `json:"callbacks"`
	GrantsExpiring int64             `json:"grants_expiring"`
	Templates      []BusyTemplate    `json:"templates"`
	Partial        bool              `json:"partial"`
}

// OverviewStep is what happened in one step of time.
type OverviewStep struct {
	At        time.Time        `json:"at"`
	Accepted  int64            `json:"accepted"`
	Delivered int64            `json:"delivered"`
	Refused   int64            `json:"refused"`
	Failed    int64            `json:"failed"`
	Refusals  map[string]int64 `json:"refusals"`
}

// OverviewCallbacks counts callbacks by state.
type OverviewCallbacks struct {
	Waiting int64 `json:"waiting"`
	Failed  int64 `json:"failed"`
}

// BusyTemplate is a template with many messages.
type BusyTemplate struct {
	AppID      string `json:"app_id"`
	TemplateID string `json:"template_id"`
	Title      string `json:"title"`
	Messages   int64  `json:"messages"`
}

// OverviewQuery selects what is counted, in steps of that length.
type OverviewQuery struct {
	AppID string // empty: every app's
	Step  time.Duration
}

// Overview counts what happened in the day until now.
func (c *Client) Overview(ctx context.Context, q OverviewQuery) (Answer[Overview], error) {
	query := url.Values{"step": {q.Step.String()}}
	if q.AppID != "" {
		query.Set("app_id", q.AppID)
	}
	return do[Overview](ctx, c, call{method: http.MethodGet, path: []string{"overview"}, query: query})
}
