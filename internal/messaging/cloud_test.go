package messaging_test

import (
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

const mini, official = muban.WeChatMini, muban.WeChatOA

// onBothEnginesWithScene runs a test with an app that has a user.
func onBothEnginesWithScene(t *testing.T, test func(s *scene)) {
	t.Helper()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		t.Helper()
		test(newScene(t, newWorld(fresh(t)), mini, "AT0002"))
	})
}

// A cloudbase_access_token lives 30 minutes beside the ones before it, and is
// good as itself only (protocol.md §6).
func TestCloudTokens(t *testing.T) {
	t.Parallel()
	onBothEnginesWithScene(t, func(s *scene) {
		t := s.t
		hosting := messaging.NewHosting(s.Service, s.app.ID)
		issue := func() messaging.IssuedToken {
			issued, err := hosting.IssueToken(t.Context(), s.app.ID)
			s.must(err)
			return issued
		}
		wants := func(token string, rule muban.Rule) {
			t.Helper()
			app, err := hosting.Authorize(t.Context(), token, messaging.CloudCall{Name: "/x"}, mini)
			if got := ruleOf(t, err); got != rule || rule == "" && app.ID != s.app.ID {
				t.Errorf("refused by %q, want %q; app %q", got, rule, app.ID)
			}
		}
		first := issue()
		if first.ExpiresIn != 30*time.Minute || !first.ExpiresAt.Equal(s.clock.Now().Add(30*time.Minute)) {
			t.Errorf("it lives %v, until %v", first.ExpiresIn, first.ExpiresAt)
		}
		s.clock.advance(10 * time.Minute)
		second := issue()
		wants(first.Text, "")
		wants(second.Text, "")
		s.clock.advance(20*time.Minute - time.Millisecond)
		wants(first.Text, "")
		s.clock.advance(time.Millisecond)
		wants(first.Text, muban.RuleTokenExpired)
		wants(second.Text, "")
		wants(second.Text+"x", muban.RuleTokenUnknown)

		plain, err := s.IssueToken(t.Context(), messaging.TokenRequest{Kind: muban.TokenPlain, GrantType: "client_credential", AppID: s.app.ID, Secret: s.app.Secret})
		s.must(err)
		wants(plain.Text, muban.RuleTokenUse)
		_, err = s.Authorize(t.Context(), second.Text, mini)
		if got := ruleOf(t, err); got != muban.RuleTokenUse {
			t.Errorf("as access_token: refused by %q", got)
		}
		s.must(s.RevokeTokens(t.Context(), s.app.ID))
		wants(second.Text, muban.RuleTokenRevoked)
	})
}

func TestCloudTokensAreWeChats(t *testing.T) {
	t.Parallel()
	onBothEnginesWithScene(t, func(s *scene) {
		t := s.t
		baidu := newScene(t, s.world, muban.Baidu, "BD0016")
		hosting := messaging.NewHosting(s.Service, s.app.ID)
		for id, rule := range map[string]muban.Rule{"nobody": muban.RuleNotFound, "": muban.RuleNotFound, baidu.app.ID: muban.RuleNotOnPlatform} {
			_, err := hosting.IssueToken(t.Context(), id)
			if got := ruleOf(t, err); got != rule {
				t.Errorf("app %q: refused by %q, want %q", id, got, rule)
			}
		}
		token, err := s.IssueToken(t.Context(), messaging.TokenRequest{Kind: muban.TokenBaidu, GrantType: "client_credentials", AppID: baidu.app.ID, Secret: baidu.app.Secret})
		s.must(err)
		_, err = hosting.Authorize(t.Context(), token.Text, messaging.CloudCall{}, mini)
		if got := ruleOf(t, err); got != muban.RuleTokenUse {
			t.Errorf("a token of Baidu's: refused by %q", got)
		}
	})
}

// What comes from inside is the hosting's app, whose settings are looked up at
// each call: it need not exist before.
func TestHostedCallsFromInside(t *testing.T) {
	t.Parallel()
	onBothEnginesWithScene(t, func(s *scene) {
		t := s.t
		later := messaging.NewHosting(s.Service, "later-"+s.app.ID)
		_, err := later.Authorize(t.Context(), "", messaging.CloudCall{Name: "/x"}, mini)
		if got := ruleOf(t, err); got != muban.RuleAuthAppUnknown {
			t.Errorf("before it exists: refused by %q", got)
		}
		_, err = s.CreateApp(t.Context(), messaging.NewApp{Platform: mini, ID: "later-" + s.app.ID, Settings: messaging.DefaultSettings(mini)})
		s.must(err)
		app, err := later.Authorize(t.Context(), "", messaging.CloudCall{Name: "/x"}, mini)
		s.must(err)
		if app.ID != "later-"+s.app.ID {
			t.Errorf("app %q", app.ID)
		}
		_, err = later.Authorize(t.Context(), "", messaging.CloudCall{Name: "/x"}, official)
		if got := ruleOf(t, err); got != muban.RuleTokenPlatform {
			t.Errorf("on an official account's path: refused by %q", got)
		}
		s.must(s.DeleteApp(t.Context(), app.ID))
		_, err = later.Authorize(t.Context(), "", messaging.CloudCall{Name: "/x"}, mini)
		if got := ruleOf(t, err); got != muban.RuleAuthAppUnknown {
			t.Errorf("after it was deleted: refused by %q", got)
		}
	})
}

func TestCloudPermissions(t *testing.T) {
	t.Parallel()
	onBothEnginesWithScene(t, func(s *scene) {
		t := s.t
		for _, test := range []struct {
			permissions *[]string
			call        string
			allowed     bool
		}{
			{nil, "templateMessage.send", true},
			{nil, "/cgi-bin/x", true},
			{&[]string{}, "templateMessage.send", false},
			{&[]string{"templateMessage.send"}, "templateMessage.send", true},
			{&[]string{"openapi.templateMessage.send"}, "templateMessage.send", true},
			{&[]string{"templateMessage.send"}, "/cgi-bin/message/wxopen/template/send", false},
			{&[]string{"/cgi-bin/x"}, "/cgi-bin/x", true},
			{&[]string{"/cgi-bin/x"}, "/cgi-bin/x/y", false},
			{&[]string{"/*"}, "/cgi-bin/x", true},
			{&[]string{"/*"}, "templateMessage.send", false},
		} {
			s.change(func(a *muban.App) { a.CloudPermissions = test.permissions })
			_, err := s.AuthorizeCloud(t.Context(), s.app, messaging.CloudCall{Name: test.call}, mini)
			want := muban.RuleCloudPermission
			if test.allowed {
				want = ""
			}
			if got := ruleOf(t, err); got != want {
				t.Errorf("%v, %s: refused by %q, want %q", test.permissions, test.call, got, want)
			}
		}
		for _, bad := range [][]string{{""}, {"a\nb"}, {string(make([]byte, 201))}, make([]string, 1001)} {
			_, err := s.UpdateApp(t.Context(), s.app.ID, func(a *muban.App) error { a.CloudPermissions = &bad; return nil })
			if got := ruleOf(t, err); got != muban.RuleInvalid {
				t.Errorf("permissions %.20q: refused by %q", bad, got)
			}
		}
	})
}

// An app's requests are recognised by its secret as it is now.
func TestAuthorizeSigned(t *testing.T) {
	t.Parallel()
	onBothEnginesWithScene(t, func(s *scene) {
		t := s.t
		wants := func(id, secret string, rule muban.Rule) {
			t.Helper()
			app, err := s.AuthorizeSigned(t.Context(), messaging.SignedRequest{AppID: id, Fits: func(own string) bool { return own == secret }}, mini)
			if got := ruleOf(t, err); got != rule || rule == "" && app.ID != id {
				t.Errorf("app %q: refused by %q, want %q; app %q", id, got, rule, app.ID)
			}
		}
		baidu := newScene(t, s.world, muban.Baidu, "BD0016")
		wants(s.app.ID, s.app.Secret, "")
		wants(s.app.ID, "other", muban.RuleSignature)
		wants(baidu.app.ID, baidu.app.Secret, muban.RuleAuthAppUnknown)
		wants("", "", muban.RuleAuthAppUnknown)
		wants("a\x00", "", muban.RuleAuthAppUnknown)
		app, err := s.ResetSecret(t.Context(), s.app.ID)
		s.must(err)
		wants(s.app.ID, s.app.Secret, muban.RuleSignature)
		wants(s.app.ID, app.Secret, "")
		s.must(s.DeleteApp(t.Context(), s.app.ID))
		wants(s.app.ID, app.Secret, muban.RuleAuthAppUnknown)
		again, err := s.CreateApp(t.Context(), messaging.NewApp{Platform: mini, ID: s.app.ID, Settings: messaging.DefaultSettings(mini)})
		s.must(err)
		wants(s.app.ID, again.Secret, "")
	})
}
