package alipay_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	dialect "github.com/muban-dev/muban/internal/dialect/alipay"
	"github.com/muban-dev/muban/wire/alipay"
)

// Below the gateway there is nothing: isv.invalid-parameter with status 200,
// signed, and never a redirect, which call would take for an error.
func TestUnknownPaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	query := "?" + w.sending(w.form()).values().Encode()
	for _, path := range []string{
		"/gateway.do/", "/gateway.do/x", "/gateway.do/./", "/gateway.do/../gateway.do", "/gateway.do/%00", "/gateway.do/%ff%0a",
		"//gateway.do//x", "/gateway.do/" + strings.Repeat("/", 4000), "/gateway.do/" + strings.Repeat("x", 4000),
	} {
		for _, method := range []string{"GET", "POST", "PROPFIND"} {
			w.do(method, path+query, "", "").wants("isv.invalid-parameter", muban.RuleRequestPath).named(responseName)
			w.do(method, path, "", "").wantsUnsigned("isv.invalid-parameter", muban.RuleRequestPath).named("error_response")
		}
		if clean, _, _ := strings.Cut(path, "%"); !dialect.Owns(clean) {
			t.Errorf("%s is not the dialect's", clean)
		}
	}
	for _, path := range []string{"/", "", "/gateway", "/gateway.do.x", "/x/gateway.do", "/api/v1/apps", "/rest/2.0/x", "/GATEWAY.DO"} {
		if dialect.Owns(path) {
			t.Errorf("%s is the dialect's", path)
		}
	}
}

// The gateway takes GET and POST.
func TestHTTPMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	query := "/gateway.do?" + w.sending(w.form()).values().Encode()
	for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"} {
		w.do(method, query, "", "").wants("isv.invalid-parameter", muban.RuleRequestMethod)
	}
	if got := w.do(http.MethodHead, query, "", ""); got.body != "" {
		t.Errorf("HEAD answered %q", got.body)
	}
	w.do(http.MethodGet, query, "", "").wants("", "")
}

// Methods that the gateway does not serve, under their own names.
func TestMethodsOfTheGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for method, member := range map[string]string{
		"alipay.trade.query":                        "alipay_trade_query_response",
		"alipay.open.app.mini.templatemessage.Send": "alipay_open_app_mini_templatemessage_Send_response",
		alipay.MethodSend + ".":                     responseName[:len(responseName)-len("_response")] + "__response",
		"a-b":                                       "error_response",
		`a":1,"b`:                                   "error_response",
		"方法":                                        "error_response",
		"\x00":                                      "error_response",
		strings.Repeat("m", 129):                    "error_response",
		"alipay.open.app.mini.templatemessage.send\r\nX": "error_response",
	} {
		w.send(w.sending("").but(params{"method": method}).signedBy(appKey())).wants("isv.invalid-method", muban.RuleRequestParameter).named(member)
		if got := w.send(w.sending("").but(params{"method": method})); !strings.Contains(got.Detail, alipay.MethodCertDownload) || !strings.Contains(got.Detail, alipay.MethodSend) {
			t.Errorf("the refusal does not say what is served: %s", got.Detail)
		}
		// Not even the app's key is asked for.
		w.send(w.sending("").but(params{"method": method})).wants("isv.invalid-method", muban.RuleRequestParameter).named(member)
	}
}
