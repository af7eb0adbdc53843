package alipay_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	dialect "github.com/muban-dev/muban/internal/dialect/alipay"
	"github.com/muban-dev/muban/wire/alipay"
)

func TestV3Send(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	form := w.form()
	got := w.ask3(w.v3Sending(form).signedBy(appKey())).wants("", "")
	if got.body != "{}" || got.header.Get("Content-Type") != "application/json;charset=UTF-8" || got.header.Get(alipay.V3CertSN) != "" {
		t.Errorf("answer %s, headers %v", got.body, got.header)
	}
	if at := got.header.Get(alipay.V3Timestamp); at != alipay.FormatV3Timestamp(w.clock.Now()) {
		t.Errorf("answered at %s", at)
	}
	message := w.message(appID, form)
	if message.Page != "pages/index/index?id=7" || message.Data["keyword2"].Text != "支付宝{+}" {
		t.Errorf("stored %+v", message)
	}
	again := w.ask3(w.v3Sending(form).signedBy(appKey())).wants("FORM_ID_OVER_TIME", muban.RuleGrantSpent)
	if again.header.Get(alipay.V3Nonce) == got.header.Get(alipay.V3Nonce) {
		t.Error("two answers have one nonce")
	}
	// data as an object, a query, a base URL that ends in a slash.
	content := fmt.Sprintf(`{"to_open_id":%q,"form_id":%q,"user_template_id":%q,"data":%s}`, w.user.AlipayOpenID, w.form(), w.template.ID, data)
	w.ask3(w.v3Asking(alipay.V3PathSend+"?a=b+c%26d&%E4%B8%AD", content).signedBy(appKey())).wants("", "")
	slashed := w.v3Sending(w.form()).signedBy(appKey())
	slashed.uri = "/" + slashed.uri
	w.ask3(slashed).wants("", "")
}

func TestV3OAuthToken(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	ask := func(body params) v3Reply {
		t.Helper()
		return w.ask3(w.v3Asking(alipay.V3PathOAuthToken, body.json()).signedBy(appKey()))
	}
	token := func(r v3Reply) (token alipay.OAuthToken) {
		t.Helper()
		must(t, json.Unmarshal([]byte(r.wants("", "").body), &token))
		return token
	}
	code := w.loginCode()
	first := token(ask(params{"grant_type": "authorization_code", "code": code}))
	if first.UserID != w.user.OpenID || first.OpenID != w.user.AlipayOpenID || first.ExpiresIn != 1296000 || first.AuthStart != "2019-01-11 10:02:34" {
		t.Errorf("answer %+v", first)
	}
	ask(params{"grant_type": "authorization_code", "code": code}).wants("isv.code-invalid", muban.RuleLoginUsed)
	second := token(ask(params{"grant_type": "refresh_token", "refresh_token": first.RefreshToken}))
	ask(params{"grant_type": "refresh_token", "refresh_token": first.RefreshToken}).wants("isv.refreshed-token-invalid", muban.RuleRefreshUsed)
	ask(params{"grant_type": "refresh_token", "refresh_token": "none"}).wants("isv.refresh-token-invalid", muban.RuleRefreshUnknown)
	ask(params{"grant_type": "implicit"}).wants("isv.grant-type-invalid", muban.RuleAuthGrantType)
	w.clock.advance(31 * 24 * time.Hour)
	ask(params{"grant_type": "refresh_token", "refresh_token": second.RefreshToken}).wants("isv.refresh-token-time-out", muban.RuleRefreshExpired)
}

// docs/dialects/alipay.md, "OpenAPI V3": a request in which everything is wrong
// is put right one thing at a time.
func TestV3OrderOfChecks(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	zero := int64(0)
	w.set(func(a *muban.App) {
		a.PushAllowed, a.Pages, a.DailyLimit, a.AppPublicKey = false, []string{"index"}, &zero, ""
	})
	neighbour, form, spent, expired, issued := w.newUser(appID), w.form(), w.form(), w.form(), issue(w)
	content := params{"to_user_id": "", "form_id": "", "user_template_id": "", "page": "nowhere", "data": `{}`}
	r := v3{method: http.MethodPut, uri: "/v3/alipay/trade/pay", body: strings.Repeat("a", 1<<20+1)}
	r = r.with(alipay.V3RootCertSN, "0").with(alipay.V3AppAuthToken, "none").with(alipay.V3EncryptType, "DES")
	signed := false
	auth := func(n int, value string) func() { return func() { r = r.as(n, value) } }
	header := func(name, value string) func() { return func() { r = r.with(name, value) } }
	put := func(name, value string) func() {
		return func() { content[name] = value; r.body = content.json() }
	}
	const invalid = "invalid-parameter"
	for i, step := range []struct {
		code string
		rule muban.Rule
		next func() // puts right what the code complains of
	}{
		{"invalid-method", muban.RuleRequestPath, func() { r.uri = alipay.V3PathSend }},
		{"invalid-http-method", muban.RuleRequestPost, func() { r.method = http.MethodPost }},
		{invalid, muban.RuleRequestTooLarge, func() { r.body = "" }},
		{"missing-timestamp", muban.RuleRequestMissing, func() { r.scheme = "Bearer" }}, // Authorization is
		{"invalid-signature-type", muban.RuleRequestParameter, func() { r.scheme = alipay.V3Scheme }},
		{"missing-timestamp", muban.RuleRequestMissing, auth(3, "now")},
		{"invalid-timestamp", muban.RuleRequestParameter, auth(3, "1547000000000")},
		{"missing-app-id", muban.RuleAuthAppMissing, auth(0, "2021")},
		{"invalid-app-id", muban.RuleAuthAppUnknown, auth(0, appID)},
		{"missing-signature", muban.RuleRequestMissing, func() { r.sign = "x" }},
		{"missing-signature-config", muban.RuleSignatureKey, func() {
			w.set(func(a *muban.App) { a.AppPublicKey = alipay.PublicKeyText(&appKey().PublicKey) })
		}},
		{"missing-app-cert-sn", muban.RuleRequestMissing, auth(1, "0")},
		{"app-cert-not-exist", muban.RuleRequestParameter, auth(1, issued.app)},
		{"invalid-alipay-root-cert-sn", muban.RuleRequestParameter, header(alipay.V3RootCertSN, issued.root)},
		{"illegal-timestamp", muban.RuleSignatureTime, auth(3, strconv.FormatInt(w.clock.Now().UnixMilli(), 10))},
		{"invalid-signature", muban.RuleSignatureWrong, func() { signed = true }},
		{"invalid-app-auth-token", muban.RuleAuthorizationUnknown, header(alipay.V3AppAuthToken, "")},
		{"insufficient-isv-permissions", muban.RulePushAllowed, func() { w.set(func(a *muban.App) { a.PushAllowed = true }) }},
		{invalid, muban.RuleRequestEmpty, func() { r.body = "x" }},
		{"invalid-encrypt-type", muban.RuleRequestParameter, header(alipay.V3EncryptType, "AES")},
		{"decryption-error-not-valid-encrypt-key", muban.RuleContentKey, func() { w.set(func(a *muban.App) { a.ContentKey = contentKey }) }},
		{"decryption-error-unknown", muban.RuleContentUnreadable, header(alipay.V3EncryptType, "")},
		{"decryption-error-missing-encrypt-type", muban.RuleRequestMissing, func() { w.set(func(a *muban.App) { a.ContentKey = "" }) }},
		{"illegal-json", muban.RuleRequestMalformed, put("page", "nowhere")},
		{invalid, muban.RuleRequestMissing, put("to_user_id", "2088")},
		{invalid, muban.RuleRequestMissing, put("user_template_id", "none")},
		{invalid, muban.RuleRequestMissing, put("form_id", "none")},
		{invalid, muban.RulePageUnknown, put("page", "index")},
		{"USER_TEMPLATE_ILLEGAL", muban.RuleTemplateUnknown, put("user_template_id", w.template.ID)},
		{"USER_TEMPLATE_LACK_KEYWORD", muban.RuleKeywordsMatch, put("data", strings.Replace(data, "12:00", strings.Repeat("长", 51), 1))},
		{"USER_KEYWORD_LENGTH_ERROR", muban.RuleKeywordLength, put("data", data)},
		{"FORM_ID_NOT_MATCH_APPID", muban.RuleGrantUnknown, put("form_id", expired)},
		{"TRADE_NO_NOT_MATCH_USERID", muban.RuleGrantOwner, func() {
			put("to_user_id", w.user.OpenID)()
			w.clock.advance(muban.Week)
			auth(3, strconv.FormatInt(w.clock.Now().UnixMilli(), 10))()
		}},
		{"FORM_ID_OVER_TIME", muban.RuleGrantExpired, func() { spent, form = w.form(), w.form(); put("form_id", spent)() }},
		{"app-call-limited", muban.RuleDailyLimit, func() { w.set(func(a *muban.App) { a.DailyLimit = nil }) }},
		{"", "", func() {}},
		{"FORM_ID_OVER_TIME", muban.RuleGrantSpent, func() { put("to_user_id", neighbour.OpenID)(); put("form_id", form)() }},
		{"TRADE_NO_NOT_MATCH_USERID", muban.RuleGrantOwner, put("to_user_id", w.user.OpenID)},
		{"", "", func() {}},
	} {
		if signed {
			r = r.signedBy(appKey())
		}
		got := w.ask3(r)
		if r.auth[0] == appID {
			got.wants(step.code, step.rule)
		} else {
			got.wantsUnsigned(step.code, step.rule)
		}
		if t.Failed() {
			t.Fatalf("step %d: %s", i+1, got.Detail)
		}
		step.next()
	}
}

// Which parameter it was is said to whoever reads the answer alone.
func TestV3MessagesNameTheParameter(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	for name, value := range map[string]string{"page": strings.Repeat("p", 129), "form_id": "\x00", "data": `{"keyword1":{"value":null},"keyword2":{"value":""}}`} {
		r := w.v3Asking(alipay.V3PathSend, w.content(w.form()).but(params{name: value}).json()).signedBy(appKey())
		if got := w.ask3(r); got.Code != "invalid-parameter" || got.Message != "参数无效："+name {
			t.Errorf("%s: %s", name, got.body)
		}
	}
}

// Bodies that are no JSON object in UTF-8, whatever their Content-Type says.
func TestV3Bodies(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	for _, body := range []string{
		"{", "[]", "null", "7", `"{}"`, "{}{}", "biz_content=%7B%7D", "<xml/>", "{\"page\":\"\xff\"}", "\xef\xbb\xbf{}",
		`{"x":` + strings.Repeat("[", 400_000) + strings.Repeat("]", 400_000) + "}",
	} {
		for _, path := range []string{alipay.V3PathSend, alipay.V3PathOAuthToken} {
			w.ask3(w.v3Asking(path, body).signedBy(appKey())).wants("illegal-json", muban.RuleRequestMalformed)
		}
	}
	for _, blank := range []string{"", " \r\n"} {
		w.ask3(w.v3Asking(alipay.V3PathOAuthToken, blank).signedBy(appKey())).wants("invalid-parameter", muban.RuleRequestEmpty)
	}
	padded := w.v3Sending(w.form())
	padded.body += strings.Repeat(" ", 1<<20-len(padded.body))
	w.ask3(padded.signedBy(appKey())).wants("", "")
	padded.body += " "
	w.ask3(padded.signedBy(appKey())).wants("invalid-parameter", muban.RuleRequestTooLarge)
}

// Below /v3 there are two calls, by POST.
func TestV3Paths(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	for _, path := range []string{"/v3", "/v3/", "/v3//", alipay.V3PathSend + "/", alipay.V3PathSend + "/x", "/v3/alipay/open/app/alipaycert/download", "/v3/../v3", "/v3/%00"} {
		for _, method := range []string{"GET", "POST", "PROPFIND"} {
			r := w.v3Asking(path, "{}")
			r.method = method
			w.ask3(r.signedBy(appKey())).wants("invalid-method", muban.RuleRequestPath)
			r.auth, r.scheme = [4]string{}, ""
			w.ask3(r).wantsUnsigned("invalid-method", muban.RuleRequestPath)
		}
		if clean, _, _ := strings.Cut(path, "%"); !dialect.OwnsV3(clean) {
			t.Errorf("%s is not V3's", clean)
		}
	}
	for _, path := range []string{"", "/", "/v3x", "/v2/x", "/x/v3/", "/V3/", "/gateway.do", "/api/v1/apps"} {
		if dialect.OwnsV3(path) {
			t.Errorf("%s is V3's", path)
		}
	}
	for _, method := range []string{"GET", "PUT", "DELETE", "PATCH", "OPTIONS"} {
		r := w.v3Sending(w.form())
		r.method = method
		w.ask3(r.signedBy(appKey())).wants("invalid-http-method", muban.RuleRequestPost)
	}
}

func TestV3CertificateMode(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	issued := issue(w)
	numbered := func(r v3Reply) {
		t.Helper()
		if got := r.header.Get(alipay.V3CertSN); got != issued.platform {
			t.Errorf("the answer has the number %q, want %q", got, issued.platform)
		}
	}
	certified := func() v3 { return w.v3Sending(w.form()).as(1, issued.app).with(alipay.V3RootCertSN, issued.root) }
	numbered(w.ask3(certified().signedBy(appKey())).wants("", ""))
	// gopay sends no number of the root's certificate.
	numbered(w.ask3(certified().with(alipay.V3RootCertSN, "").signedBy(appKey())).wants("", ""))
	numbered(w.ask3(certified().as(1, "").signedBy(appKey())).wants("missing-app-cert-sn", muban.RuleRequestMissing))
	numbered(w.ask3(certified().signedBy(otherKey())).wants("invalid-signature", muban.RuleSignatureWrong))
}

func TestV3EncryptedBodies(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	w.set(func(a *muban.App) { a.ContentKey = contentKey })
	key, err := alipay.ParseContentKey(contentKey)
	must(t, err)
	encrypted := func(body string) v3 {
		text, err := alipay.EncryptContent(key, []byte(body))
		must(t, err)
		return w.v3Asking(alipay.V3PathSend, text).with(alipay.V3EncryptType, "AES").with("Content-Type", "text/plain").signedBy(appKey())
	}
	got := w.ask3(encrypted(w.content(w.form()).json())).wants("", "")
	if plain, err := alipay.DecryptContent(key, got.body); err != nil || string(plain) != "{}" || got.header.Get("Content-Type") != "text/plain" {
		t.Errorf("answer %s is %s, %v, as %s", got.body, plain, err, got.header.Get("Content-Type"))
	}
	// A failure is in the clear: the SDKs read it as it comes.
	w.ask3(encrypted(w.content("none").json())).wants("FORM_ID_NOT_MATCH_APPID", muban.RuleGrantUnknown)
	w.ask3(encrypted("[]")).wants("illegal-json", muban.RuleRequestMalformed)
	w.ask3(w.v3Sending(w.form()).signedBy(appKey())).wants("", "")
}

func TestV3ActingForAnother(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	agent := w.newApp("2021000000000002", &otherKey().PublicKey)
	authorization, err := w.service.AuthorizeAgent(t.Context(), appID, agent.ID)
	must(t, err)
	asking := func() v3 {
		return w.v3Sending(w.form()).as(0, agent.ID).with(alipay.V3AppAuthToken, authorization.Token)
	}
	w.ask3(asking().signedBy(otherKey())).wants("", "")
	w.ask3(asking().as(0, appID).signedBy(appKey())).wants("invalid-app-auth-token", muban.RuleAuthorizationUnknown)
	w.set(func(a *muban.App) { a.PushAllowed = false })
	w.ask3(asking().signedBy(otherKey())).wants("insufficient-user-permissions", muban.RulePushDelegated)
	w.clock.advance(366 * 24 * time.Hour)
	w.ask3(asking().signedBy(otherKey())).wants("app-auth-token-time-out", muban.RuleAuthorizationExpired)
}

// A timestamp is good for ten minutes by either clock: a sandbox's moves, and
// its clients' does not.
func TestV3Timestamps(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	machine := &stoppedClock{now: w.clock.Now()}
	w.url = serve(t, dialect.NewV3(w.service, w.clock, machine), w.clock)
	w.clock.advance(24 * time.Hour)
	for _, from := range []*stoppedClock{w.clock, machine} {
		for off, code := range map[time.Duration]string{
			-10*time.Minute - time.Millisecond: "illegal-timestamp", -10 * time.Minute: "", 10 * time.Minute: "", 10*time.Minute + time.Millisecond: "illegal-timestamp",
		} {
			rule := muban.Rule("")
			if code != "" {
				rule = muban.RuleSignatureTime
			}
			at := strconv.FormatInt(from.Now().Add(off).UnixMilli(), 10)
			w.ask3(w.v3Sending(w.form()).as(3, at).signedBy(appKey())).wants(code, rule)
		}
	}
}

func TestV3Doctor(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	w.newApp("2021000000000002", &otherKey().PublicKey)
	w.set(func(a *muban.App) { a.ContentKey = contentKey })
	key, err := alipay.ParseContentKey(contentKey)
	must(t, err)
	good := w.v3Sending("none")
	over := func(r v3, text string) v3 { r.sign = sign(appKey(), alipay.RSA2, text); return r }
	replaced := func(r v3, old, with string) v3 { return over(r, strings.Replace(r.text(), old, with, 1)) }
	queried, acting := good, good.with(alipay.V3AppAuthToken, "token")
	queried.uri += "?a=b"
	spaced := good
	spaced.body = strings.ReplaceAll(good.body, `","`, `", "`)
	secret, err := alipay.EncryptContent(key, []byte(good.body))
	must(t, err)
	encrypted := w.v3Asking(alipay.V3PathSend, secret).with(alipay.V3EncryptType, "AES")
	sha1, escaping := good, good.signedBy(appKey())
	sha1.sign = sign(appKey(), alipay.RSA, good.text())
	escaping.sign = url.QueryEscape(escaping.sign)
	for mistakes, r := range map[string]v3{
		"key_unknown":                        good.signedBy(newKey()),
		"signed_by_other_app":                good.signedBy(otherKey()),
		"signed_by_platform_key":             good.signedBy(platformKey()),
		"sign_type":                          sha1,
		"sign_not_base64":                    {good.method, good.uri, good.body, good.auth, nil, good.scheme, "*"},
		"sign_encoded":                       escaping,
		"left_out newline":                   over(good, strings.TrimSuffix(good.text(), "\n")),
		"left_out body":                      replaced(good, good.body, ""),
		"left_out query":                     replaced(queried, "?a=b", ""),
		"left_out alipay-app-auth-token":     replaced(acting, "token\n", ""),
		"blank_signed":                       over(good, good.text()+"\n"),
		"signed_url":                         replaced(good, good.uri, w.url+good.uri),
		"lower_case_method":                  replaced(good, "POST", "post"),
		"scheme_signed":                      over(good, good.scheme+" "+good.text()),
		"signed_plain":                       replaced(encrypted, secret, good.body),
		"reformatted_json":                   replaced(spaced, spaced.body, good.body),
		"escaped_json":                       over(good, escaped(good.text())),
		"other_string":                       over(good, "something else"),
		"signed_by_other_app, left_out body": {good.method, good.uri, good.body, good.auth, nil, good.scheme, sign(otherKey(), alipay.RSA2, strings.Replace(good.text(), good.body, "", 1))},
	} {
		got := w.ask3(r).wants("invalid-signature", muban.RuleSignatureWrong)
		if got.Values["mistakes"] != mistakes || got.Values["advice"] == "" {
			t.Errorf("mistakes %q (%s), want %q", got.Values["mistakes"], got.Values["advice"], mistakes)
		}
		if !strings.HasSuffix(got.Message, "：app_id="+appID+strings.TrimPrefix(r.text(), "app_id="+appID)) {
			t.Errorf("message %q does not show what was verified", got.Message)
		}
	}
}
