package delivery_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/delivery"
)

// outbox is an outbox in memory whose store can be made to fail.
type outbox struct {
	mu       sync.Mutex
	waiting  []muban.DueMessage
	finished []muban.Outcome
	failing  bool
	asked    int
	signal   chan struct{}
}

func newOutbox(messages int) *outbox {
	o := &outbox{signal: make(chan struct{}, 1)}
	for i := range messages {
		o.waiting = append(o.waiting, muban.DueMessage{AppID: "app", Seq: int64(i + 1), UserKnown: true, Delivery: muban.DeliveryOK})
	}
	return o
}

var errAway = errors.New("the database is away")

func (o *outbox) ClaimMessages(_ context.Context, _ time.Time, most int, _ time.Duration) ([]muban.DueMessage, muban.Lease, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
	if o.failing {
		return nil, 0, errAway
	}
	n := min(most, len(o.waiting))
	claimed := o.waiting[:n]
	o.waiting = o.waiting[n:]
	return claimed, 1, nil
}

func (o *outbox) FinishMessages(_ context.Context, _ muban.Lease, outcomes []muban.Outcome) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.finished = append(o.finished, outcomes...)
	return nil
}

func (o *outbox) NextDue(context.Context) (time.Time, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return time.Time{}, len(o.waiting) > 0, nil
}

func (o *outbox) Due() <-chan struct{} { return o.signal }

func (o *outbox) set(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
}

type wall struct{}

func (wall) Now() time.Time { return time.Now() }

func newWorker(o *outbox) *delivery.Worker {
	return delivery.New(o, wall{}, slog.New(slog.DiscardHandler), nil)
}

func TestSettleDeliversEverythingThatIsDue(t *testing.T) {
	t.Parallel()
	o := newOutbox(1300) // more than two batches
	if err := newWorker(o).Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(o.finished) != 1300 || len(o.waiting) != 0 {
		t.Errorf("finished %d, waiting %d", len(o.finished), len(o.waiting))
	}
	for i, outcome := range o.finished {
		if outcome.Seq != int64(i+1) {
			t.Fatalf("outcome %d is of message %d: out of order", i, outcome.Seq)
		}
	}
}

func TestWorkerRecoversAndStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(3)
		o.failing = true
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			newWorker(o).Run(ctx)
		}()
		time.Sleep(time.Minute) //nolint:forbidigo // the bubble has its own time
		synctest.Wait()
		if o.asked > 20 {
			t.Errorf("asked a store that is away %d times in a minute", o.asked)
		}
		o.set(func() { o.failing = false })
		time.Sleep(11 * time.Second) //nolint:forbidigo // the bubble has its own time
		synctest.Wait()
		if len(o.finished) != 3 {
			t.Errorf("after the store came back %d of 3 are finished", len(o.finished))
		}
		// What another node accepted comes without a signal.
		o.set(func() { o.waiting = append(o.waiting, muban.DueMessage{AppID: "app", Seq: 4}) })
		time.Sleep(1100 * time.Millisecond) //nolint:forbidigo // the bubble has its own time
		synctest.Wait()
		if len(o.finished) != 4 {
			t.Error("a message that came without a signal waits")
		}
		cancel()
		<-done
	})
}
