package baidu_test

import (
	"context"
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
	"github.com/muban-dev/muban/internal/dialect/baidu"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
)

// broken is a service that knows every token and fails all that is asked.
type broken struct {
	baidu.Service
	fail func() error
}

func (s broken) Authorize(context.Context, string, ...muban.Platform) (muban.App, error) {
	return muban.App{ID: appKey, Platform: muban.Baidu}, nil
}

func (s broken) MayPush(muban.App) error { return nil }

func (s broken) Send(context.Context, muban.App, muban.SendRequest) (muban.Message, error) {
	return muban.Message{ID: 158}, s.fail()
}

func (s broken) DeleteTemplate(context.Context, string, string) error { return s.fail() }

func (s broken) SignInTo(context.Context, muban.App, string) (messaging.SignedIn, error) {
	return messaging.SignedIn{}, s.fail()
}

func (s broken) IssueToken(context.Context, messaging.TokenRequest) (messaging.IssuedToken, error) {
	return messaging.IssuedToken{
		Text: "24.0.2592000.1573901211.282335-1", ExpiresIn: 2592000 * time.Second, App: muban.App{ID: appKey},
	}, s.fail()
}

const (
	sendAnything = sendPath + "?access_token=x&template_id=x&touser=x&data={}&scene_id=x&scene_type=1"
	deleteAny    = templatePath + "templatedel?access_token=x&template_id=x"
	sendFailed   = `{"errno":4002,"msg":"消息推送接口调用失败"}`
	unavailable  = `{"error_code":2,"error_msg":"Service temporarily unavailable"}`
	oauthFailed  = `{"error":"temporarily_unavailable","error_description":"Service temporarily unavailable",` +
		`"error_code":2,"error_msg":"Service temporarily unavailable"}`
)

// Design.md §5, overload: errno 4002 on send, error_code 2 elsewhere, with
// OAuth's error beside it below /oauth. The text of the error stays inside.
func TestOurOwnFailures(t *testing.T) {
	t.Parallel()
	for _, path := range []struct{ url, call, appID, answer, code string }{
		{sendAnything, "template/send", appKey, sendFailed, "4002"},
		{deleteAny, "template/templatedel", appKey, unavailable, "2"},
		{newSessionPath + "?access_token=x&code=x", "getsessionkey", appKey, unavailable, "2"},
		{tokenURL, "oauth/2.0/token", "", oauthFailed, "temporarily_unavailable"},
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
			t.Run(path.call+" "+test.name, func(t *testing.T) {
				t.Parallel()
				seen := exchange(t, broken{fail: test.fail}, path.url, path.answer)
				if seen.Dialect != "baidu" || seen.Call != path.call || seen.AppID != path.appID || seen.Code != path.code {
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
	fine := broken{fail: func() error { return nil }}
	for _, test := range []struct {
		url, answer, call, appID, code string
		rule                           muban.Rule
	}{
		{sendAnything, `{"errno":0,"msg":"success","data":{"msg_key":158}}`, "template/send", appKey, "0", ""},
		{deleteAny, `{"errno":0,"msg":"success","data":[]}`, "template/templatedel", appKey, "0", ""},
		{
			tokenURL, `{"access_token":"24.0.2592000.1573901211.282335-1","expires_in":2592000,` +
				`"refresh_token":"25.be011c692f8f0dda712004dac7a0b9ce.2592000.1573901211.282335-1",` +
				`"scope":"smartapp_snsapi_base","session_key":"","session_secret":""}`,
			"oauth/2.0/token", appKey, "0", "",
		},
		{sendPath, `{"errno":2002,"msg":"参数错误"}`, "template/send", appKey, "2002", muban.RuleRequestParameter},
		{templatePath + "templatesend", `{"error_code":3,"error_msg":"Unsupported openapi method"}`, "unknown", "", "3", muban.RuleRequestPath},
		{"/oauth/2.0/authorize", `{"error":"invalid_request","error_description":"The request is not one that this server knows"}`, "unknown", "", "invalid_request", muban.RuleRequestPath},
	} {
		seen := exchange(t, fine, test.url, test.answer)
		if seen.Dialect != "baidu" || seen.Call != test.call || seen.AppID != test.appID || seen.Code != test.code || seen.Err != nil {
			t.Errorf("%s: noted %+v", test.url, seen)
		}
		if (seen.Refusal == nil) != (test.rule == "") || seen.Refusal != nil && seen.Refusal.Rule != test.rule {
			t.Errorf("%s: noted refusal %v", test.url, seen.Refusal)
		}
	}
}

// exchange makes one call and returns what was noted of it.
func exchange(t *testing.T, service baidu.Service, path, answer string) httpx.Exchange {
	t.Helper()
	noted := make(chan httpx.Exchange, 1)
	server := httptest.NewServer(httpx.Wrap(baidu.New(service), httpx.Options{
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Observe: func(x *httpx.Exchange, _ int, _ time.Duration) { noted <- *x },
	}))
	t.Cleanup(server.Close)
	call(t, request(t, server.URL+path)).is(answer)
	return <-noted
}

func request(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
	must(t, err)
	return req
}

// Where it is not known whether a send was stored, any answer could be a lie.
func TestUnknownOutcomeClosesTheConnection(t *testing.T) {
	t.Parallel()
	service := broken{fail: func() error { return fmt.Errorf("commit: %w", muban.ErrOutcomeUnknown) }}
	url := serve(t, baidu.New(service), &stoppedClock{})
	res, err := http.DefaultTransport.RoundTrip(request(t, url+sendAnything))
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
	for path, want := range map[string]string{sendPath: sendFailed, templatePath + "templatelist": unavailable, tokenURL: oauthFailed} {
		rec := httptest.NewRecorder()
		baidu.New(panics{}).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, nil))
		if rec.Code != http.StatusOK || rec.Body.String() != want {
			t.Errorf("%s: answer %d %s", path, rec.Code, rec.Body)
		}
	}
}

// panics is a service without any of its methods.
type panics struct{ baidu.Service }
