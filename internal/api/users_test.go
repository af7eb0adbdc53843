package api_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestUsersAreShownWithWhatTheirPlatformHas(t *testing.T) {
	t.Parallel()
	const rest = `"name":"小明","blocked":false,"delivery":"ok","created_at":"2026-11-21T02:14:00.000Z"`
	tests := []struct{ name, platform, sent, want string }{
		{"wechat-mini", "wechat-mini", `"open_id":"o1","union_id":"u1"`, `"open_id":"o1","union_id":"u1"`},
		{"wechat-oa follows", "wechat-oa", `"open_id":"o1","union_id":"u1"`, `"open_id":"o1","union_id":"u1","following":true`},
		{"baidu logged in", "baidu", `"open_id":"o1","swan_id":"s1","union_id":"u1"`, `"open_id":"o1","swan_id":"s1","union_id":"u1","notification_bar":true`},
		{"baidu guest", "baidu", `"swan_id":"s1","union_id":"u1"`, `"swan_id":"s1","union_id":"u1","notification_bar":true`},
		{"alipay", "alipay", `"open_id":"2088","alipay_open_id":"n1","union_id":"u1"`, `"open_id":"2088","alipay_open_id":"n1","union_id":"u1"`},
	}
	w := newWorld(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := w.in(t)
			users := "/api/v1/apps/" + w.app(test.platform, "") + "/users"
			want := `{` + rest + `,` + test.want + `}`
			w.must(201, "POST", users, `{"name":"小明",`+test.sent+`}`).wantJSON(want)
			w.must(200, "GET", users+"/u1", "").wantJSON(want)
			w.must(200, "GET", users, "").wantJSON(`{"items":[` + want + `]}`)
			w.must(200, "PATCH", users+"/u1", `{}`).wantJSON(want)
			w.must(204, "DELETE", users+"/u1", "")
			w.must(200, "GET", users, "").wantJSON(`{"items":[]}`)
		})
	}
}

func TestUserPatchIsAMergePatch(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, platform, before, patch, member, want string }{
		{"blocked", "baidu", `{}`, `{"blocked":true}`, "blocked", `true`},
		{"block is reset", "baidu", `{"blocked":true}`, `{"blocked":null}`, "blocked", `false`},
		{"block is left", "baidu", `{"blocked":true}`, `{"name":"n"}`, "blocked", `true`},
		{"delivery fails", "baidu", `{}`, `{"delivery":"fail"}`, "delivery", `"fail"`},
		{"delivery is reset", "baidu", `{"delivery":"fail"}`, `{"delivery":null}`, "delivery", `"ok"`},
		{"does not follow", "wechat-oa", `{}`, `{"following":false}`, "following", `false`},
		{"following is reset", "wechat-oa", `{"following":false}`, `{"following":null}`, "following", `true`},
		{"no notification bar", "baidu", `{}`, `{"notification_bar":false}`, "notification_bar", `false`},
		{"a guest logs in", "baidu", `{}`, `{"open_id":"o9"}`, "open_id", `"o9"`},
		{"the same id again", "baidu", `{}`, `{"swan_id":"s1"}`, "swan_id", `"s1"`},
		{"a union id changes", "baidu", `{}`, `{"union_id":"u9"}`, "union_id", `"u9"`},
		{"a union id is removed", "baidu", `{}`, `{"union_id":null}`, "union_id", ``},
		{"a name is emptied", "baidu", `{"name":"n"}`, `{"name":null}`, "name", `""`},
	}
	w := newWorld(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := w.in(t)
			users := "/api/v1/apps/" + w.app(test.platform, "") + "/users"
			id := `"open_id":"s1"`
			if test.platform == "baidu" {
				id = `"swan_id":"s1"`
			}
			w.must(201, "POST", users, `{`+id+`,"union_id":"u1"}`)
			w.must(200, "PATCH", users+"/s1", test.before)
			patched := w.must(200, "PATCH", users+"/s1", test.patch)
			member, has := patched.object()[test.member]
			if has != (test.want != "") || has && tidy(t, mustMarshal(t, member)) != tidy(t, []byte(test.want)) {
				t.Errorf("%s is %v, want %s", test.member, member, test.want)
			}
			w.must(200, "GET", users+"/s1", "").wantJSON(string(patched.body))
		})
	}
}

func TestUserRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mini, baidu := w.app("wechat-mini", ""), w.app("baidu", "")
	const users = "/api/v1/apps/APP/users"
	w.must(201, "POST", "/api/v1/apps/"+mini+"/users", `{"open_id":"o1","union_id":"u1"}`)
	w.must(201, "POST", "/api/v1/apps/"+baidu+"/users", `{"open_id":"o1","swan_id":"s1"}`)
	tests := []struct {
		name, app, method, path, body string
		status                        int
		code                          string
		fields                        []string
	}{
		{"unknown app", "nobody", "POST", users, `{}`, 404, "not_found", nil},
		{"list of an unknown app", "nobody", "GET", users, ``, 404, "not_found", nil},
		{"unknown user", mini, "GET", users + "/nobody", ``, 404, "not_found", nil},
		{"delete an unknown user", mini, "DELETE", users + "/nobody", ``, 404, "not_found", nil},
		{"patch an unknown user", mini, "PATCH", users + "/nobody", `{}`, 404, "not_found", nil},
		{"an id that exists", mini, "POST", users, `{"open_id":"o1"}`, 409, "conflict", nil},
		{"a swan_id on WeChat", mini, "POST", users, `{"swan_id":"s"}`, 422, "not_on_this_platform", nil},
		{"an id with a control character", mini, "POST", users, `{"open_id":"a\u0007"}`, 422, "invalid_request", nil},
		{"an id of another kind", mini, "POST", users, `{"open_id":7}`, 422, "invalid_request", []string{"body.open_id", "is 7; expected string"}},
		{"settings at creation", mini, "POST", users, `{"blocked":true}`, 422, "invalid_request", []string{"body.blocked", "does not exist"}},
		{"following on a mini program", mini, "PATCH", users + "/o1", `{"following":false}`, 422, "not_on_this_platform", []string{"body.following", "wechat-mini"}},
		{"notification bar on a mini program", mini, "PATCH", users + "/o1", `{"notification_bar":true}`, 422, "not_on_this_platform", []string{"body.notification_bar", "wechat-mini"}},
		{"following on Baidu", baidu, "PATCH", users + "/o1", `{"following":true,"notification_bar":true}`, 422, "not_on_this_platform", []string{"body.following", "baidu"}},
		{"another delivery", baidu, "PATCH", users + "/o1", `{"delivery":"late"}`, 422, "invalid_request", []string{"body.delivery", `is "late"; expected value to be one of "ok, fail"`}},
		{"an id that is there changes", baidu, "PATCH", users + "/o1", `{"open_id":"o2"}`, 422, "invalid_request", []string{"body.open_id", "it must be left as it is (o1)"}},
		{"an id that is there is removed", baidu, "PATCH", users + "/o1", `{"swan_id":null}`, 422, "invalid_request", []string{"body.swan_id", "left as it is"}},
		{"created_at changes", baidu, "PATCH", users + "/o1", `{"created_at":"2026-11-21T02:14:00.001Z"}`, 422, "invalid_request", []string{"body.created_at", "cannot be changed"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := w.in(t).call(test.method, strings.Replace(test.path, "APP", test.app, 1), test.body)
			got.wantProblem(test.status, test.code)
			if test.fields != nil {
				got.wantFields(test.fields...)
			}
		})
	}
}

// An id is what the text of its refusal says: 1 to 256 printable characters.
func TestIDsThatCanBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	users := "/api/v1/apps/" + w.app("wechat-mini", "") + "/users"
	for _, test := range []struct {
		name, id, refused string
	}{
		{"as long as it may be", strings.Repeat("a", 256), ""},
		{"as long, of many bytes", strings.Repeat("用", 256), ""},
		{"one character more", strings.Repeat("用", 257), "it must be 1 to 256 printable characters"},
		{"spaces within", "a b", ""},
		{"blank", " \u3000", "1 to 256 printable characters"},
		{"a control character", "a\u0085", `is "a\u0085"`},
		{"what turns the text around", "a\u202eb", `is "a\u202eb"; it must be 1 to 256`},
		{"no width", "\u200b", "1 to 256 printable characters"},
		{"the end of a line", "a\u2028b", `is "a\u2028b"; it must be 1 to 256`},
		{"the end of a paragraph", "a\u2029", `is "a\u2029"; it must be 1 to 256`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := w.in(t).call("POST", users, string(mustMarshal(t, map[string]string{"open_id": test.id})))
			if test.refused == "" {
				if got.status != 201 {
					t.Errorf("status %d: %s", got.status, got.body)
				}
				return
			}
			got.wantProblem(422, "invalid_request")
			got.wantFields("body.open_id", test.refused)
		})
	}
}

// Ids are percent-encoded in paths and queries, whatever they are made of.
func TestIDsInPathsAreDecodedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.app("wechat-mini", "")
	users := "/api/v1/apps/" + app + "/users"
	for _, id := range []string{"a/b+c=", "用户%1", "%2F", "a b", "a+b", "..", ".", "a?b#c", "a;b&c", "inbox", `"`, "🙂"} {
		t.Run(id, func(t *testing.T) {
			w := w.in(t)
			escaped := strings.ReplaceAll(url.PathEscape(id), ".", "%2E")
			w.must(201, "POST", users, string(mustMarshal(t, map[string]string{"open_id": id})))
			if got := w.must(200, "GET", users+"/"+escaped, "").text("open_id"); got != id {
				t.Errorf("GET found %q", got)
			}
			w.must(200, "PATCH", users+"/"+escaped, `{"blocked":true}`)
			w.must(200, "GET", users+"/"+escaped+"/inbox", "")
			w.must(200, "GET", "/api/v1/apps/"+app+"/grants?user="+url.QueryEscape(id), "")
			w.must(204, "DELETE", users+"/"+escaped, "")
			w.call("GET", users+"/"+escaped, "").wantProblem(404, "not_found")
		})
	}
}
