package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/apiclient"
)

// These are the cases that no real Muban can be brought to; testdata has the
// others.

// platform is a server that answers paths; any other is not found.
func platform(t *testing.T, answers map[string]http.HandlerFunc) string {
	t.Helper()
	all := map[string]http.HandlerFunc{
		"/api/v1/apps/app":             say(200, "application/json", `{"app_id":"app","platform":"wechat-mini","secret":"s"}`),
		"/api/v1/apps/app/users/u":     say(200, "application/json", `{"open_id":"u"}`),
		"/api/v1/apps/app/grants/g":    say(200, "application/json", `{"id":"g","kind":"form"}`),
		"/api/v1/messages":             say(200, "application/json", `{"items":[{"id":"1"}]}`),
		"/api/v1/messages/1":           say(200, "application/json", `{"id":"1","state":"delivered"}`),
		"/cgi-bin/stable_token":        say(200, "application/json", `{"access_token":"t","expires_in":7200}`),
		"/oauth/2.0/token":             say(200, "application/json", `{"access_token":"t","expires_in":2592000}`),
		weChatSendPath:                 say(200, "application/json", `{"errcode":0,"errmsg":"ok"}`),
		"/api/v1/apps/app/templates/t": say(200, "application/json", `{"template_id":"t","content":"","keywords":[]}`),
	}
	maps.Copy(all, answers)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer := all[r.URL.Path]; answer != nil {
			answer(w, r)
			return
		}
		say(404, "application/problem+json", `{"code":"not_found","detail":"there is nothing at `+r.URL.Path+`"}`)(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const weChatSendPath = "/cgi-bin/message/wxopen/template/send"

func say(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestSendWhereThePlatformIsStrange(t *testing.T) {
	t.Parallel()
	baiduApp := say(200, "application/json", `{"app_id":"app","platform":"baidu","secret":"s"}`)
	const baiduSendPath = "/rest/2.0/smartapp/template/send"
	for _, test := range []struct {
		name       string
		answers    map[string]http.HandlerFunc
		wantCode   int
		wantStderr string
	}{
		{"nothing strange", nil, exitOK, ""},
		{
			"the connection is closed on the send",
			map[string]http.HandlerFunc{weChatSendPath: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
			exitFailed, "may or may not be stored",
		},
		{
			"the connection is closed on the token",
			map[string]http.HandlerFunc{"/cgi-bin/stable_token": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
			exitUnreachable, "cannot reach",
		},
		{
			"a web page",
			map[string]http.HandlerFunc{weChatSendPath: say(502, "text/html", "<html>")},
			exitFailed, "as no Muban does",
		},
		{
			"an error page in JSON",
			map[string]http.HandlerFunc{weChatSendPath: say(502, "application/json", `{"message":"bad gateway"}`)},
			exitFailed, "502 Bad Gateway",
		},
		{
			"a code that no table has",
			map[string]http.HandlerFunc{weChatSendPath: say(200, "application/json", `{"errcode":12345,"errmsg":"what\u001b[31m"}`)},
			exitRefused, "refused the send: 12345 what\uFFFD[31m",
		},
		{
			"an explanation that cannot be read",
			map[string]http.HandlerFunc{weChatSendPath: func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Muban-Refusal", "{")
				say(200, "application/json", `{"errcode":41028,"errmsg":"invalid form id"}`)(w, r)
			}},
			exitRefused, "meaning: form_id is missing",
		},
		{
			"a rule of tomorrow",
			map[string]http.HandlerFunc{weChatSendPath: func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Muban-Refusal", `{"kind":"grant_unknown","rule":"grant.tomorrow","detail":"the grant is of tomorrow"}`)
				say(200, "application/json", `{"errcode":41028,"errmsg":"invalid form id"}`)(w, r)
			}},
			exitRefused, "why:     the grant is of tomorrow",
		},
		{
			"the gateway of Baidu",
			map[string]http.HandlerFunc{"/api/v1/apps/app": baiduApp, baiduSendPath: say(200, "application/json", `{"error_code":110,"error_msg":"Access token invalid or no longer valid"}`)},
			exitRefused, "baidu refused the send: 110 Access token invalid",
		},
		{
			"Baidu refuses the token with HTTP 400",
			map[string]http.HandlerFunc{"/api/v1/apps/app": baiduApp, "/oauth/2.0/token": say(400, "application/json", `{"error":"invalid_client","error_description":"unknown client id"}`)},
			exitRefused, "baidu refused the access token: invalid_client unknown client id",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), []string{
				"send", "--server", platform(t, test.answers), "--app", "app", "--user", "u", "--template", "t", "--grant", "g", "--lang", "zh",
			}, strings.NewReader(""), &stdout, &stderr)
			if code != test.wantCode || !strings.Contains(stderr.String(), test.wantStderr) || strings.Contains(stderr.String(), "\x1b") {
				t.Errorf("exit code %d, want %d\n%s", code, test.wantCode, stderr.String())
			}
		})
	}
}

func TestExampleValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, template, want string }{
		{
			"WeChat, from the library",
			`{"content":"购买地点{{keyword1.DATA}}\n时间{{keyword2.DATA}}\n","example":"购买地点:TIT造舰厂\n时间:10:20\n",
			  "keywords":[{"key":"keyword1","name":"购买地点"},{"key":"keyword2","name":"时间"}]}`,
			`{"keyword1":"TIT造舰厂","keyword2":"10:20"}`,
		},
		{
			"Baidu, from the library",
			`{"content":"车次{{keyword1.DATA}}\n地点{{keyword2.DATA}}","example":"车次: G1\n地点: 广州 南",
			  "keywords":[{"key":"keyword1","name":"车次"},{"key":"keyword2","name":"地点"}]}`,
			`{"keyword1":"G1","keyword2":"广州 南"}`,
		},
		{
			"a text",
			`{"content":"{{first.DATA}}\n订单：{{no.DATA}}，共{{sum.DATA}}元（*）\n{{remark.DATA}}","example":"你好\n订单：7，共9.5元（*）\n谢谢",
			  "keywords":[{"key":"first","name":""},{"key":"no","name":"订单"},{"key":"sum","name":""},{"key":"remark","name":""}]}`,
			`{"first":"你好","no":"7","remark":"谢谢","sum":"9.5"}`,
		},
		{
			"nothing but a blank between two",
			`{"content":"{{day.DATA}} {{hour.DATA}}起","example":"5月1日 10:20起","keywords":[{"key":"day","name":""},{"key":"hour","name":""}]}`,
			`{"day":"5月1日","hour":"10:20"}`,
		},
		{
			"no example, or another one",
			`{"content":"订单{{no.DATA}}\n共{{sum.DATA}}元","example":"something else",
			  "keywords":[{"key":"no","name":"订单"},{"key":"sum","name":""}]}`,
			`{"no":"订单","sum":"sum"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var template apiclient.Template
			if err := json.Unmarshal([]byte(test.template), &template); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(exampleValues(template))
			if err != nil || string(got) != test.want {
				t.Errorf("got %s, want %s (%v)", got, test.want, err)
			}
		})
	}
}
