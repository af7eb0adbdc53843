package client

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/muban-dev/muban"
)

// run is one call on its way, over all its requests.
type run struct {
	*Client
	call  *call
	begun time.Time

	requests int // that were made
	repeats  int // that followed a pause
	token    Token
	// renewals counts the tokens that took the place of a refused one; fetched
	// is set where the last of them was fetched because of this call.
	renewals int
	fetched  bool
	// doubts counts the requests whose answer was lost; doubt is why the last
	// of them was.
	doubts int
	doubt  error
}

// do makes a call: with a token, repeated where that is safe.
func (c *Client) do(ctx context.Context, call *call) (requests int, err error) {
	r := &run{Client: c, call: call, begun: c.config.Clock.Now()}
	c.config.Limits.begin()
	err = r.toItsEnd(ctx)
	if KindOf(err) == KindOutcomeUnknown {
		c.config.Logger.WarnContext(ctx, "it is not known whether a call was accepted", "platform", c.config.Platform, "app_id", c.config.AppID,
			"op", call.op, "requests", r.requests, "error", err)
	}
	return r.requests, err
}

// toItsEnd makes requests until the call is accepted, or has failed for good.
func (r *run) toItsEnd(ctx context.Context) error {
	for {
		failed, again, err := r.once(ctx)
		if err != nil || !again {
			return err
		}
		if failed == nil {
			continue // with another token
		}
		if !r.pause(ctx, failed) {
			return failed
		}
	}
}

// once makes one request. It returns an error where the call has failed for
// good, and otherwise whether another request is to follow: at once, where
// failed is nil, or else after a pause, if one may be made at all. failed is
// then the error of the call without it.
func (r *run) once(ctx context.Context) (failed *Error, again bool, err error) {
	if err := r.authorize(ctx); err != nil {
		return nil, false, err
	}
	r.requests++
	f := r.exchange(ctx, r.platform.request(r.call, r.token.Text, r.config.Clock.Now()))
	var refused *refusal
	if f.answer != nil {
		refused, f.err = r.verdict(ctx, f.answer)
		if refused == nil && f.err == nil && r.call.read != nil {
			f.err = r.call.read(f.answer.body)
		}
		if f.err != nil {
			f.err = strange(f.answer, f.err)
		}
	}
	f.err = r.secrets().hideIn(f.err)
	switch {
	case refused != nil:
		return r.refused(ctx, refused)
	case f.unsent:
		return r.unsent(ctx, f.err), true, nil
	case f.err != nil:
		return r.lost(ctx, f.err)
	}
	r.accepted()
	return nil, false, nil
}

// authorize gets the access token of the next request.
func (r *run) authorize(ctx context.Context) error {
	if r.tokens == nil || r.call.tokenless || r.token.Text != "" {
		return nil
	}
	token, err := r.tokens.get(ctx)
	if err != nil {
		return r.withoutToken(ctx, err)
	}
	r.token = token
	return nil
}

// accepted notes that the platform knows the token.
func (r *run) accepted() {
	if r.tokens != nil && !r.call.tokenless {
		r.tokens.accepted(r.token)
	}
}

// deadToken are the refusals that another access token can cure. The platform
// looks at the token before it does anything.
var deadToken = []muban.Kind{muban.KindTokenInvalid, muban.KindTokenExpired}

// refused decides what follows a refusal.
func (r *run) refused(ctx context.Context, no *refusal) (failed *Error, again bool, err error) {
	kind := no.kind()
	if slices.Contains(deadToken, kind) && !r.call.tokenless && r.tokens != nil {
		return r.renew(ctx, no)
	}
	r.accepted()
	if r.doubts > 0 && kind == r.call.repeat.proof {
		if r.call.presumed != nil {
			r.call.presumed()
		}
		return nil, false, nil
	}
	failed = r.refusalError(no)
	if r.doubts > 0 {
		failed = r.unknown(failed)
	}
	if kind == muban.KindBusy && r.mayFollow(ctx) {
		return failed, true, nil
	}
	return nil, false, failed
}

// mostRenewals ends a call that is refused with one token after the other.
const mostRenewals = 3

// renew takes another access token in the place of one that was refused: one
// that somebody else has fetched meanwhile, or a new one, once.
func (r *run) renew(ctx context.Context, no *refusal) (failed *Error, again bool, err error) {
	failed = r.refusalError(no)
	failed.Retry = Retry{Why: "an access token that was fetched for this call was refused as well"}
	if r.doubts > 0 {
		failed = r.unknown(failed)
	}
	if r.fetched || r.renewals >= mostRenewals {
		return nil, false, failed
	}
	token, fetched, err := r.tokens.renew(ctx, r.token)
	if barren, ok := errors.AsType[*barrenError](err); ok {
		if r.doubts == 0 {
			failed.Retry = Retry{Can: true, Why: barren.Error()}
		}
		return nil, false, failed
	}
	if err != nil {
		return nil, false, r.withoutToken(ctx, err)
	}
	r.config.Logger.InfoContext(ctx, "access token refused, going on with another",
		"platform", r.config.Platform, "app_id", r.config.AppID, "code", failed.Code, "fetched", fetched)
	r.token, r.fetched = token, fetched
	r.renewals++
	return nil, true, nil
}

// unsent is the error of a call whose request did not arrive.
func (r *run) unsent(ctx context.Context, cause error) *Error {
	if r.doubts > 0 {
		return r.unknown(cause)
	}
	return r.noAnswer(ctx, cause, "the request did not arrive, so nothing was changed")
}

// lost decides what follows a request that may have arrived without an answer.
func (r *run) lost(ctx context.Context, cause error) (failed *Error, again bool, err error) {
	if r.call.repeat.harmless {
		return r.noAnswer(ctx, cause, "the call changes nothing"), true, nil
	}
	r.doubts++
	r.doubt = cause
	failed = r.unknown(nil)
	if r.mayFollow(ctx) {
		return failed, true, nil
	}
	return nil, false, failed
}

// mayFollow reports whether the call may be repeated though a request of it
// may have been accepted.
func (r *run) mayFollow(ctx context.Context) bool {
	rule := r.call.repeat
	if rule.harmless {
		return true
	}
	late := rule.within > 0 && r.config.Clock.Now().Sub(r.begun) > rule.within
	return ctx.Err() == nil && !late && rule.most > 0 && r.doubts <= rule.most
}

// pause waits before the next attempt; false where there will be none. failed
// is then the error of the call.
func (r *run) pause(ctx context.Context, failed *Error) bool {
	if ctx.Err() != nil || r.repeats >= r.config.Retries {
		return false
	}
	pause := pauseBefore(r.repeats + 1)
	deadline, limited := ctx.Deadline()
	switch {
	case limited && r.config.Clock.Now().Add(pause).After(deadline):
		failed.Retry.Why += "; it was not repeated: its context would end in the pause before"
		return false
	case !r.config.Limits.repeat():
		failed.Retry.Why += "; it was not repeated: the process repeats too much already"
		return false
	}
	r.repeats++
	r.config.Logger.WarnContext(ctx, "repeating a call", "platform", r.config.Platform, "app_id", r.config.AppID,
		"op", r.call.op, "repeat", r.repeats, "pause", pause, "kind", failed.Kind, "error", failed)
	if r.config.Clock.Sleep(ctx, pause) != nil {
		failed.endedIn(ctx)
		return false
	}
	return true
}
