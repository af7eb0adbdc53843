package callback

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/muban-dev/muban/wire/wechat"
)

// job is one event that is handled, or waits for it.
type job struct {
	key   string
	event wechat.Event
	done  chan struct{}
	err   error // why it failed, once done

	// Guarded by the handler's lock:
	taken bool // the workers have it
	late  bool // it was answered before it was done
}

var (
	errBusy   = errors.New("too many events wait already")
	errClosed = errors.New("the handler is closed")
	errSeen   = errors.New("what was seen cannot be remembered")
)

// take has an event handled and returns how that ended, or nil where it takes
// too long to wait for. An event that comes again while it is handled waits for
// the same end.
func (h *Handler) take(ctx context.Context, event wechat.Event) error {
	key := keyOf(event)
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return errClosed
	}
	j, begun := h.jobs[key]
	if !begun {
		j = &job{key: key, event: event, done: make(chan struct{})}
		h.jobs[key] = j
	}
	h.mu.Unlock()
	if !begun {
		h.begin(ctx, j)
	}
	return h.await(ctx, j)
}

// begin hands a job to the workers, unless it was done before or nobody has
// room for it.
func (h *Handler) begin(ctx context.Context, j *job) {
	first, err := h.first(ctx, j)
	if err != nil {
		h.config.Logger.ErrorContext(ctx, "asking whether an event was seen", "app_id", h.config.AppID, "event", j.key, "error", err)
		h.forget(j) // it may be noted all the same
		h.finish(j, errSeen)
		return
	}
	if !first {
		h.finish(j, nil)
		return
	}
	h.mu.Lock()
	refused := errClosed
	if !h.closed {
		select {
		case h.queue <- j:
			refused, j.taken = nil, true
		default:
			refused = errBusy
		}
	}
	h.mu.Unlock()
	if refused != nil {
		h.forget(j)
		h.finish(j, refused)
	}
}

// await waits for the end of a job, for as long as an answer may take.
func (h *Handler) await(ctx context.Context, j *job) error {
	patience := time.NewTimer(h.config.AnswerWithin)
	defer patience.Stop()
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		return ctx.Err() // the platform has left, and will come again
	case <-patience.C:
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-j.done: // in the same moment
		return j.err
	default:
	}
	if !j.taken {
		return errSeen // nobody knows yet whether it will be handled
	}
	j.late = true
	return nil
}

func (h *Handler) work() {
	for j := range h.queue {
		err := h.handle(j)
		if err != nil {
			h.forget(j)
		}
		late := h.finish(j, err)
		switch {
		case err != nil && late:
			h.config.Logger.Error("an event failed after it was answered; it will not come again", "app_id", h.config.AppID, "event", j.key, "error", err)
		case err != nil:
			h.config.Logger.Warn("an event failed; it will come again", "app_id", h.config.AppID, "event", j.key, "error", err)
		}
	}
}

// handle calls the user's function.
func (h *Handler) handle(j *job) error {
	return guarded(func() error {
		switch event := j.event.(type) {
		case wechat.TemplateSendJobFinish:
			return h.config.Finished(h.alive, finished(event))
		case wechat.Other:
			return h.config.Other(h.alive, other(event))
		default:
			return fmt.Errorf("there is no handling of %T", event)
		}
	})
}

// guarded makes a call of what the user wrote. A panic there is an error, and
// so is the end of its goroutine, which is its own: a worker must go on, and a job
// must end, or its event would never be handled.
func guarded(call func() error) error {
	ended := make(chan error, 1)
	go func() {
		err := errors.New("it ended its goroutine (runtime.Goexit, as t.FailNow does)")
		defer func() {
			if recovered := recover(); recovered != nil {
				err = fmt.Errorf("panic: %v", recovered)
			}
			ended <- err
		}()
		err = call()
	}()
	return <-ended
}

// seenWithin bounds each call of Seen: First and the Forget after it leave time
// for an answer within the platform's five seconds.
const seenWithin = 2 * time.Second

// first asks Seen. A platform that leaves does not end the question: what was
// noted for it by then would be taken for handled when it comes again.
func (h *Handler) first(ctx context.Context, j *job) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), seenWithin)
	defer cancel()
	first := false
	err := guarded(func() (err error) {
		first, err = h.config.Seen.First(ctx, j.key)
		return err
	})
	return first, err
}

// forget has an event handled when it comes again, also while the handler
// closes.
func (h *Handler) forget(j *job) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.alive), seenWithin)
	defer cancel()
	err := guarded(func() error { return h.config.Seen.Forget(ctx, j.key) })
	if err != nil {
		h.config.Logger.ErrorContext(ctx, "an event that was not handled could not be forgotten; if it is noted it will be taken for handled", "app_id", h.config.AppID, "event", j.key, "error", err)
	}
}

func (h *Handler) finish(j *job, err error) (late bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.jobs, j.key)
	j.err = err
	close(j.done)
	return j.late
}

// Close takes no more events, answering them with status 503, and returns when
// those that were taken are handled. Where the context ends first, so does
// theirs; Close then returns its error once they have. Call it after the HTTP
// server's Shutdown. Closing twice does nothing.
func (h *Handler) Close(ctx context.Context) error {
	h.mu.Lock()
	if !h.closed {
		h.closed = true
		close(h.queue)
	}
	h.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		h.workers.Wait()
		close(idle)
	}()
	defer h.end()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
	}
	h.end()
	<-idle
	return ctx.Err()
}
