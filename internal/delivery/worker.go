package delivery

import (
	"context"
	"log/slog"
	"time"

	"github.com/muban-dev/muban"
)

// Clock tells the time that messages are due by and finished at.
type Clock interface {
	Now() time.Time
}

// Outbox keeps the messages that are still to be delivered.
type Outbox interface {
	// ClaimMessages takes up to most messages that are due at now and not held
	// by another, in order, and holds them for that long (real time).
	ClaimMessages(ctx context.Context, now time.Time, most int, hold time.Duration) ([]muban.DueMessage, muban.Lease, error)
	// FinishMessages stores how messages ended and takes them out of the
	// outbox, in one transaction. Those no longer held by the lease are left
	// as they are. Repeating it changes nothing.
	FinishMessages(ctx context.Context, lease muban.Lease, outcomes []muban.Outcome) error
	// NextDue is when the first waiting message is due; false if none waits.
	NextDue(ctx context.Context) (time.Time, bool, error)
	// Due receives a signal when messages became due on this node.
	Due() <-chan struct{}
}

const (
	// batch is how many messages one claim takes.
	batch = 512
	// hold is how long a claim lasts: far longer than a batch takes, short
	// enough that a dead worker's messages do not wait long.
	hold = 10 * time.Second
	// poll is how often the outbox is looked at without a signal, which sees
	// what other nodes accepted and what a dead worker left.
	poll = time.Second
	// longestPause bounds the backoff after errors of the store.
	longestPause = 10 * time.Second
)

// Worker delivers messages. Several may share an outbox.
type Worker struct {
	outbox Outbox
	clock  Clock
	log    *slog.Logger
	// observe is told how messages ended.
	observe func([]muban.Outcome)
}

// New makes a worker; observe may be nil.
func New(outbox Outbox, clock Clock, log *slog.Logger, observe func([]muban.Outcome)) *Worker {
	if observe == nil {
		observe = func([]muban.Outcome) {}
	}
	return &Worker{outbox: outbox, clock: clock, log: log, observe: observe}
}

// Run delivers until ctx ends. What was claimed by then is finished.
func (w *Worker) Run(ctx context.Context) {
	pause := time.Duration(0)
	for ctx.Err() == nil {
		delivered, err := w.step(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			pause = min(max(2*pause, 100*time.Millisecond), longestPause)
			w.log.ErrorContext(ctx, "delivery failed, trying again", "pause", pause, "error", err)
			w.wait(ctx, pause, nil)
		case delivered == 0:
			pause = 0
			w.wait(ctx, poll, w.outbox.Due())
		default:
			pause = 0
		}
	}
}

// Settle delivers until nothing is due any more at the clock's now, also what
// other workers have claimed.
func (w *Worker) Settle(ctx context.Context) error {
	for {
		delivered, err := w.step(ctx)
		if err != nil {
			return err
		}
		if delivered > 0 {
			continue
		}
		due, waiting, err := w.outbox.NextDue(ctx)
		if err != nil {
			return err
		}
		if !waiting || due.After(w.clock.Now()) {
			return nil
		}
		w.wait(ctx, 5*time.Millisecond, nil) // another worker is at it
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// step delivers one batch and returns how many it held.
func (w *Worker) step(ctx context.Context) (int, error) {
	claimed, lease, err := w.outbox.ClaimMessages(ctx, w.clock.Now(), batch, hold)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	at := w.clock.Now()
	outcomes := make([]muban.Outcome, len(claimed))
	for i, d := range claimed {
		outcomes[i] = decide(d, at)
	}
	// A stop between claim and finish would leave the batch to its lease.
	if err := w.outbox.FinishMessages(context.WithoutCancel(ctx), lease, outcomes); err != nil {
		return 0, err
	}
	w.observe(outcomes)
	return len(claimed), nil
}

// wait returns after a while, at a signal, or when ctx ends.
func (w *Worker) wait(ctx context.Context, while time.Duration, signal <-chan struct{}) {
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-signal:
	case <-ctx.Done():
	}
}
