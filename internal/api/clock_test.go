package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/api"
)

const clock = "/api/v1/clock"

func TestTheClockIsToldAndMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	steps := []struct{ method, path, body, want string }{
		{"GET", clock, ``, `{"mode":"frozen","now":"2026-11-21T02:14:00.000Z"}`},
		{"PUT", clock, `{"mode":"running"}`, `{"mode":"running","now":"2026-11-21T02:14:00.000Z"}`},
		{"PUT", clock, `{"now":"2026-11-21T10:14:00.1239+08:00"}`, `{"mode":"running","now":"2026-11-21T02:14:00.123Z"}`},
		{"PUT", clock, `{"mode":"frozen","now":"2026-11-21T02:14:00.123Z"}`, `{"mode":"frozen","now":"2026-11-21T02:14:00.123Z"}`},
		{"POST", clock + "/advance", `{"by":"168h"}`, `{"mode":"frozen","now":"2026-11-28T02:14:00.123Z"}`},
		{"POST", clock + "/advance", `{"by":"1ms"}`, `{"mode":"frozen","now":"2026-11-28T02:14:00.124Z"}`},
	}
	for _, step := range steps {
		w.must(200, step.method, step.path, step.body).wantJSON(step.want)
	}
	if got := fmt.Sprint(w.clock.advanced); got != fmt.Sprint([]time.Duration{168 * time.Hour, time.Millisecond}) {
		t.Errorf("the clock was advanced by %s", got)
	}
}

func TestClockRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct {
		method, path, body string
		status             int
		code               string
		fields             []string
	}{
		{"PUT", clock, `{"now":"2026-11-21T02:13:59.999Z"}`, 409, "clock_backwards", nil},
		{"PUT", clock, `{}`, 422, "invalid_request", []string{"body", "give mode, now or both"}},
		{"PUT", clock, `{"mode":"fast"}`, 422, "invalid_request", []string{"body.mode", `is "fast"; expected value to be one of "running, frozen"`}},
		{"PUT", clock, `{"now":"tomorrow"}`, 422, "invalid_request", []string{"body.now", `is "tomorrow"; expected string to be RFC 3339 date-time`}},
		{"PUT", clock, `{"now":"2301-01-01T00:00:00Z"}`, 422, "invalid_request", []string{"body.now", "is 2301-01-01T00:00:00Z; it must be in the year 2300 or before"}},
		{"PUT", clock, `{"now":"9999-12-31T00:00:00Z","mode":"running"}`, 422, "invalid_request", []string{"body.now", "2300"}},
		{"POST", clock + "/advance", `{"by":"2500000h"}`, 422, "invalid_request", []string{"body.by", "is 2500000h; it must be so short that the clock stays in the year 2300 or before"}},
		{"PUT", clock, `{"now":1}`, 422, "invalid_request", []string{"body.now", "is 1; expected string"}},
		{"POST", clock + "/advance", `{}`, 422, "invalid_request", []string{"body.by", "is missing"}},
		{"POST", clock + "/advance", `{"by":"0s"}`, 422, "invalid_request", []string{"body.by", "is 0s; it must be a Go duration over 0"}},
		{"POST", clock + "/advance", `{"by":"-1h"}`, 422, "invalid_request", []string{"body.by", "is -1h; it must be a Go duration over 0"}},
		{"POST", clock + "/advance", `{"by":"7d"}`, 422, "invalid_request", []string{"body.by", "is 7d; it must be a Go duration over 0"}},
		{"POST", clock + "/advance", `{"by":"9999999h"}`, 422, "invalid_request", []string{"body.by", "of at most 2562047h"}},
		{"POST", clock + "/advance", `{"by":""}`, 422, "invalid_request", []string{"body.by", "is empty; it must be"}},
		{"POST", clock + "/advance", `{"by":3600}`, 422, "invalid_request", []string{"body.by", "is 3600; expected string"}},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.body, func(t *testing.T) {
			w := w.in(t)
			got := w.call(test.method, test.path, test.body)
			got.wantProblem(test.status, test.code)
			got.wantFields(test.fields...)
			w.must(200, "GET", clock, "").wantJSON(`{"mode":"frozen","now":"2026-11-21T02:14:00.000Z"}`)
		})
	}
	w.must(200, "PUT", clock, `{"now":"2300-12-31T23:59:59.999Z"}`)
	w.call("POST", clock+"/advance", `{"by":"1ms"}`).wantProblem(422, "invalid_request")
}

// What a server does not have is not there for a request that is wrong either.
func TestWhatTheServerLacksIsNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.Clock, o.Reset, o.Inspector = nil, nil, nil })
	for _, body := range []string{"", "{}", `{"mode":"fast"}`, `{"mode":"frozen"}`, `{"by":"1h"}`} {
		w.call("PUT", clock, body).wantProblem(404, "not_found")
		w.call("POST", clock+"/advance", body).wantProblem(404, "not_found")
		w.call("POST", "/api/v1/reset", body).wantProblem(404, "not_found")
	}
	w.call("GET", clock, "").wantProblem(404, "not_found")
	w.call("GET", "/api/v1/calls?limit=501", "").wantProblem(404, "inspector_off")
	w.call("GET", "/api/v1/calls/x?y=1", "").wantProblem(404, "inspector_off")
}
