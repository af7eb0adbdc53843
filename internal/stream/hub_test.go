package stream_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/stream"
)

// source is a store that is told what happens in it.
type source struct {
	mu      sync.Mutex
	waiting []muban.Message
	broken  error
	changed chan struct{}
	tails   int
}

func (s *source) happens(ids ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.waiting = append(s.waiting, muban.Message{ID: muban.MessageID(id), AppID: fmt.Sprintf("app%d", id%2)})
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *source) Next(_ context.Context, most int) (c muban.Changes, more bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		err, s.broken = s.broken, nil
		return c, false, err
	}
	n := min(most, len(s.waiting))
	c.Messages, s.waiting = s.waiting[:n:n], s.waiting[n:]
	return c, len(s.waiting) > 0, nil
}

func (s *source) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tails--
}

func (s *source) open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tails
}

// show writes ids.
type show struct{}

func (show) Message(m muban.Message) any { return m.ID.String() }
func (show) Grant(g muban.Grant) any     { return g.ID }
func (show) Callback(muban.Callback) any { return "callback" }
func (show) Call(c muban.Call) any       { return c.ID }

// newHub runs a hub over a source until the test ends. It belongs into a
// synctest bubble.
func newHub(t *testing.T, change func(*stream.Options)) (*stream.Hub, *source) {
	t.Helper()
	s := &source{changed: make(chan struct{})}
	o := stream.Options{
		Tail: func(context.Context) (stream.Tail, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.tails++
			s.waiting = nil // what was there before is nobody's
			return s, nil
		},
		Changed: func() <-chan struct{} {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.changed
		},
		Show: show{}, Log: slog.New(slog.DiscardHandler),
	}
	change(&o)
	h := stream.New(o)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { h.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return h, s
}

func unchanged(*stream.Options) {}

func read(t *testing.T, h *stream.Hub, after string, f stream.Filter) *stream.Reader {
	t.Helper()
	r, err := h.Read(t.Context(), after, f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// tells checks the next events, as "kind data", and returns the last one's id.
func tells(t *testing.T, r *stream.Reader, want ...string) (last string) {
	t.Helper()
	for len(want) > 0 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		events, err := r.Next(ctx)
		cancel()
		if err != nil {
			t.Fatalf("still missing %q: %v", want, err)
		}
		for _, e := range events {
			got := string(e.Kind) + " " + string(e.Data)
			if len(want) == 0 || !strings.HasPrefix(got, want[0]) {
				t.Fatalf("got %s, want %q", got, want)
			}
			want, last = want[1:], e.ID
		}
	}
	return last
}

// silent checks that nothing comes for a while.
func silent(t *testing.T, r *stream.Reader) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if events, err := r.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, %v", events, err)
	}
}

func TestEveryReaderHearsOfEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, s := newHub(t, unchanged)
		a, b := read(t, h, "", stream.Filter{}), read(t, h, "", stream.Filter{AppID: "app1"})
		s.happens(1, 2)
		s.happens(3)
		tells(t, a, `message "1"`, `message "2"`, `message "3"`)
		tells(t, b, `message "1"`, `message "3"`)
		late := read(t, h, "", stream.Filter{})
		none := read(t, h, "", stream.Filter{Kinds: []stream.Kind{stream.Call, stream.Grant}})
		s.happens(4)
		tells(t, late, `message "4"`)
		tells(t, a, `message "4"`)
		silent(t, none)
		h.Reset("begun anew")
		tells(t, none, `reset {"reason":"begun anew"}`)
		tells(t, b, `reset`)
	})
}

func TestResuming(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, s := newHub(t, func(o *stream.Options) { o.Events, o.Linger = 3, 10*time.Second })
		r := read(t, h, "", stream.Filter{})
		begin := r.Position()
		s.happens(1, 2)
		last := tells(t, r, `message "1"`, `message "2"`)
		r.Close()
		s.happens(3)
		again := read(t, h, last, stream.Filter{})
		tells(t, again, `message "3"`)
		tells(t, read(t, h, begin, stream.Filter{}), `message "1"`, `message "2"`, `message "3"`)
		again.Close()

		// Too much happened; or it is of nobody's.
		s.happens(4, 5, 6)
		time.Sleep(time.Second) //nolint:forbidigo // in a bubble
		other := read(t, h, "", stream.Filter{})
		s.happens(7)
		tells(t, other, `message "7"`)
		for _, id := range []string{last, "nonsense", "x-1", last + "0"} {
			late := read(t, h, id, stream.Filter{})
			tells(t, late, `reset {"reason":"events after `+id+` are not kept any more"}`)
			silent(t, late)
			late.Close()
		}
	})
}

// Nobody follows the store for nobody; who comes back later begins anew.
func TestNobodyReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, s := newHub(t, func(o *stream.Options) { o.Linger = 10 * time.Second })
		time.Sleep(time.Hour) //nolint:forbidigo // in a bubble
		if s.open() != 0 {
			t.Error("the store is followed, and nobody reads")
		}
		r := read(t, h, "", stream.Filter{})
		if s.open() != 1 {
			t.Error("the store is not followed")
		}
		position := r.Position()
		r.Close()
		r.Close()
		time.Sleep(time.Minute) //nolint:forbidigo // in a bubble
		if s.open() != 0 {
			t.Error("the store is followed, and nobody reads any more")
		}
		tells(t, read(t, h, position, stream.Filter{}), `reset`)
	})
}

// A reader that does not read holds nobody up, and learns that it missed
// something.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, s := newHub(t, func(o *stream.Options) { o.Bytes = 30 })
		slow, quick := read(t, h, "", stream.Filter{}), read(t, h, "", stream.Filter{})
		for id := range int64(20) {
			s.happens(10 + id)
			tells(t, quick, fmt.Sprintf("message \"%d\"", 10+id))
		}
		tells(t, slow, `reset {"reason":"more happened than was read"}`)
		s.happens(99)
		tells(t, slow, `message "99"`)
	})
}

func TestStoreThatIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, s := newHub(t, unchanged)
		r := read(t, h, "", stream.Filter{})
		s.mu.Lock()
		s.broken = errors.New("away")
		s.mu.Unlock()
		tells(t, r, `reset {"reason":"the store could not be followed for a while"}`)
		s.happens(1)
		tells(t, r, `message "1"`)
	})
	synctest.Test(t, func(t *testing.T) {
		h, _ := newHub(t, func(o *stream.Options) {
			o.Tail = func(context.Context) (stream.Tail, error) { return nil, errors.New("away") }
		})
		var refusal *muban.Refusal
		if _, err := h.Read(t.Context(), "", stream.Filter{}); !errors.As(err, &refusal) || refusal.Rule != muban.RuleBusy {
			t.Errorf("reading a store that is away: %v", err)
		}
	})
}

func TestCallsAreTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var kept []muban.Call // newest first
		made := func(n int64) {
			mu.Lock()
			defer mu.Unlock()
			kept = append([]muban.Call{{ID: fmt.Sprint("rid", n), Seq: n, AppID: "app1"}}, kept...)
		}
		made(1)
		h, _ := newHub(t, func(o *stream.Options) {
			o.Calls = func(_ context.Context, f muban.CallFilter, p muban.Page) (list muban.List[muban.Call], _ error) {
				mu.Lock()
				defer mu.Unlock()
				for _, c := range kept {
					if c.ID == f.After {
						break
					}
					if len(list.Items) == p.Limit {
						list.Next = c.Seq
						break
					}
					list.Items = append(list.Items, c)
				}
				return list, nil
			}
		})
		r := read(t, h, "", stream.Filter{})
		made(2)
		made(3)
		tells(t, r, `call "rid2"`, `call "rid3"`)
		silent(t, r)
		for n := range int64(600) {
			made(4 + n)
		}
		events, err := r.Next(t.Context())
		if err != nil || len(events) < 2 || events[0].Kind != stream.Reset || string(events[1].Data) != `"rid104"` {
			t.Errorf("after too many calls: %v, error %v", events, err)
		}
	})
}
