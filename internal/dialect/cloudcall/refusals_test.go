package cloudcall_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/dialect/cloudcall"
	"github.com/muban-dev/muban/internal/httpx"
)

const (
	secretIDError  = "SIGN_PARAM_INVALID secret id error"
	signatureError = "SIGN_PARAM_INVALID signature error"
	expiredError   = "SIGN_PARAM_INVALID signature is expired"
	invalidParam   = "INVALID_PARAM invalid param"
)

// What the gateway refuses, before and after it knows who calls.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newApp(muban.Baidu, "baiduKey")
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	body := func(raw string) func(*http.Request) {
		return func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader(raw)), int64(len(raw)) }
	}
	form := func(names ...string) func(*http.Request) {
		return func(r *http.Request) {
			header("Content-Type", "multipart/form-data; boundary=x")(r)
			body("--x\r\nContent-Disposition: form-data; name=" + strings.Join(names, "\r\n\r\n\r\n--x\r\nContent-Disposition: form-data; name=") + "\r\n\r\n\r\n--x--")(r)
		}
	}
	for _, test := range []struct {
		name    string
		sent    sent
		outcome string
		rule    muban.Rule
	}{
		// The signature.
		{"another secret", sent{secret: "guessed"}, signatureError, muban.RuleSignature},
		{"another SecretId", sent{secretID: "wxnobody"}, secretIDError, muban.RuleAuthAppUnknown},
		{"a SecretId that can be nobody's", sent{secretID: strings.Repeat("w", 300)}, secretIDError, muban.RuleAuthAppUnknown},
		{"an app of another platform", sent{secretID: "baiduKey"}, secretIDError, muban.RuleAuthAppUnknown},
		{"no signature", sent{change: func(r *http.Request) { r.Header.Del("Authorization") }}, signatureError, muban.RuleSignatureForm},
		{"an access token", sent{change: header("Authorization", "Bearer 77_abc")}, signatureError, muban.RuleSignatureForm},
		{"no time", sent{change: header("X-Timestamp", "")}, signatureError, muban.RuleSignatureForm},
		{"another day", sent{change: header("X-Timestamp", "1558411200")}, signatureError, muban.RuleSignatureForm},
		{"a time that was not signed", sent{change: header("X-Timestamp", "1558324801")}, signatureError, muban.RuleSignature},
		{"ten minutes old", sent{at: began.Add(-10 * time.Minute)}, "45164", muban.RuleListOffset},
		{"older", sent{at: began.Add(-10*time.Minute - time.Second)}, expiredError, muban.RuleSignatureTime},
		{"ten minutes early", sent{at: began.Add(10 * time.Minute)}, "45164", muban.RuleListOffset},
		{"earlier", sent{at: began.Add(10*time.Minute + time.Second)}, expiredError, muban.RuleSignatureTime},
		{"a call that is not signed", sent{unsigned: []string{"apiname"}}, signatureError, muban.RuleSignatureForm},
		{"data that is not signed", sent{unsigned: []string{"requestdata"}}, signatureError, muban.RuleSignatureForm},
		{"an action that is not signed", sent{unsigned: []string{"action"}}, signatureError, muban.RuleSignatureForm},
		{"another host", sent{change: func(r *http.Request) { r.Host = "muban.example" }}, signatureError, muban.RuleSignature},
		{"another query", sent{change: func(r *http.Request) { r.URL.RawQuery += "&x=1" }}, signatureError, muban.RuleSignature},
		{"headers that a proxy adds", sent{change: header("X-Forwarded-For", "10.0.0.1")}, "45164", muban.RuleListOffset},

		// The form.
		{"GET", sent{method: http.MethodGet}, "INVALID_PARAM invalid method", muban.RuleRequestPost},
		{"PUT", sent{method: http.MethodPut}, "INVALID_PARAM invalid method", muban.RuleRequestPost},
		{"an empty body", sent{change: body("")}, invalidParam, muban.RuleCloudForm},
		{"no form", sent{change: body(`{"action":"wx.openApi"}`)}, invalidParam, muban.RuleCloudForm},
		{"JSON, as the database has it", sent{change: header("Content-Type", "application/json")}, invalidParam, muban.RuleCloudForm},
		{"a field twice", sent{change: form("a", "A")}, invalidParam, muban.RuleCloudForm},
		{"33 fields", sent{change: form(strings.Split("abcdefghijklmnopqrstuvwxyz0123456", "")...)}, invalidParam, muban.RuleCloudForm},
		{"a field without a name", sent{change: form("")}, invalidParam, muban.RuleCloudForm},
		{"another boundary", sent{change: header("Content-Type", "multipart/form-data; boundary=x")}, invalidParam, muban.RuleCloudForm},
		{"over 1 MiB", sent{change: body(strings.Repeat("x", 1<<20+1))}, "EXCEED_REQUEST_SIZE_LIMIT request size limit exceeded", muban.RuleRequestTooLarge},
		{"10 MB of a form", sent{message: make([]byte, 10_000_000)}, "EXCEED_REQUEST_SIZE_LIMIT request size limit exceeded", muban.RuleRequestTooLarge},

		// The call.
		{"another action", sent{action: "database.getDocument"}, invalidParam, muban.RuleCloudForm},
		{"the old action", sent{action: "wx.api"}, invalidParam, muban.RuleCloudForm},
		{"no call of that name", sent{call: "templateMessage.sendAll"}, "-604100", muban.RuleCloudCall},
		{"the name as errMsg has it", sent{call: "openapi.templateMessage.send"}, "-604100", muban.RuleCloudCall},
		{"a name in another case", sent{call: "templatemessage.send"}, "-604100", muban.RuleCloudCall},
		{"a name of control characters", sent{call: "\x1b[2J"}, "-604100", muban.RuleCloudCall},
		{"no name", sent{call: " "}, "-604100", muban.RuleCloudCall},
		{"no message", sent{message: []byte("not protobuf")}, invalidParam, muban.RuleCloudForm},
		{"a field that breaks off", sent{message: []byte{18, 5, 1, 2}}, invalidParam, muban.RuleCloudForm},
		{"a field number that nobody has", sent{message: []byte{0, 0}}, invalidParam, muban.RuleCloudForm},
		{"a number that breaks off", sent{message: []byte{0x80}}, invalidParam, muban.RuleCloudForm},
		{"a field of another kind", sent{message: []byte{10, 0}}, invalidParam, muban.RuleCloudForm},
		{"an app that is no UTF-8", sent{message: []byte{50, 1, 0xff}}, invalidParam, muban.RuleCloudForm},
		{"over 256 parameters", sent{message: append([]byte{18, 0x82, 4}, bytes.Repeat([]byte{10, 0}, 257)...)}, invalidParam, muban.RuleCloudForm},
		{"a file", sent{message: []byte{18, 8, 10, 6, 10, 1, 'a', 34, 1, 'f'}}, "47001", muban.RuleRequestMalformed},
		{"a service call", sent{message: []byte{8, 2}}, invalidParam, muban.RuleCloudForm},
		{"a value that is no JSON", sent{params: "OPENID"}, "47001", muban.RuleRequestMalformed},
		{"a value that is no UTF-8", sent{params: "\"\xff\""}, "47001", muban.RuleRequestMalformed},
		{"values nested 500,000 levels", sent{params: strings.Repeat("[", 500_000)}, "47001", muban.RuleRequestMalformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.sent.call == "" {
				test.sent.call = "templateMessage.getTemplateList"
			}
			w.in(t).send(test.sent).wants(test.outcome, test.rule)
		})
	}
}

// A sandbox's clock is moved, its clients' are not: a signature is good by
// either.
func TestSignaturesAreFreshByOneOfTheClocks(t *testing.T) {
	t.Parallel()
	wall := &stoppedClock{now: began}
	w := newWorld(t, wall)
	w.clock.advance(30 * 24 * time.Hour)
	call := sent{call: "templateMessage.getTemplateList", params: `{"offset":0,"count":1}`}
	for at, good := range map[time.Time]bool{
		began: true, w.clock.Now(): true, began.Add(time.Hour): false, w.clock.Now().Add(-time.Hour): false,
	} {
		call.at = at
		want, rule := expiredError, muban.RuleSignatureTime
		if good {
			want, rule = "0", ""
		}
		w.send(call).wants(want, rule)
	}
	call.at = began.Add(time.Hour)
	res, err := http.DefaultClient.Do(w.request(call))
	must(t, err)
	must(t, res.Body.Close())
	const want = "it is now 2019-06-19T04:00:00Z by the sandbox's clock and 2019-05-20T04:00:00Z by the machine's; a signature"
	if why := res.Header.Get(httpx.RefusalHeader); !strings.Contains(why, want) {
		t.Errorf("explained as %s, want %s", why, want)
	}
}

// wx-server-sdk before 2.1 signs in a field, which is said.
func TestSignedAsOldSDKsDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := w.request(sent{call: "templateMessage.getTemplateList"})
	req.Header.Del("Authorization")
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	const field = "--x\r\nContent-Disposition: form-data; name=authorization\r\n\r\nq-sign-algorithm=sha1\r\n--x--"
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(field)), int64(len(field))
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	must(t, res.Body.Close())
	const want = "wx-server-sdk does before 2.1; signatures of 2.4 and later are read"
	if why := res.Header.Get(httpx.RefusalHeader); !strings.Contains(why, want) {
		t.Errorf("explained as %s, want %s", why, want)
	}
}

// A secret that was replaced signs nothing more.
func TestASecretThatWasReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	call := sent{call: "templateMessage.getTemplateList", params: `{"offset":0,"count":1}`}
	w.send(call).wants("0", "")
	app, err := w.service.ResetSecret(t.Context(), appID)
	must(t, err)
	w.send(call).wants(signatureError, muban.RuleSignature)
	call.secret = app.Secret
	w.send(call).wants("0", "")
	must(t, w.service.DeleteApp(t.Context(), appID))
	w.send(call).wants(secretIDError, muban.RuleAuthAppUnknown)
}

// A client that hangs up before its body is whole gets no answer: an empty one
// would be a success to the SDK.
func TestBodyCutShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, request := range map[string]string{
		"length":     "POST /admin HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n--x",
		"bad chunks": "POST /admin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(w.url, "http://"))
		must(t, err)
		_, err = fmt.Fprint(conn, request)
		must(t, err)
		must(t, conn.(*net.TCPConn).CloseWrite())
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err == nil {
			must(t, res.Body.Close())
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: answered %v, error %v; want the connection closed", name, res, err)
		}
		must(t, conn.Close())
	}
}

// The SDK sends its body in chunks.
func TestChunkedBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.request(sent{call: "templateMessage.getTemplateList", params: `{"offset":0,"count":1}`})
	raw, err := io.ReadAll(r.Body)
	must(t, err)
	r.Body, r.ContentLength, r.GetBody = io.NopCloser(io.MultiReader(bytes.NewReader(raw))), -1, nil
	do(t, r).wants("0", "")
}

func TestOwns(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/admin": true, "//admin": true, "/admin/": false, "/administer": false, "/": false, "": false, "/api/v1/admin": false, "/admin/x": false,
	} {
		if cloudcall.Owns(path) != want {
			t.Errorf("%s: %v, want %v", path, !want, want)
		}
	}
	w := newWorld(t)
	w.send(sent{path: "//admin", call: "templateMessage.getTemplateList", params: `{"offset":0,"count":1}`}).wants("0", "")
}
