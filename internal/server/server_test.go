package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/server"
)

var token = strings.Repeat("t", 32)

func TestOptionsReportEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	err := server.Options{Listen: "nowhere", AdminToken: "short"}.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{`"nowhere"`, "--data DIR", "5 characters"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
	good := server.Options{Listen: "127.0.0.1:0", Data: "d", AdminToken: token}
	if err := good.Validate(); err != nil {
		t.Errorf("good options: %v", err)
	}
}

// What the service takes as its token, its clients can send.
func TestAdminTokens(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, token, want string }{
		{"the shortest", token, ""},
		{"white space around it", " " + token + "\n", ""},
		{"one too short", token[1:], "31 characters"},
		{"short, but of many bytes", strings.Repeat("密", 31), "31 characters"},
		{"no ASCII", token + "密钥", "character 33 is"},
		{"a space", token + " " + token, "character 33 is"},
		{"two lines", token + "\n" + token, "character 33 is"},
		{"a control character", "密\x00" + token, "character 1 is"},
	} {
		err := server.Options{Listen: "127.0.0.1:0", Data: "d", AdminToken: test.token}.Validate()
		if (err != nil) != (test.want != "") || err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), test.token)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// running is a started server's base URL.
func running(t *testing.T, o server.Options) string {
	t.Helper()
	o.Listen, o.Data, o.Log = "127.0.0.1:0", t.TempDir(), slog.New(slog.DiscardHandler)
	s, err := server.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if err := s.Stop(); err != nil {
			t.Errorf("a second stop: %v", err)
		}
	})
	return "http://" + s.Addr()
}

func TestEachPathHasItsSurface(t *testing.T) {
	t.Parallel()
	serve, dev := running(t, server.Options{AdminToken: token}), running(t, server.Options{Sandbox: true})
	hosting := running(t, server.Options{AdminToken: token, CloudApp: "wxnone"})
	for _, test := range []struct {
		url, token string
		status     int
		body       string
	}{
		{serve + "/healthz", "", 200, "alive"},
		{serve + "/readyz", "", 200, "ready"},
		{serve + "/metrics", "", 401, "unauthorized"},
		{serve + "/metrics", token, 200, "muban_outbox_waiting"},
		{serve + "/debug/pprof/heap", "", 401, "unauthorized"},
		{serve + "/api/v1/apps", "", 401, "unauthorized"},
		{serve + "/api/v1/apps", token, 200, `"items":[]`},
		{serve + "/api/v1/clock", token, 404, "not_found"},
		{serve + "/api/openapi.json", "", 200, "3.1"},
		{serve + "/cgi-bin/nothing", "", 200, "40066"},
		{serve + "/wxa/nothing", "", 200, "40066"},
		{serve + "/rest/2.0/nothing", "", 200, `"error_code":3`},
		{serve + "/oauth/2.0/token", "", 200, `"error"`},
		{serve + "//cgi-bin/token", "", 200, "40002"},
		{serve + "/gateway.do", "", 200, "isv.missing-app-id"},
		{serve + "/v3/alipay/nothing", "", 404, `"invalid-method"`},
		{serve + "//v3/alipay/system/oauth/token", "", 400, `"invalid-http-method"`},
		{dev + "/v3x", "", 404, "not_found"},
		{serve + "/admin", "", 200, `"INVALID_PARAM"`},
		{serve + "/cgi-bin/wxopen/template/list", "", 200, "41001"},
		{hosting + "/cgi-bin/wxopen/template/list", "", 200, "40013"},
		{serve + "/", "", 200, "Muban"},
		{dev + "/metrics", "", 200, "muban_outbox_waiting"},
		{dev + "/api/v1/clock", "", 200, "running"},
		{dev + "/nothing", "", 404, "not_found"},
	} {
		status, body := get(t, test.url, test.token)
		if status != test.status || !strings.Contains(body, test.body) {
			t.Errorf("GET %s: %d %.200s, want %d with %q", test.url, status, body, test.status, test.body)
		}
	}
}

func get(t *testing.T, url, token string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}
