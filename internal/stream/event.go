package stream

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kind is what an event tells of.
type Kind string

// The kinds of event. A reset says that events were missed and that what is
// shown should be read anew; it comes to every reader.
const (
	Message  Kind = "message"
	Callback Kind = "callback"
	Grant    Kind = "grant"
	Call     Kind = "call"
	Reset    Kind = "reset"
)

// Event is one thing that happened.
type Event struct {
	// ID resumes after this event; see [Hub.Read].
	ID   string
	Kind Kind
	// AppID is the app that it belongs to; empty for one of none.
	AppID string
	// Data is the object as it is now, as JSON in one line.
	Data []byte
}

// Filter selects events; zero members select everything.
type Filter struct {
	AppID string
	Kinds []Kind
}

func (f Filter) selects(e Event) bool {
	return e.Kind == Reset || (f.AppID == "" || e.AppID == f.AppID) && (len(f.Kinds) == 0 || slices.Contains(f.Kinds, e.Kind))
}

// An event's id names the run of the feeder that it belongs to and its number
// there.
func eventID(run string, number int64) string { return fmt.Sprintf("%s-%d", run, number) }

func parseEventID(id string) (run string, number int64, ok bool) {
	run, digits, ok := strings.Cut(id, "-")
	number, err := strconv.ParseInt(digits, 10, 64)
	return run, number, ok && err == nil
}
