package baidu_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// Protocol.md §1.5: the members and their order are those of the document
// (swan-docs, power_exp).
func TestToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := params{
		"grant_type": "client_credentials", "client_id": appKey, "client_secret": secret, "scope": "smartapp_snsapi_base",
		"sp_sdk_ver": "0.1.2", "sp_sdk_lang": "Go",
	}
	contentType, multipart := multipartBody(t, p)
	seen := make(map[string]bool)
	for _, got := range []reply{
		w.get(tokenPath + "?" + p.encode()), // protocol.md §1.5: the Go SDK by GET
		w.get(tokenPath + "?" + p.but(params{"scope": "-"}).encode()),
		w.do("POST", tokenPath+"?"+p.encode(), "", ""),
		w.do("POST", tokenPath, formType, p.encode()),
		w.do("POST", tokenPath+"?grant_type=client_credentials", formType, p.but(params{"grant_type": "-"}).encode()),
		w.do("POST", tokenPath, "application/json", jsonBody(p)),
		w.do("POST", tokenPath, contentType, multipart),
	} {
		token := got.wantsToken()
		got.is(`{"access_token":"` + token.AccessToken + `","expires_in":2592000,"refresh_token":"` + token.RefreshToken +
			`","scope":"smartapp_snsapi_base","session_key":"","session_secret":""}`)
		if got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("Cache-Control %q", got.Header.Get("Cache-Control"))
		}
		if seen[token.AccessToken] || seen[token.RefreshToken] {
			t.Errorf("%s was answered before", got.Body)
		}
		seen[token.AccessToken], seen[token.RefreshToken] = true, true
		// Seed 000, access_token: 24.<hex>.2592000.<unix>.<n>-<app>.
		if parts := strings.Split(token.AccessToken, "."); len(parts) != 5 || parts[0] != "24" || parts[2] != "2592000" {
			t.Errorf("access token %s", token.AccessToken)
		}
		w.token = token.AccessToken
		w.post(templatePath+"templatelist", params{"offset": "0", "count": "1"}).wants(0, "")
	}
}

// Design.md §5: tokens live side by side, 30 days each.
func TestTokensLiveSideBySide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := func(token string, code int) {
		t.Helper()
		w.get(templatePath+"templatelist?offset=0&count=1&access_token="+url.QueryEscape(token)).wants(code, "")
	}
	first := w.token
	w.clock.advance(time.Hour)
	w.renew()
	list(first, 0)
	list(w.token, 0)
	w.clock.advance(30*24*time.Hour - time.Hour - time.Millisecond)
	list(first, 0)
	w.clock.advance(time.Millisecond)
	list(first, 111)
	list(w.token, 0)
	w.clock.advance(time.Hour)
	list(w.token, 111)
}

// Protocol.md §1.5, failures; the texts are those of OAuth2.0错误码列表.
func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newApp(muban.WeChatMini, "wx0123456789abcdef")
	right := params{"grant_type": "client_credentials", "client_id": appKey, "client_secret": secret, "scope": "smartapp_snsapi_base"}
	refresh := w.get(tokenURL).wantsToken().RefreshToken
	for _, test := range []struct {
		name              string
		wrong             params
		code, description string
		rule              muban.Rule
	}{
		{"no grant_type", params{"grant_type": "-"}, "invalid_request", "Missing or invalid parameter: grant_type", muban.RuleRequestParameter},
		{"blank grant_type", params{"grant_type": ""}, "invalid_request", "Missing or invalid parameter: grant_type", muban.RuleRequestParameter},
		{"WeChat's grant_type", params{"grant_type": "client_credential"}, "unsupported_grant_type", "The authorization grant type is not supported", muban.RuleAuthGrantType},
		{"a refresh token", params{"grant_type": "refresh_token", "refresh_token": refresh}, "unsupported_grant_type", "The authorization grant type is not supported", muban.RuleAuthGrantType},
		{"no client_id", params{"client_id": "-"}, "invalid_request", "Missing or invalid parameter: client_id", muban.RuleAuthAppMissing},
		{"an unknown client_id", params{"client_id": "nobody"}, "invalid_client", "unknown client id", muban.RuleAuthAppUnknown},
		{"a client_id with a control character", params{"client_id": "x\x01"}, "invalid_client", "unknown client id", muban.RuleAuthAppUnknown},
		{"a WeChat app's", params{"client_id": "wx0123456789abcdef"}, "invalid_client", "unknown client id", muban.RuleAuthAppUnknown},
		{"no client_secret", params{"client_secret": "-"}, "invalid_request", "Missing or invalid parameter: client_secret", muban.RuleAuthNoSecret},
		{"a wrong client_secret", params{"client_secret": secret + "x"}, "invalid_client", "Client authentication failed", muban.RuleAuthSecret},
		{"a client_id that is not UTF-8", params{"client_id": "\xff"}, "invalid_request", "Missing or invalid parameter: client_id", muban.RuleRequestParameter},
		{"a client_secret with U+0000", params{"client_secret": secret + "\x00"}, "invalid_request", "Missing or invalid parameter: client_secret", muban.RuleRequestParameter},
	} {
		p := right.but(test.wrong)
		w.get(tokenPath+"?"+p.encode()).wantsOAuth(test.code, test.description, test.rule)
		got := w.do("POST", tokenPath, formType, p.encode())
		got.wantsOAuth(test.code, test.description, test.rule)
		if strings.Contains(got.Detail+got.Body, secret) {
			t.Errorf("%s: the answer shows the secret: %s %s", test.name, got.Body, got.Detail)
		}
	}
	const unreadable = "The request's body cannot be read"
	for body, rule := range map[string]muban.Rule{
		"{":                          muban.RuleRequestMalformed,
		`{"client_id":"` + "\xff\"}": muban.RuleRequestMalformed,
		strings.Repeat("a", 1<<20+1): muban.RuleRequestTooLarge,
	} {
		w.do("POST", tokenPath, formType, body).wantsOAuth("invalid_request", unreadable, rule)
	}
	w.do("POST", tokenPath, "application/json", `{"grant_type":"client_credentials","client_id":"`+appKey+`","client_secret":["`+secret+`"]}`).
		wantsOAuth("invalid_request", "Missing or invalid parameter: client_secret", muban.RuleRequestParameter)
}
