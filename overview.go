package muban

import "time"

// OverviewQuery says what an overview counts.
type OverviewQuery struct {
	AppID string // empty = every app
	// From, To and Step divide time: messages accepted from From on and before
	// To are counted, in steps from From.
	From, To time.Time
	Step     time.Duration
	// Now and ExpiresBy bound the grants that are about to end.
	Now, ExpiresBy time.Time
	// Most is how many messages, the newest, are looked at; and how many
	// callbacks and grants.
	Most int
	// Templates is how many of the busiest templates are wanted.
	Templates int
}

// Overview is what happened, in numbers.
type Overview struct {
	Messages  []MessageCount
	Templates []TemplateCount // the busiest first
	// CallbacksWaiting is exact; CallbacksFailed and GrantsExpiring are of those
	// that were looked at.
	CallbacksWaiting, CallbacksFailed, GrantsExpiring int64
	// Partial is set where there was more to be looked at than Most.
	Partial bool
}

// MessageCount is how many messages that were accepted in one step of time are
// in one state.
type MessageCount struct {
	Step  int // from 0
	State State
	Count int64
}

// TemplateCount is how many messages of a template were accepted.
type TemplateCount struct {
	AppID, TemplateID string
	Title             string // empty where the template was deleted
	Count             int64
}
