package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/sandbox"
	"github.com/muban-dev/muban/wire/alipay"
)

// cli runs muban against a server and returns what it printed.
func cli(t *testing.T, answers map[string]http.HandlerFunc, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append(args, "--server", platform(t, answers)), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestAlipayExplain(t *testing.T) {
	t.Parallel()
	answers := map[string]http.HandlerFunc{
		"/api/v1/calls/refused": say(200, "application/json", `{"id":"refused","app_id":"2021","explanation":{"kind":"signature","rule":"signature.wrong",
			"detail":"sign is not the signature","see":"docs/protocol.md §5.3","values":{"app_id":"2021","signed":"app_id=2021&x=\u001b[31m","signed_by":"app",
			"mistakes":"left_out sign_type","advice":"sign_type was left out","key":"SHA256:0123456789abcdef","sign_type":"RSA2","charset":"utf-8","other":"value"}}}`),
		"/api/v1/calls/grant": say(200, "application/json", `{"id":"grant","app_id":"2021","explanation":{"rule":"grant.spent","detail":"grant x is used up","values":{"grant_id":"x"}}}`),
		"/api/v1/calls/good":  say(200, "application/json", `{"id":"good","app_id":"2021"}`),
	}
	for _, test := range []struct {
		id   string
		code int
		want []string
	}{
		{"refused", exitOK, []string{"advice     sign_type was left out\n", "signed_by  app\n", "signed     app_id=2021&x=", "other      value\n", "rule       signature.wrong\n", "see        docs/protocol.md"}},
		{"grant", exitOK, []string{"grant x is used up\n", "grant_id", "grant.spent"}},
		{"good", exitOK, []string{"call good was not refused\n"}},
		{"nothing", exitNotFound, []string{"there is nothing at /api/v1/calls/nothing"}},
	} {
		code, stdout, stderr := cli(t, answers, "alipay", "explain", test.id)
		for _, want := range test.want {
			if code != test.code || !strings.Contains(stdout+stderr, want) || strings.Contains(stdout, "\x1b") {
				t.Errorf("%s: exit code %d, want %d and %q\n%s%s", test.id, code, test.code, want, stdout, stderr)
			}
		}
	}
	if _, stdout, _ := cli(t, answers, "alipay", "explain", "good", "--json"); strings.TrimSpace(stdout) != `{"id":"good","app_id":"2021"}` {
		t.Errorf("as JSON: %s", stdout)
	}
}

// What muban send makes of a gateway that no Muban is: an answer counts only
// where the platform signed it.
func TestAlipaySendWhereTheGatewayIsStrange(t *testing.T) {
	t.Parallel()
	key, err := alipay.ParsePrivateKey(sandbox.DemoAlipayAppKey())
	if err != nil {
		t.Fatal(err)
	}
	keyFile := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(keyFile, []byte(sandbox.DemoAlipayAppKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	answer := func(content string, signed bool) http.HandlerFunc {
		e := alipay.Envelope{Name: alipay.ResponseName(alipay.MethodSend), Content: []byte(content)}
		if signed {
			if e.Sign, err = alipay.Sign(key, alipay.RSA2, e.Content); err != nil {
				t.Fatal(err)
			}
		}
		return say(200, "application/json;charset=utf-8", string(e.Bytes()))
	}
	app := say(200, "application/json", `{"app_id":"app","platform":"alipay","alipay_public_key":"`+alipay.PublicKeyText(&key.PublicKey)+`"}`)
	for _, test := range []struct {
		name     string
		app      http.HandlerFunc
		gateway  http.HandlerFunc
		wantCode int
		want     string
	}{
		{"nothing strange", app, answer(`{"code":"10000","msg":"Success"}`, true), exitOK, "message 1 delivered"},
		{"an unsigned answer", app, answer(`{"code":"10000","msg":"Success"}`, false), exitFailed, "not signed by the app's alipay_public_key"},
		{"another's signature", app, say(200, "application/json", `{"x_response":{"code":"10000"},"sign":"AAAA"}`), exitFailed, "not signed by the app's alipay_public_key"},
		{"an unsigned refusal", app, answer(`{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-app-id","sub_msg":"无效的AppID参数"}`, false), exitRefused, "alipay refused the send: 40002 isv.invalid-app-id 无效的AppID参数"},
		{"a refusal by its table", app, answer(`{"code":"40004","msg":"Business Failed","sub_code":"FORM_ID_OVER_TIME","sub_msg":"formId超时"}`, true), exitRefused, "meaning: form_id is over its seven days"},
		{"a code that no table has", app, answer(`{"code":"40004","msg":"Business Failed","sub_code":"NEW_CODE","sub_msg":"\u001b[31m"}`, true), exitRefused, "40004 NEW_CODE"},
		{"no response", app, say(200, "application/json", `{"sign":"x"}`), exitFailed, "no member whose name ends in _response"},
		{"a response that is a text", app, answer(`"x"`, true), exitFailed, ""},
		{"a web page", app, say(502, "text/html", "<html>"), exitFailed, "as no Muban does"},
		{"a closed connection", app, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, exitFailed, "may or may not be stored"},
		{"an app without the platform's key", say(200, "application/json", `{"app_id":"app","platform":"alipay"}`), nil, exitFailed, "alipay_public_key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answers := map[string]http.HandlerFunc{"/api/v1/apps/app": test.app}
			if test.gateway != nil {
				answers["/gateway.do"] = test.gateway
			}
			code, stdout, stderr := cli(t, answers, "send", "--app", "app", "--user", "u", "--template", "t", "--grant", "g", "--private-key-file", keyFile)
			if code != test.wantCode || !strings.Contains(stdout+stderr, test.want) || strings.Contains(stderr, "\x1b") {
				t.Errorf("exit code %d, want %d and %q\n%s%s", code, test.wantCode, test.want, stdout, stderr)
			}
		})
	}
}
