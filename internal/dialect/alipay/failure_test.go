package alipay_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	dialect "github.com/muban-dev/muban/internal/dialect/alipay"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/alipay"
)

// broken is a service with one app that fails at one thing.
type broken struct {
	at   string
	fail func() error
}

func (s broken) did(what string) error {
	if what == s.at {
		return s.fail()
	}
	return nil
}

func (s broken) AlipayApp(context.Context, string) (muban.App, error) {
	app := muban.App{ID: appID, Platform: muban.Alipay}
	app.AppPublicKey = alipay.PublicKeyText(&appKey().PublicKey)
	return app, s.did("app")
}

func (s broken) OtherAlipayApps(context.Context, string) ([]muban.App, error) {
	return nil, s.did("others")
}

func (s broken) PlatformKey(context.Context, string) (*rsa.PrivateKey, error) {
	if err := s.did("key"); err != nil {
		return nil, err
	}
	return platformKey(), nil
}

func (s broken) Certificates(context.Context, muban.App, *rsa.PublicKey) (messaging.Certificates, error) {
	return messaging.Certificates{}, s.did("certificates")
}

func (s broken) ActFor(context.Context, muban.App, string) (muban.App, error) {
	return muban.App{ID: "another"}, s.did("acting")
}

func (s broken) MayPush(muban.App) error { return s.did("permission") }

func (s broken) Send(context.Context, muban.App, muban.SendRequest) (muban.Message, error) {
	return muban.Message{ID: 158}, s.did("send")
}

func (s broken) IssueUserToken(context.Context, muban.App, messaging.UserTokenRequest) (messaging.UserToken, error) {
	return messaging.UserToken{}, s.did("login")
}

// anySend is a good send.
func anySend() params {
	content := params{"to_user_id": "2088", "form_id": "f", "user_template_id": "t", "data": "{}"}
	return common(alipay.MethodSend, content.json()).signedBy(appKey())
}

const unavailable = `{"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error","sub_msg":"服务暂不可用（业务系统不可用）"}`

// Design.md §5, overload: 20000 isp.unknow-error. The text of the error stays
// inside; the answer is signed if the key could be had.
func TestOurOwnFailures(t *testing.T) {
	t.Parallel()
	for at, request := range map[string]params{
		"app": anySend(), "key": anySend(), "others": anySend().signedBy(otherKey()), "permission": anySend(), "send": anySend(),
		"certificates": anySend().but(params{"app_cert_sn": "0"}), "acting": anySend().but(params{"app_auth_token": "x"}).signedBy(appKey()),
	} {
		for _, test := range []struct {
			name    string
			fail    func() error
			rule    muban.Rule // of the refusal that is noted
			problem string     // of the error that is noted
		}{
			{"an error", func() error { return errors.New("disk /var/x is full") }, "", "disk /var/x is full"},
			{"a panic", func() error { panic("nil map") }, "", "nil map"},
			{"overload", func() error { return fmt.Errorf("accept: %w", muban.Refuse(muban.RuleBusy)) }, muban.RuleBusy, ""},
			{"the store's not found", func() error { return muban.Refuse(muban.RuleNotFound) }, muban.RuleNotFound, ""},
			{"the native API's unknown platform", func() error { return muban.Refuse(muban.RuleNotOnPlatform) }, muban.RuleNotOnPlatform, ""},
		} {
			t.Run(at+" "+test.name, func(t *testing.T) {
				t.Parallel()
				seen, got := exchange(t, broken{at, test.fail}, request)
				if got.response() != unavailable || strings.Contains(got.body, "disk") {
					t.Errorf("answer %s", got.body)
				}
				if signed := got.envelope.Sign != ""; signed != (at != "app" && at != "key") {
					t.Errorf("signed: %v", signed)
				}
				if seen.Dialect != "alipay" || seen.Call != alipay.MethodSend || seen.Code != "isp.unknow-error" {
					t.Errorf("noted %+v", seen)
				}
				if test.rule != "" && (seen.Refusal == nil || seen.Refusal.Rule != test.rule || seen.Err != nil) {
					t.Errorf("noted refusal %v, error %v", seen.Refusal, seen.Err)
				}
				if test.problem != "" && (seen.Err == nil || seen.Refusal != nil || !strings.Contains(seen.Err.Error(), test.problem)) {
					t.Errorf("noted error %v", seen.Err)
				}
			})
		}
	}
}

// What is noted of a call that went well or was refused.
func TestExchangesAreNoted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		request           params
		call, appID, code string
		rule              muban.Rule
	}{
		{anySend(), alipay.MethodSend, appID, "10000", ""},
		{anySend().but(params{"sign": "x"}), alipay.MethodSend, appID, "isv.invalid-signature", muban.RuleSignatureWrong},
		{anySend().but(params{"method": "-"}), "unknown", appID, "isv.missing-method", muban.RuleRequestMissing},
		{anySend().but(params{"method": "alipay.trade.pay"}), "unknown", appID, "isv.invalid-method", muban.RuleRequestParameter},
		{anySend().but(params{"timestamp": "-"}), alipay.MethodSend, appID, "isv.missing-timestamp", muban.RuleRequestMissing},
		{anySend().but(params{"app_auth_token": "t", "biz_content": "x"}).signedBy(appKey()), alipay.MethodSend, "another", "isv.invalid-parameter", muban.RuleRequestParameter},
	} {
		seen, _ := exchange(t, broken{}, test.request)
		if seen.Dialect != "alipay" || seen.Call != test.call || seen.AppID != test.appID || seen.Code != test.code || seen.Err != nil {
			t.Errorf("%v: noted %+v", test.request, seen)
		}
		if (seen.Refusal == nil) != (test.rule == "") || seen.Refusal != nil && seen.Refusal.Rule != test.rule {
			t.Errorf("%v: noted refusal %v", test.request, seen.Refusal)
		}
	}
}

// exchange makes one call and returns what was noted of it, and the answer.
func exchange(t *testing.T, service dialect.Service, request params) (httpx.Exchange, reply) {
	t.Helper()
	noted := make(chan httpx.Exchange, 1)
	server := httptest.NewServer(httpx.Wrap(dialect.New(service), httpx.Options{
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Observe: func(x *httpx.Exchange, _ int, _ time.Duration) { noted <- *x },
	}))
	t.Cleanup(server.Close)
	got := call(t, gatewayRequest(t, server.URL, request))
	return <-noted, got
}

func gatewayRequest(t *testing.T, url string, p params) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/gateway.do?"+p.values().Encode(), nil)
	must(t, err)
	return req
}

// Where it is not known whether a send was stored, any answer could be a lie.
func TestUnknownOutcomeClosesTheConnection(t *testing.T) {
	t.Parallel()
	service := broken{"send", func() error { return fmt.Errorf("commit: %w", muban.ErrOutcomeUnknown) }}
	url := serve(t, dialect.New(service), &stoppedClock{})
	res, err := http.DefaultTransport.RoundTrip(gatewayRequest(t, url, anySend()))
	if err == nil {
		must(t, res.Body.Close())
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("answered %v, error %v; want the connection closed", res, err)
	}
}

// The dialect also answers where nobody wrapped it.
func TestWithoutMiddleware(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	dialect.New(panics{}).ServeHTTP(rec, gatewayRequest(t, "http://x", anySend()))
	if want := `{"` + responseName + `":` + unavailable + `}`; rec.Code != http.StatusOK || rec.Body.String() != want {
		t.Errorf("answer %d %s", rec.Code, rec.Body)
	}
}

// panics is a service without any of its methods.
type panics struct{ dialect.Service }
