package alipay_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// docs/dialects/alipay.md, "Order of checks": a request in which everything is
// wrong is put right one thing at a time.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zero := int64(0)
	w.set(func(a *muban.App) {
		a.PushAllowed, a.Pages, a.DailyLimit, a.AppPublicKey = false, []string{"index"}, &zero, ""
	})
	neighbour := w.newUser(appID)
	form, spent := w.form(), w.form()
	expired := w.form()
	issued := issue(w)

	path, method, broken := "/gateway.do/x", http.MethodPut, strings.Repeat("a", 1<<20+1)
	content := params{"to_user_id": "", "form_id": "", "user_template_id": "", "page": "nowhere", "data": `{}`}
	p := params{
		"charset": "latin1", "method": "alipay.other", "format": "xml", "version": "2.0", "timestamp": "now",
		"sign_type": "MD5", "app_cert_sn": "0", "alipay_root_cert_sn": "0", "app_auth_token": "none",
		"encrypt_type": "DES", "biz_content": "x",
	}
	signed := false
	right := func(name, value string) func() {
		return func() { p = p.but(params{name: value}) }
	}
	put := func(name, value string) func() {
		return func() { content[name] = value; p["biz_content"] = content.json() }
	}
	const bad = "isv.invalid-parameter"
	for i, step := range []struct {
		subCode string
		rule    muban.Rule
		next    func() // puts right what the code complains of
	}{
		{bad, muban.RuleRequestPath, func() { path = "/gateway.do" }},
		{bad, muban.RuleRequestMethod, func() { method = http.MethodPost }},
		{bad, muban.RuleRequestTooLarge, func() { broken = "{" }},
		{bad, muban.RuleRequestMalformed, func() { broken = "" }},
		{"isv.missing-app-id", muban.RuleAuthAppMissing, right("app_id", "2021")},
		{"isv.invalid-app-id", muban.RuleAuthAppUnknown, right("app_id", appID)},
		{"isv.invalid-charset", muban.RuleRequestParameter, right("charset", "gbk")},
		{"isv.invalid-method", muban.RuleRequestParameter, right("method", alipay.MethodSend)},
		{"isv.invalid-format", muban.RuleRequestParameter, right("format", "-")},
		{bad, muban.RuleRequestParameter, right("version", "1.0")},
		{"isv.invalid-timestamp", muban.RuleRequestParameter, right("timestamp", "2019-01-11 10:02:34")},
		{"isv.invalid-signature-type", muban.RuleRequestParameter, right("sign_type", "RSA2")},
		{"isv.missing-signature", muban.RuleRequestMissing, right("sign", "x")},
		{"isv.missing-signature-config", muban.RuleSignatureKey, func() {
			w.set(func(a *muban.App) { a.AppPublicKey = alipay.PublicKeyText(&appKey().PublicKey) })
		}},
		{"isv.app-cert-not-exist", muban.RuleRequestParameter, right("app_cert_sn", issued.app)},
		{"isv.invalid-alipay-root-cert-sn", muban.RuleRequestParameter, right("alipay_root_cert_sn", issued.root)},
		{"isv.invalid-signature", muban.RuleSignatureWrong, func() { signed = true }},
		{"aop.invalid-app-auth-token", muban.RuleAuthorizationUnknown, right("app_auth_token", "-")},
		{"isv.insufficient-isv-permissions", muban.RulePushAllowed, func() { w.set(func(a *muban.App) { a.PushAllowed = true }) }},
		{"isv.invalid-encrypt-type", muban.RuleRequestParameter, right("encrypt_type", "AES")},
		{"isv.decryption-error-not-valid-encrypt-key", muban.RuleContentKey, func() {
			w.set(func(a *muban.App) { a.ContentKey = contentKey })
		}},
		{"isv.decryption-error-unknown", muban.RuleContentUnreadable, right("encrypt_type", "-")},
		{"isv.decryption-error-missing-encrypt-type", muban.RuleRequestMissing, func() { w.set(func(a *muban.App) { a.ContentKey = "" }) }},
		{bad, muban.RuleRequestParameter, put("page", "nowhere")}, // it is no JSON
		{bad, muban.RuleRequestMissing, put("to_user_id", "2088")},
		{bad, muban.RuleRequestMissing, put("user_template_id", "none")},
		{bad, muban.RuleRequestMissing, put("form_id", "none")},
		{bad, muban.RulePageUnknown, put("page", "index")},
		{"USER_TEMPLATE_ILLEGAL", muban.RuleTemplateUnknown, put("user_template_id", w.template.ID)},
		{"USER_TEMPLATE_LACK_KEYWORD", muban.RuleKeywordsMatch, put("data", strings.Replace(data, "12:00", strings.Repeat("长", 51), 1))},
		{"USER_KEYWORD_LENGTH_ERROR", muban.RuleKeywordLength, put("data", data)},
		{"FORM_ID_NOT_MATCH_APPID", muban.RuleGrantUnknown, put("form_id", expired)},
		{"TRADE_NO_NOT_MATCH_USERID", muban.RuleGrantOwner, func() { put("to_user_id", w.user.OpenID)(); w.clock.advance(muban.Week) }},
		{"FORM_ID_OVER_TIME", muban.RuleGrantExpired, func() { spent, form = w.form(), w.form(); put("form_id", spent)() }},
		{"isv.app-call-limited", muban.RuleDailyLimit, func() { w.set(func(a *muban.App) { a.DailyLimit = nil }) }},
		{"", "", func() {}},
		{"FORM_ID_OVER_TIME", muban.RuleGrantSpent, func() { put("to_user_id", neighbour.OpenID)(); put("form_id", form)() }},
		{"TRADE_NO_NOT_MATCH_USERID", muban.RuleGrantOwner, put("to_user_id", w.user.OpenID)},
		{"", "", func() {}},
	} {
		if signed {
			p = p.signedBy(appKey())
		}
		got := w.do(method, path+"?"+p.values().Encode(), formType, broken)
		if _, given := p["app_id"]; given && p["app_id"] == appID {
			got.wants(step.subCode, step.rule)
		} else {
			got.wantsUnsigned(step.subCode, step.rule)
		}
		if t.Failed() {
			t.Fatalf("step %d: %s", i+1, got.Detail)
		}
		step.next()
	}
}

// A refused send spends nothing (decisions.md).
func TestRefusedSendsSpendNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := w.form()
	for _, wrong := range []params{
		{"user_template_id": "none"}, {"to_user_id": "2088000000000000"}, {"to_user_id": "-"}, {"data": "{}"}, {"page": strings.Repeat("p", 129)},
	} {
		p := common(alipay.MethodSend, w.content(form).but(wrong).json()).signedBy(appKey())
		if got := w.send(p); got.failure().SubCode == "" {
			t.Errorf("%v: answer %s", wrong, got.body)
		}
	}
	w.send(w.sending(form).signedBy(otherKey())).wants("isv.invalid-signature", muban.RuleSignatureWrong)
	w.send(w.sending(form)).wants("", "")
}

// What is missing has a code of its own for most common parameters.
func TestMissingParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, subCode := range map[string]string{
		"method": "isv.missing-method", "charset": "isv.invalid-charset", "sign_type": "isv.missing-signature-type",
		"sign": "isv.missing-signature", "timestamp": "isv.missing-timestamp", "version": "isv.missing-version",
		"biz_content": "isv.invalid-parameter",
	} {
		for _, blank := range []string{"-", "", " "} {
			p := w.sending(w.form()).but(params{name: blank})
			if name != "sign" {
				p = p.signedBy(appKey())
			}
			rule := muban.RuleRequestMissing
			if name == "biz_content" {
				rule = muban.RuleRequestParameter
			}
			got := w.send(p).wants(subCode, rule)
			if name == "method" {
				got.named("error_response")
			} else {
				got.named(responseName)
			}
		}
	}
	for _, blank := range []string{"-", "", " \t"} {
		w.send(w.sending(w.form()).but(params{"app_id": blank})).wantsUnsigned("isv.missing-app-id", muban.RuleAuthAppMissing).named(responseName)
	}
}
