package muban

import "time"

// DueMessage is an accepted message that a worker is to deliver, with what
// decides how it ends.
type DueMessage struct {
	AppID     string
	Seq       int64
	Platform  Platform
	GrantKind GrantKind

	// UserKnown is false where the user was deleted after the send.
	UserKnown       bool
	Blocked         bool
	Delivery        Delivery
	NotificationBar bool
}

// Outcome is how a message ended.
type Outcome struct {
	AppID    string
	Seq      int64
	State    State
	Reason   Reason
	Channels []Channel
	At       time.Time
}

// Lease names one worker's hold on the messages it claimed. What a worker
// finishes after its lease was taken over has no effect.
type Lease int64
