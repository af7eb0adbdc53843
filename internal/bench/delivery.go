package bench

import (
	"context"
	"time"
)

// DeliveryReport is how the pushing of events kept up with the sends.
type DeliveryReport struct {
	Events int `json:"events"`
	KeptUp
	Half KeptUp `json:"half"` // at half the rate
}

// KeptUp is how far behind the sends the events were, each number the largest
// of all loads.
type KeptUp struct {
	// Behind is how long after a load's last accepted send the last event came.
	Behind Millis `json:"behind_ms"`
	// Backlog is how many waited in the outbox at most, AtEnd how many when a
	// load ended.
	Backlog int `json:"largest_backlog"`
	AtEnd   int `json:"backlog_at_end"`
	// Rate is how many events a second were pushed on average until the last
	// one came, the lowest of all loads.
	Rate float64 `json:"events_a_second"`
}

// with takes another load into account.
func (k KeptUp) with(load Load, behind time.Duration, seen waiting) KeptUp {
	k.Behind, k.Backlog, k.AtEnd = max(k.Behind, millis(behind)), max(k.Backlog, seen.most), max(k.AtEnd, seen.last)
	if rate := float64(load.Requests) / (load.Took + max(behind, 0)).Seconds(); k.Rate == 0 || rate < k.Rate {
		k.Rate = rate
	}
	return k
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

// awaitEvents waits until every accepted send's event has come, and notes in k
// how the events of a load that ended kept up.
func (s *server) awaitEvents(ctx context.Context, load Load, ended time.Time, seen waiting, k *KeptUp) error {
	if s.events == nil {
		return nil
	}
	last, err := s.events.wait(ctx, s.accepted)
	s.delivery.Events = s.accepted
	*k = k.with(load, last.Sub(ended), seen)
	return err
}
