package delivery

import (
	"context"
	"errors"
	"sync"

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
		return nil // its callbacks went with it
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := p.options.Real()
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
				if !done.add(finishing, muban.PushResult{AppID: c.AppID, Seq: c.Seq, Attempt: attempt}, p.options.Real()) {
					cancel()
				}
				turns.next(turn)
			}
		})
	}
	pushing.Wait()
	return done.finish(finishing)
}
