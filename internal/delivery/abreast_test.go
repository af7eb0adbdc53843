package delivery_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/delivery"
)

// TestAbreast: where many of one app's events wait, so many are pushed at once
// as is allowed, and each user's in their order; none is lost or pushed twice.
func TestAbreast(t *testing.T) {
	t.Parallel()
	const users, events, abreast = 7, 30, 3
	onBothEngines(t, func(t *testing.T, w *world) {
		t.Helper()
		w.pusher = delivery.New(w.Store, w.Store, delivery.Options{
			Clock: w.clock, Log: slog.New(slog.DiscardHandler), Real: time.Now, AllowPrivate: true, Abreast: abreast,
		})
		a := w.account("http://placeholder.invalid/", muban.CallbackPlain)
		server := newReader(t, a)
		together := newMeeting(abreast, server.Config.Handler)
		server.Config.Handler = together
		w.redirect(a, server.URL)
		want := make(map[string][]int64)
		for i := range users * events {
			a.user = muban.User{No: a.user.No, OpenID: fmt.Sprintf("oUser%d", i%users)}
			m := w.finished(a, muban.StateDelivered, "")
			want[m.UserID] = append(want[m.UserID], int64(m.ID))
		}
		w.settle()
		got := make(map[string][]int64)
		for _, e := range server.got() {
			got[e.FromUserName] = append(got[e.FromUserName], e.MsgID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("each user's events:\n%s", diff)
		}
		if together.most != abreast {
			t.Errorf("%d at once at most, want %d", together.most, abreast)
		}
		pending, err := w.Waiting(context.Background())
		if err != nil || pending != 0 {
			t.Errorf("%d still wait, error %v", pending, err)
		}
	})
}

// TestFewKeepTheirOrder: as long as few wait, all of an app's events come one
// after the other, also where several at once are allowed.
func TestFewKeepTheirOrder(t *testing.T) {
	t.Parallel()
	w := newWorldOnSQLite(t)
	w.pusher = delivery.New(w.Store, w.Store, delivery.Options{
		Clock: w.clock, Log: slog.New(slog.DiscardHandler), Real: time.Now, AllowPrivate: true, Abreast: 8,
	})
	a := w.account("http://placeholder.invalid/", muban.CallbackPlain)
	server := newReader(t, a)
	w.redirect(a, server.URL)
	var want, got []int64
	for i := range 63 {
		a.user = muban.User{No: a.user.No, OpenID: fmt.Sprintf("oUser%d", i%5)}
		want = append(want, int64(w.finished(a, muban.StateDelivered, "").ID))
	}
	w.settle()
	for _, e := range server.got() {
		got = append(got, e.MsgID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order of arrival:\n%s", diff)
	}
}

// meeting lets the first requests wait for each other, so that they show how
// many come at once.
type meeting struct {
	next http.Handler
	all  chan struct{} // closed once so many are there

	mu        sync.Mutex
	wanted    int
	now, most int
}

func newMeeting(wanted int, next http.Handler) *meeting {
	return &meeting{next: next, all: make(chan struct{}), wanted: wanted}
}

func (m *meeting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	if m.now++; m.now > m.most {
		if m.most = m.now; m.most == m.wanted {
			close(m.all)
		}
	}
	m.mu.Unlock()
	select {
	case <-m.all:
	case <-r.Context().Done(): // the pusher gave up: the events that are missing show it
	}
	m.next.ServeHTTP(w, r)
	m.mu.Lock()
	m.now--
	m.mu.Unlock()
}
