package delivery

import (
	"context"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

// attempts gathers what became of a lane's pushes and stores it from time to
// time.
type attempts struct {
	outbox Outbox
	lease  muban.Lease

	mu       sync.Mutex
	results  []muban.PushResult
	recorded time.Time // real time
	err      error
	// of all results, stored or not
	pushed, failed int
	took           time.Duration
}

// add notes a result and stores what there is, where the last time was long
// ago. It is false once storing failed: then pushing on would only repeat.
func (a *attempts) add(ctx context.Context, result muban.PushResult, now time.Time) bool {
	a.mu.Lock()
	a.results = append(a.results, result)
	a.pushed++
	a.took += result.Attempt.Took
	if result.Attempt.Error != "" {
		a.failed++
	}
	if a.err != nil || now.Sub(a.recorded) <= recordEvery {
		defer a.mu.Unlock()
		return a.err == nil
	}
	results := a.results
	a.results, a.recorded = nil, now
	a.mu.Unlock()
	return a.store(ctx, results) == nil
}

func (a *attempts) store(ctx context.Context, results []muban.PushResult) error {
	err := a.outbox.RecordAttempts(ctx, a.lease, results, afterAttempt)
	if err != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.err = err
	}
	return err
}

// finish stores the rest, and returns the first error of storing. Nothing is
// added any more.
func (a *attempts) finish(ctx context.Context) error {
	if a.err != nil || len(a.results) == 0 {
		return a.err
	}
	return a.store(ctx, a.results)
}

// prompt reports whether the app's server took most of what was pushed, so many
// at once, and was not itself what held it up. Nothing is added any more.
func (a *attempts) prompt(abreast int) bool {
	enough := max(promptly, time.Duration(abreast)*time.Second/promptRate)
	return 2*a.failed < a.pushed && a.took < time.Duration(a.pushed)*enough
}
