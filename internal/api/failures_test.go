package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/api"
)

// brokenClock fails as it is told to, which is the shortest way to a failure
// inside a call.
type brokenClock struct {
	testClock
	err   error
	panic any
}

func (c *brokenClock) Advance(context.Context, time.Duration) error {
	if c.panic != nil {
		panic(c.panic)
	}
	return c.err
}

func advance(t *testing.T, clock api.Clock) (*world, answer) {
	t.Helper()
	w := newWorld(t, func(o *api.Options) { o.Clock = clock })
	return w, w.call("POST", "/api/v1/clock/advance", `{"by":"1h"}`)
}

func TestWhatFailsInsideStaysInside(t *testing.T) {
	t.Parallel()
	for name, clock := range map[string]*brokenClock{
		"error": {err: errors.New("disk full at /var/lib/muban")},
		"panic": {panic: "nil map at /var/lib/muban"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, got := advance(t, clock)
			p := got.wantProblem(500, "internal")
			if strings.Contains(string(got.body), "/var/lib") || len(p.Errors) != 0 {
				t.Errorf("the answer tells: %s", got.body)
			}
			if x := w.exchanges.last(); x.Err == nil || !strings.Contains(x.Err.Error(), "/var/lib/muban") || x.Code != "internal" {
				t.Errorf("the log gets %v, code %q", x.Err, x.Code)
			}
		})
	}
}

func TestBusyIsAnsweredWithWhenToTryAgain(t *testing.T) {
	t.Parallel()
	w, got := advance(t, &brokenClock{err: muban.Refuse(muban.RuleBusy)})
	got.wantProblem(503, "busy")
	if after := got.header.Get("Retry-After"); after != "1" {
		t.Errorf("Retry-After %q", after)
	}
	if err := w.exchanges.last().Err; err != nil {
		t.Errorf("busy is logged as %v", err)
	}
}

func TestAnUnknownOutcomeIsNotAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.Clock = &brokenClock{err: muban.ErrOutcomeUnknown} })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/api/v1/clock/advance", strings.NewReader(`{"by":"1h"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
		t.Fatalf("answered %d", resp.StatusCode)
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("the connection ended with %v", err)
	}
}

// A body that breaks off is answered, not waited for, and is not the
// server's failure.
func TestABodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/apps", strings.NewReader(`{"platform"`))
	r.ContentLength = 100
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	got := answer{t, "POST", rec.Code, rec.Header(), rec.Body.Bytes()}
	got.wantProblem(422, "invalid_request")
	got.wantFields("body", "ended before it was complete")
}
