package client_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/mubantest"
)

// testClock is a clock whose pauses take no time.
type testClock struct {
	mu     sync.Mutex
	now    time.Time
	pauses []time.Duration
}

func newTestClock() *testClock { return &testClock{now: time.Now()} }

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.pauses = append(c.pauses, d)
	return ctx.Err()
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is an app behind a faultProxy, with a client and all that a send needs.
type world struct {
	*testing.T
	server   *mubantest.Server
	app      *mubantest.App
	user     *mubantest.User
	template string
	proxy    *faultProxy
	clock    *testClock
	client   *client.Client
	sends    string // part of the path of a send
}

// newWorld makes a world on a server; adjust may change the client's config.
func newWorld(t *testing.T, server *mubantest.Server, p muban.Platform, adjust ...func(*client.Config)) *world {
	t.Helper()
	w := &world{T: t, server: server, app: server.NewApp(p), proxy: newFaultProxy(t, server.URL), clock: newTestClock()}
	w.user = w.app.NewUser()
	w.template = w.app.NewTemplate("购买成功通知", "地点{{keyword1.DATA}}\n")
	w.proxy.revoke = w.app.RevokeTokens
	w.proxy.answer = `{"errcode":-1,"errmsg":"system error"}`
	w.sends = "template/send"
	switch p {
	case muban.Baidu:
		w.proxy.answer = `{"errno":4002,"msg":"消息推送接口调用失败"}`
	case muban.Alipay:
		w.sends = "gateway.do"
		w.proxy.answer = `{"alipay_open_app_mini_templatemessage_send_response":{"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error","sub_msg":"系统繁忙"}}`
	default:
	}
	w.client = w.newClient(adjust...)
	return w
}

func (w *world) newClient(adjust ...func(*client.Config)) *client.Client {
	w.Helper()
	config := w.app.Config()
	config.BaseURL, config.Clock = w.proxy.URL, w.clock
	config.Timeout, config.HTTPClient = time.Minute, &http.Client{Transport: w.proxy.patience}
	for _, change := range adjust {
		change(&config)
	}
	c, err := client.New(config)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// request is a send that is right on the app's platform.
func (w *world) request(kind muban.GrantKind) client.SendRequest {
	w.Helper()
	req := client.SendRequest{
		To: w.user.OpenID, Template: w.template, Data: map[string]muban.Value{"keyword1": {Text: "广州"}},
	}
	if kind != "" {
		req.Grant = w.user.MintGrant(kind)
	}
	return req
}

// errorOf is the *client.Error that err must be.
func errorOf(t *testing.T, err error) *client.Error {
	t.Helper()
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		t.Fatalf("error %v, want a *client.Error", err)
	}
	return e
}
