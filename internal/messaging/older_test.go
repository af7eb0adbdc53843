package messaging_test

import (
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// TestWhatAnOlderProgramAccepted: settings and ids that are refused by now stay
// where they are, and do not keep anything else from being changed; what is
// new is checked.
func TestWhatAnOlderProgramAccepted(t *testing.T) {
	t.Parallel()
	s := newScene(t, newWorld(openStore(t, sqlstore.Options{Dir: t.TempDir()})), muban.WeChatOA, "TM00015")
	ctx := t.Context()
	_, err := s.store.UpdateApp(ctx, s.app.ID, func(a *muban.App) error {
		a.OriginalID, a.LinkedApps, a.Callback.URL = "\u202e", []string{""}, "http://127.0.0.1:0/a b\u2028"
		a.Name, a.Pages, a.CloudPermissions = "a\u2028b", []string{"a\u2029"}, &[]string{"b\u2028"}
		return nil
	})
	s.must(err)
	_, err = s.ResetSecret(ctx, s.app.ID)
	s.must(err)
	for name, edit := range map[string]func(*muban.App){
		"original_id":  func(a *muban.App) { a.OriginalID = "\u202d" },
		"linked_apps":  func(a *muban.App) { a.LinkedApps[0] = " " },
		"callback.url": func(a *muban.App) { a.Callback.URL += " c" },
		"name":         func(a *muban.App) { a.Name += "c" },
		"pages":        func(a *muban.App) { a.Pages[0] += "c" },

		"cloud_permissions": func(a *muban.App) { (*a.CloudPermissions)[0] += "c" },
	} {
		_, err := s.UpdateApp(ctx, s.app.ID, func(a *muban.App) error { edit(a); return nil })
		if refusal := new(muban.Refusal); !asRefusal(err, &refusal) || refusal.Values["field"] != name {
			t.Errorf("a new %s: %v", name, err)
		}
	}

	old, err := s.store.CreateUser(ctx, muban.User{AppID: s.app.ID, OpenID: "o\u200d1", Delivery: muban.DeliveryOK, Following: true})
	s.must(err)
	_, err = s.UpdateUser(ctx, s.app.ID, old.OpenID, func(u *muban.User) error { u.Name = "old"; return nil })
	s.must(err)
	named, err := s.store.CreateUser(ctx, muban.User{AppID: s.app.ID, OpenID: "named", Name: "a\u2028b", Delivery: muban.DeliveryOK})
	s.must(err)
	_, err = s.UpdateUser(ctx, s.app.ID, named.OpenID, func(u *muban.User) error { u.Blocked = true; return nil })
	s.must(err)
	_, err = s.CreateUser(ctx, s.app.ID, messaging.NewUser{OpenID: "o\u200d2"})
	if refusal := new(muban.Refusal); !asRefusal(err, &refusal) {
		t.Errorf("a new id that nobody can see: %v", err)
	}
}
