package delivery_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/delivery"
	"github.com/muban-dev/muban/wire/wechat"
)

// TestEventsReachTheAppsServer: the three endings of seed 004 (事件推送) in the
// three modes of protocol.md §3.7, each read as an account's server reads it.
func TestEventsReachTheAppsServer(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, w *world) {
		for _, mode := range []muban.CallbackMode{muban.CallbackPlain, muban.CallbackCompat, muban.CallbackSafe} {
			a := w.account("http://placeholder.invalid/", mode)
			server := newReader(t, a)
			w.redirect(a, server.URL+"/events?own=1")
			var want []wechat.TemplateSendJobFinish
			for _, end := range []struct {
				state  muban.State
				reason muban.Reason
				status string
			}{
				{muban.StateDelivered, "", "success"},
				{muban.StateRefused, muban.ReasonUserBlock, "failed:user block"},
				{muban.StateFailed, muban.ReasonSystemFailed, "failed: system failed"},
			} {
				m := w.finished(a, end.state, end.reason)
				want = append(want, wechat.TemplateSendJobFinish{
					Header: wechat.Header{
						ToUserName: "gh_7f083739789a", FromUserName: "oia2TjuEGTNoeX76QEjQNrcURxG8",
						CreateTime: w.clock.Now().Unix(), MsgType: "event", Event: "TEMPLATESENDJOBFINISH",
					},
					MsgID: int64(m.ID), Status: end.status,
				})
				w.clock.advance(time.Second)
			}
			w.settle()
			if diff := cmp.Diff(want, server.got()); diff != "" {
				t.Errorf("mode %s:\n%s", mode, diff)
			}
		}
	})
}

// redirect changes the account's callback URL.
func (w *world) redirect(a *account, url string) {
	w.t.Helper()
	app, err := w.UpdateApp(context.Background(), a.ID, func(app *muban.App) error { app.Callback.URL = url; return nil })
	w.must(err)
	a.App = app
}

// TestAnswers: what an app's server answers, and what becomes of the attempt
// (protocol.md §3.7: the empty body, success, or an encrypted reply).
func TestAnswers(t *testing.T) {
	t.Parallel()
	says := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	codec, err := wechat.NewCodec(wechat.CallbackSettings{AppID: "wx0000000000000001", Token: "t0ken", AESKey: aesKey, Mode: wechat.ModeSafe})
	if err != nil {
		t.Fatal(err)
	}
	reply := string(codec.Reply([]byte("success"), wechat.Stamp{Timestamp: 1, Nonce: "n"}))
	for _, test := range []struct {
		name    string
		serve   http.HandlerFunc
		problem string // empty where it is delivered
		status  int
	}{
		{"nothing", says(200, ""), "", 200},
		{"success", says(200, "success"), "", 200},
		{"an encrypted reply", says(200, reply), "", 200},
		{"an encrypted reply of another", says(200, strings.Replace(reply, "<Nonce><![CDATA[n", "<Nonce><![CDATA[m", 1)), "MsgSignature is missing or wrong", 200},
		{"ok", says(200, "ok"), `the answer is "ok"; it must be empty, "success" or an encrypted reply`, 200},
		{"success and more", says(200, "success\n"), `the answer is "success\n"`, 200},
		{"a page", says(200, "<html></html>"), "the answer is \"<html>", 200},
		{"created", says(201, "success"), "the answer's status is 201; it must be 200", 201},
		{"an error", says(500, "success"), "the answer's status is 500; it must be 200", 500},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, "the answer's status is 302", 302},
		{"a long answer", says(200, strings.Repeat("a", 70_000)), "the answer has over 65536 bytes", 200},
		{"a connection that is reset", func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}, "reset", 0},
		{"a connection that is closed", func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_ = conn.Close()
		}, "the server closed the connection and answered nothing", 0},
		{"half an answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = w.Write([]byte("succ"))
		}, "reading the answer: the server closed the connection before its answer was complete", 200},
		{"nothing for five seconds", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a server hears of a client that left once it has read
			<-r.Context().Done()
		}, "no answer within 5s", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			onBothEngines(t, func(t *testing.T, w *world) {
				a := w.account(newReceiver(t, test.serve).URL, muban.CallbackSafe)
				m := w.finished(a, muban.StateDelivered, "")
				w.settle()
				c := w.callbackOf(m)
				attempt := c.Attempts[0]
				if attempt.Status != test.status || !strings.Contains(attempt.Error, test.problem) || (attempt.Error == "") != (test.problem == "") {
					t.Errorf("status %d, %q; want %d, %q", attempt.Status, attempt.Error, test.status, test.problem)
				}
				want := muban.CallbackDelivered
				if test.problem != "" {
					want = muban.CallbackPending
				}
				if c.State != want || !attempt.At.Equal(w.clock.Now()) || attempt.URL != a.Callback.URL {
					t.Errorf("%s, want %s; attempt %+v", c.State, want, attempt)
				}
			})
		})
	}
}

// TestAttempts: at once, 5 seconds and 25 seconds later, and no more; then what
// a resend does (contract.md §4).
func TestAttempts(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, w *world) {
		var asked atomic.Int64
		var status atomic.Int64
		status.Store(500)
		server := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			rw.WriteHeader(int(status.Load()))
		})
		a := w.account(server.URL, muban.CallbackPlain)
		m := w.finished(a, muban.StateDelivered, "")
		began := w.clock.Now()
		expect := func(attempts int, state muban.CallbackState, next time.Duration) {
			t.Helper()
			w.settle()
			c := w.callbackOf(m)
			due := time.Time{}
			if state == muban.CallbackPending {
				due = began.Add(next)
			}
			if len(c.Attempts) != attempts || int(asked.Load()) != attempts || c.State != state || !c.DueAt.Equal(due) {
				t.Errorf("%d attempts (asked %d), %s, next %v; want %d, %s, %v", len(c.Attempts), asked.Load(), c.State, c.DueAt, attempts, state, due)
			}
		}
		expect(1, muban.CallbackPending, 5*time.Second)
		w.clock.advance(5*time.Second - time.Millisecond)
		expect(1, muban.CallbackPending, 5*time.Second)
		w.clock.advance(time.Millisecond)
		expect(2, muban.CallbackPending, 25*time.Second)
		w.clock.advance(20*time.Second - time.Millisecond)
		expect(2, muban.CallbackPending, 25*time.Second)
		w.clock.advance(time.Millisecond)
		expect(3, muban.CallbackFailed, 0)
		w.clock.advance(24 * time.Hour)
		expect(3, muban.CallbackFailed, 0)

		resend := func() {
			t.Helper()
			_, err := w.ResendCallback(context.Background(), w.callbackOf(m).Seq, w.clock.Now())
			w.must(err)
		}
		resend()
		expect(4, muban.CallbackFailed, 0)
		status.Store(200)
		resend()
		expect(5, muban.CallbackDelivered, 0)
		resend()
		expect(6, muban.CallbackDelivered, 0)
	})
}

// TestMendedSettingsCount: an attempt goes where the app's callback is now.
func TestMendedSettingsCount(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, w *world) {
		dead := newReceiver(t, nil)
		dead.Close()
		a := w.account(dead.URL, muban.CallbackPlain)
		m := w.finished(a, muban.StateDelivered, "")
		w.settle()
		if c := w.callbackOf(m); !strings.Contains(c.Attempts[0].Error, "refused") || c.URL != dead.URL {
			t.Errorf("a server that is down: %+v", c)
		}
		server := newReader(t, a)
		w.redirect(a, server.URL)
		w.clock.advance(5 * time.Second)
		w.settle()
		c := w.callbackOf(m)
		if c.State != muban.CallbackDelivered || c.URL != server.URL || len(server.got()) != 1 {
			t.Errorf("after mending: %+v", c)
		}
		w.redirect(a, "")
		late := w.finished(a, muban.StateDelivered, "")
		w.settle()
		if c := w.callbackOf(late); c.Attempts[0].Error != "the app has no callback URL any more" {
			t.Errorf("without a URL: %+v", c)
		}
	})
}

// noApps knows none any more.
type noApps struct{}

func (noApps) App(_ context.Context, appID string) (muban.App, error) {
	return muban.App{}, muban.Refuse(muban.RuleNotFound, "object", "app", "id", appID)
}

// TestAppThatIsGone: what an app left in the outbox, as earlier versions could,
// fails like one without a URL. Nothing is due for ever: a clock that moves to
// the next due time would never arrive.
func TestAppThatIsGone(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, w *world) {
		a := w.account("http://127.0.0.1:1/", muban.CallbackPlain)
		m := w.finished(a, muban.StateDelivered, "")
		w.pusher = delivery.New(w.Store, noApps{}, delivery.Options{Clock: w.clock, Log: slog.New(slog.DiscardHandler), Real: time.Now})
		for _, after := range []time.Duration{0, 5 * time.Second, 20 * time.Second} {
			w.clock.advance(after)
			w.settle()
		}
		if c := w.callbackOf(m); c.State != muban.CallbackFailed || c.Attempts[0].Error != "the app has no callback URL any more" {
			t.Errorf("of an app that is gone: %+v", c)
		}
		if due, waiting, err := w.NextDue(t.Context()); err != nil || waiting {
			t.Errorf("a push is due at %s, error %v", due, err)
		}
	})
}

// TestPrivateAddressesAreRefused unless they are allowed, whatever name leads
// there.
func TestPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, w *world) {
		w.pusher = w.newPusher(false)
		var asked atomic.Int64
		server := newReceiver(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
		port := server.URL[strings.LastIndexByte(server.URL, ':'):]
		for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0", "2130706433"} {
			m := w.finished(w.account("http://"+host+port+"/", muban.CallbackPlain), muban.StateDelivered, "")
			w.settle()
			if problem := w.callbackOf(m).Attempts[0].Error; problem == "" {
				t.Errorf("%s was called", host)
			} else if host == "127.0.0.1" && !strings.Contains(problem, "private, loopback or link-local") {
				t.Errorf("%s: %q", host, problem)
			}
		}
		if asked.Load() != 0 {
			t.Errorf("the server was asked %d times", asked.Load())
		}
	})
}

// TestOrder: one app's events come in the order of their messages, one that
// fails holds up no other, and a receiver that hangs holds up no other app.
func TestOrder(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		hanging := newReceiver(t, func(http.ResponseWriter, *http.Request) { <-release })
		t.Cleanup(func() { close(release) })
		stuck := w.account(hanging.URL, muban.CallbackPlain)
		a := w.account("http://placeholder.invalid/", muban.CallbackPlain)
		server := newReader(t, a)
		w.redirect(a, server.URL)
		for range 3 {
			w.finished(stuck, muban.StateDelivered, "")
		}
		var want []int64
		for range 40 {
			want = append(want, int64(w.finished(a, muban.StateDelivered, "").ID))
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); w.pusher.Run(ctx) }()
		arrived := func() (got []int64) {
			for _, e := range server.got() {
				got = append(got, e.MsgID)
			}
			return got
		}
		deadline := time.NewTimer(4 * time.Second) // before the one that hangs is given up
		defer deadline.Stop()
		for poll := time.NewTicker(5 * time.Millisecond); len(arrived()) < len(want); {
			select {
			case <-poll.C:
				continue
			case <-deadline.C:
			}
			t.Error("a receiver that hangs held up another app's events")
			break
		}
		if diff := cmp.Diff(want, arrived()); diff != "" {
			t.Errorf("order of arrival:\n%s", diff)
		}
		cancel()
		<-done
	})
}

// TestHandshake: what an app's server answers the verification of its URL.
func TestHandshake(t *testing.T) {
	t.Parallel()
	w := newWorldOnSQLite(t)
	for _, test := range []struct {
		name, token string
		serve       http.HandlerFunc
		want        string // of the error
	}{
		{"the echostr", "t0ken", nil, ""},
		{"another token", "other", nil, "the answer's status is 401; it must be 200"},
		{"the echostr and more", "t0ken", func(rw http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(rw, r.URL.Query().Get("echostr")+"\n")
		}, "it must be the echostr"},
		{"nothing", "t0ken", func(http.ResponseWriter, *http.Request) {}, `the answer is ""; it must be the echostr`},
		{"no token", "", nil, "the callback settings cannot be used: the callback token is empty"},
	} {
		serve := test.serve
		if serve == nil {
			serve = func(rw http.ResponseWriter, r *http.Request) {
				codec, err := wechat.NewCodec(wechat.CallbackSettings{AppID: "wx1", Token: "t0ken"})
				if err != nil {
					t.Error(err)
					return
				}
				echo, err := codec.ReadVerification(r.URL.Query())
				if err != nil || r.Method != http.MethodGet {
					rw.WriteHeader(http.StatusUnauthorized)
					return
				}
				_, _ = rw.Write([]byte(echo))
			}
		}
		app := muban.App{ID: "wx1"}
		app.Callback = muban.CallbackSettings{URL: newReceiver(t, serve).URL, Token: test.token}
		got := w.pusher.Handshake(t.Context(), app)
		if got.OK != (test.want == "") || !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: %+v, want %q", test.name, got, test.want)
		}
	}
}

// What a URL may not hold as it is goes out percent-encoded; what is encoded
// already stays.
func TestCallbackURLsAreEncoded(t *testing.T) {
	t.Parallel()
	w := newWorldOnSQLite(t)
	asked := make(chan string, 1)
	server := newReceiver(t, func(_ http.ResponseWriter, r *http.Request) { asked <- r.RequestURI })
	for address, want := range map[string]string{
		"/事件?名=模板&b=1":                         "/%E4%BA%8B%E4%BB%B6?%E5%90%8D=%E6%A8%A1%E6%9D%BF&b=1&",
		"/a b?c=d e":                           "/a%20b?c=d%20e&",
		"/a%20b?c=d%20e+f&g=%E5%90%8D&h=%zz&i": "/a%20b?c=d%20e+f&g=%E5%90%8D&h=%zz&i&",
		"?a\"={x}":                             "/?a\"={x}&",
	} {
		app := muban.App{ID: "wx1"}
		app.Callback = muban.CallbackSettings{URL: server.URL + address, Token: "t0ken"}
		shake := w.pusher.Handshake(t.Context(), app)
		select {
		case got := <-asked:
			if !strings.HasPrefix(got, want) {
				t.Errorf("%s was asked as %s, want %s…", address, got, want)
			}
		default:
			t.Errorf("%s was not asked: %+v", address, shake)
		}
	}
}

// TestAnEventComesAfterItsAnswer: the sandbox is faster than any platform, and
// a client that has not read its answer yet does not know the event's msgid.
func TestAnEventComesAfterItsAnswer(t *testing.T) {
	t.Parallel()
	w := newWorldOnSQLite(t)
	a := w.account("http://placeholder.invalid/", muban.CallbackPlain)
	came := make(chan time.Time, 1)
	server := newReceiver(t, func(http.ResponseWriter, *http.Request) { came <- time.Now() })
	w.redirect(a, server.URL)
	sent := time.Now()
	w.finished(a, muban.StateDelivered, "")
	w.settle()
	if took := (<-came).Sub(sent); took < 50*time.Millisecond {
		t.Errorf("the event came after %v, want 50ms at least", took)
	}
}
