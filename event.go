package muban

import "time"

// EventKind names what an app's server is told of.
type EventKind string

// EventSendFinished says that a message reached its end (seed 004, 事件推送).
const EventSendFinished EventKind = "TEMPLATESENDJOBFINISH"

// Event is what an app's server is told about one message.
type Event struct {
	Kind EventKind
	// UserID is the id that the message was addressed by.
	UserID    string
	MessageID MessageID
	// State and Reason are how the message ended.
	State  State
	Reason Reason
	At     time.Time
}
