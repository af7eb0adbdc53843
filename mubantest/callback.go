package mubantest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client/callback"
	"github.com/muban-dev/muban/internal/apiclient"
	"github.com/muban-dev/muban/wire/wechat"
)

// Callback makes a token and a key for an official account's events and gives
// them to the app. What is returned is the config of its receiver: add
// Config.Finished, serve it, and tell the app where with [App.PushTo]. It goes by
// the server's time.
func (a *App) Callback(mode muban.CallbackMode) callback.Config {
	s := a.server
	s.to.Helper()
	key := make([]byte, 32)
	rand.Read(key)
	config := callback.Config{
		AppID: a.ID, Token: rand.Text(), AESKey: strings.TrimSuffix(base64.StdEncoding.EncodeToString(key), "="), Mode: mode,
		Now: func() time.Time {
			clock, _ := s.api.Clock(context.Background()) // without an answer nothing is in the window
			return clock.Value.Now
		},
	}
	a.Set("callback", map[string]any{"token": config.Token, "aes_key": config.AESKey, "mode": mode})
	return config
}

// PushTo has the app's events pushed to a URL, which must answer the
// verification.
func (a *App) PushTo(url string) {
	s := a.server
	s.to.Helper()
	patch := apiclient.Members{"callback": map[string]any{"url": url}}
	app, err := s.api.UpdateApp(context.Background(), a.ID, patch)
	s.must("setting the callback URL of app "+a.ID, err)
	if !app.Value.Callback.Verified {
		s.to.Fatalf("mubantest: %s does not answer the verification: %s", url, app.Value.Callback.VerifyError)
	}
}

// SignedEvent is a push to target, a path or an address, such as the platform
// makes, for the tests of a handler without a server. Of f, Account and At may be left out, and Status where State
// says it.
func (a *App) SignedEvent(target string, f callback.Finished) *http.Request {
	s := a.server
	s.to.Helper()
	app, err := s.api.App(context.Background(), a.ID)
	s.must("reading app "+a.ID, err)
	settings := wechat.CallbackSettings{AppID: a.ID}
	if c := app.Value.Callback; c != nil {
		settings.Token, settings.AESKey, settings.Mode = c.Token, c.AESKey, wechat.Mode(c.Mode)
	}
	codec, err := wechat.NewCodec(settings)
	s.must("signing an event of app "+a.ID, err)
	now := s.Now()
	if f.At.IsZero() {
		f.At = now
	}
	if f.Account == "" {
		f.Account = app.Value.OriginalID
	}
	if f.Status == "" {
		f.Status = statuses[f.State]
	}
	if f.Status == "" {
		s.to.Fatalf("mubantest: the event has no Status, and its State is %q, which no send ends as", f.State)
	}
	push := codec.Push(wechat.TemplateSendJobFinish{
		Header: wechat.Header{ToUserName: f.Account, FromUserName: f.OpenID, CreateTime: f.At.Unix()},
		MsgID:  int64(f.MessageID), Status: f.Status,
	}, wechat.NewStamp(now))
	query := "?" // as the platform adds its own to a URL that has one
	if strings.Contains(target, "?") {
		query = "&"
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target+query+push.Query.Encode(), bytes.NewReader(push.Body))
	s.must("making a push to "+target, err)
	request.Header.Set("Content-Type", wechat.PushContentType)
	return request
}

var statuses = map[muban.State]string{
	muban.StateDelivered: wechat.SendStatusSuccess,
	muban.StateRefused:   wechat.SendStatusUserBlock,
	muban.StateFailed:    wechat.SendStatusSystemFailed,
}
