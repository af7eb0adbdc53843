package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

// newAlipayApp makes an app whose platform key is the text.
func (b *bundle) newAlipayApp(id, key string) muban.App {
	b.t.Helper()
	app, err := b.CreateAlipayApp(b.ctx, muban.App{
		ID: id, Platform: muban.Alipay, Name: id, CreatedAt: b.now, Settings: muban.Settings{AlipayPublicKey: "public of " + key},
	}, muban.PrivateKey(key))
	b.must(err)
	return app
}

func (b *bundle) platformKey(appID, want string) {
	b.t.Helper()
	key, err := b.PlatformKey(b.ctx, appID)
	b.must(err)
	if string(key) != want {
		b.t.Errorf("the platform key of %q is %q, want %q", appID, []byte(key), want)
	}
}

func platformKeys(t *testing.T, b *bundle) {
	app := b.newAlipayApp("2021000000000001", "key\x00one")
	if app.Number == 0 {
		t.Error("the app has no number")
	}
	b.platformKey(app.ID, "key\x00one")
	read, err := b.App(b.ctx, app.ID)
	b.must(err)
	if diff := cmp.Diff(app, read); diff != "" {
		t.Errorf("the app changed in the store:\n%s", diff)
	}

	// Both or neither: an app that is there already keeps its key.
	_, err = b.CreateAlipayApp(b.ctx, app, muban.PrivateKey("another"))
	b.refused(err, muban.RuleConflict)
	b.platformKey(app.ID, "key\x00one")

	// The other platforms' apps have none, nor does the authority at first.
	for _, id := range []string{b.app.ID, "nobody", ""} {
		_, err = b.PlatformKey(b.ctx, id)
		b.refused(err, muban.RuleNotFound)
	}
	b.must(b.AddAuthorityKey(b.ctx, muban.PrivateKey("authority")))
	b.refused(b.AddAuthorityKey(b.ctx, muban.PrivateKey("second")), muban.RuleConflict)
	b.platformKey("", "authority")

	// A deleted app's key is gone, and an app of the same id has its own.
	b.must(b.DeleteApp(b.ctx, app.ID))
	_, err = b.PlatformKey(b.ctx, app.ID)
	b.refused(err, muban.RuleNotFound)
	b.newAlipayApp(app.ID, "key two")
	b.platformKey(app.ID, "key two")
	b.platformKey("", "authority")
}

func authorizations(t *testing.T, b *bundle) {
	app, other := b.newAlipayApp("2021000000000001", "one"), b.newAlipayApp("2021000000000002", "two")
	agent := b.newAlipayApp("2021000000000003", "three")
	authorize := func(app muban.App, agent muban.App, hash string) muban.Authorization {
		a := muban.Authorization{AppID: app.ID, AgentID: agent.ID, Hash: []byte(hash), IssuedAt: b.now, ExpiresAt: b.now.Add(time.Hour)}
		b.must(b.CreateAuthorization(b.ctx, a))
		return a
	}
	first, second := authorize(app, agent, "first"), authorize(app, agent, "second")
	third := authorize(other, app, "third")
	fourth := authorize(other, agent, "fourth")
	gone := func(of ...muban.Authorization) {
		t.Helper()
		for _, a := range of {
			_, err := b.Authorization(b.ctx, a.AppID, a.Hash)
			b.refused(err, muban.RuleNotFound)
		}
	}
	kept := func(of ...muban.Authorization) {
		t.Helper()
		for _, a := range of {
			read, err := b.Authorization(b.ctx, a.AppID, a.Hash)
			b.must(err)
			if diff := cmp.Diff(a, read); diff != "" {
				t.Errorf("authorization %s changed in the store:\n%s", a.Hash, diff)
			}
		}
	}
	kept(first, second, third, fourth)
	gone(muban.Authorization{AppID: other.ID, Hash: first.Hash})
	b.refused(b.CreateAuthorization(b.ctx, first), muban.RuleConflict)

	// An app takes along what it granted and what it was granted.
	b.must(b.DeleteApp(b.ctx, app.ID))
	gone(first, second, third)
	kept(fourth)
	b.must(b.DeleteApp(b.ctx, agent.ID))
	gone(fourth)
}
