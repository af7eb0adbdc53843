package httpx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/muban-dev/muban"
)

// Options are what [Wrap] needs of the program around it.
type Options struct {
	// Now is the time that the Date header shows.
	Now func() time.Time
	Log *slog.Logger
	// Observe is told of every exchange when it is over; may be nil.
	Observe func(x *Exchange, status int, took time.Duration)
	// Inspect is told of every platform call when it is over, also of one whose
	// connection was closed without an answer; nil has nothing kept.
	Inspect func(Exchanged)
	// Explain puts the refusal behind an error code into [RefusalHeader].
	Explain bool
}

// Wrap puts the shared middleware around all handlers: the exchange, the Date
// header, one log line for what went wrong inside, and an end for panics. A
// handler that panics with http.ErrAbortHandler closes the connection without
// an answer.
func Wrap(next http.Handler, o Options) http.Handler {
	var date dateHeader
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		now := o.Now()
		s := &served{Exchange: Exchange{At: now, explain: o.Explain, inspected: o.Inspect != nil}}
		s.recorder, s.context = recorder{ResponseWriter: w, x: &s.Exchange, r: r}, exchangeContext{r.Context(), &s.Exchange}
		x, rec := &s.Exchange, &s.recorder
		w.Header()["Date"] = date.at(now)
		defer func() {
			took := time.Since(began)
			if p := recover(); p != nil {
				if !aborts(p) {
					o.Log.ErrorContext(r.Context(), "handler panicked", "path", r.URL.Path, "rid", x.RID(), "panic", p, "stack", string(debug.Stack()))
				}
				x.inspect(o, r, rec, took)
				panic(http.ErrAbortHandler)
			}
			x.inspect(o, r, rec, took)
			finish(x, rec, r, o, took)
		}()
		next.ServeHTTP(rec, r.WithContext(&s.context))
	})
}

// served is all that the middleware needs for one request, made at once.
type served struct {
	Exchange
	recorder recorder
	context  exchangeContext
}

func finish(x *Exchange, rec *recorder, r *http.Request, o Options, took time.Duration) {
	if x.Err != nil && !ClientGone(x.Err) && !errors.Is(x.Err, context.Canceled) {
		o.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "rid", x.RID(), "app_id", x.AppID, "error", x.Err)
	}
	if o.Observe != nil {
		o.Observe(x, rec.status(), took)
	}
}

// AbortIfUnknown closes the connection without an answer where it is not
// known whether a send was stored: any answer could contradict the store.
func AbortIfUnknown(x *Exchange, err error) {
	if errors.Is(err, muban.ErrOutcomeUnknown) {
		x.Err = err
		panic(http.ErrAbortHandler)
	}
}

// dateHeader keeps the Date of the last answer, since the next one usually
// falls into the same second.
type dateHeader struct{ last atomic.Pointer[dateOfSecond] }

type dateOfSecond struct {
	second int64
	header []string
}

func (d *dateHeader) at(now time.Time) []string {
	last := d.last.Load()
	if second := now.Unix(); last == nil || last.second != second {
		last = &dateOfSecond{second, []string{now.UTC().Format(http.TimeFormat)}}
		d.last.Store(last)
	}
	return last.header
}

// aborts reports whether a panic only closes the connection.
func aborts(p any) bool {
	err, ok := p.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// Guard runs a handler's work and turns a panic into an error, so that the
// dialect can still answer in its own shape.
func Guard(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if aborts(p) {
				panic(p)
			}
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return work()
}
