package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/api"
)

func TestOnlyLocalHostsAndOwnOriginsPass(t *testing.T) {
	t.Parallel()
	tests := []struct {
		listen, host string
		origins      []string
		passes       bool
	}{
		{"127.0.0.1", "127.0.0.1:8080", nil, true},
		{"127.0.0.1", "127.0.0.1", nil, true},
		{"127.0.0.1", "localhost:8080", nil, true},
		{"127.0.0.1", "LOCALHOST:8080", nil, true},
		{"127.0.0.1", "[::1]:8080", nil, true},
		{"127.0.0.1", "[::1]", nil, true},
		{"127.0.0.1", "127.8.9.10:1", nil, true},
		{"127.0.0.1", "[::ffff:127.0.0.1]:8080", nil, true},
		{"127.0.0.1", "", nil, false},
		{"127.0.0.1", "evil.com", nil, false},
		{"127.0.0.1", "evil.com:8080", nil, false},
		{"127.0.0.1", "localhost.evil.com", nil, false},
		{"127.0.0.1", "127.0.0.1.evil.com:8080", nil, false},
		{"127.0.0.1", "evil.com#127.0.0.1", nil, false},
		{"127.0.0.1", "10.0.0.7:8080", nil, false},
		{"10.0.0.7", "10.0.0.7:8080", nil, true},
		{"10.0.0.7", "10.0.0.8:8080", nil, false},
		{"10.0.0.7", "127.0.0.1:8080", nil, true},
		{"sandbox.test", "Sandbox.Test:9", nil, true},
		{"sandbox.test", "evil.com", nil, false},
		{"0.0.0.0", "10.0.0.7:8080", nil, true},
		{"0.0.0.0", "evil.com:8080", nil, false},
		{"::", "[fd00::1]:8080", nil, true},
		{"", "10.0.0.7:8080", nil, true},
		{"", "evil.com", nil, false},

		{"127.0.0.1", "127.0.0.1:8080", []string{"http://127.0.0.1:8080"}, true},
		{"127.0.0.1", "localhost:8080", []string{"http://LocalHost:8080"}, true},
		{"127.0.0.1", "localhost:8080", []string{"http://127.0.0.1:8080"}, false},
		{"127.0.0.1", "localhost:8080", []string{"http://localhost:5173"}, false},
		{"127.0.0.1", "localhost:8080", []string{"http://localhost"}, false},
		{"127.0.0.1", "localhost:8080", []string{"https://evil.com"}, false},
		{"127.0.0.1", "localhost:8080", []string{"null"}, false},
		{"127.0.0.1", "localhost:8080", []string{""}, false},
		{"127.0.0.1", "localhost:8080", []string{"localhost:8080"}, false},
		{"127.0.0.1", "localhost:8080", []string{"file://localhost:8080"}, false},
		{"127.0.0.1", "localhost:8080", []string{"http://localhost:8080", "https://evil.com"}, false},
		{"127.0.0.1", "evil.com", []string{"http://evil.com"}, false},
	}
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, test := range tests {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/apps", nil)
		r.Host = test.host
		for _, origin := range test.origins {
			r.Header.Add("Origin", origin)
		}
		rec := httptest.NewRecorder()
		api.LocalOnly(next, test.listen).ServeHTTP(rec, r)
		got := answer{t, test.host + " " + strings.Join(test.origins, " "), rec.Code, rec.Header(), rec.Body.Bytes()}
		if test.passes {
			got.wantStatus(204)
		} else {
			got.wantProblem(403, "forbidden")
		}
	}
}

func TestTheAPIIsGuardedWhereItIsLocalOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.LocalOnly, o.ListenHost = true, "127.0.0.1" })
	w.must(200, "GET", "/api/v1/apps", "")
	w.call("GET", "/api/v1/apps", "", "Origin", w.server.URL).wantStatus(200)
	for _, path := range []string{"/api/v1/apps", "/api/openapi.json", "/api/v1/nothing"} {
		w.call("GET", path, "", "Origin", "https://evil.com").wantProblem(403, "forbidden")
	}
}

func TestEveryRouteNeedsTheToken(t *testing.T) {
	t.Parallel()
	const token = "0123456789abcdef0123456789abcdef"
	w := newWorld(t, func(o *api.Options) { o.AdminToken = token })
	for _, path := range []string{
		"/api/v1/apps", "/api/v1/apps/a", "/api/v1/clock", "/api/v1/nothing", "/api/v1", "/api/v2", "/api/%761/apps", "/%61pi/v1/apps", "/api//v1/apps",
	} {
		for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + token, token, "Bearer " + token + "x", "Bearer " + token[1:]} {
			got := w.call("GET", path, "", "Authorization", authorization)
			p := got.wantProblem(401, "unauthorized")
			if got.header.Get("WWW-Authenticate") != "Bearer" || strings.Contains(p.Detail, token) {
				t.Errorf("%s: %v %s", got.call, got.header, got.body)
			}
		}
	}
	w.call("GET", "/api/v1/apps", "", "Authorization", "Bearer "+token).wantStatus(200)
	w.call("GET", "/api/v1/apps", "", "Authorization", "bearer  "+token).wantStatus(200)
	w.call("GET", "/api/v1/nothing", "", "Authorization", "Bearer "+token).wantProblem(404, "not_found")
	w.call("GET", "/api/openapi.json", "").wantStatus(200)
	w.call("DELETE", "/api/openapi.json", "").wantProblem(405, "invalid_request")
}
