package delivery

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

const (
	// mostLanes is how many apps are pushed to at once.
	mostLanes = 64
	// laneLength is how many callbacks of an app one claim takes.
	laneLength = 512
	// crowd is from how many callbacks on an app's are pushed several at once,
	// where that is allowed: it sends faster than its server answers one by one.
	crowd = 64
	// afterAnswer is how long after its message an event is pushed at the
	// earliest. A platform takes about a second.
	afterAnswer = 50 * time.Millisecond
	// laneTime is after how long a lane begins no further push, and hold how
	// long a claim lasts: a push that began within laneTime ends before it.
	laneTime = 8 * time.Second
	hold     = laneTime + pushTimeout + 2*time.Second
	// recordEvery is how long a lane keeps the results of its pushes before it
	// stores them.
	recordEvery = 100 * time.Millisecond
	// poll is how often the outbox is looked at without a signal, which sees
	// what other nodes left.
	poll = time.Second
	// longestPause bounds the backoff after errors of the store.
	longestPause = 10 * time.Second
)

// Options are what a pusher needs besides the outbox.
type Options struct {
	Clock Clock
	Log   *slog.Logger
	// Real is the wall clock, which measures how long pushes take.
	Real func() time.Time
	// Abreast is how many callbacks of one app may be pushed at once when many
	// wait. One user's go one after the other all the same; 0 and 1 keep the
	// order of all.
	Abreast int
	// Pace is told how far events are behind; may be nil.
	Pace *Pace
	// AllowPrivate lets callbacks go to private, loopback and link-local
	// addresses.
	AllowPrivate bool
	// Observe is told of every attempt; may be nil.
	Observe func(muban.Attempt)
}

// Pusher pushes callbacks. Several may share an outbox.
type Pusher struct {
	outbox  Outbox
	apps    Apps
	options Options
	http    *receiver
	// room holds a token for each lane that may begin.
	room chan struct{}
}

// New makes a pusher.
func New(outbox Outbox, apps Apps, o Options) *Pusher {
	if o.Observe == nil {
		o.Observe = func(muban.Attempt) {}
	}
	p := &Pusher{outbox: outbox, apps: apps, options: o, http: newReceiver(o), room: make(chan struct{}, mostLanes)}
	for range mostLanes {
		p.room <- struct{}{}
	}
	return p
}

// Run pushes until ctx ends. What was begun by then is finished.
func (p *Pusher) Run(ctx context.Context) {
	var lanes sync.WaitGroup
	defer lanes.Wait()
	pause := time.Duration(0)
	for ctx.Err() == nil {
		begun, err := p.begin(ctx, &lanes)
		switch {
		case err != nil && ctx.Err() == nil:
			pause = min(max(2*pause, 100*time.Millisecond), longestPause)
			p.options.Log.ErrorContext(ctx, "pushing callbacks failed, trying again", "pause", pause, "error", err)
			wait(ctx, pause, nil)
		case begun == 0:
			pause = 0
			wait(ctx, p.idle(ctx), p.outbox.Due())
		default:
			pause = 0
		}
	}
}

// idle is how long nothing becomes due, at most one poll.
func (p *Pusher) idle(ctx context.Context) time.Duration {
	due, waiting, err := p.outbox.NextDue(ctx)
	if err != nil || !waiting {
		return poll
	}
	until := due.Sub(p.options.Clock.Now())
	if until <= 0 { // another holds it
		return poll
	}
	return min(until, poll)
}

// Settle pushes until nothing is due any more at the clock's now, also what
// others have claimed.
func (p *Pusher) Settle(ctx context.Context) error {
	for {
		var lanes sync.WaitGroup
		begun, err := p.begin(ctx, &lanes)
		lanes.Wait()
		if err != nil {
			return err
		}
		if begun > 0 {
			continue
		}
		due, waiting, err := p.outbox.NextDue(ctx)
		if err != nil {
			return err
		}
		if !waiting || due.After(p.options.Clock.Now()) {
			return nil
		}
		wait(ctx, 5*time.Millisecond, nil) // another is at it
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// begin claims what is due and begins a lane for each app. It waits until at
// least one lane may begin, and returns how many did.
func (p *Pusher) begin(ctx context.Context, lanes *sync.WaitGroup) (int, error) {
	free, err := p.takeRoom(ctx)
	if err != nil {
		return 0, err
	}
	claimed, lease, err := p.outbox.ClaimCallbacks(ctx, p.options.Clock.Now(), free, laneLength, hold)
	if err != nil {
		p.giveRoom(free)
		return 0, err
	}
	begun := 0
	for len(claimed) > 0 {
		n := 1
		for n < len(claimed) && claimed[n].AppID == claimed[0].AppID {
			n++
		}
		lane := claimed[:n:n]
		claimed = claimed[n:]
		begun++
		lanes.Go(func() {
			defer p.giveRoom(1)
			p.lane(ctx, lease, lane)
		})
	}
	p.giveRoom(free - begun)
	return begun, nil
}

// takeRoom waits for room for a lane, and takes all there is.
func (p *Pusher) takeRoom(ctx context.Context) (int, error) {
	select {
	case <-p.room:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	for free := 1; ; free++ {
		select {
		case <-p.room:
		default:
			return free, nil
		}
	}
}

func (p *Pusher) giveRoom(lanes int) {
	for range lanes {
		p.room <- struct{}{}
	}
}

// wait returns after a while, at a signal, or when ctx ends.
func wait(ctx context.Context, while time.Duration, signal <-chan struct{}) {
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-signal:
	case <-ctx.Done():
	}
}
