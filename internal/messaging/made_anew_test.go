package messaging_test

import (
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// TestAppMadeAfterAnother: a node that knows an app which was deleted since does
// not take the next one for it.
func TestAppMadeAfterAnother(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		t.Helper()
		ctx, store := t.Context(), fresh(t)
		here, other := newWorld(store), newWorld(store)
		for range 2 {
			s := newScene(t, here, mini, "AT0002")
			issued, err := here.IssueToken(ctx, messaging.TokenRequest{Kind: muban.TokenPlain, GrantType: "client_credential", AppID: s.app.ID, Secret: s.app.Secret})
			s.must(err)
			app, err := other.Authorize(ctx, issued.Text, mini)
			if err != nil || app.ID != s.app.ID {
				t.Errorf("the token of %s is that of %q, error %v", s.app.ID, app.ID, err)
			}
			s.must(here.DeleteApp(ctx, s.app.ID))
		}
	})
}

// TestUserMadeAnewElsewhere: a node that knows the user from before sends to the
// new one.
func TestUserMadeAnewElsewhere(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		t.Helper()
		ctx, store := t.Context(), fresh(t)
		here, other := newWorld(store), newWorld(store)
		for platform, libraryID := range map[muban.Platform]string{mini: "AT0002", muban.Baidu: "BD0016", muban.Alipay: "AT0002"} {
			s := newScene(t, here, platform, libraryID)
			send := func(grant muban.Grant) error {
				_, err := other.Send(ctx, s.app, muban.SendRequest{
					To: muban.Recipient{ID: s.user.OpenID}, TemplateID: s.template.ID, GrantID: grant.ID, GrantKind: grant.Kind,
					Data: texts("keyword1", "a", "keyword2", "b", "keyword3", "c"), Page: "pages/index/index",
				})
				return err
			}
			s.must(send(s.mint(s.user.OpenID, muban.GrantForm)))
			s.must(s.DeleteUser(ctx, s.app.ID, s.user.OpenID))
			_, err := s.CreateUser(ctx, s.app.ID, messaging.NewUser{OpenID: s.user.OpenID})
			s.must(err)
			s.must(send(s.mint(s.user.OpenID, muban.GrantForm)))
			stranger, err := s.CreateUser(ctx, s.app.ID, messaging.NewUser{})
			s.must(err)
			if rule := ruleOf(t, send(s.mint(stranger.OpenID, muban.GrantForm))); rule != muban.RuleGrantOwner {
				t.Errorf("by another's grant on %s: refused by %q", platform, rule)
			}
		}
	})
}
