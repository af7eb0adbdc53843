package cloudcall_test

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
	"github.com/muban-dev/muban/internal/dialect/cloudcall"
	"github.com/muban-dev/muban/internal/dialect/wechat"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
)

// broken is WeChat's API, whose calls all fail, and a service that believes
// every signature.
type broken struct {
	*wechat.Handler
	fail func() error
}

func (b broken) Call(context.Context, muban.App, string, []byte) (any, error) { return nil, b.fail() }

func (broken) AuthorizeSigned(context.Context, messaging.SignedRequest, ...muban.Platform) (muban.App, error) {
	return muban.App{ID: appID, Platform: muban.WeChatMini}, nil
}

func (broken) AuthorizeCloud(_ context.Context, caller muban.App, _ messaging.CloudCall, _ ...muban.Platform) (muban.App, error) {
	return caller, nil
}

// A failure of our own is -1 "system error", as over HTTP; its text stays
// inside.
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
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			seen := exchange(t, test.fail, func(r reply) {
				text, rid, _ := strings.Cut(r.ErrMsg, " rid: ")
				if r.outcome() != "-1" || text != "system error" || len(rid) != len("xxxxxxxx-xxxxxxxx-xxxxxxxx") {
					t.Errorf("answer %s", r.Body)
				}
			})
			if seen.Dialect != "cloudcall" || seen.Call != "templateMessage.send" || seen.AppID != appID || seen.Code != "-1" {
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

// exchange makes one send to the broken API and returns what was noted of it.
func exchange(t *testing.T, fail func() error, check func(reply)) httpx.Exchange {
	t.Helper()
	noted := make(chan httpx.Exchange, 1)
	server := httptest.NewServer(httpx.Wrap(brokenHandler(fail), httpx.Options{
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Observe: func(x *httpx.Exchange, _ int, _ time.Duration) { noted <- *x },
	}))
	t.Cleanup(server.Close)
	check(do(t, brokenSend(t, server.URL)))
	return <-noted
}

func brokenHandler(fail func() error) http.Handler {
	b := broken{wechat.New(nil), fail}
	return cloudcall.New(b, b, &stoppedClock{now: began})
}

func brokenSend(t *testing.T, url string) *http.Request {
	t.Helper()
	return request(t, url, sent{call: "templateMessage.send", at: began})
}

// What is noted of a call that was not served names it from a fixed set.
func TestWhatIsNoted(t *testing.T) {
	t.Parallel()
	noted := make(chan httpx.Exchange, 1)
	b := broken{wechat.New(nil), func() error { return nil }}
	server := httptest.NewServer(httpx.Wrap(cloudcall.New(b, b, &stoppedClock{now: began}), httpx.Options{
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Observe: func(x *httpx.Exchange, _ int, _ time.Duration) { noted <- *x },
	}))
	t.Cleanup(server.Close)
	for _, test := range []struct {
		sent              sent
		call, appID, code string
	}{
		{sent{call: "templateMessage.send"}, "templateMessage.send", appID, "0"},
		{sent{call: "made.up"}, "unknown", appID, "-604100"},
		{sent{call: "templateMessage.send", at: began.Add(time.Hour)}, "unknown", "", "SIGN_PARAM_INVALID"},
	} {
		if test.sent.at.IsZero() {
			test.sent.at = began
		}
		do(t, request(t, server.URL, test.sent))
		if x := <-noted; x.Call != test.call || x.AppID != test.appID || x.Code != test.code {
			t.Errorf("%+v: noted %+v", test.sent, x)
		}
	}
}

// Where it is not known whether a send was stored, any answer could be a lie.
func TestUnknownOutcomeClosesTheConnection(t *testing.T) {
	t.Parallel()
	url := serve(t, brokenHandler(func() error { return fmt.Errorf("commit: %w", muban.ErrOutcomeUnknown) }))
	res, err := http.DefaultTransport.RoundTrip(brokenSend(t, url))
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
	brokenHandler(nil).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/admin", nil))
	if rec.Code != http.StatusOK || !strings.HasPrefix(rec.Body.String(), `{"code":"INVALID_PARAM","message":"invalid method","requestId":"`) {
		t.Errorf("answer %d %s", rec.Code, rec.Body)
	}
}
