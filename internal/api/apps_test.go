package api_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/api"
	"github.com/muban-dev/muban/internal/messaging"
)

// aesKey is as long as an EncodingAESKey is.
var aesKey = strings.Repeat("k", 43)

func TestAppsAreShownWithWhatTheirPlatformHas(t *testing.T) {
	t.Parallel()
	tests := []struct{ platform, sent, want string }{
		{
			"wechat-mini",
			`"original_id":"gh_1","secret":"s"`,
			`"secret":"s","original_id":"gh_1","pages":[],"daily_limit":1000000,"template_limit":25,"linked_apps":[]`,
		},
		{
			"wechat-mini",
			`"original_id":"gh_1","secret":"s","pages":["a/b"],"daily_limit":0,"template_limit":null,"linked_apps":["wx2"],"cloud_permissions":[]`,
			`"secret":"s","original_id":"gh_1","pages":["a/b"],"daily_limit":0,"linked_apps":["wx2"],"cloud_permissions":[]`,
		},
		{
			"wechat-oa",
			`"original_id":"gh_1","secret":"s","daily_limit":null,"industries":{"primary":1,"secondary":4}`,
			`"secret":"s","original_id":"gh_1","pages":[],"template_limit":25,"linked_apps":[],"industries":{"primary":1,"secondary":4}`,
		},
		{
			"baidu",
			`"secret":"s"`,
			`"secret":"s","pages":[],"push_allowed":true`,
		},
		{
			"wechat-oa",
			`"original_id":"gh_1","secret":"s","daily_limit":1,"callback":{"url":"http://127.0.0.1/","token":"t","aes_key":"` + aesKey + `","mode":"safe"}`,
			`"secret":"s","original_id":"gh_1","pages":[],"daily_limit":1,"template_limit":25,"linked_apps":[],"callback":{"url":"http://127.0.0.1/","token":"t","aes_key":"` + aesKey + `","mode":"safe","verified":true}`,
		},
	}
	for _, test := range tests {
		t.Run(test.platform, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			got := w.must(201, "POST", "/api/v1/apps", `{"platform":"`+test.platform+`","name":"名","app_id":"a1",`+test.sent+`}`)
			want := `{"app_id":"a1","platform":"` + test.platform + `","name":"名","created_at":"2026-11-21T02:14:00.000Z",` + test.want + `}`
			got.wantJSON(want)
			w.must(200, "GET", "/api/v1/apps/a1", "").wantJSON(want)
			w.must(200, "PATCH", "/api/v1/apps/a1", `{}`).wantJSON(want)
			w.must(200, "GET", "/api/v1/apps", "").wantJSON(`{"items":[` + want + `]}`)
		})
	}
}

func TestAppIDsAndSecretsAreGenerated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, platform := range []string{"wechat-mini", "wechat-oa", "baidu", "alipay"} {
		app := w.must(201, "POST", "/api/v1/apps", `{"platform":"`+platform+`","name":""}`).object()
		if id, _ := app["app_id"].(string); len(id) < 16 {
			t.Errorf("%s: app_id %q", platform, id)
		}
		if _, hasSecret := app["secret"]; hasSecret != (platform != "alipay") {
			t.Errorf("%s: secret %v", platform, app["secret"])
		}
	}
}

func TestAppRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	const apps = "/api/v1/apps"
	tests := []struct {
		name, method, path, body string
		status                   int
		code                     string
		fields                   []string
	}{
		{"no platform and no name", "POST", apps, `{}`, 422, "invalid_request", []string{"body.name", "is missing", "body.platform", "is missing"}},
		{"unknown platform", "POST", apps, `{"platform":"qq","name":"n"}`, 422, "invalid_request", []string{"body.platform", `is "qq"; expected value to be one of "wechat-mini, wechat-oa, baidu, alipay"`}},
		{"unknown member", "POST", apps, `{"platform":"baidu","name":"n","colour":1}`, 422, "invalid_request", []string{"body.colour", "does not exist; known are alipay_private_key, app_cert, app_id,"}},
		{"member in another case", "POST", apps, `{"platform":"baidu","name":"n","Secret":"s"}`, 422, "invalid_request", []string{"body.Secret", "does not exist"}},
		{"unknown member inside", "POST", apps, `{"platform":"wechat-oa","name":"n","callback":{"uri":""}}`, 422, "invalid_request", []string{"body.callback.uri", "known are aes_key, mode, token, url"}},
		{"several at once", "POST", apps, `{"platform":"baidu","name":7,"daily_limit":-1}`, 422, "invalid_request", []string{"body.daily_limit", "is -1; expected number >= 0", "body.name", "is 7; expected string"}},
		{"limit past 2^53", "POST", apps, `{"platform":"baidu","name":"n","daily_limit":9223372036854775808}`, 422, "invalid_request", []string{"body.daily_limit", "expected number <= 9007199254740991"}},
		{"limit with an exponent", "POST", apps, `{"platform":"baidu","name":"n","daily_limit":1e3}`, 422, "invalid_request", []string{"body", "has number 1e3 where a whole number of plain digits must stand"}},
		{"id with a slash", "POST", apps, `{"platform":"baidu","name":"n","app_id":"a/b"}`, 422, "invalid_request", []string{"body.app_id", "is a/b; it must be 1 to 256"}},
		{"callback mode without its key", "POST", apps, `{"platform":"wechat-oa","name":"n","callback":{"mode":"safe"}}`, 422, "invalid_request", []string{"body.callback.aes_key", "is empty; it must be given in mode safe"}},
		{"callback with a key that is none", "POST", apps, `{"platform":"wechat-oa","name":"n","callback":{"aes_key":"` + strings.Repeat("!", 43) + `"}}`, 422, "invalid_request", []string{"body.callback.aes_key", "not shown; it must be 43 letters"}},
		{"callback to a file", "POST", apps, `{"platform":"wechat-oa","name":"n","callback":{"url":"file:///etc/passwd"}}`, 422, "invalid_request", []string{"body.callback.url", "is file:///etc/passwd; it must be an address like https://"}},
		{"callback without a host", "POST", apps, `{"platform":"wechat-oa","name":"n","callback":{"url":"http:///x"}}`, 422, "invalid_request", []string{"body.callback.url", "an address like https://"}},
		{"callback to a port that is none", "POST", apps, `{"platform":"wechat-oa","name":"n","callback":{"url":"http://a:65536/"}}`, 422, "invalid_request", []string{"body.callback.url", "is http://a:65536/; it must be an address with a port from 1 to 65535"}},
		{"callback to port 0", "POST", apps, `{"platform":"wechat-oa","name":"n","callback":{"url":"http://a:0/"}}`, 422, "invalid_request", []string{"body.callback.url", "a port from 1 to 65535"}},
		{"callback with a fragment", "POST", apps, `{"platform":"wechat-oa","name":"n","callback":{"url":"http://a/#b"}}`, 422, "invalid_request", []string{"body.callback.url", "an address like https://"}},
		{"callback with a blank", "POST", apps, `{"platform":"wechat-oa","name":"n","callback":{"url":"http://a/?b=c d"}}`, 422, "invalid_request", []string{"body.callback.url", "is http://a/?b=c d; it must be without blanks, or with %20 for each"}},
		{"callback with another blank", "POST", apps, `{"platform":"wechat-oa","name":"n","callback":{"url":"http://a/\u3000b"}}`, 422, "invalid_request", []string{"body.callback.url", "without blanks"}},
		{"original id with U+0000", "POST", apps, `{"platform":"wechat-oa","name":"n","original_id":"gh_\u0000"}`, 422, "invalid_request", []string{"body.original_id", `is "gh_\x00"; it must be 1 to 256 printable characters`}},
		{"original id too long", "POST", apps, `{"platform":"wechat-mini","name":"n","original_id":"` + strings.Repeat("g", 257) + `"}`, 422, "invalid_request", []string{"body.original_id", "1 to 256 printable characters"}},
		{"link with a line end", "PATCH", apps + "/there", `{"linked_apps":["wx1","wx\n2"]}`, 422, "invalid_request", []string{"body.linked_apps", `is "wx\n2"; it must be an app_id, 1 to 256 printable characters`}},
		{"link to nothing", "PATCH", apps + "/there", `{"linked_apps":[""]}`, 422, "invalid_request", []string{"body.linked_apps", "is empty; it must be an app_id"}},
		{"too many links", "PATCH", apps + "/there", `{"linked_apps":["wx1"` + strings.Repeat(`,"wx1"`, 1000) + `]}`, 422, "invalid_request", []string{"body.linked_apps", "is 1001 apps; it must be at most 1000"}},
		{"callback of Baidu", "POST", apps, `{"platform":"baidu","name":"n","callback":{"url":"http://a/"}}`, 422, "not_on_this_platform", []string{"body.callback", "baidu"}},
		{"setting of another platform", "POST", apps, `{"platform":"baidu","name":"n","cloud_permissions":[],"original_id":"gh_1"}`, 422, "not_on_this_platform", []string{"body.original_id", "does not exist on baidu", "body.cloud_permissions", "does not exist on baidu"}},
		{"an industry that does not exist", "POST", apps, `{"platform":"wechat-oa","name":"n","industries":{"primary":42}}`, 422, "invalid_request", []string{"body.industries.primary", "42"}},
		{"industries of a mini program", "POST", apps, `{"platform":"wechat-mini","name":"n","industries":{"primary":1}}`, 422, "not_on_this_platform", []string{"body.industries", "wechat-mini"}},
		{"push permission of WeChat", "POST", apps, `{"platform":"wechat-mini","name":"n","push_allowed":true}`, 422, "not_on_this_platform", []string{"body.push_allowed", "wechat-mini"}},
		{"keys of WeChat", "POST", apps, `{"platform":"wechat-oa","name":"n","content_key":"a"}`, 422, "not_on_this_platform", []string{"body.content_key", "wechat-oa"}},
		{"secret of Alipay", "POST", apps, `{"platform":"alipay","name":"n","secret":"s"}`, 422, "not_on_this_platform", nil},
		{"id that exists", "POST", apps, `{"platform":"alipay","name":"n","app_id":"there"}`, 409, "conflict", nil},
		{"get an unknown app", "GET", apps + "/nobody", ``, 404, "not_found", nil},
		{"patch an unknown app", "PATCH", apps + "/nobody", `{}`, 404, "not_found", nil},
		{"delete an unknown app", "DELETE", apps + "/nobody", ``, 404, "not_found", nil},
		{"reset an unknown app", "POST", apps + "/nobody/secret/reset", ``, 404, "not_found", nil},
		{"revoke of an unknown app", "POST", apps + "/nobody/tokens/revoke", ``, 404, "not_found", nil},
		{"reset on Alipay", "POST", apps + "/ali/secret/reset", ``, 422, "not_on_this_platform", nil},
		{"patch what cannot be changed", "PATCH", apps + "/there", `{"app_id":"x","platform":"alipay","secret":"s","created_at":null}`, 422, "invalid_request", []string{"body.app_id", "cannot be changed", "body.created_at", "cannot be changed", "body.platform", "cannot be changed", "body.secret", "cannot be changed"}},
		{"patch the number", "PATCH", apps + "/there", `{"number":1}`, 422, "invalid_request", []string{"body.number", "does not exist"}},
		{"patch a setting of another platform", "PATCH", apps + "/there", `{"push_allowed":true}`, 422, "not_on_this_platform", []string{"body.push_allowed", "wechat-mini"}},
		{"patch with a name too long", "PATCH", apps + "/there", `{"name":"` + strings.Repeat("名", 67) + `"}`, 422, "invalid_request", []string{"body.name", "at most 200 bytes"}},
	}
	w := newWorld(t)
	w.app("wechat-mini", `"app_id":"there"`)
	w.app("alipay", `"app_id":"ali"`)
	before := w.must(200, "GET", apps, "").body
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := w.in(t)
			got := w.call(test.method, test.path, test.body)
			got.wantProblem(test.status, test.code)
			got.wantFields(test.fields...)
			if after := w.must(200, "GET", apps, "").body; string(after) != string(before) {
				t.Errorf("a refused call changed the apps:\n%s\n%s", before, after)
			}
		})
	}
}

// RFC 7396 on every kind of member: absent leaves, a value sets, null removes
// or resets, objects merge and lists are replaced.
func TestAppPatchIsAMergePatch(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, platform, before, patch, member, want string }{
		{"a name is set", "baidu", ``, `{"name":"b"}`, "name", `"b"`},
		{"a name is emptied", "baidu", ``, `{"name":null}`, "name", `""`},
		{"a limit is set", "wechat-mini", ``, `{"daily_limit":3}`, "daily_limit", `3`},
		{"a limit of zero is a limit", "wechat-mini", ``, `{"daily_limit":0}`, "daily_limit", `0`},
		{"a limit is removed", "wechat-mini", ``, `{"daily_limit":null}`, "daily_limit", ``},
		{"a limit is left", "wechat-mini", `"template_limit":7`, `{"daily_limit":null}`, "template_limit", `7`},
		{"pages are replaced", "baidu", `"pages":["a","b"]`, `{"pages":["c"]}`, "pages", `["c"]`},
		{"pages are removed", "baidu", `"pages":["a","b"]`, `{"pages":null}`, "pages", `[]`},
		{"pages are left", "baidu", `"pages":["a","b"]`, `{}`, "pages", `["a","b"]`},
		{"push is forbidden", "baidu", ``, `{"push_allowed":false}`, "push_allowed", `false`},
		{"push is reset", "baidu", `"push_allowed":false`, `{"push_allowed":null}`, "push_allowed", `true`},
		{"permissions are none", "wechat-mini", ``, `{"cloud_permissions":[]}`, "cloud_permissions", `[]`},
		{"permissions are all", "wechat-mini", `"cloud_permissions":["x"]`, `{"cloud_permissions":null}`, "cloud_permissions", ``},
		{"the original id is removed", "wechat-oa", `"original_id":"gh_1"`, `{"original_id":null}`, "original_id", ``},
		{"a callback is set", "wechat-mini", ``, `{"callback":{"url":"http://a/","token":"t"}}`, "callback", `{"url":"http://a/","token":"t","mode":"plain","verified":true}`},
		{"a callback is set that fails the handshake", "wechat-oa", ``, `{"callback":{"url":"http://a/","token":"wrong"}}`, "callback", `{"url":"http://a/","token":"wrong","mode":"plain","verified":false,"verify_error":"the answer is wrong"}`},
		{"a callback is merged", "wechat-oa", `"callback":{"url":"http://a/","token":"t"}`, `{"callback":{"url":"http://b/"}}`, "callback", `{"url":"http://b/","token":"t","mode":"plain","verified":true}`},
		{"a callback that fails the handshake is saved", "wechat-oa", `"callback":{"url":"http://a/","token":"t"}`, `{"callback":{"token":null}}`, "callback", `{"url":"http://a/","mode":"plain","verified":false,"verify_error":"the answer is wrong"}`},
		{"another change leaves the handshake as it was", "wechat-oa", `"callback":{"url":"http://a/","token":"t"}`, `{"name":"m"}`, "callback", `{"url":"http://a/","token":"t","mode":"plain","verified":true}`},
		{"a callback's mode is reset", "wechat-oa", `"callback":{"url":"http://a/","token":"t","mode":"safe","aes_key":"` + aesKey + `"}`, `{"callback":{"mode":null,"aes_key":null}}`, "callback", `{"url":"http://a/","token":"t","mode":"plain","verified":true}`},
		{"a callback is removed", "wechat-oa", `"callback":{"url":"http://a/","token":"t"}`, `{"callback":null}`, "callback", ``},
		{"an empty callback changes nothing", "wechat-oa", ``, `{"callback":{}}`, "callback", ``},
		{"industries are merged", "wechat-oa", `"industries":{"primary":1,"secondary":2}`, `{"industries":{"primary":5}}`, "industries", `{"primary":5,"secondary":2}`},
		{"industries are removed", "wechat-oa", `"industries":{"primary":1,"secondary":2}`, `{"industries":null}`, "industries", ``},
		{"links are replaced", "wechat-oa", `"linked_apps":["a"]`, `{"linked_apps":["b","c"]}`, "linked_apps", `["b","c"]`},
		{"links are removed", "wechat-oa", `"linked_apps":["a"]`, `{"linked_apps":null}`, "linked_apps", `[]`},
		{"a key is removed", "alipay", `"content_key":"` + contentKey + `"`, `{"content_key":null}`, "content_key", ``},
		{"null of what the platform lacks is nothing", "baidu", ``, `{"cloud_permissions":null}`, "cloud_permissions", ``},
	}
	w := newWorld(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := w.in(t)
			app := w.app(test.platform, test.before)
			patched := w.call("PATCH", "/api/v1/apps/"+app, test.patch, "Content-Type", "application/merge-patch+json")
			patched.wantStatus(200)
			member, has := patched.object()[test.member]
			switch {
			case test.want == "" && has:
				t.Errorf("%s is %v, want it absent", test.member, member)
			case test.want != "" && !has:
				t.Errorf("%s is absent, want %s", test.member, test.want)
			case has && tidy(t, mustMarshal(t, member)) != tidy(t, []byte(test.want)):
				t.Errorf("%s is %v, want %s", test.member, member, test.want)
			}
			w.must(200, "GET", "/api/v1/apps/"+app, "").wantJSON(string(patched.body))
		})
	}
}

func TestSecretsAreShownWhereTheyAreMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.ShowSecrets = false })
	secrets := func(a answer, want bool) {
		t.Helper()
		for _, secret := range []string{`"secret":`, `"token":`, `"aes_key":`} {
			if strings.Contains(string(a.body), secret) != want {
				t.Errorf("%s: %s shown is not %v: %s", a.call, secret, want, a.body)
			}
		}
	}
	made := w.must(201, "POST", "/api/v1/apps", `{"platform":"wechat-mini","name":"n","app_id":"a","callback":{"url":"http://a/","token":"t","aes_key":"`+aesKey+`"}}`)
	secrets(made, true)
	secrets(w.must(200, "GET", "/api/v1/apps/a", ""), false)
	secrets(w.must(200, "GET", "/api/v1/apps", ""), false)
	secrets(w.must(200, "PATCH", "/api/v1/apps/a", `{"name":"m"}`), false)
	reset := w.must(201, "POST", "/api/v1/apps/a/secret/reset", "")
	secrets(reset, true)
	if reset.text("secret") == made.text("secret") {
		t.Error("the secret was not reset")
	}
	alipay := w.must(201, "POST", "/api/v1/apps", `{"platform":"alipay","name":"n","app_id":"b","content_key":"`+contentKey+`"}`)
	if alipay.text("content_key") != contentKey {
		t.Errorf("content_key: %s", alipay.body)
	}
	if got := w.must(200, "GET", "/api/v1/apps/b", ""); strings.Contains(string(got.body), contentKey) {
		t.Errorf("content_key shown: %s", got.body)
	}
}

// What may be a secret is not repeated, also where it is wrong.
func TestErrorsTellNoSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, body := range []string{
		`{"platform":"wechat-oa","name":"n","secret":["hunter2"],"content_key":["hunter2"],"callback":{"token":{"a":"hunter2"},"aes_key":["hunter2"]}}`,
		`{"platform":"wechat-oa","name":"n","callback":{"aes_key":"hunter2"}}`,
		`{"platform":"baidu","name":"n","secret":"hunter2\u0007"}`,
	} {
		got := w.call("POST", "/api/v1/apps", body)
		got.wantProblem(422, "invalid_request")
		if strings.Contains(string(got.body), "hunter2") {
			t.Errorf("%s is answered %s", body, got.body)
		}
	}
}

func TestDeleteAndRevokeAnswerNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.app("wechat-mini", "")
	for _, call := range []struct{ method, path string }{
		{"POST", "/api/v1/apps/" + app + "/tokens/revoke"},
		{"DELETE", "/api/v1/apps/" + app},
	} {
		got := w.must(204, call.method, call.path, "")
		if len(got.body) != 0 || got.header.Get("Content-Type") != "" {
			t.Errorf("%s: body %q of type %q", got.call, got.body, got.header.Get("Content-Type"))
		}
	}
	w.call("GET", "/api/v1/apps/"+app, "").wantProblem(404, "not_found")
	if items := w.must(200, "GET", "/api/v1/apps", "").items(); len(items) != 0 {
		t.Errorf("apps left: %v", items)
	}
}

// The platform's own call may set the industries once a month; the native API
// may at any time, and begins the month anew.
func TestSettingIndustriesBeginsTheMonthAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(201, "POST", "/api/v1/apps", `{"platform":"wechat-oa","name":"名","app_id":"oa"}`)
	code := func(n int64) messaging.Number {
		return messaging.Number{Text: strconv.FormatInt(n, 10), Value: n, Valid: true}
	}
	set := func() error {
		app, err := w.service.App(t.Context(), "oa")
		if err != nil {
			return err
		}
		return w.service.SetIndustries(t.Context(), app, code(1), code(4))
	}
	for _, patch := range []string{`{"industries":null}`, `{"industries":{"primary":2}}`, `{"name":"other"}`} {
		if err := set(); err != nil {
			t.Fatalf("before %s: %v", patch, err)
		}
		if set() == nil {
			t.Fatal("they could be set twice in a month")
		}
		w.must(200, "PATCH", "/api/v1/apps/oa", patch)
	}
	if set() == nil {
		t.Error("another change began the month anew")
	}
}

// The handshake is asked for where it cannot be: on a platform that has no
// callback, and of an app without one. Neither is wrong in the request.
func TestVerifyingWhereThereIsNoCallback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for platform, code := range map[string]string{
		"wechat-mini": "invalid_request", "wechat-oa": "invalid_request", "baidu": "not_on_this_platform", "alipay": "not_on_this_platform",
	} {
		got := w.call("POST", "/api/v1/apps/"+w.app(platform, "")+"/callback/verify", "")
		got.wantProblem(422, code)
		got.wantFields()
	}
	w.call("POST", "/api/v1/apps/nobody/callback/verify", "").wantProblem(404, "not_found")
}
