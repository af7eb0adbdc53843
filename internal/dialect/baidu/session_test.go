package baidu_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

const sessionPath = "/oauth/jscode2sessionkey"

func (w *world) loginCode(user string) string {
	w.Helper()
	issued, err := w.service.IssueLoginCode(w.Context(), appKey, user)
	must(w.T, err)
	return issued.Code
}

// Protocol.md §1.7: openid and session_key alone; by POST as documented, and by
// GET as many programs call it.
func TestCodeToSessionKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := func() params {
		return params{"client_id": appKey, "sk": secret, "code": w.loginCode(openID)}
	}
	shape := regexp.MustCompile(`^{"openid":"` + openID + `","session_key":"[0-9a-f]{32}"}$`)
	for _, got := range []reply{
		w.do("POST", sessionPath, formType, p().encode()),
		w.do("POST", sessionPath, "application/json", jsonBody(p())),
		w.do("POST", sessionPath+"?"+p().encode(), "", ""),
		w.get(sessionPath + "?" + p().encode()),
	} {
		if !shape.MatchString(got.Body) {
			t.Errorf("answer %s", got.Body)
		}
	}
}

func TestCodeToSessionKeyRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newApp(muban.WeChatMini, "wx0123456789abcdef")
	used, expired := w.loginCode(openID), w.loginCode(openID)
	right := params{"client_id": appKey, "sk": secret, "code": used}
	w.do("POST", sessionPath, formType, right.encode())
	w.clock.advance(5 * time.Minute)
	parameter := func(name string) string {
		return `{"errno":10010100,"error":"parameter is invalid","error_description":"Missing or invalid parameter: ` + name + `"}`
	}
	// The official Go SDK, and others, see a failure of this call by its errno
	// alone: without one they took the answer for a login of nobody.
	oauth := func(code, description string) string {
		return `{"errno":10010100,"error":"` + code + `","error_description":"` + description + `"}`
	}
	for _, test := range []struct {
		name   string
		wrong  params
		answer string
		rule   muban.Rule
	}{
		{"no client_id", params{"client_id": "-"}, parameter("client_id"), muban.RuleAuthAppMissing},
		{"an unknown client_id", params{"client_id": "nobody"}, oauth("invalid_client", "unknown client id"), muban.RuleAuthAppUnknown},
		{"a WeChat app's", params{"client_id": "wx0123456789abcdef"}, oauth("invalid_client", "unknown client id"), muban.RuleAuthAppUnknown},
		{"no sk", params{"sk": "-"}, parameter("sk"), muban.RuleAuthNoSecret},
		{"client_secret in its place", params{"sk": "-", "client_secret": secret}, parameter("sk"), muban.RuleAuthNoSecret},
		{"a wrong sk", params{"sk": "x"}, oauth("invalid_client", "Client authentication failed"), muban.RuleAuthSecret},
		{"no code", params{"code": "-"}, parameter("code"), muban.RuleLoginMissing},
		{"a code with U+0000", params{"code": "x\x00"}, parameter("code"), muban.RuleRequestParameter},
		{"an unknown code", params{"code": "x"}, oauth("invalid_grant", "Invalid authorization code"), muban.RuleLoginUnknown},
		{"an expired code", params{"code": expired}, oauth("invalid_grant", "Invalid authorization code"), muban.RuleLoginExpired},
		{"a used code", params{}, oauth("invalid_grant", "The provided authorization grant is revoked"), muban.RuleLoginUsed},
	} {
		got := w.do("POST", sessionPath, formType, right.but(test.wrong).encode())
		if got.Body != test.answer || got.Rule != test.rule {
			t.Errorf("%s: answer %s by %q\nwant %s by %q", test.name, got.Body, got.Rule, test.answer, test.rule)
		}
		if strings.Contains(got.Detail, secret) {
			t.Errorf("%s: the explanation shows the secret: %s", test.name, got.Detail)
		}
	}
	if got := w.do("POST", sessionPath, "application/json", "{"); !strings.Contains(got.Body, "10010100") || got.Rule != muban.RuleRequestMalformed {
		t.Errorf("a body that cannot be read: %s by %q", got.Body, got.Rule)
	}
}

// A guest has not logged in: there is no code to give.
func TestGuestsHaveNoLoginCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.service.IssueLoginCode(t.Context(), appKey, guestID); err == nil || !strings.Contains(err.Error(), "guest") {
		t.Errorf("a guest's code: %v", err)
	}
}
