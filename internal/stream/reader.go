package stream

import (
	"context"
	"encoding/json"
)

// Reader reads a hub's events in their order. It is used by one goroutine.
type Reader struct {
	hub    *Hub
	filter Filter
	run    string
	next   int64
	missed string // why the next event is a reset; empty where it is none
	closed bool
}

// Position is an id that resumes here.
func (r *Reader) Position() string { return eventID(r.run, r.next-1) }

// Close ends the reading. It may be called more than once.
func (r *Reader) Close() {
	if !r.closed {
		r.closed = true
		r.hub.leave()
	}
}

// mostAtOnce bounds what one Next returns.
const mostAtOnce = 256

// Next returns the events that are there, at least one, once there are any. It
// ends with ctx.
func (r *Reader) Next(ctx context.Context) ([]Event, error) {
	for {
		events, changed := r.take()
		if len(events) > 0 {
			return events, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take returns what is there, and a channel that is closed when there is more.
func (r *Reader) take() (events []Event, changed <-chan struct{}) {
	h := r.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	end := h.first + int64(len(h.events))
	switch {
	case h.run == "": // the feeder failed; a new run begins
		return nil, h.changed
	case h.run != r.run:
		r.missed = "the store could not be followed for a while"
		r.run = h.run
		r.next = h.first
	case r.next < h.first:
		r.missed = "more happened than was read"
		r.next = end
	}
	if r.missed != "" {
		data, _ := json.Marshal(resetData{r.missed}) // a text can be written
		events = append(events, Event{ID: r.Position(), Kind: Reset, Data: data})
		r.missed = ""
	}
	for r.next < end && len(events) < mostAtOnce {
		if e := h.events[r.next-h.first]; r.filter.selects(e) {
			events = append(events, e)
		}
		r.next++
	}
	return events, h.changed
}
