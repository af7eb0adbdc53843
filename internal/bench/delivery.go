package bench

import (
	"context"
	"time"
)

// DeliveryReport is how the pushing of events kept up with the sends.
type DeliveryReport struct {
	Events int `json:"events"`
	// Behind is how long after a load's last accepted send the last event came,
	// Backlog how many waited in the outbox at most, and AtEnd how many when a
	// load ended; each the largest of all loads.
	Behind  Millis `json:"behind_ms"`
	Backlog int    `json:"largest_backlog"`
	AtEnd   int    `json:"backlog_at_end"`
}

const outboxMetric = "muban_outbox_waiting"

// waiting is how many events are still to be pushed.
type waiting struct{ most, last int }

// watchOutbox looks at the outbox until the function that it returns is
// called, which tells what was seen.
func (s *server) watchOutbox(ctx context.Context) func() (waiting, error) {
	if s.events == nil {
		return func() (waiting, error) { return waiting{}, nil }
	}
	ctx, cancel := context.WithCancel(ctx)
	result := make(chan error, 1)
	var seen waiting
	go func() {
		look := time.NewTicker(lookEvery)
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				result <- nil
				return
			case <-look.C:
			}
			values, err := s.api.metrics(ctx)
			if err != nil && ctx.Err() == nil {
				result <- err
				return
			}
			if err == nil {
				seen.see(values)
			}
		}
	}()
	return func() (waiting, error) {
		cancel()
		if err := <-result; err != nil {
			return seen, err
		}
		values, err := s.api.metrics(context.WithoutCancel(ctx))
		if err == nil {
			seen.see(values)
		}
		return seen, err
	}
}

func (w *waiting) see(values map[string]float64) {
	w.last = int(values[outboxMetric])
	w.most = max(w.most, w.last)
}

// awaitEvents waits until every accepted send's event has come.
func (s *server) awaitEvents(ctx context.Context, ended time.Time, seen waiting) error {
	if s.events == nil {
		return nil
	}
	last, err := s.events.wait(ctx, s.accepted)
	d := &s.delivery
	d.Events, d.Backlog, d.AtEnd = s.accepted, max(d.Backlog, seen.most), max(d.AtEnd, seen.last)
	d.Behind = max(d.Behind, millis(last.Sub(ended)))
	return err
}
