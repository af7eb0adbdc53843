package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/muban-dev/muban"
)

// refusalError is the error of a refusal.
func (r *run) refusalError(no *refusal) *Error {
	e := r.newError(no.kind())
	own := r.secrets()
	e.Code, e.Text, e.Meaning, e.RequestID = own.hide(no.code), own.hide(no.text), no.meaning, own.hide(no.requestID)
	for _, kind := range no.kinds[min(1, len(no.kinds)):] {
		e.Also = append(e.Also, muban.Kind(kind))
	}
	e.Retry = afterRefusal(e.Kind)
	if no.retry != nil {
		e.Retry = *no.retry
	}
	return e
}

// unknown is the error of a call that may have been accepted. cause is what
// came after the request whose answer was lost, nil where nothing did.
func (r *run) unknown(cause error) *Error {
	e := r.newError(KindOutcomeUnknown)
	e.Retry = r.call.repeat.unknown
	e.Err = fmt.Errorf("no answer: %w", r.doubt)
	if cause != nil {
		e.Err = fmt.Errorf("no answer: %w; the repeat: %w", r.doubt, cause)
	}
	// Deeper down there may be that of another call, for which a context was ended.
	if refused, ok := cause.(*Error); ok { //nolint:errorlint // of this call
		e.Code, e.Text, e.RequestID = refused.Code, refused.Text, refused.RequestID
	}
	return e
}

// noAnswer is the error of a call that had no answer and changed nothing.
func (r *run) noAnswer(ctx context.Context, cause error, why string) *Error {
	kind := KindUnreachable
	if ctx.Err() != nil {
		kind, cause = KindCanceled, ctx.Err()
	}
	e := r.newError(kind)
	e.Retry, e.Err = Retry{Can: true, Why: why}, cause
	return e
}

// endedIn notes that the context ended in the pause before a repeat.
func (e *Error) endedIn(ctx context.Context) {
	switch {
	case ctx.Err() == nil:
		return
	case e.Err == nil:
		e.Err = ctx.Err()
	default:
		e.Err = fmt.Errorf("%w; before the repeat: %w", e.Err, ctx.Err())
	}
	if e.Kind == KindUnreachable {
		e.Kind = KindCanceled
	}
}

// withoutToken is the error of a call for which no access token could be had.
func (r *run) withoutToken(ctx context.Context, cause error) *Error {
	e, ok := errors.AsType[*Error](cause)
	switch {
	case r.doubts > 0:
		return r.unknown(cause)
	case ctx.Err() != nil:
		return r.noAnswer(ctx, cause, "nothing was sent")
	case ok:
		return e
	}
	if _, ok := errors.AsType[*barrenError](cause); ok {
		e = r.newError(muban.KindTokenInvalid)
		e.Op, e.Err, e.Retry = OpToken, cause, Retry{Can: true, Why: cause.Error()}
		return e
	}
	e = r.newError(KindTokenStore)
	e.Op, e.Err = OpToken, cause
	e.Retry = Retry{Can: true, Why: "nothing was sent; the token store may be back later"}
	return e
}

func (r *run) newError(kind muban.Kind) *Error {
	return &Error{Kind: kind, Platform: r.config.Platform, Op: r.call.op, ClientMsgID: r.call.clientMsgID}
}

// afterRefusal says whether a call that the platform refused can succeed when
// it is made again as it is.
func afterRefusal(kind muban.Kind) Retry {
	switch kind {
	case muban.KindBusy:
		return Retry{true, "the platform says that it is busy and did nothing"}
	case muban.KindDailyLimit:
		return Retry{false, "the quota of the day is used up; days begin at midnight of UTC+8"}
	case muban.KindGrantUnknown, muban.KindGrantExpired, muban.KindGrantSpent, muban.KindGrantMismatch:
		return Retry{false, "this grant does not pay for this send; it needs another one"}
	case muban.KindTokenInvalid, muban.KindTokenExpired, muban.KindTokenMissing, muban.KindAPIUnauthorized:
		return Retry{false, "the platform does not let this app make the call"}
	case muban.KindAppUnknown, muban.KindSecretWrong, muban.KindAppMissing, muban.KindSecretMissing, muban.KindGrantTypeInvalid:
		return Retry{false, "the app's credentials are refused"}
	default:
		return Retry{false, "the same call would be refused again"}
	}
}

// strange says that an answer is not the platform's.
func strange(a *answer, problem error) error {
	return fmt.Errorf("HTTP status %d: %w", a.status, problem)
}
