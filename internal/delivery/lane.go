package delivery

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

// lane pushes one app's callbacks. When ctx ends it begins no further one; what
// was begun is finished and stored.
func (p *Pusher) lane(ctx context.Context, lease muban.Lease, callbacks []muban.Callback) {
	appID := callbacks[0].AppID
	finishing := context.WithoutCancel(ctx)
	if err := p.pushAll(ctx, finishing, lease, callbacks); err != nil {
		p.options.Log.ErrorContext(ctx, "callbacks were not finished, they are due again when their lease ends", "app_id", appID, "error", err)
		return
	}
	if err := p.outbox.ReleaseCallbacks(finishing, lease, appID); err != nil {
		p.options.Log.ErrorContext(ctx, "callbacks were not given back, they are due again when their lease ends", "app_id", appID, "error", err)
	}
}

func (p *Pusher) pushAll(ctx, finishing context.Context, lease muban.Lease, callbacks []muban.Callback) error {
	app, err := p.apps.App(finishing, callbacks[0].AppID)
	if refusal := new(muban.Refusal); errors.As(err, &refusal) && refusal.Rule == muban.RuleNotFound {
		// Its callbacks went with it. One that did not must not stay due for
		// ever: it has no URL any more, and fails.
		app, err = muban.App{ID: callbacks[0].AppID}, nil
	}
	if err != nil {
		return err
	}
	p.letAnswersArrive(ctx, callbacks)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began, delay := p.options.Real(), p.delay(callbacks)
	done := &attempts{outbox: p.outbox, lease: lease, recorded: began}
	var pushing sync.WaitGroup
	turns := newTurns(callbacks, p.options.Abreast)
	for range turns.abreast {
		pushing.Go(func() {
			for turn := range turns.ready {
				if ctx.Err() != nil || p.options.Real().Sub(began) > laneTime {
					turns.drop()
					continue
				}
				c := turn.callbacks[0]
				attempt := p.push(finishing, app, c)
				p.options.Observe(attempt)
				p.options.Pace.pushed(c.AppID)
				if !done.add(finishing, muban.PushResult{AppID: c.AppID, Seq: c.Seq, Attempt: attempt}, p.options.Real()) {
					cancel()
				}
				turns.next(turn)
			}
		})
	}
	pushing.Wait()
	if p.options.Abreast <= 1 || !done.prompt(turns.abreast) {
		delay = 0 // the receiver, or the order of all events, takes the time
	}
	p.options.Pace.judge(app.ID, delay)
	return done.finish(finishing)
}

// letAnswersArrive waits until the sends behind the callbacks have their answer:
// who stores a msgid that it is told must not meet its event before. Where many
// wait they have waited long enough.
func (p *Pusher) letAnswersArrive(ctx context.Context, callbacks []muban.Callback) {
	if len(callbacks) >= crowd {
		return
	}
	var youngest time.Time
	for _, c := range callbacks {
		if len(c.Attempts) == 0 && c.CreatedAt.After(youngest) {
			youngest = c.CreatedAt
		}
	}
	if left := afterAnswer - p.options.Clock.Now().Sub(youngest); left > 0 {
		wait(ctx, min(left, afterAnswer), nil)
	}
}

// delay is how late an app's callbacks are pushed, 0 where the lane holds all
// that are due.
func (p *Pusher) delay(callbacks []muban.Callback) time.Duration {
	if len(callbacks) < laneLength {
		return 0
	}
	oldest := slices.MinFunc(callbacks, func(x, y muban.Callback) int { return x.DueAt.Compare(y.DueAt) })
	return p.options.Clock.Now().Sub(oldest.DueAt)
}
