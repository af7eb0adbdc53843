package messaging_test

import (
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// TestTemplateMadeAnewElsewhere: a node that knows the template from before
// takes the new one, and checks the send by it.
func TestTemplateMadeAnewElsewhere(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		t.Helper()
		ctx, store := t.Context(), fresh(t)
		s, other := newScene(t, newWorld(store), muban.Alipay, "AT0002"), newWorld(store)
		made := func(numbers ...int) {
			t.Helper()
			_, err := s.CreateTemplate(ctx, s.app.ID, messaging.NewTemplate{ID: s.template.ID, LibraryID: "AT0002", KeywordIDs: numbers})
			s.must(err)
		}
		send := func() error {
			grant := s.mint(s.user.OpenID, muban.GrantForm)
			_, err := other.Send(ctx, s.app, muban.SendRequest{
				To: muban.Recipient{ID: s.user.OpenID}, TemplateID: s.template.ID, GrantID: grant.ID, GrantKind: grant.Kind,
				Data: texts("keyword1", "a", "keyword2", "b", "keyword3", "c"), Page: "pages/index/index",
			})
			return err
		}
		s.must(send())
		s.must(s.DeleteTemplate(ctx, s.app.ID, s.template.ID))
		made(1, 2, 3)
		s.must(send())
		s.must(s.DeleteTemplate(ctx, s.app.ID, s.template.ID))
		if refusal := new(muban.Refusal); !asRefusal(send(), &refusal) || refusal.Rule != muban.RuleTemplateUnknown {
			t.Errorf("without a template: %v", refusal)
		}
		made(1, 2, 3)
		s.must(send())
		s.must(s.DeleteTemplate(ctx, s.app.ID, s.template.ID))
		made(1, 2)
		if refusal := new(muban.Refusal); !asRefusal(send(), &refusal) || refusal.Rule != muban.RuleKeywordsMatch {
			t.Errorf("by the new template's keywords: %v", refusal)
		}
	})
}
