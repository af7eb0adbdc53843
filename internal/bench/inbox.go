package bench

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// InboxReport is how long a page of the largest inbox takes, the answer of the
// native API with 50 messages.
type InboxReport struct {
	Messages int `json:"messages"` // in that inbox
	// First is the newest page's time, Next that of the page after it.
	First PageTime  `json:"first_page"`
	Next  *PageTime `json:"next_page,omitempty"` // nil where there is none
}

// PageTime is a page's time over all its readings.
type PageTime struct {
	Median Millis `json:"median_ms"`
	Slow   Millis `json:"p95_ms"`
}

// inboxReadings is how often a page is read.
const inboxReadings = 40

// readInbox reads the inbox of the newest user, whom a filling favours.
func (s *server) readInbox(ctx context.Context, p Progress) (*InboxReport, error) {
	p.Begin("reading an inbox, "+s.name(), 2*inboxReadings)
	from := s.from[0] // the app that a filling is for
	path := "/api/v1/apps/" + from.appID + "/users/" + url.PathEscape(from.users[len(from.users)-1]) + "/inbox"
	var page struct {
		Unread int    `json:"unread"`
		Next   string `json:"next_cursor"`
	}
	read := func(path string) (PageTime, error) {
		times := make([]time.Duration, inboxReadings)
		for i := range times {
			began := time.Now()
			if err := s.api.call(ctx, http.MethodGet, path, nil, &page); err != nil {
				return PageTime{}, err
			}
			times[i] = time.Since(began)
			p.Add(1)
		}
		slices.Sort(times)
		l := Load{latencies: times}
		return PageTime{millis(l.Percentile(50)), millis(l.Percentile(95))}, nil
	}
	first, err := read(path)
	if err != nil {
		return nil, err
	}
	r := &InboxReport{Messages: page.Unread, First: first} // nobody has read any
	if page.Next != "" {
		next, err := read(path + "?cursor=" + url.QueryEscape(page.Next))
		if err != nil {
			return nil, err
		}
		r.Next = &next
	}
	return r, nil
}
