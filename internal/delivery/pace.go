package delivery

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// aimedDelay is how late an app's events are where it sends exactly as fast
	// as they are pushed.
	aimedDelay = 500 * time.Millisecond
	// leastShare and mostShare bound how many sends one pushed event lets on.
	// From mostShare on, that is a delay of an eighth of a second, sends wait.
	leastShare, mostShare = 0.25, 4
	// promptRate is how many events a second a server can take that does not
	// itself hold up its events: where 32 are pushed at once that is an answer in
	// 20 ms on average. One in promptly will do for fewer, of which a busy
	// processor makes each take longer than its server does.
	promptRate = 1600
	promptly   = 4 * time.Millisecond
	// longestHeld bounds how long one send waits.
	longestHeld = 200 * time.Millisecond
	// verdictHolds is how long an app counts as behind without being found so
	// again.
	verdictHolds = time.Second
	// mostAhead is how many sends may go on that did not come yet.
	mostAhead = 64
)

// Pace lets an app's sends wait a moment where its events fall behind though
// its server takes them promptly: what this process accepts is then bounded by
// what it can push, and the outbox does not grow for ever. No send waits for a
// server that is slow or answers with errors; what is for it waits on disk.
//
// A nil Pace holds nothing back.
type Pace struct {
	real func() time.Time
	held atomic.Int64
	// behind is how many apps there are in apps: most of the time none.
	behind atomic.Int64

	mu   sync.Mutex
	apps map[string]*late
}

// late is an app whose events fall behind.
type late struct {
	goOn  chan struct{} // holds one for each send that may go on
	over  chan struct{} // closed when the app has caught up
	until time.Time     // real time
	// share is how many sends each pushed event lets on, credit what is saved
	// up of the next one.
	share, credit float64
}

// NewPace makes a pace on the real time.
func NewPace(now func() time.Time) *Pace { return &Pace{real: now, apps: make(map[string]*late)} }

// Held is how many sends have waited so far.
func (p *Pace) Held() int64 { return p.held.Load() }

// Wait returns when a send of which the app is to be told may be accepted, after
// 200 ms at the latest. It fails only where ctx ends before.
func (p *Pace) Wait(ctx context.Context, appID string) error {
	if p == nil || p.behind.Load() == 0 {
		return nil
	}
	p.mu.Lock()
	app, left := p.find(appID)
	p.mu.Unlock()
	if left <= 0 {
		return nil
	}
	select {
	case <-app.goOn:
		return nil
	default:
	}
	p.held.Add(1)
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-app.goOn:
	case <-app.over:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// pushed lets as many of the app's sends go on as one event stands for.
func (p *Pace) pushed(appID string) {
	if p == nil || p.behind.Load() == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	app, isLate := p.apps[appID]
	if !isLate {
		return
	}
	for app.credit += app.share; app.credit >= 1; app.credit-- {
		select {
		case app.goOn <- struct{}{}:
		default: // as many as may go on already
		}
	}
}

// judge sets the pace of an app's sends by how late its events are; 0 is for
// one that nothing has to wait for.
func (p *Pace) judge(appID string, delay time.Duration) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	app, isLate := p.apps[appID]
	if mostShare*delay <= aimedDelay {
		if isLate {
			p.end(appID, app)
		}
		return
	}
	if !isLate {
		app = &late{goOn: make(chan struct{}, mostAhead), over: make(chan struct{})}
		p.apps[appID] = app
		p.behind.Add(1)
	}
	app.share = max(leastShare, float64(aimedDelay)/float64(delay))
	app.until = p.real().Add(verdictHolds)
}

// find is an app that is late and how long its next send may wait, 0 where it
// is not late any more. Call it with mu held.
func (p *Pace) find(appID string) (*late, time.Duration) {
	app, isLate := p.apps[appID]
	if !isLate {
		return nil, 0
	}
	left := app.until.Sub(p.real())
	if left <= 0 {
		p.end(appID, app)
	}
	return app, min(left, longestHeld)
}

// end lets all of an app's sends go on. Call it with mu held.
func (p *Pace) end(appID string, app *late) {
	close(app.over)
	delete(p.apps, appID)
	p.behind.Add(-1)
}
