package retention

import (
	"context"
	"log/slog"
	"time"

	"github.com/muban-dev/muban"
)

// Shortest is the shortest time that may be kept: longer than a client_msg_id
// stands for its message, so that none stands for one that is gone.
const Shortest = time.Hour

const (
	// batch is how many rows are deleted at once.
	batch = 256
	// rest is how many times as long as a batch took nothing is deleted after
	// it, so that sends have the database for most of the time.
	rest = 4
	// between is the time between the beginnings of two sweeps.
	between = time.Minute
	// appsAtOnce is how many apps are looked at by one query.
	appsAtOnce = 500
	// hold is for how long a node does it for all (real time), renew how often
	// it says that it still does.
	hold, renew = 30 * time.Second, 5 * time.Second
)

// Clock tells the time by which things grow old.
type Clock interface {
	Now() time.Time
}

// Store deletes what is old. None of it waits for those who send.
type Store interface {
	// OwnRetention makes this node the one that deletes for all of a shared
	// store, for a while of real time; false where another is.
	OwnRetention(ctx context.Context, hold time.Duration) (bool, error)
	// OldApps looks at up to so many apps after a number and returns those
	// whose oldest message ended, or whose oldest grant expired, before a
	// time. next is where to go on, 0 at the end.
	OldApps(ctx context.Context, before time.Time, after int64, most int) (appIDs []string, next int64, err error)
	// ForgetMessages looks at up to so many messages of an app after a sequence
	// number, oldest first, and deletes those that reached their final state
	// before a time and have no callback pending, and their callbacks with
	// them. next is where to go on; 0 where none of these was old, or none is
	// left.
	ForgetMessages(ctx context.Context, appID string, before time.Time, after int64, most int) (muban.Forgotten, error)
	// ForgetGrants does the same with grants that expired before a time.
	ForgetGrants(ctx context.Context, appID string, before time.Time, after int64, most int) (muban.Forgotten, error)
}

// Options are what a keeper needs besides the store.
type Options struct {
	// Keep is how old what is kept may grow, by the Clock; at least [Shortest].
	Keep  time.Duration
	Clock Clock
	Log   *slog.Logger
	// Observe is told what each batch deleted.
	Observe func(muban.Forgotten)
}

// Keeper deletes what is older than what is kept.
type Keeper struct {
	store   Store
	options Options
}

// New makes a keeper.
func New(store Store, o Options) *Keeper { return &Keeper{store, o} }

// Run sweeps again and again until ctx ends. Of the nodes of a shared store one
// does.
func (k *Keeper) Run(ctx context.Context) {
	every := time.NewTicker(between)
	defer every.Stop()
	for {
		if err := k.sweep(ctx, &pace{own: k.own}); err != nil && ctx.Err() == nil {
			k.options.Log.WarnContext(ctx, "deleting what is older than --keep broke off, it goes on later", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// Sweep deletes everything that is old by now, without a pause, whichever node
// this is.
func (k *Keeper) Sweep(ctx context.Context) error { return k.sweep(ctx, nil) }

func (k *Keeper) own(ctx context.Context) (bool, error) { return k.store.OwnRetention(ctx, hold) }

// sweep goes through all apps once. What fell old meanwhile is the next one's.
func (k *Keeper) sweep(ctx context.Context, p *pace) error {
	before := k.options.Clock.Now().Add(-k.options.Keep)
	began, sum := time.Now(), muban.Forgotten{}
	defer func() {
		if sum != (muban.Forgotten{}) {
			k.options.Log.InfoContext(ctx, "deleted what is older than --keep", "messages", sum.Messages,
				"callbacks", sum.Callbacks, "grants", sum.Grants, "took", time.Since(began))
		}
	}()
	for after := int64(0); ; {
		if mine, err := p.begin(ctx); !mine {
			return err
		}
		apps, next, err := k.store.OldApps(ctx, before, after, appsAtOnce)
		if err != nil {
			return err
		}
		for _, appID := range apps {
			for _, forget := range []forget{k.store.ForgetMessages, k.store.ForgetGrants} {
				if goOn, err := k.walk(ctx, p, &sum, appID, before, forget); !goOn {
					return err
				}
			}
		}
		if next == 0 {
			return nil
		}
		after = next
	}
}

type forget func(ctx context.Context, appID string, before time.Time, after int64, most int) (muban.Forgotten, error)

// walk deletes an app's old messages, or grants, from the oldest on. goOn is
// false at an error, or where another node deletes now.
func (k *Keeper) walk(ctx context.Context, p *pace, sum *muban.Forgotten, appID string, before time.Time, forget forget) (goOn bool, err error) {
	for after := int64(0); ; {
		if mine, err := p.begin(ctx); !mine {
			return false, err
		}
		began := time.Now()
		gone, err := forget(ctx, appID, before, after, batch)
		if err != nil {
			return false, err
		}
		after = gone.Next
		gone.Next = 0
		k.options.Observe(gone)
		sum.Messages, sum.Callbacks, sum.Grants = sum.Messages+gone.Messages, sum.Callbacks+gone.Callbacks, sum.Grants+gone.Grants
		if after == 0 {
			return true, nil
		}
		if err := p.rest(ctx, time.Since(began)); err != nil {
			return false, err
		}
	}
}

// pace keeps a sweep from disturbing others, and two nodes from sweeping at
// once. A nil one is in a hurry.
type pace struct {
	own   func(context.Context) (bool, error)
	until time.Time // when to say again that it is this node
}

// begin is false where another node deletes.
func (p *pace) begin(ctx context.Context) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if p == nil || time.Now().Before(p.until) {
		return true, nil
	}
	mine, err := p.own(ctx)
	p.until = time.Now().Add(renew)
	return mine && err == nil, err
}

// rest waits in proportion to what a batch took.
func (p *pace) rest(ctx context.Context, took time.Duration) error {
	if p == nil {
		return ctx.Err()
	}
	timer := time.NewTimer(rest * took)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}
