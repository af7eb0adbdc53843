package muban

import "time"

// Callback is the push of one event to an app's server, with the attempts
// that were made.
type Callback struct {
	AppID string
	// Seq is its id; it grows with time, in the order of the events.
	Seq   int64
	Event Event
	// URL is where it was pushed to last or, before the first attempt, where
	// the app had its callbacks sent when the event happened.
	URL       string
	State     CallbackState
	Attempts  []Attempt
	CreatedAt time.Time
	// Left is how many attempts may still be made by themselves.
	Left int
	// DueAt is when the next attempt is due; zero unless it is pending.
	DueAt time.Time
}

// CallbackState is where a callback is in its life.
type CallbackState string

// The states of a callback.
const (
	CallbackPending   CallbackState = "pending"   // an attempt is still to be made
	CallbackDelivered CallbackState = "delivered" // the app's server took it
	CallbackFailed    CallbackState = "failed"    // every attempt failed
)

// CallbackStates lists every state of a callback.
func CallbackStates() []CallbackState {
	return []CallbackState{CallbackPending, CallbackDelivered, CallbackFailed}
}

// Attempt is one try to push an event.
type Attempt struct {
	At time.Time
	// Status is the HTTP status that was answered; 0 where none was.
	Status int
	// Error says why the attempt failed; empty where it did not.
	Error string
	Took  time.Duration
	// Response is the beginning of the answer's body.
	Response string
	// URL is where it went.
	URL string
	// Sent is what went there; empty where nothing did, and in all but the
	// newest attempt: they differ in their stamp.
	Sent Sent
}

// Sent is a push as it went over the wire.
type Sent struct {
	// Query was added to the URL: signature, timestamp, nonce and, where the
	// body is encrypted, msg_signature.
	Query string
	Body  string
	// Plain is the event's document, where the body is not just that.
	Plain string
}

// PushResult is an attempt with the callback that it belongs to.
type PushResult struct {
	AppID   string
	Seq     int64
	Attempt Attempt
}

// CallbackFilter selects callbacks; zero members select everything.
type CallbackFilter struct {
	AppID      string
	State      CallbackState
	MessageSeq int64
	AfterSeq   int64 // only newer callbacks
}

// Lease names one worker's hold on what it claimed. What a worker reports
// after its lease was taken over has no effect.
type Lease int64

// Handshake is how an app's server answered the check whether it knows the
// app's callback token (URL 验证).
type Handshake struct {
	OK     bool
	Status int    // of the answer; 0 where there was none
	Body   string // the beginning of the answer
	Error  string // what was wrong, and what would be right; empty where OK
}
