package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/api"
	"github.com/muban-dev/muban/internal/httpx"
)

func TestBodiesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct{ name, body, message string }{
		{"empty", "", "is missing"},
		{"cut off", `{"platform":`, "is not JSON: unexpected end"},
		{"no JSON", "platform=baidu&name=n", "is not JSON: invalid character"},
		{"two values", `{"platform":"baidu","name":"n"} {}`, "is not JSON: invalid character"},
		{"a list", `[]`, "is not a JSON object"},
		{"null", `null`, "is not a JSON object"},
		{"not UTF-8", "{\"platform\":\"baidu\",\"name\":\"\xff\"}", "is not UTF-8"},
		{"a number that no float64 holds", `{"platform":"baidu","name":"n","daily_limit":1e999}`, "has number 1e999, which is too large"},
		{"such a number for a text", `{"platform":"baidu","name":-1e999}`, "has number -1e999, which is too large"},
		{"nested a million deep", strings.Repeat("[", httpx.MaxBody), "exceeded max depth"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := w.in(t).call("POST", "/api/v1/apps", test.body)
			got.wantProblem(422, "invalid_request")
			got.wantFields("body", test.message)
		})
	}
}

func TestJSONIsAssumedWhateverTheContentType(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, contentType := range []string{"", "application/x-www-form-urlencoded", "text/plain; charset=gbk", "application/cbor", "+;", "multipart/form-data"} {
		body := fmt.Sprintf(`{"platform":"baidu","name":"n","app_id":"a%d"}`, i)
		w.call("POST", "/api/v1/apps", body, "Content-Type", contentType).wantStatus(201)
	}
	for _, accept := range []string{"text/html", "application/problem+json", "json", "application/json;q=0"} {
		got := w.call("GET", "/api/v1/apps/a1", "", "Accept", accept)
		got.wantStatus(200)
		if contentType := got.header.Get("Content-Type"); contentType != "application/json" {
			t.Errorf("Accept %q is answered as %q", accept, contentType)
		}
	}
}

// Unknown members are refused also where a call knows none at all: who sends a
// secret to be reset to, or a time to a login code, must not believe that it was
// taken (contract.md §3).
func TestCallsWithoutABodyTakeNoMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.Reset = func(context.Context) error { return nil } })
	app, _ := w.sender("wechat-mini", "o1")
	home := "/api/v1/apps/" + app
	for path, status := range map[string]int{
		home + "/secret/reset":         201,
		home + "/tokens/revoke":        204,
		home + "/users/o1/login-codes": 201,
		"/api/v1/reset":                204,
	} {
		got := w.call("POST", path, `{"secret":"s","expires_in":60}`)
		got.wantProblem(422, "invalid_request")
		got.wantFields("body.expires_in", "does not exist; this call takes no body", "body.secret", "does not exist")
		// What clients send of their own accord where there is nothing to say.
		for _, body := range []string{"", "{}", "null", `""`, "[]", "a=b"} {
			w.must(status, "POST", path, body)
		}
	}
	many := strings.Repeat(`"a":1,`, 9) + `"` + strings.Repeat("x", httpx.MaxBody) + `":1`
	w.call("POST", home+"/tokens/revoke", "{"+many+"}").wantProblem(413, "too_large")
}

// One of two filters must not be passed over.
func TestParametersThatAreGivenTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.call("GET", "/api/v1/messages?state=refused&limit=1&state=failed", "")
	got.wantProblem(422, "invalid_request")
	got.wantFields("query.state", "is given 2 times; give it once")
	got = w.call("GET", "/api/v1/apps?nope=1&nope=2", "")
	got.wantProblem(422, "invalid_request")
	got.wantFields("query.nope", "does not exist; known are limit, cursor")
	got = w.call("GET", "/api/v1/clock?none=1&none=2", "")
	got.wantProblem(422, "invalid_request")
	got.wantFields("query.none", "does not exist; known are none")
}

func TestBodiesOverTheLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := func(size int) string {
		const frame = `{"platform":"baidu","name":"n","app_cert":""}`
		return strings.Replace(frame, `""`, `"`+strings.Repeat("x", size-len(frame))+`"`, 1)
	}
	w.call("POST", "/api/v1/apps", body(httpx.MaxBody+1)).wantProblem(413, "too_large")
	// The last size that is read is judged by what is in it.
	w.call("POST", "/api/v1/apps", body(httpx.MaxBody)).wantProblem(422, "not_on_this_platform")
}

// A small request must not be answered with a huge document.
func TestErrorsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var members strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&members, `,"%d%s":1`, i, strings.Repeat("x", 80))
	}
	got := w.call("POST", "/api/v1/apps", `{"platform":"baidu","name":"n"`+members.String()+`}`)
	p := got.wantProblem(422, "invalid_request")
	if len(p.Errors) != 20 || !strings.HasSuffix(p.Detail, "and 9997 more") || len(got.body) > 20_000 {
		t.Errorf("%d errors in %d bytes: %s", len(p.Errors), len(got.body), p.Detail)
	}
}

func TestRoutesThatDoNotExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{
		"/", "/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/apps", "/api/v1/apps/", "/api/v1/apps//users", "/api/v1//apps",
		"/api/v1/apps/a/../b", "/api/v1/apps/./a", "/api/v1/APPS", "/api/v1/apps/a/authorization", "/api/v1/callbacks/", "/api/v1/calls/", "/api/v1/streams",
		"/api/v1/apps/a/b/c/d", "/api/openapi.yaml", "/api/docs", "/docs", "/schemas/App.json",
	} {
		got := w.call("GET", path, "")
		got.wantProblem(404, "not_found")
		if got.header.Get("Location") != "" {
			t.Errorf("%s redirects to %s", path, got.header.Get("Location"))
		}
	}
}

func TestMethodsThatDoNotExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct{ method, path, allow string }{
		{"PUT", "/api/v1/apps", "GET, HEAD, POST"},
		{"POST", "/api/v1/apps/a", "GET, HEAD, PATCH, DELETE"},
		{"GET", "/api/v1/apps/a/secret/reset", "POST"},
		{"DELETE", "/api/v1/messages/1", "GET, HEAD"},
		{"PATCH", "/api/v1/clock", "GET, HEAD, PUT"},
		{"OPTIONS", "/api/v1/apps", "GET, HEAD, POST"},
		{"BREW", "/api/v1/apps", "GET, HEAD, POST"},
		{"POST", "/api/openapi.json", "GET, HEAD"},
	}
	for _, test := range tests {
		got := w.call(test.method, test.path, "")
		got.wantProblem(405, "invalid_request")
		if allow := got.header.Get("Allow"); allow != test.allow {
			t.Errorf("%s: Allow %q, want %q", got.call, allow, test.allow)
		}
	}
	if got := w.call("HEAD", "/api/v1/apps", ""); got.status != 200 || len(got.body) != 0 {
		t.Errorf("HEAD: %d %q", got.status, got.body)
	}
}

// Every request is named for log and metrics from a small fixed set.
func TestRequestsAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.app("baidu", "")
	tests := []struct{ method, path, call, code string }{
		{"GET", "/api/v1/apps", "listApps", ""},
		{"GET", "/api/v1/apps/" + app, "getApp", ""},
		{"GET", "/api/v1/apps/nobody", "getApp", "not_found"},
		{"GET", "/api/v1/apps?limit=0", "listApps", "invalid_request"},
		{"POST", "/api/v1/apps", "createApp", "invalid_request"},
		{"GET", "/api/openapi.json", "getOpenAPI", ""},
		{"GET", "/api/v1/nothing", "none", "not_found"},
		{"PUT", "/api/v1/apps", "none", "invalid_request"},
	}
	for _, test := range tests {
		w.call(test.method, test.path, "")
		x := w.exchanges.last()
		if x.Dialect != "api" || x.Call != test.call || x.Code != test.code || x.Err != nil {
			t.Errorf("%s %s: %s %s %q %v, want api %s %q", test.method, test.path, x.Dialect, x.Call, x.Code, x.Err, test.call, test.code)
		}
	}
	w.call("GET", "/api/v1/apps/nobody", "")
	if x := w.exchanges.last(); x.Refusal == nil || x.Refusal.Rule != "object.unknown" || x.AppID != "nobody" {
		t.Errorf("exchange %+v", x)
	}
	if got := w.call("GET", "/api/v1/apps/nobody", ""); !strings.Contains(got.header.Get(httpx.RefusalHeader), `"object.unknown"`) {
		t.Errorf("%s: %q", httpx.RefusalHeader, got.header.Get(httpx.RefusalHeader))
	}
}

func TestAnswersAreNotCached(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/api/v1/apps", "/api/v1/nothing"} {
		got := w.call("GET", path, "")
		if cache := got.header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, cache)
		}
		if date := got.header.Get("Date"); date != began.Format(http.TimeFormat) {
			t.Errorf("%s: Date %q", path, date)
		}
	}
}
