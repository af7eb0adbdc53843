package callback_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/client/callback"
	"github.com/muban-dev/muban/mubantest"
	"github.com/muban-dev/muban/wire/wechat"
)

// Muban pushes what became of sends, in every mode, and the handler tells it.
func TestEventsOfARealMuban(t *testing.T) {
	t.Parallel()
	m := mubantest.Start(t)
	for _, mode := range []muban.CallbackMode{muban.CallbackPlain, muban.CallbackCompat, muban.CallbackSafe} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			app := m.NewApp(muban.WeChatOA)
			app.Set("original_id", "gh_7f083739789a"+string(mode))
			events := make(chan callback.Finished, 10)
			config := app.Callback(mode)
			config.Finished = func(_ context.Context, f callback.Finished) error {
				events <- f
				return nil
			}
			app.PushTo(serve(t, config).URL)

			user, template, c := app.NewUser(), app.NewTemplate("t", "{{first.DATA}}"), app.Client()
			for _, step := range []struct {
				setting string
				value   any
				state   muban.State
				status  string
			}{
				{"delivery", "ok", muban.StateDelivered, "success"},
				{"blocked", true, muban.StateRefused, "failed:user block"},
				{"blocked", false, muban.StateDelivered, "success"},
				{"delivery", "fail", muban.StateFailed, "failed: system failed"},
			} {
				user.Set(step.setting, step.value)
				sent, err := c.Send(t.Context(), client.SendRequest{To: user.OpenID, Template: template})
				if err != nil {
					t.Fatal(err)
				}
				got := <-events
				if got.MessageID != sent.MessageID || got.State != step.state || got.Status != step.status || got.OpenID != user.OpenID ||
					got.Account != "gh_7f083739789a"+string(mode) || time.Since(got.At).Abs() > time.Minute {
					t.Errorf("%s %v: event %+v of send %+v", step.setting, step.value, got, sent)
				}
			}
		})
	}
}

func serve(t *testing.T, config callback.Config) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(newHandler(t, config))
	t.Cleanup(server.Close)
	return server
}

func newHandler(t *testing.T, config callback.Config) *callback.Handler {
	t.Helper()
	h, err := callback.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// The samples of these tests: an account without a Muban.
const (
	theApp   = "wx5823bf96d3bd56c7"
	theToken = "QDG6eK"
	theKey   = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)

var theTime = time.Unix(1_409_659_813, 0)

func config(mode muban.CallbackMode, handled func(callback.Finished) error) callback.Config {
	return callback.Config{
		AppID: theApp, Token: theToken, AESKey: theKey, Mode: mode, Now: func() time.Time { return theTime },
		Finished: func(_ context.Context, f callback.Finished) error { return handled(f) },
	}
}

// push makes the n-th event of the account as a request.
func push(t *testing.T, mode muban.CallbackMode, n int64, at time.Time) *http.Request {
	t.Helper()
	return request(t, codec(t, mode).Push(wechat.TemplateSendJobFinish{
		Header: wechat.Header{ToUserName: "gh_1", FromUserName: "o1", CreateTime: theTime.Unix()},
		MsgID:  n, Status: wechat.SendStatusSuccess,
	}, wechat.NewStamp(at)))
}

func request(t *testing.T, p wechat.Push) *http.Request {
	t.Helper()
	return httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/events?"+p.Query.Encode(), strings.NewReader(string(p.Body)))
}

func codec(t *testing.T, mode muban.CallbackMode) *wechat.Codec {
	t.Helper()
	c, err := wechat.NewCodec(wechat.CallbackSettings{AppID: theApp, Token: theToken, AESKey: theKey, Mode: wechat.Mode(mode)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answerOf(h http.Handler, r *http.Request) (status int, body string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	handled := func(callback.Finished) error {
		t.Error("it was handled")
		return nil
	}
	edit := func(r *http.Request, change func(url.Values)) *http.Request {
		query := r.URL.Query()
		change(query)
		r.URL.RawQuery = query.Encode()
		return r
	}
	const plain, safe, compat = muban.CallbackPlain, muban.CallbackSafe, muban.CallbackCompat
	for name, test := range map[string]struct {
		mode    muban.CallbackMode
		request *http.Request
		status  int
	}{
		"no signature":               {plain, edit(push(t, plain, 1, theTime), func(q url.Values) { q.Del("signature") }), 403},
		"a wrong signature":          {plain, edit(push(t, plain, 1, theTime), func(q url.Values) { q.Set("signature", strings.Repeat("0", 40)) }), 403},
		"another time than signed":   {plain, edit(push(t, plain, 1, theTime), func(q url.Values) { q.Set("timestamp", "1409659814") }), 403},
		"no time":                    {plain, edit(push(t, plain, 1, theTime), func(q url.Values) { q.Set("timestamp", "") }), 403},
		"too old":                    {plain, push(t, plain, 1, theTime.Add(-5*time.Minute-time.Second)), 403},
		"too new":                    {safe, push(t, safe, 1, theTime.Add(5*time.Minute+time.Second)), 403},
		"plain in mode safe":         {safe, push(t, plain, 1, theTime), 403},
		"plain in mode compat":       {compat, push(t, plain, 1, theTime), 403},
		"a wrong msg_signature":      {safe, edit(push(t, safe, 1, theTime), func(q url.Values) { q.Set("msg_signature", strings.Repeat("0", 40)) }), 403},
		"another account's message":  {safe, foreign(t), 400},
		"no XML":                     {plain, edit(body(push(t, plain, 1, theTime), "{}"), func(url.Values) {}), 400},
		"nothing":                    {plain, body(push(t, plain, 1, theTime), ""), 400},
		"too much":                   {plain, body(push(t, plain, 1, theTime), strings.Repeat("x", 2<<20)), 413},
		"a broken body":              {plain, broken(push(t, plain, 1, theTime)), 400},
		"another method":             {plain, method(push(t, plain, 1, theTime)), 405},
		"an encryption of tomorrow":  {safe, edit(push(t, safe, 1, theTime), func(q url.Values) { q.Set("encrypt_type", "rsa") }), 400},
		"an unsigned verification":   {plain, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events?echostr=x&timestamp=1&nonce=1&signature=0", nil), 403},
		"an old verification":        {plain, verification(t, theTime.Add(-time.Hour)), 403},
		"a GET without a parameter":  {plain, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil), 403},
		"a message type of the dark": {plain, body(push(t, plain, 1, theTime), "<!DOCTYPE x><xml></xml>"), 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, text := answerOf(newHandler(t, config(test.mode, handled)), test.request)
			if status != test.status || strings.Contains(text, "success") || strings.Contains(text, "signature") {
				t.Errorf("%d %q, want %d and no reason", status, text, test.status)
			}
		})
	}
}

func body(r *http.Request, text string) *http.Request {
	r.Body = io.NopCloser(strings.NewReader(text))
	return r
}

func broken(r *http.Request) *http.Request {
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("<xml>"), failing{}))
	return r
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the connection broke") }

func method(r *http.Request) *http.Request {
	r.Method = http.MethodPut
	return r
}

// foreign is signed by the token, but encrypted for another account.
func foreign(t *testing.T) *http.Request {
	t.Helper()
	other, err := wechat.NewCodec(wechat.CallbackSettings{AppID: "wx-other", Token: theToken, AESKey: theKey, Mode: wechat.ModeSafe})
	if err != nil {
		t.Fatal(err)
	}
	return request(t, other.Push(wechat.TemplateSendJobFinish{MsgID: 1, Status: "success"}, wechat.NewStamp(theTime)))
}

func verification(t *testing.T, at time.Time) *http.Request {
	t.Helper()
	query := codec(t, muban.CallbackPlain).Verification(wechat.NewStamp(at), "5838479218127813673")
	return httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events?"+query.Encode(), nil)
}

// The handshake is answered with the echostr and nothing else, in every mode.
func TestVerification(t *testing.T) {
	t.Parallel()
	for _, mode := range []muban.CallbackMode{"", muban.CallbackPlain, muban.CallbackCompat, muban.CallbackSafe} {
		h := newHandler(t, config(mode, nothing))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, verification(t, theTime.Add(-4*time.Minute)))
		if w.Code != 200 || w.Body.String() != "5838479218127813673" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("mode %q: %d %q as %s", mode, w.Code, w.Body, w.Header().Get("Content-Type"))
		}
	}
}

func nothing(callback.Finished) error { return nil }

// Messages from users and other events go to Other, or nowhere.
func TestOtherPushes(t *testing.T) {
	t.Parallel()
	const text = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1409659813</CreateTime>" +
		"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content><MsgId>6054768590064713728</MsgId></xml>"
	const event = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1409659814</CreateTime>" +
		"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event></xml>"
	var got []callback.Other
	c := config(muban.CallbackPlain, nothing)
	c.Workers = 1
	c.Other = func(_ context.Context, o callback.Other) error {
		got = append(got, o)
		return nil
	}
	h := newHandler(t, c)
	for _, document := range []string{text, event, text, event} {
		if status, answer := answerOf(h, body(push(t, muban.CallbackPlain, 1, theTime), document)); status != 200 || answer != "success" {
			t.Errorf("%d %q", status, answer)
		}
	}
	if len(got) != 2 || got[0].MsgType != "text" || got[0].Document != text || got[1].Event != "subscribe" || got[1].OpenID != "o1" || got[0].Account != "gh_1" {
		t.Errorf("others %+v", got)
	}
	c.Other = nil
	if status, answer := answerOf(newHandler(t, c), body(push(t, muban.CallbackPlain, 1, theTime), text)); status != 200 || answer != "success" {
		t.Errorf("without Other: %d %q", status, answer)
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	c := config(muban.CallbackPlain, nothing)
	for _, test := range []struct {
		window, off time.Duration
		status      int
	}{
		{0, 5 * time.Minute, 200},
		{0, -5 * time.Minute, 200},
		{0, 5*time.Minute + time.Second, 403},
		{time.Second, time.Second, 200},
		{time.Second, 2 * time.Second, 403},
		{-1, 10_000 * time.Hour, 200},
	} {
		c.Window = test.window
		if status, _ := answerOf(newHandler(t, c), push(t, muban.CallbackPlain, 1, theTime.Add(test.off))); status != test.status {
			t.Errorf("window %v, %v off: %d, want %d", test.window, test.off, status, test.status)
		}
	}
}

func TestBadConfigs(t *testing.T) {
	t.Parallel()
	good := config(muban.CallbackSafe, nothing)
	for name, change := range map[string]func(*callback.Config){
		"Finished":      func(c *callback.Config) { c.Finished = nil },
		"AppID":         func(c *callback.Config) { c.AppID = "" },
		"token":         func(c *callback.Config) { c.Token = "" },
		"AESKey":        func(c *callback.Config) { c.AESKey = "short" },
		"mode":          func(c *callback.Config) { c.Mode = "secret" },
		"Workers":       func(c *callback.Config) { c.Workers = -1 },
		"end of a line": func(c *callback.Config) { c.Token += "\n" },
		"NewMemorySeen": func(c *callback.Config) { c.Seen = &callback.MemorySeen{} },
	} {
		c := good
		change(&c)
		if h, err := callback.New(c); err == nil || h != nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What holds the token and the key does not print them.
func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	c := config(muban.CallbackSafe, nothing)
	for _, value := range []any{c, &c, newHandler(t, c)} {
		var said strings.Builder
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			_, _ = fmt.Fprintf(&said, format+"\n", value)
		}
		slog.New(slog.NewTextHandler(&said, nil)).Info("text", "value", value)
		slog.New(slog.NewJSONHandler(&said, nil)).Info("JSON", "value", value)
		if text := said.String(); strings.Contains(text, theToken) || strings.Contains(text, theKey) || strings.Count(text, theApp) < 5 {
			t.Errorf("%T prints %s", value, text)
		}
	}
}
