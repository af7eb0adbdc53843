package messaging_test

import (
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// texts are the data of a send.
func texts(pairs ...string) map[string]muban.Value {
	data := make(map[string]muban.Value)
	for i := 0; i < len(pairs); i += 2 {
		data[pairs[i]] = muban.Value{Text: pairs[i+1]}
	}
	return data
}

func TestAlipaySend(t *testing.T) {
	t.Parallel()
	good := func(s *scene) muban.SendRequest {
		return muban.SendRequest{
			To: muban.Recipient{ID: s.user.OpenID}, TemplateID: s.template.ID, Page: "pages/index/index",
			Data:    texts("keyword1", "12:00", "keyword2", "20180808", "keyword3", "支付宝"),
			GrantID: s.mint(s.user.OpenID, muban.GrantForm).ID,
		}
	}
	anotherUser := func(s *scene) muban.User {
		user, err := s.CreateUser(s.t.Context(), s.app.ID, newUser())
		s.must(err)
		return user
	}
	forbid := func(s *scene) { s.change(func(a *muban.App) { a.PushAllowed = false }) }
	none := int64(0)
	runSendRows(t, muban.Alipay, "AT0002", good, []sendRow{
		{name: "good", source: "seed 003, 请求示例"},
		{name: "to_open_id", source: "protocol.md §5.1", edit: func(s *scene, r *muban.SendRequest) {
			r.To = muban.Recipient{ID: s.user.AlipayOpenID, AnyID: true}
		}},
		{name: "a 2088 id as to_open_id", source: "protocol.md §5.1", edit: func(_ *scene, r *muban.SendRequest) { r.To.AnyID = true }},
		{name: "no push permission", source: "contract.md, push_allowed", want: muban.RulePushAllowed, before: forbid},
		{
			name: "no push permission, and nothing else right", source: "alipay.md, order of checks", want: muban.RulePushAllowed,
			before: forbid, edit: func(_ *scene, r *muban.SendRequest) { *r = muban.SendRequest{} },
		},
		{name: "no recipient", source: "protocol.md §5.1", want: muban.RuleRequestMissing, edit: func(_ *scene, r *muban.SendRequest) { r.To.ID = "" }},
		{name: "no template", source: "seed 003, user_template_id 必选", want: muban.RuleRequestMissing, edit: func(_ *scene, r *muban.SendRequest) { r.TemplateID = "" }},
		{name: "no form_id", source: "seed 003, form_id 必选", want: muban.RuleRequestMissing, edit: func(_ *scene, r *muban.SendRequest) { r.GrantID = "" }},
		{name: "no page", source: "alipay.md, page", edit: func(_ *scene, r *muban.SendRequest) { r.Page = "" }},
		{
			name: "unknown page", source: "decisions.md, page", want: muban.RulePageUnknown,
			before: func(s *scene) { s.change(func(a *muban.App) { a.Pages = []string{"pages/other"} }) },
		},
		{
			name: "a page with a query", source: "decisions.md, page",
			before: func(s *scene) { s.change(func(a *muban.App) { a.Pages = []string{"pages/index/index"} }) },
			edit:   func(_ *scene, r *muban.SendRequest) { r.Page = "/pages/index/index?a=b#c" },
		},
		{name: "unknown template", source: "seed 003, USER_TEMPLATE_ILLEGAL", want: muban.RuleTemplateUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.TemplateID = "nothing" }},
		{name: "another app's template", source: "seed 003, USER_TEMPLATE_ILLEGAL", want: muban.RuleTemplateUnknown, edit: func(s *scene, r *muban.SendRequest) {
			r.TemplateID = newScene(s.t, s.world, muban.Alipay, "AT0002").template.ID
		}},
		{name: "template before keywords", source: "alipay.md, order of checks", want: muban.RuleTemplateUnknown, edit: func(_ *scene, r *muban.SendRequest) {
			r.TemplateID, r.Data = "nothing", nil
		}},
		{name: "no keywords", source: "seed 003, USER_TEMPLATE_LACK_KEYWORD", want: muban.RuleKeywordsMatch, edit: func(_ *scene, r *muban.SendRequest) { r.Data = nil }},
		{name: "a keyword less", source: "seed 003, USER_TEMPLATE_LACK_KEYWORD", want: muban.RuleKeywordsMatch, edit: func(_ *scene, r *muban.SendRequest) {
			r.Data = texts("keyword1", "a", "keyword2", "b")
		}},
		{name: "a keyword without its value", source: "AlipayDocs 常见问题: 必须有 keyword1~keyword5 的对象和 value", want: muban.RuleKeywordsMatch, edit: func(_ *scene, r *muban.SendRequest) {
			r.Data["keyword3"], r.Valueless = muban.Value{}, []string{"keyword3"}
		}},
		{name: "a keyword more", source: "AlipayDocs 常见问题: 数量一致", want: muban.RuleKeywordsMatch, edit: func(_ *scene, r *muban.SendRequest) {
			r.Data["keyword4"] = muban.Value{Text: "x"}
		}},
		{name: "empty values", source: "alipay.md, data", edit: func(_ *scene, r *muban.SendRequest) {
			r.Data = texts("keyword1", "", "keyword2", "", "keyword3", "")
		}},
		{name: "50 characters", source: "protocol.md §5.1, 50", edit: func(_ *scene, r *muban.SendRequest) {
			r.Data["keyword3"] = muban.Value{Text: strings.Repeat("长", 50)}
		}},
		{name: "51 characters", source: "seed 003, USER_KEYWORD_LENGTH_ERROR", want: muban.RuleKeywordLength, edit: func(_ *scene, r *muban.SendRequest) {
			r.Data["keyword3"] = muban.Value{Text: strings.Repeat("长", 51)}
		}},
		{name: "keywords before form_id", source: "alipay.md, order of checks", want: muban.RuleKeywordsMatch, edit: func(_ *scene, r *muban.SendRequest) {
			r.Data, r.GrantID = nil, "nothing"
		}},
		{name: "unknown form_id", source: "seed 003, FORM_ID_NOT_MATCH_APPID", want: muban.RuleGrantUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.GrantID = "bm90aGluZw==" }},
		{name: "form_id with a control character", source: "bad input", want: muban.RuleGrantUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.GrantID = "1\x001" }},
		{name: "unknown trade number", source: "AlipayDocs 常见问题: 没有付款记录", want: muban.RuleGrantUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.GrantID = "2017010100000000580012345678" }},
		{name: "another app's form_id", source: "seed 003, FORM_ID_NOT_MATCH_APPID", want: muban.RuleGrantApp, edit: func(s *scene, r *muban.SendRequest) {
			other := newScene(s.t, s.world, muban.Alipay, "AT0002")
			r.GrantID = other.mint(other.user.OpenID, muban.GrantForm).ID
		}},
		{name: "another user's form_id", source: "seed 003, TRADE_NO_NOT_MATCH_USERID", want: muban.RuleGrantOwner, edit: func(s *scene, r *muban.SendRequest) {
			r.GrantID = s.mint(anotherUser(s).OpenID, muban.GrantForm).ID
		}},
		{name: "another user's trade number", source: "seed 003, TRADE_NO_NOT_MATCH_USERID", want: muban.RuleGrantOwner, edit: func(s *scene, r *muban.SendRequest) {
			r.GrantID = s.mint(anotherUser(s).OpenID, muban.GrantPayment).ID
		}},
		{name: "unknown recipient", source: "seed 003, TRADE_NO_NOT_MATCH_USERID", want: muban.RuleGrantOwner, edit: func(_ *scene, r *muban.SendRequest) { r.To.ID = "2088000000000000" }},
		{name: "recipient with a control character", source: "bad input", want: muban.RuleGrantOwner, edit: func(_ *scene, r *muban.SendRequest) { r.To.ID = "2088\x00" }},
		{name: "open id as to_user_id", source: "protocol.md §5.1: 2088", want: muban.RuleGrantOwner, edit: func(s *scene, r *muban.SendRequest) { r.To.ID = s.user.AlipayOpenID }},
		{name: "unknown recipient and form_id", source: "alipay.md, order of checks", want: muban.RuleGrantUnknown, edit: func(_ *scene, r *muban.SendRequest) {
			r.To.ID, r.GrantID = "2088000000000000", "bm90aGluZw=="
		}},
		{name: "last millisecond of seven days", source: "seed 003, form_id 7 天", edit: func(s *scene, _ *muban.SendRequest) { s.clock.advance(muban.Week - time.Millisecond) }},
		{name: "after seven days", source: "seed 003, FORM_ID_OVER_TIME", want: muban.RuleGrantExpired, edit: func(s *scene, _ *muban.SendRequest) { s.clock.advance(muban.Week) }},
		{name: "form_id spent", source: "protocol.md §5.7", want: muban.RuleGrantSpent, edit: func(s *scene, r *muban.SendRequest) { s.spend(r, muban.GrantForm, 1) }},
		{name: "third of a payment", source: "protocol.md §5.7", edit: func(s *scene, r *muban.SendRequest) { s.spend(r, muban.GrantPayment, 2) }},
		{name: "fourth of a payment", source: "protocol.md §5.7", want: muban.RuleGrantSpent, edit: func(s *scene, r *muban.SendRequest) { s.spend(r, muban.GrantPayment, 3) }},
		{name: "past the daily limit", source: "alipay.md, daily_limit", want: muban.RuleDailyLimit, before: func(s *scene) { s.change(func(a *muban.App) { a.DailyLimit = &none }) }},
		{name: "spent comes before the daily limit", source: "alipay.md, order of checks", want: muban.RuleGrantSpent, edit: func(s *scene, r *muban.SendRequest) {
			s.spend(r, muban.GrantForm, 1)
			s.change(func(a *muban.App) { a.DailyLimit = &none })
		}},
		{name: "refused sends spend nothing", source: "decisions.md, A refused send", edit: func(s *scene, r *muban.SendRequest) {
			bad := *r
			bad.Data = nil
			_, err := s.Send(s.t.Context(), s.app, bad)
			if ruleOf(s.t, err) != muban.RuleKeywordsMatch {
				s.t.Fatal(err)
			}
		}},
	})
}
