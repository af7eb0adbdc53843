package muban

import "time"

// Page asks for a part of a list that is ordered by a growing sequence
// number, newest first.
type Page struct {
	Limit  int   // most items to return; at least 1
	Before int64 // only items with a smaller sequence number; 0 = from the newest
}

// List is a part of a list.
type List[T any] struct {
	Items []T
	// Next is the Before of the next page; 0 on the last.
	Next int64
}

// Range asks for a part of a list as the platforms' own calls do.
type Range struct {
	Offset, Count int64
}

// GrantFilter selects grants of one app.
type GrantFilter struct {
	UserNo   int64      // 0 = every user
	IssuedTo string     // the one of the user's ids that it was issued to; empty = any
	State    GrantState // empty = every state
	// ExpiresBy leaves out what ends later; zero leaves out nothing.
	ExpiresBy time.Time
}

// MessageFilter selects messages; zero members select everything.
type MessageFilter struct {
	AppID      string
	UserNo     int64 // needs AppID
	State      State
	TemplateID string
	GrantID    string // needs AppID
	AfterSeq   int64  // only newer messages
	// From and To bound when it was accepted; To itself is out.
	From, To time.Time
}

// CallFilter selects calls; zero members select everything.
type CallFilter struct {
	AppID string
	// Users are the ids of one user, any of which selects a call.
	Users     []string
	ID        string
	Code      string
	MessageID MessageID
	GrantID   string
	// Refused selects calls that were refused, or those that were not.
	Refused *bool
	// From and To bound when it came; To itself is out.
	From, To time.Time
	// Text is looked for in everything that is kept of a call, whatever its
	// case. A whole token or secret finds the calls in which it was masked.
	Text string
	// After is a call's id: only newer ones. One that is not kept any more
	// leaves out nothing.
	After string
}
