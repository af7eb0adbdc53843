package stream

import (
	"context"
	"slices"
	"time"

	"github.com/muban-dev/muban"
)

const (
	// poll is how often the store is asked for what other nodes changed, and the
	// inspector for calls.
	poll = 250 * time.Millisecond
	// gather is how long the changes of a moment are gathered.
	gather = 20 * time.Millisecond
	// pause lies between two attempts to follow a store that is away.
	pause = time.Second
	// mostRead is how many changes are read at once.
	mostRead = 500
)

// Run feeds the hub, while somebody reads it, until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	for {
		select {
		case <-h.somebody():
		case <-ctx.Done():
			return
		}
		if err := h.follow(ctx); err != nil && ctx.Err() == nil {
			h.options.Log.WarnContext(ctx, "following the store failed", "error", err)
			wait(ctx, nil, pause)
		}
	}
}

// follow makes events of what is new, until nobody has read for a while.
func (h *Hub) follow(ctx context.Context) error {
	tail, err := h.options.Tail(ctx)
	if err != nil {
		return err
	}
	defer tail.Close()
	calls, err := h.callsFrom(ctx)
	if err != nil {
		return err
	}
	h.begin()
	defer h.end()
	// A reader that lost its connection may need a while to return.
	unread := time.NewTimer(h.options.Linger)
	defer unread.Stop()
	for ctx.Err() == nil {
		select {
		case <-h.somebody():
			unread.Reset(h.options.Linger)
		case <-unread.C:
			return nil
		default:
		}
		changed := h.options.Changed()
		for more := true; more; {
			var changes muban.Changes
			if changes, more, err = tail.Next(ctx, mostRead); err != nil {
				return err
			}
			h.publishAll(changes)
		}
		if err := h.publishCalls(ctx, calls); err != nil {
			return err
		}
		wait(ctx, changed, poll)
		wait(ctx, nil, gather)
	}
	return nil
}

// wait waits for a signal, nil for none, but no longer than that.
func wait(ctx context.Context, signal <-chan struct{}, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-signal:
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (h *Hub) publishAll(changes muban.Changes) {
	for _, g := range changes.Grants {
		h.publish(Grant, g.AppID, h.options.Show.Grant(g))
	}
	for _, m := range changes.Messages {
		h.publish(Message, m.AppID, h.options.Show.Message(m))
	}
	for _, c := range changes.Callbacks {
		h.publish(Callback, c.AppID, h.options.Show.Callback(c))
	}
}

// lastCall is the newest call that was told of.
type lastCall struct {
	id  string
	seq int64
}

func (h *Hub) callsFrom(ctx context.Context) (*lastCall, error) {
	last := &lastCall{}
	if h.options.Calls == nil {
		return last, nil
	}
	newest, err := h.options.Calls(ctx, muban.CallFilter{}, muban.Page{Limit: 1})
	if err == nil && len(newest.Items) > 0 {
		last.id, last.seq = newest.Items[0].ID, newest.Items[0].Seq
	}
	return last, err
}

func (h *Hub) publishCalls(ctx context.Context, last *lastCall) error {
	if h.options.Calls == nil {
		return nil
	}
	found, err := h.options.Calls(ctx, muban.CallFilter{After: last.id}, muban.Page{Limit: mostRead})
	if err != nil {
		return err
	}
	if len(found.Items) > 0 && found.Next != 0 && found.Items[len(found.Items)-1].Seq > last.seq+1 {
		h.Reset("more calls were made than could be read")
	}
	for _, c := range slices.Backward(found.Items) {
		if c.Seq > last.seq {
			h.publish(Call, c.AppID, h.options.Show.Call(c))
			last.id, last.seq = c.ID, c.Seq
		}
	}
	return nil
}
