package baidu_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// Design.md §5, "Baidu: order of checks": a request in which everything is
// wrong is put right one thing at a time.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newApp(muban.WeChatMini, "wx0123456789abcdef")
	zero := int64(0)
	w.set(func(a *muban.App) { a.PushAllowed, a.Pages, a.DailyLimit = false, []string{"index"}, &zero })
	expired := w.token
	w.clock.advance(30 * 24 * time.Hour)
	revoked := w.get(tokenURL).wantsToken().AccessToken
	must(t, w.service.RevokeTokens(t.Context(), appKey))
	w.renew()
	must(t, w.service.DeleteTemplate(t.Context(), appKey, w.template.ID))
	form := w.grant(openID, muban.GrantForm)
	spent := w.grant(openID, muban.GrantPayment)

	path, method, token, body := sendPath+"/", http.MethodPut, "", strings.Repeat("a", 1<<20+1)
	p := params{
		"template_id": "", "touser": "nobody", "data": "", "page": "nowhere", "ext": "{", "scene_id": "", "scene_type": "4",
	}
	encode := func() { body = p.encode() }
	for i, step := range []struct {
		code int
		rule muban.Rule
		next func() // puts right what the code complains of
	}{
		{3, muban.RuleRequestPath, func() { path = sendPath }},
		{3, muban.RuleRequestMethod, func() { method = http.MethodPost; token = "24.0.2592000.0.282335-1" }},
		{110, muban.RuleTokenUnknown, func() { token = expired[:len(expired)-1] }},
		{110, muban.RuleTokenUnknown, func() { token = revoked }},
		{110, muban.RuleTokenUnknown, func() { token = w.token }},
		{6001, muban.RulePushAllowed, func() { w.set(func(a *muban.App) { a.PushAllowed = true }) }},
		{2002, muban.RuleRequestTooLarge, func() { body = "{" }},
		{2002, muban.RuleRequestMalformed, func() { encode() }},
		{2002, muban.RuleRequestParameter, func() { p["data"] = "{}"; encode() }},
		{2002, muban.RuleRequestParameter, func() { p["ext"] = ""; encode() }},
		{2002, muban.RuleRequestParameter, func() { p["scene_type"] = "1"; encode() }},
		{2002, muban.RuleRequestParameter, func() { p["template_id"] = "none"; encode() }},
		{2002, muban.RuleRequestParameter, func() { p["scene_id"] = "none"; encode() }},
		{2002, muban.RulePageUnknown, func() { p["page"] = "index?foo=bar"; encode() }},
		{4001, muban.RuleTemplateUnknown, func() { p["template_id"] = w.newTemplate(); encode() }},
		{4003, muban.RuleGrantUnknown, func() { p["scene_id"] = spent; encode() }},
		{4004, muban.RuleGrantSceneType, func() { p["scene_id"] = form; encode() }},
		{4004, muban.RuleGrantLogin, func() { p["touser_openId"] = "nobody"; encode() }},
		{4004, muban.RuleGrantOwner, func() { p["touser_openId"] = openID; encode() }},
		{17, muban.RuleDailyLimit, func() { w.set(func(a *muban.App) { a.DailyLimit = nil }) }},
		{0, "", func() {}},
		{4003, muban.RuleGrantSpent, func() {}},
	} {
		got := w.do(method, path+"?access_token="+url.QueryEscape(token), formType, body).wants(step.code, step.rule)
		if t.Failed() {
			t.Fatalf("step %d: %s", i+1, got.Detail)
		}
		step.next()
	}
}

func (w *world) newTemplate() string {
	w.Helper()
	answer := w.post(templatePath+"templateadd", params{"id": "BD0016", "keyword_id_list": "[3,1]"}).wants(0, "")
	return decode[sdkAnswer[sdkAdded]](answer).Data.TemplateID
}

// A refused send spends nothing (decisions.md).
func TestRefusedSendsSpendNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := w.grant(openID, muban.GrantForm)
	for _, wrong := range []params{
		{"template_id": "none"},
		{"template_id": "-"},
		{"touser_openId": "nobody"},
		{"touser_openId": "-", "touser": swanID},
		{"data": "{"},
		{"scene_type": "2"},
		{"ext": "{}"},
	} {
		if got := w.post(sendPath, w.toMember(form).but(wrong)); len(got.has("data")) > 0 {
			t.Errorf("%v: answer %s", wrong, got.Body)
		}
	}
	w.post(sendPath, w.toMember(form)).sent()
}

// Protocol.md §1.6: a bad token is the gateway's affair on every call, in
// either placement, whatever else is wrong.
func TestAccessTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wechatApp := w.newApp(muban.WeChatMini, "wx0123456789abcdef")
	w.newApp(muban.Baidu, "other")
	expired := w.token
	w.clock.advance(30*24*time.Hour - time.Millisecond)
	w.post(templatePath+"templatelist", params{"offset": "0", "count": "1"}).wants(0, "")
	w.clock.advance(time.Millisecond)
	w.renew()
	foreign := wechatToken(w, wechatApp)
	for _, call := range []string{"librarylist", "libraryget", "templateadd", "templatelist", "templatedel", "send"} {
		for _, test := range []struct {
			name, token string
			code        int
			rule        muban.Rule
		}{
			{"missing", "", 110, muban.RuleTokenMissing},
			{"never issued", "24.173e34227090dbe664c4991ef5c24779.2592000.1573901211.282335-16099124", 110, muban.RuleTokenUnknown},
			{"nonsense", "x", 110, muban.RuleTokenUnknown},
			{"not UTF-8", "\xff\xfe", 110, muban.RuleTokenUnknown},
			{"changed", strings.Replace(w.token, "24.", "24.0", 1), 110, muban.RuleTokenUnknown},
			{"a WeChat app's", foreign, 110, muban.RuleTokenStranger},
			{"expired", expired, 111, muban.RuleTokenExpired},
		} {
			query := "?access_token=" + url.QueryEscape(test.token)
			form := params{"access_token": test.token}
			for _, got := range []reply{
				w.do("GET", templatePath+call+query, "", ""),
				w.do("POST", templatePath+call+query, formType, "data={"),
				w.do("POST", templatePath+call, formType, form.encode()),
				w.do("POST", templatePath+call, formType, form.encode()),
			} {
				got.wants(test.code, test.rule)
			}
			if test.token != "" {
				w.do("POST", templatePath+call+query, "application/json", "{").wants(test.code, test.rule)
				w.do("POST", templatePath+call+query, formType, strings.Repeat("a", 2<<20)).wants(test.code, test.rule)
			}
		}
	}
}

// wechatToken is the token of an app of another platform, which knows its
// own.
func wechatToken(w *world, app muban.App) string {
	w.Helper()
	issued, err := w.service.IssueToken(w.Context(), wechatTokenRequest(app))
	must(w.T, err)
	return issued.Text
}

// Where the token may stand in a body that cannot be read, the body is what
// is complained of (errno 2002), not a token that nobody could see.
func TestUnreadableBodyWithoutTokenInQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, call := range []string{"librarylist", "send"} {
		w.do("POST", templatePath+call, formType, strings.Repeat("a", 1<<20+1)).wants(2002, muban.RuleRequestTooLarge)
		w.do("POST", templatePath+call, "application/json", `{"access_token":"`+w.token+`"`).wants(2002, muban.RuleRequestMalformed)
	}
}
