package delivery

import (
	"time"

	"github.com/muban-dev/muban"
)

// Attempts are made when an event happens and, as long as they fail, 5 and 25
// seconds later (protocol.md §3.7: three in all).
const (
	secondAfter = 5 * time.Second
	thirdAfter  = 20 * time.Second // after the second
)

// mostKept bounds how many attempts a callback remembers; resending makes more.
const mostKept = 50

// afterAttempt is what becomes of a callback by an attempt.
func afterAttempt(c *muban.Callback, a muban.Attempt) {
	if n := len(c.Attempts); n > 0 {
		c.Attempts[n-1].Sent = muban.Sent{}
	}
	c.Attempts = append(c.Attempts, a)
	if extra := len(c.Attempts) - mostKept; extra > 0 {
		c.Attempts = c.Attempts[extra:]
	}
	c.URL = a.URL
	c.Left--
	switch {
	case a.Error == "":
		c.State, c.Left, c.DueAt = muban.CallbackDelivered, 0, time.Time{}
	case c.Left <= 0:
		c.State, c.DueAt = muban.CallbackFailed, time.Time{}
	case c.Left == 1:
		c.DueAt = a.At.Add(thirdAfter)
	default:
		c.DueAt = a.At.Add(secondAfter)
	}
}
