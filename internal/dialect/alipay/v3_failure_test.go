package alipay_test

import (
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
	"github.com/muban-dev/muban/wire/alipay"
)

// Our own failures, and what is noted of a call.
func TestV3OurOwnFailures(t *testing.T) {
	t.Parallel()
	for at, uri := range map[string]string{"app": alipay.V3PathSend, "key": alipay.V3PathSend, "others": alipay.V3PathSend, "permission": alipay.V3PathSend, "send": alipay.V3PathSend, "login": alipay.V3PathOAuthToken} {
		for problem, fail := range map[string]func() error{
			"disk /var/x is full": func() error { return errors.New("disk /var/x is full") },
			"nil map":             func() error { panic("nil map") },
			"":                    func() error { return muban.Refuse(muban.RuleBusy) },
		} {
			noted := make(chan httpx.Exchange, 1)
			clock := &stoppedClock{now: time.Now()}
			server := httptest.NewServer(httpx.Wrap(dialect.NewV3(broken{at, fail}, clock), httpx.Options{
				Now: time.Now, Log: slog.New(slog.DiscardHandler),
				Observe: func(x *httpx.Exchange, _ int, _ time.Duration) { noted <- *x },
			}))
			w := &world{T: t, clock: clock, url: server.URL}
			r := w.v3Asking(uri, `{"to_user_id":"2088","form_id":"f","user_template_id":"t","data":"{}"}`).signedBy(appKey())
			if at == "others" {
				r = r.signedBy(otherKey())
			}
			got, seen := w.ask3(r), <-noted
			server.Close()
			if got.status != http.StatusInternalServerError || got.Code != "unknow-error" || strings.Contains(got.body, "disk") {
				t.Errorf("%s, %s: answer %d %s", at, problem, got.status, got.body)
			}
			if signed := got.header.Get(alipay.V3Signature) != ""; signed != (at != "app" && at != "key") {
				t.Errorf("%s: signed: %v", at, signed)
			}
			if seen.Dialect != "alipay" || "/"+seen.Call != uri || seen.Code != "unknow-error" || (seen.Err == nil) != (problem == "") {
				t.Errorf("%s, %s: noted %+v", at, problem, seen)
			}
		}
	}
}

// What is noted of a call, which is that of the app that it is made for from
// the authorization on.
func TestV3ExchangesAreNoted(t *testing.T) {
	t.Parallel()
	noted := make(chan httpx.Exchange, 1)
	clock := &stoppedClock{now: time.Now()}
	server := httptest.NewServer(httpx.Wrap(dialect.NewV3(broken{}, clock), httpx.Options{
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Observe: func(x *httpx.Exchange, _ int, _ time.Duration) { noted <- *x },
	}))
	t.Cleanup(server.Close)
	w := &world{T: t, clock: clock, url: server.URL}
	send := w.v3Asking(alipay.V3PathSend, `{"to_user_id":"2088","form_id":"f","user_template_id":"t","data":"{}"}`)
	acting := send.with(alipay.V3AppAuthToken, "t")
	acting.body = "x"
	path := strings.TrimPrefix(alipay.V3PathSend, "/")
	for _, test := range []struct {
		request           v3
		call, appID, code string
	}{
		{send.signedBy(appKey()), path, appID, ""},
		{send.signedBy(otherKey()), path, appID, "invalid-signature"},
		{w.v3Asking("/v3/alipay/trade/pay", "{}").signedBy(appKey()), "unknown", appID, "invalid-method"},
		{acting.signedBy(otherKey()), path, appID, "invalid-signature"},
		{acting.signedBy(appKey()), path, "another", "illegal-json"},
	} {
		w.ask3(test.request)
		seen := <-noted
		if seen.Dialect != "alipay" || seen.Call != test.call || seen.AppID != test.appID || seen.Code != test.code || seen.Err != nil {
			t.Errorf("%v: noted %+v", test.request, seen)
		}
	}
}

func TestV3UnknownOutcomeClosesTheConnection(t *testing.T) {
	t.Parallel()
	clock := &stoppedClock{now: time.Now()}
	service := broken{"send", func() error { return fmt.Errorf("commit: %w", muban.ErrOutcomeUnknown) }}
	w := &world{T: t, clock: clock, url: serve(t, dialect.NewV3(service, clock), clock)}
	r := w.v3Asking(alipay.V3PathSend, `{"to_user_id":"2088","form_id":"f","user_template_id":"t","data":"{}"}`).signedBy(appKey())
	req, err := http.NewRequestWithContext(t.Context(), r.method, w.url+r.uri, strings.NewReader(r.body))
	must(t, err)
	req.Header.Set("Authorization", r.scheme+" "+r.authString()+",sign="+r.sign)
	res, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		must(t, res.Body.Close())
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("answered %v, error %v; want the connection closed", res, err)
	}
}

// The inspector is told in the clear what an encrypted call said.
func TestV3CallsInWords(t *testing.T) {
	t.Parallel()
	w := newV3World(t)
	told := make(chan [2]string, 1)
	server := httptest.NewServer(httpx.Wrap(dialect.NewV3(w.service, w.clock), httpx.Options{
		Now: w.clock.Now, Log: slog.New(slog.DiscardHandler), Inspect: func(x httpx.Exchanged) {
			var both [2]string
			if x.Plain != nil {
				both[0], both[1] = x.Plain()
			}
			told <- both
		},
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	w.ask3(w.v3Sending("none").signedBy(appKey()))
	if got := <-told; got != [2]string{} {
		t.Errorf("told %q", got)
	}
	w.set(func(a *muban.App) { a.ContentKey = contentKey })
	key, err := alipay.ParseContentKey(contentKey)
	must(t, err)
	body := w.content(w.form()).json()
	text, err := alipay.EncryptContent(key, []byte(body))
	must(t, err)
	w.ask3(w.v3Asking(alipay.V3PathSend, text).with(alipay.V3EncryptType, "AES").signedBy(appKey()))
	if got := <-told; got != [2]string{body, "{}"} {
		t.Errorf("told %q", got)
	}
}
