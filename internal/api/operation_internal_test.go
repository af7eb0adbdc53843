package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/muban-dev/muban/internal/httpx"
)

// TestReadsOfAStoreThatHangs: a read that the store does not answer is busy
// after a while, and one that waits for something that long after its longest
// wait; a write is the store's to bound.
func TestReadsOfAStoreThatHangs(t *testing.T) {
	t.Parallel()
	type waiting struct {
		Wait Wait `query:"wait"`
	}
	type plain struct{}
	for name, test := range map[string]struct {
		add  func(*api)
		want time.Duration
	}{
		"a read":            {add: hanging[plain]("GET /hangs"), want: 30 * time.Second},
		"a read that waits": {add: hanging[waiting]("GET /hangs"), want: 90 * time.Second},
		"a write":           {add: hanging[plain]("POST /hangs")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &api{mux: http.NewServeMux()}
				a.huma = humago.New(a.mux, humaConfig())
				test.add(a)
				method := http.MethodGet
				if test.want == 0 {
					method = http.MethodPost
				}
				ctx, hangUp := context.WithTimeout(t.Context(), time.Hour)
				defer hangUp()
				rec, began := httptest.NewRecorder(), time.Now()
				handler := httpx.Wrap(a.mux, httpx.Options{Now: time.Now})
				handler.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, method, "/hangs", nil))
				took := time.Since(began)
				if test.want == 0 {
					if took != time.Hour {
						t.Errorf("it was given up after %v", took)
					}
					return
				}
				if rec.Code != http.StatusServiceUnavailable || took != test.want || rec.Header().Get("Retry-After") == "" {
					t.Errorf("%d after %v with %v, want 503 after %v", rec.Code, took, rec.Header(), test.want)
				}
			})
		})
	}
}

// hanging registers a call whose store does not answer.
func hanging[I any](pattern string) func(*api) {
	return func(a *api) {
		handle(a, pattern, doc{id: "hangs"}, func(ctx context.Context, _ *I) (*Answer[string], error) {
			<-ctx.Done()
			return nil, fmt.Errorf("reading: %w", ctx.Err())
		})
	}
}
