package messaging_test

import (
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// sendRow is one rule around a send: what is done before, how the request
// differs from a good one, and the rule that must refuse it (empty: none).
type sendRow struct {
	name   string
	source string // the document and line the rule comes from
	before func(*scene)
	edit   func(*scene, *muban.SendRequest)
	want   muban.Rule
}

func runSendRows(t *testing.T, platform muban.Platform, libraryID string, good func(*scene) muban.SendRequest, rows []sendRow) {
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		store := fresh(t) // every row is an app of its own, with its own clock
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				s := newScene(t, newWorld(store), platform, libraryID)
				if row.before != nil {
					row.before(s)
				}
				request := good(s)
				if row.edit != nil {
					row.edit(s, &request)
				}
				_, err := s.Send(t.Context(), s.app, request)
				if got := ruleOf(t, err); got != row.want {
					t.Errorf("refused by %q (%v), want %q: %s", got, err, row.want, row.source)
				}
			})
		}
	})
}

func TestWeChatMiniSend(t *testing.T) {
	t.Parallel()
	good := func(s *scene) muban.SendRequest {
		return muban.SendRequest{
			To: muban.Recipient{ID: s.user.OpenID}, TemplateID: s.template.ID, Page: "index?foo=bar",
			GrantID: s.mint(s.user.OpenID, muban.GrantForm).ID,
		}
	}
	none := int64(0)
	runSendRows(t, muban.WeChatMini, "AT0002", good, []sendRow{
		{name: "good", source: "seed 002, 请求示例"},
		{name: "no data, no page", source: "seed 002: data 不填则下发空模板, page 不填则模板无跳转", edit: func(_ *scene, r *muban.SendRequest) { r.Page = "" }},
		{name: "emphasis names nothing", source: "decisions.md, data", edit: func(_ *scene, r *muban.SendRequest) { r.EmphasisKeyword = "keyword9.DATA" }},
		{name: "no touser", source: "seed 002, touser", want: muban.RuleRecipientMissing, edit: func(_ *scene, r *muban.SendRequest) { r.To.ID = "" }},
		{name: "unknown touser", source: "protocol.md §2.2, 40003", want: muban.RuleRecipientUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.To.ID = "oNobody" }},
		{name: "union id as touser", source: "seed 002: openid", want: muban.RuleRecipientUnknown, edit: func(s *scene, r *muban.SendRequest) { r.To.ID = s.user.UnionID }},
		{name: "control character in touser", source: "bad input", want: muban.RuleRecipientUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.To.ID = "o\x00" }},
		{name: "no template", source: "protocol.md §3.4, 40036", want: muban.RuleTemplateMissing, edit: func(_ *scene, r *muban.SendRequest) { r.TemplateID = "" }},
		{name: "unknown template", source: "seed 002, 40037", want: muban.RuleTemplateUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.TemplateID = "nothing" }},
		{name: "another app's template", source: "WxJava issue 2545", want: muban.RuleTemplateUnknown, edit: func(s *scene, r *muban.SendRequest) {
			r.TemplateID = newScene(s.t, s.world, muban.WeChatMini, "AT0002").template.ID
		}},
		{name: "deleted template", source: "decisions.md, Deleting a template", want: muban.RuleTemplateUnknown, edit: func(s *scene, r *muban.SendRequest) {
			s.must(s.DeleteTemplate(s.t.Context(), s.app.ID, r.TemplateID))
		}},
		{
			name: "page with a slash, a query and a fragment", source: "decisions.md, page",
			before: func(s *scene) { s.change(func(a *muban.App) { a.Pages = []string{"pages/index/index"} }) },
			edit:   func(_ *scene, r *muban.SendRequest) { r.Page = "/pages/index/index?a=b#c" },
		},
		{
			name: "unknown page", source: "seed 002, 41030", want: muban.RulePageUnknown,
			before: func(s *scene) { s.change(func(a *muban.App) { a.Pages = []string{"pages/index/index"} }) },
			edit:   func(_ *scene, r *muban.SendRequest) { r.Page = "pages/index/indexx" },
		},
		{name: "no form_id", source: "seed 002, form_id", want: muban.RuleGrantMissing, edit: func(_ *scene, r *muban.SendRequest) { r.GrantID = "" }},
		{name: "unknown form_id", source: "seed 002, 41028", want: muban.RuleGrantUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.GrantID = "0123" }},
		{name: "developer tools' form_id", source: "protocol.md §7", want: muban.RuleGrantMock, edit: func(_ *scene, r *muban.SendRequest) { r.GrantID = "the formId is a mock one" }},
		{name: "another user's form_id", source: "protocol.md §7, belongs to touser", want: muban.RuleGrantOwner, edit: func(s *scene, r *muban.SendRequest) {
			user, err := s.CreateUser(s.t.Context(), s.app.ID, newUser())
			s.must(err)
			r.GrantID = s.mint(user.OpenID, muban.GrantForm).ID
		}},
		{name: "another app's form_id", source: "seed 002, 41028", want: muban.RuleGrantApp, edit: func(s *scene, r *muban.SendRequest) {
			other := newScene(s.t, s.world, muban.WeChatMini, "AT0002")
			r.GrantID = other.mint(other.user.OpenID, muban.GrantForm).ID
		}},
		{name: "last millisecond of seven days", source: "seed 001, 下发条件说明: 7 天内", edit: func(s *scene, _ *muban.SendRequest) { s.clock.advance(muban.Week - time.Millisecond) }},
		{name: "after seven days", source: "seed 002, 41028 过期", want: muban.RuleGrantExpired, edit: func(s *scene, _ *muban.SendRequest) { s.clock.advance(muban.Week) }},
		{name: "form_id spent", source: "seed 002, 41029", want: muban.RuleGrantSpent, edit: func(s *scene, r *muban.SendRequest) {
			_, err := s.Send(s.t.Context(), s.app, *r)
			s.must(err)
		}},
		{name: "refused sends spend nothing", source: "decisions.md, A refused send", edit: func(s *scene, r *muban.SendRequest) {
			bad := *r
			bad.TemplateID = "nothing"
			_, err := s.Send(s.t.Context(), s.app, bad)
			if ruleOf(s.t, err) != muban.RuleTemplateUnknown {
				s.t.Fatal(err)
			}
		}},
		{name: "third send of a payment", source: "protocol.md §7: prepay_id 3 messages", edit: func(s *scene, r *muban.SendRequest) { s.spend(r, muban.GrantPayment, 2) }},
		{name: "fourth send of a payment", source: "protocol.md §7: prepay_id 3 messages", want: muban.RuleGrantSpent, edit: func(s *scene, r *muban.SendRequest) { s.spend(r, muban.GrantPayment, 3) }},
		{name: "a blocked user", source: "decisions.md: accepted, then refused", before: func(s *scene) {
			_, err := s.UpdateUser(s.t.Context(), s.app.ID, s.user.OpenID, func(u *muban.User) error { u.Blocked = true; return nil })
			s.must(err)
		}},
		{name: "past the daily limit", source: "seed 002, 45009", want: muban.RuleDailyLimit, before: func(s *scene) { s.change(func(a *muban.App) { a.DailyLimit = &none }) }},
		{name: "spent comes before the daily limit", source: "decisions.md, order of checks", want: muban.RuleGrantSpent, edit: func(s *scene, r *muban.SendRequest) {
			s.spend(r, muban.GrantForm, 1)
			s.change(func(a *muban.App) { a.DailyLimit = &none })
		}},
		{name: "touser comes before template", source: "decisions.md, order of checks", want: muban.RuleRecipientUnknown, edit: func(_ *scene, r *muban.SendRequest) {
			*r = muban.SendRequest{To: muban.Recipient{ID: "oNobody"}}
		}},
	})
}

// spend puts a fresh grant into the request and uses it n times.
func (s *scene) spend(r *muban.SendRequest, kind muban.GrantKind, n int) {
	s.t.Helper()
	r.GrantID = s.mint(r.To.ID, kind).ID
	if r.GrantKind != "" {
		r.GrantKind = kind
	}
	for range n {
		_, err := s.Send(s.t.Context(), s.app, *r)
		s.must(err)
	}
}

func TestBaiduSend(t *testing.T) {
	t.Parallel()
	good := func(s *scene) muban.SendRequest {
		return muban.SendRequest{
			To: muban.Recipient{ID: s.user.OpenID}, TemplateID: s.template.ID, Page: "pages/home/home",
			GrantID: s.mint(s.user.OpenID, muban.GrantForm).ID, GrantKind: muban.GrantForm,
		}
	}
	asGuest := func(s *scene, r *muban.SendRequest) {
		r.To = muban.Recipient{ID: s.user.SwanID, Guest: true}
		r.GrantID = s.mint(s.user.SwanID, muban.GrantForm).ID
	}
	runSendRows(t, muban.Baidu, "BD0016", good, []sendRow{
		{name: "good", source: "seed 000, 请求示例"},
		{name: "guest", source: "seed 000, touser&touser_openId使用规则说明", edit: asGuest},
		{name: "no push permission", source: "seed 000, 6001", want: muban.RulePushAllowed, before: func(s *scene) { s.change(func(a *muban.App) { a.PushAllowed = false }) }},
		{
			name: "no push permission, and nothing else right", source: "decisions.md, order of checks", want: muban.RulePushAllowed,
			before: func(s *scene) { s.change(func(a *muban.App) { a.PushAllowed = false }) },
			edit:   func(_ *scene, r *muban.SendRequest) { *r = muban.SendRequest{} },
		},
		{name: "no template_id", source: "seed 000, template_id 是", want: muban.RuleRequestParameter, edit: func(_ *scene, r *muban.SendRequest) { r.TemplateID = "" }},
		{name: "no recipient", source: "seed 001, 至少填写一个", want: muban.RuleRequestParameter, edit: func(_ *scene, r *muban.SendRequest) { r.To.ID = "" }},
		{name: "no scene_id", source: "seed 000, scene_id 是", want: muban.RuleRequestParameter, edit: func(_ *scene, r *muban.SendRequest) { r.GrantID = "" }},
		{name: "no scene_type", source: "seed 000, scene_type 是", want: muban.RuleRequestParameter, edit: func(_ *scene, r *muban.SendRequest) { r.GrantKind = "" }},
		{
			name: "unknown page", source: "decisions.md, page: Baidu 2002", want: muban.RulePageUnknown,
			before: func(s *scene) { s.change(func(a *muban.App) { a.Pages = []string{"pages/other"} }) },
		},
		{name: "review service", source: "seed 001: 评价服务", edit: func(_ *scene, r *muban.SendRequest) {
			r.Ext, r.Review = `{"xzh_id":111,"category_id":15}`, &muban.Review{XzhID: "111", CategoryID: "15"}
		}},
		{name: "review service without category", source: "seed 001: category_id和xzh_id", want: muban.RuleRequestParameter, edit: func(_ *scene, r *muban.SendRequest) {
			r.Review = &muban.Review{XzhID: "111"}
		}},
		{name: "review service for a guest", source: "seed 001: 必须填写touser_openId", want: muban.RuleRequestParameter, edit: func(s *scene, r *muban.SendRequest) {
			asGuest(s, r)
			r.Review = &muban.Review{XzhID: "111", CategoryID: "15"}
		}},
		{name: "unknown template", source: "seed 000, 4001", want: muban.RuleTemplateUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.TemplateID = "nothing" }},
		{name: "template before scene", source: "decisions.md, order of checks", want: muban.RuleTemplateUnknown, edit: func(_ *scene, r *muban.SendRequest) {
			r.TemplateID, r.GrantID = "nothing", "nothing"
		}},
		{name: "unknown scene", source: "seed 000, 4003 and 4004", want: muban.RuleGrantUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.GrantID = "11.x.1" }},
		{name: "scene with a control character", source: "bad input", want: muban.RuleGrantUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.GrantID = "1\x001" }},
		{name: "logged-in scene, addressed to the swan_id", source: "seed 000, Q&A 2", want: muban.RuleGrantLogin, edit: func(s *scene, r *muban.SendRequest) {
			r.To = muban.Recipient{ID: s.user.SwanID, Guest: true}
		}},
		{name: "guest scene, addressed to the open_id", source: "seed 000, Q&A 2", want: muban.RuleGrantLogin, edit: func(s *scene, r *muban.SendRequest) {
			r.GrantID = s.mint(s.user.SwanID, muban.GrantForm).ID
		}},
		{name: "open_id sent as touser", source: "seed 000: touser 接收者swan_id", want: muban.RuleGrantLogin, edit: func(_ *scene, r *muban.SendRequest) { r.To.Guest = true }},
		{name: "wrong scene_type", source: "decisions.md: 4004", want: muban.RuleGrantSceneType, edit: func(_ *scene, r *muban.SendRequest) { r.GrantKind = muban.GrantOrder }},
		{name: "another user's scene", source: "seed 000, Q&A 1: 一一对应", want: muban.RuleGrantOwner, edit: func(s *scene, r *muban.SendRequest) {
			user, err := s.CreateUser(s.t.Context(), s.app.ID, newUser())
			s.must(err)
			r.To.ID = user.OpenID
		}},
		{name: "unknown user", source: "seed 000, Q&A 1: 一一对应", want: muban.RuleGrantOwner, edit: func(_ *scene, r *muban.SendRequest) { r.To.ID = "nobody" }},
		{name: "another app's scene", source: "seed 000, Q&A 1: 检查 appkey", want: muban.RuleGrantApp, edit: func(s *scene, r *muban.SendRequest) {
			other := newScene(s.t, s.world, muban.Baidu, "BD0016")
			r.GrantID = other.mint(other.user.OpenID, muban.GrantForm).ID
		}},
		{name: "last millisecond of seven days", source: "seed 001, 下发条件说明", edit: func(s *scene, _ *muban.SendRequest) { s.clock.advance(muban.Week - time.Millisecond) }},
		{name: "after seven days", source: "seed 001, 下发条件说明", want: muban.RuleGrantExpired, edit: func(s *scene, _ *muban.SendRequest) { s.clock.advance(muban.Week) }},
		{name: "form spent", source: "seed 001: 1次提交表单可下发 1 条", want: muban.RuleGrantSpent, edit: func(s *scene, r *muban.SendRequest) { s.spend(r, muban.GrantForm, 1) }},
		{name: "third of a payment", source: "seed 001: 1次支付可下发3条", edit: func(s *scene, r *muban.SendRequest) { s.spend(r, muban.GrantPayment, 2) }},
		{name: "fourth of a payment", source: "seed 001: 1次支付可下发3条", want: muban.RuleGrantSpent, edit: func(s *scene, r *muban.SendRequest) { s.spend(r, muban.GrantPayment, 3) }},
		{name: "third of an order", source: "seed 000, scene_type 3:直连订单", edit: func(s *scene, r *muban.SendRequest) { s.spend(r, muban.GrantOrder, 2) }},
		{name: "fourth of an order", source: "seed 000, scene_type 3:直连订单", want: muban.RuleGrantSpent, edit: func(s *scene, r *muban.SendRequest) { s.spend(r, muban.GrantOrder, 3) }},
		{name: "grants stand side by side", source: "seed 001: 多次提交下发条数独立", edit: func(s *scene, r *muban.SendRequest) {
			spent := *r
			s.spend(&spent, muban.GrantForm, 1)
		}},
	})
}
