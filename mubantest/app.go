package mubantest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"sync"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/internal/apiclient"
	"github.com/muban-dev/muban/wire/alipay"
)

// App is a developer's account on one platform of a [Server].
type App struct {
	Platform muban.Platform
	// ID and Secret are what its client authenticates with; an Alipay app has
	// Keys in the place of a secret.
	ID, Secret string
	Keys       client.AlipayKeys

	server *Server
	// waiting is held by the WaitMessage whose turn it is.
	waiting sync.Mutex
	// last is the message that WaitMessage returned last.
	last muban.MessageID
}

// NewApp makes an app with everything that it needs to send: on Alipay a pair
// of keys too.
func (s *Server) NewApp(p muban.Platform) *App {
	s.to.Helper()
	members := apiclient.Members{"platform": p, "name": "mubantest"}
	var keys client.AlipayKeys
	if p == muban.Alipay {
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		s.must("making a key", err)
		keys.AppPrivateKey = base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(private))
		members["app_public_key"] = alipay.PublicKeyText(&private.PublicKey)
	}
	made, err := s.api.CreateApp(context.Background(), members)
	s.must("making an app", err)
	app := made.Value
	if p == muban.Alipay {
		keys.AlipayPublicKey = app.AlipayPublicKey
	}
	return &App{Platform: p, ID: app.AppID, Secret: app.Secret, Keys: keys, server: s}
}

// Set changes a setting of the app, by its name in the native API: pages,
// daily_limit, template_limit, push_allowed, callback and so on.
func (a *App) Set(name string, value any) {
	a.server.to.Helper()
	_, err := a.server.api.UpdateApp(context.Background(), a.ID, apiclient.Members{name: value})
	a.server.must("changing "+name+" of app "+a.ID, err)
}

// Config is what a client of the app needs; add to it what you test.
func (a *App) Config() client.Config {
	return client.Config{Platform: a.Platform, AppID: a.ID, Secret: a.Secret, Alipay: a.Keys, BaseURL: a.server.URL}
}

// Client makes a client of the app.
func (a *App) Client() *client.Client {
	a.server.to.Helper()
	c, err := client.New(a.Config())
	a.server.must("making a client", err)
	return c
}

// NewTemplate gives the app a template of a text with {{name.DATA}} in the
// places of its values, and returns its id.
func (a *App) NewTemplate(title, content string) string {
	a.server.to.Helper()
	template, err := a.server.api.CreateTemplate(context.Background(), a.ID, apiclient.NewTemplate{Title: title, Content: content})
	a.server.must("making a template", err)
	return template.Value.TemplateID
}

// RevokeTokens ends every access token that the app has, as the platform does
// where it suspects misuse.
func (a *App) RevokeTokens() {
	a.server.to.Helper()
	a.server.must("revoking tokens", a.server.api.RevokeTokens(context.Background(), a.ID))
}

// Grant is a grant as it is now: how often it was used, and by what.
func (a *App) Grant(id string) muban.Grant {
	a.server.to.Helper()
	found, err := a.server.api.Grant(context.Background(), a.ID, id)
	a.server.must("reading grant "+id, err)
	g := found.Value
	grant := muban.Grant{
		AppID: a.ID, ID: g.ID, Kind: g.Kind, UserID: g.User,
		Uses: g.Uses, Remaining: g.Remaining, IssuedAt: g.IssuedAt, ExpiresAt: g.ExpiresAt,
	}
	for _, text := range g.SpentBy {
		grant.SpentBy = append(grant.SpentBy, a.messageID(text))
	}
	return grant
}
