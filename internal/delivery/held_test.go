package delivery_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/delivery"
)

// TestWhoseSendsAreHeld: sends wait where so many events are late that one
// claim does not take all, though the app's server takes them at once. They
// wait for no server of which it is the fault.
func TestWhoseSendsAreHeld(t *testing.T) {
	t.Parallel()
	const claim = 512
	for _, test := range []struct {
		name    string
		late    time.Duration
		events  int
		users   int
		abreast int
		step    time.Duration // from one look at the real clock to the next
		serve   http.HandlerFunc
		want    bool
	}{
		{name: "late", late: 2 * time.Second, events: claim + 1, users: 9, abreast: 4, want: true},
		{name: "not late", events: claim + 1, users: 9, abreast: 4},
		{name: "one claim takes all", late: 2 * time.Second, events: claim - 1, users: 9, abreast: 4},
		{name: "the server fails", late: 2 * time.Second, events: claim + 1, users: 9, abreast: 4, serve: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
		}},
		{name: "the server is slow", late: 2 * time.Second, events: claim + 1, users: 9, abreast: 4, step: 25 * time.Millisecond},
		{name: "one user's, in order", late: 2 * time.Second, events: claim + 1, users: 1, abreast: 4, want: true},
		{name: "fewer users than might be pushed to", late: 2 * time.Second, events: claim + 1, users: 3, abreast: 4, want: true},
		{name: "fast enough for one user", late: 2 * time.Second, events: claim + 1, users: 1, abreast: 4, step: time.Millisecond, want: true},
		{name: "too slow for one user", late: 2 * time.Second, events: claim + 1, users: 1, abreast: 4, step: 9 * time.Millisecond},
		{name: "all in order", late: 2 * time.Second, events: claim + 1, users: 9, abreast: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorldOnSQLite(t)
			pace := delivery.NewPace(w.clock.Now)
			ticks := &ticking{now: w.clock.Now(), step: test.step}
			w.pusher = delivery.New(w.Store, w.Store, delivery.Options{
				Clock: w.clock, Log: slog.New(slog.DiscardHandler), Real: ticks.Now, AllowPrivate: true, Abreast: test.abreast, Pace: pace,
			})
			a := w.account("http://placeholder.invalid/", muban.CallbackPlain)
			gone, leave := context.WithCancel(context.Background())
			leave()
			server := newReceiver(t, func(rw http.ResponseWriter, r *http.Request) {
				_ = pace.Wait(gone, a.ID) // counts who is held, and does not wait
				if test.serve != nil {
					test.serve(rw, r)
				}
			})
			w.redirect(a, server.URL)
			for i := range test.events {
				a.user.OpenID = fmt.Sprintf("oUser%d", i%test.users)
				w.finished(a, muban.StateDelivered, "")
			}
			w.clock.advance(test.late)
			w.settle()
			if got := pace.Held() > 0; got != test.want {
				t.Errorf("%d sends held, want any: %v", pace.Held(), test.want)
			}
			if err := pace.Wait(gone, a.ID); err != nil {
				t.Errorf("all was pushed, and sends are still held")
			}
		})
	}
}

// ticking goes on by one step whenever somebody looks at it.
type ticking struct {
	mu   sync.Mutex
	now  time.Time
	step time.Duration
}

func (c *ticking) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(c.step)
	return c.now
}
