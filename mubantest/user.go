package mubantest

import (
	"context"
	"crypto/rand"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/internal/apiclient"
)

// User is a recipient as one app sees it. Ids that the platform does not have
// are empty.
type User struct {
	OpenID       string // openid, open_id, or Alipay's 2088… user id
	SwanID       string // Baidu
	AlipayOpenID string // Alipay's newer id

	app *App
}

// NewUser makes a user; on an official account, one who follows it.
func (a *App) NewUser() *User {
	a.server.to.Helper()
	return a.newUser(apiclient.Members{})
}

// NewGuest makes a user of a Baidu program who is not logged in and has a
// SwanID only.
func (a *App) NewGuest() *User {
	a.server.to.Helper()
	return a.newUser(apiclient.Members{"swan_id": "guest" + rand.Text()})
}

func (a *App) newUser(members apiclient.Members) *User {
	a.server.to.Helper()
	made, err := a.server.api.CreateUser(context.Background(), a.ID, members)
	a.server.must("making a user", err)
	u := made.Value
	return &User{OpenID: u.OpenID, SwanID: u.SwanID, AlipayOpenID: u.AlipayOpenID, app: a}
}

// id is any of the user's ids.
func (u *User) id() string {
	if u.OpenID == "" {
		return u.SwanID
	}
	return u.OpenID
}

// Set changes a setting of the user, by its name in the native API: blocked,
// following, delivery, notification_bar.
func (u *User) Set(name string, value any) {
	s := u.app.server
	s.to.Helper()
	_, err := s.api.UpdateUser(context.Background(), u.app.ID, u.id(), apiclient.Members{name: value})
	s.must("changing "+name+" of user "+u.id(), err)
}

// Block has the user refuse the app's messages: they are accepted, and end
// muban.StateRefused.
func (u *User) Block() {
	u.app.server.to.Helper()
	u.Set("blocked", true)
}

// Unblock takes Block back.
func (u *User) Unblock() {
	u.app.server.to.Helper()
	u.Set("blocked", false)
}

// MintGrant is what the platform gives the app when the user submits a form or
// pays, ready for client.SendRequest.
func (u *User) MintGrant(kind muban.GrantKind) client.Grant {
	s := u.app.server
	s.to.Helper()
	minted, err := s.api.MintGrants(context.Background(), u.app.ID, apiclient.Mint{User: u.id(), Kind: kind})
	s.must("minting a grant", err)
	g := minted.Value.Grants[0]
	return client.Grant{ID: g.ID, Kind: g.Kind}
}
