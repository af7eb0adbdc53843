package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/chanxuehong/wechat/mp/core"
	"github.com/chanxuehong/wechat/mp/message/callback/response"
	"github.com/chanxuehong/wechat/mp/message/template"
)

const (
	callbackToken = "chanxuehong-token"
	aesKey        = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// receiver is an account's server: the library verifies both signatures,
// decrypts, compares the name inside with the one outside, and decodes what is
// pushed.
type receiver struct {
	server *core.Server
	url    string
	events chan event
	close  func()
}

// event is what the library made of a push, and what it said about it.
type event struct {
	finished *template.TemplateSendJobFinishEvent
	query    string // encrypt_type
	err      error
}

func newReceiver(account app, token string) (*receiver, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + listener.Addr().String() + "/events?from=muban", events: make(chan event, 10)}
	mux := core.NewServeMux()
	mux.EventHandleFunc(template.EventTypeTemplateSendJobFinish, r.finished)
	mux.DefaultEventHandleFunc(r.other)
	mux.DefaultMsgHandleFunc(r.other)
	r.server = core.NewServer(account.OriginalID, account.ID, token, aesKey, mux, core.ErrorHandlerFunc(r.failed))
	server := &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	r.close = func() { _ = server.Close() }
	go func() { _ = server.Serve(listener) }()
	return r, nil
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.server.ServeHTTP(w, request, nil)
}

// finished answers a push in the clear with nothing, an encrypted one with an
// encrypted text.
func (r *receiver) finished(ctx *core.Context) {
	got := event{finished: template.GetTemplateSendJobFinishEvent(ctx.MixedMsg), query: ctx.EncryptType}
	if ctx.EncryptType == "aes" {
		message := ctx.MixedMsg
		got.err = ctx.AESResponse(response.NewText(message.FromUserName, message.ToUserName, message.CreateTime, "收到 <了> & 谢谢"), 0, "", nil)
	} else {
		got.err = ctx.NoneResponse()
	}
	r.events <- got
}

func (r *receiver) other(ctx *core.Context) {
	r.events <- event{err: fmt.Errorf("another message came: %s", ctx.MsgPlaintext)}
}

func (r *receiver) failed(w http.ResponseWriter, request *http.Request, err error) {
	w.WriteHeader(http.StatusForbidden)
	if request.Method == http.MethodPost {
		r.events <- event{err: err}
	}
}

// next waits for a push.
func (r *receiver) next() (event, error) {
	select {
	case e := <-r.events:
		return e, e.err
	case <-time.After(10 * time.Second):
		return event{}, errors.New("no push came within 10 seconds")
	}
}

// receive sets the account's callback to the library's server, in each mode,
// and looks at the events of the three endings.
func (c *client) receive(templateID string) {
	stranger, err := newReceiver(c.app, "another token")
	c.needs("start a server that has another token", err)
	set, err := c.native.setCallback(c.app.ID, callback{URL: stranger.url, Token: callbackToken, AESKey: aesKey, Mode: "plain"})
	stranger.close()
	c.needs("set it as the callback", err)
	c.equal("its URL is not verified", set.Verified, false)
	r, err := newReceiver(c.app, callbackToken)
	c.needs("start the account's server", err)
	defer r.close()

	for _, mode := range []struct{ name, encryption string }{{"plain", ""}, {"compat", "aes"}, {"safe", "aes"}} {
		set, err := c.native.setCallback(c.app.ID, callback{URL: r.url, Token: callbackToken, AESKey: aesKey, Mode: mode.name})
		c.needs(mode.name+": set the callback", err)
		c.equal(mode.name+": its URL is verified", fmt.Sprint(set.Verified, set.VerifyError), "true")
		for _, end := range []struct {
			change         map[string]any
			status, ending string
		}{
			{map[string]any{"blocked": true}, template.TemplateSendStatusFailedUserBlock, "a user who blocks"},
			{map[string]any{"blocked": false, "delivery": "fail"}, template.TemplateSendStatusFailedSystemFailed, "a delivery that fails"},
			{map[string]any{"delivery": "ok"}, template.TemplateSendStatusSuccess, "a success"},
		} {
			step := mode.name + ", " + end.ending + ": "
			c.needs(step+"change the follower", c.native.changeUser(c.app.ID, c.openID, end.change))
			id, err := template.Send(c.client, c.newMessage(templateID))
			c.needs(step+"send", err)
			got, err := r.next()
			c.needs(step+"the event is verified and read", err)
			c.equal(step+"it is encrypted as the mode says", got.query, mode.encryption)
			c.equal(step+"it has the msgid of the send", got.finished.MsgId, id)
			c.equal(step+"it has its status", got.finished.Status, end.status)
			c.equal(step+"it is from the follower", got.finished.FromUserName, c.openID)
			c.equal(step+"it is to the account", got.finished.ToUserName, c.app.OriginalID)
			state, err := c.native.callbackState(c.app.ID, id)
			c.needs(step+"the callback is found", err)
			c.equal(step+"the library's answer was understood", state, "delivered")
		}
	}
	c.needs("take the callback away", c.native.changeApp(c.app.ID, map[string]any{"callback": nil}))
}
