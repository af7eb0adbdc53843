package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/dialect/wechat"
	"github.com/muban-dev/muban/internal/httpx"
)

// brokenSend is a service that knows every token and fails every send.
type brokenSend struct {
	wechat.Service
	fail func() error
}

func (s brokenSend) Authorize(context.Context, string, ...muban.Platform) (muban.App, error) {
	return muban.App{ID: appID, Platform: muban.WeChatMini}, nil
}

func (s brokenSend) Send(context.Context, muban.App, muban.SendRequest) (muban.Message, error) {
	return muban.Message{}, s.fail()
}

func (s brokenSend) SendLinked(context.Context, muban.App, string, muban.SendRequest) (muban.Message, error) {
	return muban.Message{}, s.fail()
}

// A failure of our own is -1 "system error" (protocol.md §1.3); its text
// stays inside.
func TestInternalErrorsAreSystemError(t *testing.T) {
	t.Parallel()
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
		for _, path := range []string{sendPath, officialSend, uniformSend} {
			t.Run(test.name+" "+path, func(t *testing.T) {
				t.Parallel()
				seen := exchanges(t, brokenSend{fail: test.fail}, path, func(r reply) {
					text, rid, _ := strings.Cut(r.ErrMsg, " rid: ")
					if r.code() != -1 || text != "system error" || len(rid) != len("xxxxxxxx-xxxxxxxx-xxxxxxxx") {
						t.Errorf("answer %s", r.Body)
					}
				})
				if seen.Dialect != "wechat" || "/cgi-bin/"+seen.Call != path || seen.AppID != appID || seen.Code != "-1" {
					t.Errorf("noted %+v", seen)
				}
				if test.rule != "" && (seen.Refusal == nil || seen.Refusal.Rule != test.rule || seen.Err != nil) {
					t.Errorf("noted refusal %v, error %v", seen.Refusal, seen.Err)
				}
				if test.problem != "" && (seen.Err == nil || !strings.Contains(seen.Err.Error(), test.problem)) {
					t.Errorf("noted error %v", seen.Err)
				}
			})
		}
	}
}

func TestSuccessIsNoted(t *testing.T) {
	t.Parallel()
	seen := exchanges(t, brokenSend{fail: func() error { return nil }}, sendPath, func(r reply) { r.is(accepted) })
	if seen.Code != "0" || seen.Refusal != nil || seen.Err != nil || seen.AppID != appID {
		t.Errorf("noted %+v", seen)
	}
}

// exchanges makes one send to the service and returns what was noted of it.
func exchanges(t *testing.T, service wechat.Service, path string, check func(reply)) httpx.Exchange {
	t.Helper()
	noted := make(chan httpx.Exchange, 1)
	server := httptest.NewServer(httpx.Wrap(wechat.New(service), httpx.Options{
		Now: time.Now, Log: silent(),
		Observe: func(x *httpx.Exchange, _ int, _ time.Duration) { noted <- *x },
	}))
	t.Cleanup(server.Close)
	check(call(t, sendTo(t, server.URL+path)))
	return <-noted
}

func sendTo(t *testing.T, url string) *http.Request {
	t.Helper()
	body := `{"mp_template_msg":{"appid":"wx0"}}` // only uniform_send wants more than {}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"?access_token=x", strings.NewReader(body))
	must(t, err)
	return req
}

// Where it is not known whether a send was stored, any answer could be a lie.
func TestUnknownOutcomeClosesTheConnection(t *testing.T) {
	t.Parallel()
	service := brokenSend{fail: func() error { return fmt.Errorf("commit: %w", muban.ErrOutcomeUnknown) }}
	url := serve(t, wechat.New(service), &stoppedClock{})
	res, err := http.DefaultTransport.RoundTrip(sendTo(t, url+sendPath))
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
	wechat.New(nil).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/cgi-bin/wxopen/template/list", nil))
	if rec.Code != http.StatusOK || !strings.HasPrefix(rec.Body.String(), `{"errcode":-1,"errmsg":"system error rid: `) {
		t.Errorf("answer %d %s", rec.Code, rec.Body)
	}
}
