package delivery

import (
	"context"
	"errors"

	"github.com/muban-dev/muban"
)

// lane pushes one app's callbacks, one after the other. When ctx ends it begins
// no further one; the one that was begun is finished and stored.
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
	began := p.options.Real()
	recorded := began
	var results []muban.PushResult
	for _, c := range callbacks {
		if ctx.Err() != nil || p.options.Real().Sub(began) > laneTime {
			break
		}
		attempt := p.push(finishing, app, c)
		p.options.Observe(attempt)
		results = append(results, muban.PushResult{AppID: c.AppID, Seq: c.Seq, Attempt: attempt})
		if now := p.options.Real(); now.Sub(recorded) > recordEvery {
			if err := p.outbox.RecordAttempts(finishing, lease, results, afterAttempt); err != nil {
				return err
			}
			results, recorded = nil, now
		}
	}
	if len(results) == 0 {
		return nil
	}
	return p.outbox.RecordAttempts(finishing, lease, results, afterAttempt)
}
