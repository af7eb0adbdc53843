package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	msg "github.com/silenceper/wechat/v2/officialaccount/message"
)

const (
	callbackToken = "silenceper-token"
	aesKey        = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// receiver is an account's server: the library verifies, decrypts and decodes
// what is pushed to it.
type receiver struct {
	official *officialaccount.OfficialAccount
	url      string
	events   chan event
	close    func()

	mu    sync.Mutex
	token string // the callback token that the server believes in
}

// event is what the library made of a push, and what it said about it.
type event struct {
	message *msg.MixMessage
	query   string // encrypt_type
	err     error
}

func newReceiver(appID, secret string) (*receiver, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{
		url: "http://" + listener.Addr().String() + "/events?from=muban", events: make(chan event, 10), token: callbackToken,
		official: wechat.NewWechat().GetOfficialAccount(&config.Config{
			AppID: appID, AppSecret: secret, Token: callbackToken, EncodingAESKey: aesKey, Cache: cache.NewMemory(),
		}),
	}
	server := &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	r.close = func() { _ = server.Close() }
	go func() { _ = server.Serve(listener) }()
	return r, nil
}

func (r *receiver) believe(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.token = token
}

// ServeHTTP is the handler of the library's documentation.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	server := r.official.GetServer(request, w)
	r.mu.Lock()
	server.Token = r.token
	r.mu.Unlock()
	got := event{query: request.URL.Query().Get("encrypt_type")}
	server.SetMessageHandler(func(message *msg.MixMessage) *msg.Reply {
		got.message = message
		return nil
	})
	if got.err = server.Serve(); got.err == nil {
		got.err = server.Send()
	}
	if got.err != nil {
		w.WriteHeader(http.StatusForbidden)
	}
	if request.Method == http.MethodPost {
		r.events <- got
	}
}

// next waits for a push.
func (r *receiver) next() (event, error) {
	select {
	case e := <-r.events:
		return e, e.err
	case <-time.After(10 * time.Second):
		return event{}, fmt.Errorf("no push came within 10 seconds")
	}
}

// receive sets the account's callback to the library's server, in each mode,
// and looks at the events of the three endings.
func (c *client) receive(templateID string) {
	r, err := newReceiver(c.app.ID, c.app.Secret)
	c.needs("start the account's server", err)
	defer r.close()
	r.believe("another token")
	set, err := c.native.setCallback(c.app.ID, callback{URL: r.url, Token: callbackToken, AESKey: aesKey, Mode: "plain"})
	c.needs("set a callback whose server has another token", err)
	c.equal("its URL is not verified", set.Verified, false)
	r.believe(callbackToken)

	for _, mode := range []struct{ name, encryption string }{{"plain", ""}, {"compat", "aes"}, {"safe", "aes"}} {
		set, err := c.native.setCallback(c.app.ID, callback{URL: r.url, Token: callbackToken, AESKey: aesKey, Mode: mode.name})
		c.needs(mode.name+": set the callback", err)
		c.equal(mode.name+": its URL is verified", fmt.Sprint(set.Verified, set.VerifyError), "true")
		for _, end := range []struct {
			change         map[string]any
			status, ending string
		}{
			{map[string]any{"blocked": true}, "failed:user block", "a user who blocks"},
			{map[string]any{"blocked": false, "delivery": "fail"}, "failed: system failed", "a delivery that fails"},
			{map[string]any{"delivery": "ok"}, "success", "a success"},
		} {
			step := mode.name + ", " + end.ending + ": "
			c.needs(step+"change the follower", c.native.changeUser(c.app.ID, c.openID, end.change))
			id, err := c.template.Send(c.newMessage(templateID))
			c.needs(step+"send", err)
			got, err := r.next()
			c.needs(step+"the event is verified and read", err)
			c.equal(step+"it is encrypted as the mode says", got.query, mode.encryption)
			c.equal(step+"it is the event of a template message", got.message.Event, msg.EventTemplateSendJobFinish)
			c.equal(step+"it has the msgid of the send", got.message.TemplateMsgID, id)
			c.equal(step+"it has its status", got.message.Status, end.status)
			c.equal(step+"it is from the follower", got.message.FromUserName, msg.CDATA(c.openID))
			c.equal(step+"it is to the account", got.message.ToUserName, msg.CDATA(c.app.OriginalID))
			state, err := c.native.callbackState(c.app.ID, id)
			c.needs(step+"the callback is found", err)
			c.equal(step+"the library's answer was understood", state, "delivered")
		}
	}
	c.needs("take the callback away", c.native.changeApp(c.app.ID, map[string]any{"callback": nil}))
}
