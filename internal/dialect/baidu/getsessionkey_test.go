package baidu_test

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

const newSessionPath = "/rest/2.0/smartapp/getsessionkey"

// sdkSession is the official Go SDK's (openapi/getSessionKeyv2.go), with the
// errmsg of the documents for its msg (protocol.md §1.7).
type sdkSession struct {
	Data struct {
		OpenID     string `json:"open_id"`
		SessionKey string `json:"session_key"`
	} `json:"data"`
	ErrMsg    string `json:"errmsg"`
	Errno     int64  `json:"errno"`
	RequestID string `json:"request_id"`
	Timestamp int64  `json:"timestamp"`
}

// sessionOutcome is an answer of getsessionkey without its request_id, which is
// another one each time.
func sessionOutcome(r reply) string {
	r.t.Helper()
	r.citesItsOwn()
	answer := decode[sdkSession](r)
	if _, err := strconv.ParseUint(answer.RequestID, 10, 32); err != nil {
		r.t.Errorf("request_id in %s: %v", r.Body, err)
	}
	return strings.Replace(r.Body, `"request_id":"`+answer.RequestID+`"`, `"request_id":"…"`, 1)
}

// Protocol.md §1.7: what each client sends, and the exact bytes of the answer.
func TestGetSessionKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shape := regexp.MustCompile(`^{"data":{"session_key":"[0-9a-f]{32}","open_id":"` + openID +
		`"},"errmsg":"succ","errno":0,"request_id":"…","timestamp":1571803200}$`)
	ids := map[string]bool{}
	for _, test := range []struct {
		client  string
		request func(p params) (method, query, contentType, body string)
	}{
		{"the document: GET", func(p params) (string, string, string, string) {
			return "GET", p.encode(), "", ""
		}},
		{"SKIT.FlurlHttpClient: GET with grant_type", func(p params) (string, string, string, string) {
			return "GET", p.but(params{"grant_type": "authorization_code"}).encode(), "", ""
		}},
		{"Go and PHP SDK: POST, all in the query, an empty form", func(p params) (string, string, string, string) {
			return "POST", p.but(params{"sp_sdk_ver": "0.1.4", "sp_sdk_lang": "golang"}).encode(), formType, ""
		}},
		{"Java SDK: all in the form", func(p params) (string, string, string, string) {
			return "POST", "", formType + ";charset=UTF-8", p.but(params{"sdk.version": "1.1.0-SNAPSHOT", "sdk.type": "Java"}).encode()
		}},
		{"older Java: client_id and sk along", func(p params) (string, string, string, string) {
			return "POST", p.but(params{"client_id": "another", "sk": "not the secret"}).encode(), formType, ""
		}},
		{"a form, access_token in the query", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token, formType, p.but(params{"access_token": "-"}).encode()
		}},
		{"JSON", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token, "application/json", jsonBody(p.but(params{"access_token": "-"}))
		}},
	} {
		method, query, contentType, body := test.request(params{"access_token": w.token, "code": w.loginCode(openID)})
		got := w.do(method, newSessionPath+"?"+query, contentType, body)
		if outcome := sessionOutcome(got); !shape.MatchString(outcome) {
			t.Errorf("%s: answer %s", test.client, outcome)
		}
		ids[decode[sdkSession](got).RequestID] = true
	}
	if len(ids) != 7 {
		t.Errorf("request_ids %v", ids)
	}
}

// A login needs no push permission, and one code is good for one of the calls.
func TestLoginCodesAreGoodForEitherCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(func(a *muban.App) { a.PushAllowed = false })
	code := w.loginCode(openID)
	if got := w.post(newSessionPath, params{"code": code}); decode[sdkSession](got).Data.OpenID != openID {
		t.Errorf("without push permission: %s", got.Body)
	}
	older := w.do("POST", sessionPath, formType, params{"client_id": appKey, "sk": secret, "code": code}.encode())
	if older.Rule != muban.RuleLoginUsed {
		t.Errorf("the code again, by the other call: %s", older.Body)
	}
	code = w.loginCode(openID)
	w.do("POST", sessionPath, formType, params{"client_id": appKey, "sk": secret, "code": code}.encode())
	if got := w.post(newSessionPath, params{"code": code}); got.Rule != muban.RuleLoginUsed {
		t.Errorf("the code again, by this call: %s", got.Body)
	}
}

// All that is wrong is put right one thing at a time.
func TestGetSessionKeyOrderOfChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newApp(muban.Baidu, "other")
	w.newUser("other", messaging.NewUser{OpenID: "elsewhere"})
	old := w.token
	w.clock.advance(30 * 24 * time.Hour)
	w.renew()
	foreign := wechatToken(w, w.newApp(muban.WeChatMini, "wx0123456789abcdef"))
	othersCode, err := w.service.IssueLoginCode(t.Context(), "other", "elsewhere")
	must(t, err)
	expired, used := w.loginCode(openID), w.loginCode(openID)
	w.post(newSessionPath, params{"code": used})
	w.clock.advance(5 * time.Minute)
	fresh := w.loginCode(openID)
	at := strconv.FormatInt(w.clock.Now().Unix(), 10)
	gateway := func(code, text string) string { return `{"error_code":` + code + `,"error_msg":"` + text + `"}` }
	refused := func(text string) string {
		return `{"errmsg":"` + text + `","errno":10010100,"request_id":"…","timestamp":` + at + `}`
	}
	noMethod, badToken, badParameter := gateway("3", "Unsupported openapi method"), gateway("110", "Access token invalid or no longer valid"), refused("parameter is invalid")

	path, method, token, contentType, body := newSessionPath+"/", "PUT", "", formType, strings.Repeat("a", 1<<20+1)
	code := func(text string) func() {
		return func() { contentType, body = formType, params{"code": text}.encode() }
	}
	for i, step := range []struct {
		answer string
		rule   muban.Rule
		next   func()
	}{
		{noMethod, muban.RuleRequestPath, func() { path = "/rest/2.0/smartapp/getSessionKey" }},
		{noMethod, muban.RuleRequestPath, func() { path = newSessionPath }},
		{noMethod, muban.RuleRequestMethod, func() { method = "POST" }},
		{badParameter, muban.RuleRequestTooLarge, func() { body = "" }}, // the token may stand in that body
		{badToken, muban.RuleTokenMissing, func() { token = "x" }},
		{badToken, muban.RuleTokenUnknown, func() { token = foreign }},
		{badToken, muban.RuleTokenStranger, func() { token = old }},
		{gateway("111", "Access token expired"), muban.RuleTokenExpired, func() { token, body = w.token, strings.Repeat("a", 1<<20+1) }},
		{badParameter, muban.RuleRequestTooLarge, func() { body = "{" }},
		{badParameter, muban.RuleRequestMalformed, func() { contentType, body = "application/json", `{"code":["x"]}` }},
		{badParameter, muban.RuleRequestParameter, code("x\x00")},
		{badParameter, muban.RuleRequestParameter, func() { body = "code=%zz" }},
		{badParameter, muban.RuleRequestParameter, code("")},
		{badParameter, muban.RuleLoginMissing, func() { body = "js_code=" + fresh }},
		{badParameter, muban.RuleLoginMissing, code("x")},
		{refused("Invalid authorization code"), muban.RuleLoginUnknown, code(fresh + "@host")},
		{refused("Invalid authorization code"), muban.RuleLoginUnknown, code(othersCode.Code)},
		{refused("Invalid authorization code"), muban.RuleLoginUnknown, code(expired)},
		{refused("Invalid authorization code"), muban.RuleLoginExpired, code(used)},
		{refused("The provided authorization grant is revoked"), muban.RuleLoginUsed, code(fresh)},
	} {
		got := w.do(method, path+"?access_token="+url.QueryEscape(token), contentType, body)
		answer := got.Body
		if strings.Contains(answer, "errmsg") {
			answer = sessionOutcome(got)
		}
		if answer != step.answer || got.Rule != step.rule {
			t.Fatalf("step %d: answer %s by %q (%s)\nwant %s by %q", i+1, answer, got.Rule, got.Detail, step.answer, step.rule)
		}
		step.next()
	}
	got := w.do(method, path+"?access_token="+token, contentType, body)
	if decode[sdkSession](got).Data.OpenID != openID {
		t.Errorf("all put right: %s", got.Body)
	}
}
