package delivery_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/delivery"
	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/sqlstore"
	"github.com/muban-dev/muban/wire/wechat"
)

const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

// clock stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a store with a pusher that does nothing by itself: see settle.
type world struct {
	*sqlstore.Store
	t      *testing.T
	clock  *clock
	pusher *delivery.Pusher
	apps   int
}

// onBothEngines runs a test on each engine.
func onBothEngines(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run("engine "+engine, func(t *testing.T) {
			t.Parallel()
			o := sqlstore.Options{Dir: t.TempDir()}
			if engine == "PostgreSQL" {
				o = sqlstore.Options{Database: pgtest.Database(t)}
			}
			test(t, newWorld(t, o))
		})
	}
}

func newWorld(t *testing.T, o sqlstore.Options) *world {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{Store: store, t: t, clock: &clock{now: time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)}}
	w.pusher = w.newPusher(true)
	return w
}

func (w *world) newPusher(private bool) *delivery.Pusher {
	return delivery.New(w.Store, w.Store, delivery.Options{
		Clock: w.clock, Log: slog.New(slog.DiscardHandler), Real: time.Now, AllowPrivate: private,
	})
}

// account is an official account with a follower.
type account struct {
	muban.App
	user     muban.User
	template muban.Template
}

// account makes an account whose events go to url.
func (w *world) account(url string, mode muban.CallbackMode) *account {
	w.t.Helper()
	ctx := context.Background()
	w.apps++
	app := muban.App{ID: fmt.Sprintf("wx%016d", w.apps), Platform: muban.WeChatOA, CreatedAt: w.clock.Now()}
	app.OriginalID = "gh_7f083739789a"
	app.Callback = muban.CallbackSettings{URL: url, Token: "t0ken", Mode: mode, AESKey: aesKey}
	app, err := w.CreateApp(ctx, app)
	w.must(err)
	user, err := w.CreateUser(ctx, muban.User{AppID: app.ID, OpenID: "oia2TjuEGTNoeX76QEjQNrcURxG8", Delivery: muban.DeliveryOK})
	w.must(err)
	template, err := w.CreateTemplate(ctx, muban.Template{AppID: app.ID, ID: "t", CreatedAt: w.clock.Now()}, func(int64) error { return nil })
	w.must(err)
	return &account{app, user, template}
}

// finished stores a message of the account that ended so, and its callback.
func (w *world) finished(a *account, state muban.State, reason muban.Reason) muban.Message {
	w.t.Helper()
	now := w.clock.Now()
	m := muban.Message{
		AppID: a.ID, Platform: a.Platform, UserNo: a.user.No, UserID: a.user.OpenID, TemplateID: a.template.ID, TemplateSeq: a.template.Seq, State: state, Reason: reason, AcceptedAt: now, FinishedAt: now,
	}
	m, err := w.Accept(context.Background(), muban.Accept{
		Message: m, Decide: func(muban.Ledger) *muban.Refusal { return nil },
		Callback: &muban.Callback{
			AppID: a.ID, URL: a.Callback.URL, State: muban.CallbackPending, Left: 3, CreatedAt: now, DueAt: now,
			Event: muban.Event{Kind: muban.EventSendFinished, UserID: m.UserID, State: state, Reason: reason, At: now},
		},
	})
	w.must(err)
	return m
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) settle() {
	w.t.Helper()
	w.must(w.pusher.Settle(context.Background()))
}

// callbackOf is the callback that tells of a message.
func (w *world) callbackOf(m muban.Message) muban.Callback {
	w.t.Helper()
	found, err := w.Callbacks(context.Background(), muban.CallbackFilter{MessageSeq: m.ID.Seq()}, muban.Page{Limit: 2})
	w.must(err)
	if len(found.Items) != 1 {
		w.t.Fatalf("message %s has %d callbacks", m.ID, len(found.Items))
	}
	return found.Items[0]
}

// receiver is an app's server. It keeps what it got.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	events []wechat.TemplateSendJobFinish
}

// newReceiver answers as serve does; nil takes every event.
func newReceiver(t *testing.T, serve http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if serve != nil {
			serve(w, req)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// newReader is a receiver that verifies and reads events as an account's
// server does, and takes them.
func newReader(t *testing.T, a *account) *receiver {
	t.Helper()
	r := newReceiver(t, nil)
	r.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		codec, err := wechat.NewCodec(wechat.CallbackSettings{AppID: a.ID, Token: "t0ken", AESKey: aesKey, Mode: wechat.Mode(a.Callback.Mode)})
		if err != nil {
			t.Error(err)
			return
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		event, err := codec.Read(req.URL.Query(), body)
		if err != nil {
			t.Errorf("event %s: %v", body, err)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, event.(wechat.TemplateSendJobFinish))
	})
	return r
}

func (r *receiver) got() []wechat.TemplateSendJobFinish {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]wechat.TemplateSendJobFinish(nil), r.events...)
}

func newWorldOnSQLite(t *testing.T) *world {
	t.Helper()
	return newWorld(t, sqlstore.Options{Dir: t.TempDir()})
}
