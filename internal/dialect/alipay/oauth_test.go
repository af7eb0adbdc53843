package alipay_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// asking is a call of alipay.system.oauth.token, whose parameters stand beside
// the common ones and are signed with them.
func asking(own params) params {
	return common(alipay.MethodOAuthToken, "").but(params{"biz_content": "-"}).but(own).signedBy(appKey())
}

func (w *world) loginCode() string {
	w.Helper()
	issued, err := w.service.IssueLoginCode(w.Context(), appID, w.user.OpenID)
	must(w.T, err)
	return issued.Code
}

func (w *world) ask(own params) reply {
	w.Helper()
	return w.do(http.MethodPost, "/gateway.do", formType, asking(own).values().Encode())
}

// token reads an answer, whose signature has to fit.
func (r reply) token() alipay.OAuthToken {
	r.Helper()
	var token alipay.OAuthToken
	must(r.T, json.Unmarshal(r.envelope.Content, &token))
	r.named("alipay_system_oauth_token_response")
	if alipay.Verify(&platformKey().PublicKey, alipay.RSA2, r.envelope.Content, r.envelope.Sign) != nil {
		r.Errorf("the signature of %s does not fit", r.body)
	}
	return token
}

// Protocol.md §1.7: neither code nor msg; a refresh token is good once and
// answers the next.
func TestOAuthToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.ask(params{"grant_type": "authorization_code", "code": w.loginCode()})
	shape := regexp.MustCompile(`^{"access_token":"authbseB[0-9a-f]{32}","auth_start":"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d","expires_in":1296000,"open_id":"` +
		regexp.QuoteMeta(w.user.AlipayOpenID) + `","re_expires_in":2592000,"refresh_token":"authbseB[0-9a-f]{32}","user_id":"` + w.user.OpenID + `"}$`)
	if !shape.MatchString(got.response()) {
		t.Errorf("answer %s", got.response())
	}
	first := got.token()
	w.clock.advance(30*24*time.Hour - time.Millisecond)
	second := w.ask(params{"grant_type": "refresh_token", "refresh_token": first.RefreshToken}).token()
	if second.UserID != w.user.OpenID || second.AccessToken == first.AccessToken || second.RefreshToken == first.RefreshToken {
		t.Errorf("refreshed %+v of %+v", second, first)
	}
	refused := func(own params, subCode string, rule muban.Rule) {
		t.Helper()
		w.ask(own).wants(subCode, rule).named(alipay.ErrorResponse)
	}
	refused(params{"grant_type": "refresh_token", "refresh_token": first.RefreshToken}, "isv.refreshed-token-invalid", muban.RuleRefreshUsed)
	refused(params{"grant_type": "authorization_code", "code": second.RefreshToken}, "isv.code-invalid", muban.RuleLoginUnknown)
	w.clock.advance(30 * 24 * time.Hour)
	refused(params{"grant_type": "refresh_token", "refresh_token": second.RefreshToken}, "isv.refresh-token-time-out", muban.RuleRefreshExpired)
}

// A provider acts for the app with its app_auth_token; by itself it is another
// app, to whom the code was not issued.
func TestOAuthTokenForAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newApp("2021000000000009", &otherKey().PublicKey)
	acting, err := w.service.AuthorizeAgent(t.Context(), appID, "2021000000000009")
	must(t, err)
	own := params{"app_id": "2021000000000009", "grant_type": "authorization_code", "code": w.loginCode()}
	provider := func(changes params) reply {
		return w.do(http.MethodPost, "/gateway.do", formType, asking(own.but(changes)).signedBy(otherKey()).values().Encode())
	}
	provider(nil).wants("isv.code-invalid", muban.RuleLoginUnknown)
	if token := provider(params{"app_auth_token": acting.Token}).token(); token.UserID != w.user.OpenID {
		t.Errorf("token %+v", token)
	}
}

func TestOAuthTokenRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	used, expired := w.loginCode(), w.loginCode()
	w.ask(params{"grant_type": "authorization_code", "code": used}).token()
	w.clock.advance(5 * time.Minute)
	for _, test := range []struct {
		name    string
		own     params
		subCode string
		rule    muban.Rule
	}{
		{"no grant_type", params{"code": w.loginCode()}, "isv.grant-type-invalid", muban.RuleAuthGrantType},
		{"another grant_type", params{"grant_type": "client_credentials"}, "isv.grant-type-invalid", muban.RuleAuthGrantType},
		{"no code", params{"grant_type": "authorization_code"}, "isv.code-invalid", muban.RuleLoginMissing},
		{"the code in biz_content", params{"grant_type": "authorization_code", "biz_content": `{"code":"x"}`}, "isv.code-invalid", muban.RuleLoginMissing},
		{"an unknown code", params{"grant_type": "authorization_code", "code": "x"}, "isv.code-invalid", muban.RuleLoginUnknown},
		{"a used code", params{"grant_type": "authorization_code", "code": used}, "isv.code-invalid", muban.RuleLoginUsed},
		{"an expired code", params{"grant_type": "authorization_code", "code": expired}, "isv.code-invalid", muban.RuleLoginExpired},
		{"no refresh_token", params{"grant_type": "refresh_token"}, "isv.refresh-token-invalid", muban.RuleRefreshMissing},
		{"an unknown refresh_token", params{"grant_type": "refresh_token", "refresh_token": "x"}, "isv.refresh-token-invalid", muban.RuleRefreshUnknown},
		{"a code as refresh_token", params{"grant_type": "refresh_token", "refresh_token": used}, "isv.refresh-token-invalid", muban.RuleRefreshUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.in(t).ask(test.own).wants(test.subCode, test.rule).named(alipay.ErrorResponse)
		})
	}
	// What is not signed is not served: the code belongs to the signed text.
	good := asking(params{"grant_type": "authorization_code", "code": used})
	w.do(http.MethodPost, "/gateway.do", formType, good.but(params{"code": w.loginCode()}).values().Encode()).
		wants("isv.invalid-signature", muban.RuleSignatureWrong).named(alipay.ErrorResponse)
}
