package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/wire/wechat"
)

// account is an official account with a follower, whose events go to a server
// of the test's own.
type account struct {
	*process
	app, token, template string
	receiver             *eventReceiver
}

// eventReceiver is the account's server. Until it is opened it answers nothing.
type eventReceiver struct {
	*httptest.Server
	opened chan struct{}

	mu  sync.Mutex
	got []int64 // MsgIDs as they came
}

func newEventReceiver(t *testing.T, codec *wechat.Codec) *eventReceiver {
	t.Helper()
	r := &eventReceiver{opened: make(chan struct{})}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodGet {
			echo, _ := codec.ReadVerification(req.URL.Query())
			_, _ = io.WriteString(w, echo)
			return
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // the pusher was killed
		}
		select {
		case <-r.opened:
		case <-req.Context().Done():
			return
		}
		event, err := codec.Read(req.URL.Query(), body)
		if err != nil {
			t.Errorf("event %s: %v", body, err)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, event.(wechat.TemplateSendJobFinish).MsgID)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *eventReceiver) arrived() []int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func newAccount(t *testing.T, p *process) *account {
	t.Helper()
	const key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	codec, err := wechat.NewCodec(wechat.CallbackSettings{AppID: "wx00000000000000aa", Token: "t0ken", AESKey: key, Mode: wechat.ModeSafe})
	if err != nil {
		t.Fatal(err)
	}
	a := &account{process: p, app: "wx00000000000000aa", receiver: newEventReceiver(t, codec)}
	var app struct {
		Secret   string `json:"secret"`
		Callback struct {
			Verified bool   `json:"verified"`
			Error    string `json:"verify_error"`
		} `json:"callback"`
	}
	p.native(http.MethodPost, "/api/v1/apps", map[string]any{
		"platform": "wechat-oa", "name": "account", "app_id": a.app,
		"callback": map[string]any{"url": a.receiver.URL + "/events", "token": "t0ken", "aes_key": key, "mode": "safe"},
	}, &app)
	if !app.Callback.Verified {
		t.Fatalf("the callback URL is not verified: %s", app.Callback.Error)
	}
	p.native(http.MethodPost, "/api/v1/apps/"+a.app+"/users", map[string]any{"open_id": "oFollower"}, nil)
	var template struct {
		ID string `json:"template_id"`
	}
	p.native(http.MethodPost, "/api/v1/apps/"+a.app+"/templates", map[string]any{"title": "t", "content": "{{first.DATA}}"}, &template)
	a.template = template.ID
	var token struct {
		Text string `json:"access_token"`
	}
	p.native(http.MethodPost, "/cgi-bin/stable_token", map[string]any{"grant_type": "client_credential", "appid": a.app, "secret": app.Secret}, &token)
	a.token = token.Text
	return a
}

// send sends so many messages and returns their msgids.
func (a *account) send(n int) []int64 {
	a.t.Helper()
	ids := make([]int64, n)
	for i := range ids {
		_, text := a.call(http.MethodPost, "/cgi-bin/message/template/send?access_token="+a.token, map[string]any{
			"touser": "oFollower", "template_id": a.template, "data": map[string]any{"first": map[string]string{"value": "x"}},
		})
		var answer struct {
			Code  int   `json:"errcode"`
			MsgID int64 `json:"msgid"`
		}
		if err := json.Unmarshal(text, &answer); err != nil || answer.Code != 0 {
			a.t.Fatalf("sending: %v %s", err, text)
		}
		ids[i] = answer.MsgID
	}
	return ids
}

// checkArrived waits until every event came, the first time in the order of
// the messages.
func (a *account) checkArrived(ids []int64, limit time.Duration) {
	a.t.Helper()
	within(a.t, limit, "every event arrives", func() bool {
		time := time.NewTimer(20 * time.Millisecond)
		defer time.Stop()
		<-time.C
		return len(firsts(a.receiver.arrived())) == len(ids)
	})
	if got := firsts(a.receiver.arrived()); !slices.Equal(got, ids) {
		a.t.Errorf("%d events arrived, of %d; or in another order", len(got), len(ids))
	}
}

// firsts leaves repetitions out.
func firsts(ids []int64) []int64 {
	var once []int64
	for _, id := range ids {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return once
}

// TestEventsOutliveAKill: kill -9 while events are pending; each arrives after
// the restart, in order.
func TestEventsOutliveAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, "serve", "--callback-private", "--data", dir)
	a := newAccount(t, first)
	ids := a.send(30) // well within the five seconds of the first push
	first.kill()
	close(a.receiver.opened)
	a.process = start(t, "serve", "--callback-private", "--data", dir)
	a.checkArrived(ids, 20*time.Second)
}

// TestEventsOutliveTheirNode: kill -9 of the node that pushes; the other takes
// its events over once the lease has run out.
func TestEventsOutliveTheirNode(t *testing.T) {
	t.Parallel()
	t.Log("engine PostgreSQL")
	database := pgtest.Database(t)
	first := start(t, "serve", "--callback-private", "--database", database)
	a := newAccount(t, first)
	ids := a.send(30) // well within the five seconds of the first push
	a.process = start(t, "serve", "--callback-private", "--database", database)
	first.kill()
	close(a.receiver.opened)
	a.checkArrived(ids, 40*time.Second)
}

// TestPrivateReceiversAreRefused: serve pushes to no private address unless it
// is told to, says so where the URL is set, and in the callback.
func TestPrivateReceiversAreRefused(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	var app struct {
		Callback struct {
			Verified bool   `json:"verified"`
			Error    string `json:"verify_error"`
		} `json:"callback"`
	}
	p.native(http.MethodPost, "/api/v1/apps", map[string]any{
		"platform": "wechat-oa", "name": "account", "callback": map[string]any{"url": p.base + "/healthz", "token": "t0ken"},
	}, &app)
	if want := "the callback URL leads to a private, loopback or link-local address, which this server does not call; see --callback-private"; app.Callback.Verified || app.Callback.Error != want {
		t.Errorf("verified %t, error %q; want %q", app.Callback.Verified, app.Callback.Error, want)
	}
}
