package baidu_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/dialect/baidu"
)

// Design.md §5: an unknown path below /rest/2.0 is error_code 3, with status
// 200 and never a redirect, which call would take for an error.
func TestUnknownPaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{
		"/rest", "/rest/", "/rest/2.0", "/rest/2.0/", "/rest/2.0/smartapp/template", "/rest/2.0/smartapp/template/",
		"/rest/2.0/smartapp/template/send/", "/rest/2.0/smartapp/template/SEND", "/rest/2.0/smartapp/template/./send",
		"/rest/2.0/smartapp/template/../template/send", "/rest/2.0/%00", "/rest/2.0/%ff%0a",
		"/rest/2.0/smartapp/template/sendmessage", "/rest/2.0/smartapp/template/library/list", // third-party platforms'
		"/rest/2.0/" + strings.Repeat("/", 4000), "/rest/2.0/" + strings.Repeat("x", 4000), "//rest//1.0",
	} {
		for _, method := range []string{"GET", "POST", "PROPFIND"} {
			w.do(method, path+"?access_token="+w.token, "", "").wants(3, muban.RuleRequestPath)
		}
		if clean, _, _ := strings.Cut(path, "%"); !baidu.Owns(clean) {
			t.Errorf("%s is not the dialect's", clean)
		}
	}
	for _, path := range []string{"/", "", "/restful", "/oauth2", "/api/v1/apps", "/cgi-bin/token", "/x/rest/2.0", "/gateway.do"} {
		if baidu.Owns(path) {
			t.Errorf("%s is the dialect's", path)
		}
	}
}

// Below /oauth every failure has OAuth's shape (protocol.md §1.5).
func TestUnknownOAuthPaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const unknown = "The request is not one that this server knows"
	for _, path := range []string{"/oauth", "/oauth/", "/oauth/2.0", "/oauth/2.0/token/", "/oauth/2.0/authorize", "//oauth//3.0", "/oauth/%00"} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			w.do(method, path, "", "").wantsOAuth("invalid_request", unknown, muban.RuleRequestPath)
		}
		if !baidu.Owns(strings.TrimSuffix(path, "%00")) {
			t.Errorf("%s is not the dialect's", path)
		}
	}
	for _, method := range []string{"PUT", "DELETE", "OPTIONS", "PROPFIND"} {
		w.do(method, tokenURL, "", "").wantsOAuth("invalid_request", unknown, muban.RuleRequestMethod)
	}
}

// A base URL that ends in a slash makes a double one.
func TestDoubleSlashesAreServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get("/" + tokenURL).wantsToken()
	w.get(strings.Replace(tokenURL, "/token", "///token", 1)).wantsToken()
	w.get(strings.Replace(tokenURL, "/token", "%2Ftoken", 1)).wantsToken()
	w.post("/"+strings.Replace(sendPath, "/send", "//send", 1), w.toMember(w.grant(openID, muban.GrantForm))).sent()
	if !baidu.Owns("//rest//2.0") || !baidu.Owns("//oauth//2.0") {
		t.Error("double slashes are not the dialect's")
	}
}

// Protocol.md §4.1: every call takes GET and POST; there are no others.
func TestMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, call := range []string{"librarylist", "libraryget", "templateadd", "templatelist", "templatedel", "send"} {
		for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"} {
			w.do(method, templatePath+call+w.withToken(nil), formType, "").wants(3, muban.RuleRequestMethod)
		}
		w.get(templatePath+call+w.withToken(nil)).wants(2002, "")
	}
	if got := w.do(http.MethodHead, templatePath+"send"+w.withToken(nil), "", ""); got.Body != "" {
		t.Errorf("HEAD answered %q", got.Body)
	}
}
