package muban

import "time"

// KeywordRequest is an application for a keyword that a title does not have
// (seed 001: apply for a keyword; usable after review).
type KeywordRequest struct {
	Platform Platform
	Seq      int64  // its id; orders lists by when they were made
	AppID    string // who applies
	TitleID  string
	Name     string
	Example  string

	State RequestState
	// Reason is why it was rejected.
	Reason string
	// KeywordID is the number that approval gave the keyword; 0 before.
	KeywordID            int
	CreatedAt, DecidedAt time.Time // DecidedAt is zero while pending
}

// RequestState is where an application is.
type RequestState string

// The states of an application.
const (
	RequestPending  RequestState = "pending"
	RequestApproved RequestState = "approved"
	RequestRejected RequestState = "rejected"
)

// KeywordRequestFilter selects applications; empty members select everything.
type KeywordRequestFilter struct {
	Platform Platform
	AppID    string
	State    RequestState
}
