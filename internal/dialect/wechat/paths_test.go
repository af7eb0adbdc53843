package wechat_test

import (
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/dialect/wechat"
)

// Design.md §5: an unknown path is 40066, with status 200 and never a
// redirect, which call would take for an error.
func TestUnknownPaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{
		"/cgi-bin", "/cgi-bin/", "/cgi-bin/nothing", "/cgi-bin/token/", "/cgi-bin/TOKEN",
		"/cgi-bin/../cgi-bin/token", "/cgi-bin/./token", "/cgi-bin/%00", "/cgi-bin/%ff%0a",
		"/cgi-bin/" + strings.Repeat("/", 4000), "/cgi-bin/" + strings.Repeat("x", 4000),
		"/cgi-bin/wxopen/template/library", "/cgi-bin/message/template", "/cgi-bin/message/template/subscribe", "/cgi-bin/template/send",
		"/wxa", "/wxa/getwxacode", "/wxaapi/newtmpl/gettemplate", "/wxa-anything", "//wxa//business",
		"/sns", "/sns/", "/sns/userinfo", "/sns/oauth2/access_token",
	} {
		for _, method := range []string{"GET", "POST", "PROPFIND"} {
			w.do(method, path+"?access_token="+w.token, "{}").wants(40066, muban.RuleRequestPath)
		}
		if clean, _, _ := strings.Cut(path, "%"); !wechat.Owns(clean) {
			t.Errorf("%s is not the dialect's", clean)
		}
	}
	for _, path := range []string{"/", "", "/cgi-binary", "/api/v1/apps", "/rest/2.0/smartapp/template/send", "/snsapi", "/x/wxa"} {
		if wechat.Owns(path) {
			t.Errorf("%s is the dialect's", path)
		}
	}
}

// A base URL that ends in a slash makes a double one.
func TestDoubleSlashesAreServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get("/" + tokenURL).accessToken()
	w.get(strings.Replace(tokenURL, "/token", "///token", 1)).accessToken()
	w.get(strings.Replace(tokenURL, "/token", "%2Ftoken", 1)).accessToken()
	if !wechat.Owns("//cgi-bin//token") {
		t.Error("//cgi-bin//token is not the dialect's")
	}
}
