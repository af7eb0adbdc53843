package api_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/api"
)

// A client reads, changes and writes an object whole (RFC 7396): what it read is
// a patch that changes nothing, with secrets shown and without.
func TestWhatGetAnswersCanBeSentBack(t *testing.T) {
	t.Parallel()
	for _, secrets := range []bool{true, false} {
		t.Run(fmt.Sprintf("secrets shown: %t", secrets), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *api.Options) { o.ShowSecrets = secrets })
			for platform, settings := range map[string]string{
				"wechat-mini": `"cloud_permissions":["x"],"linked_apps":["a"],"callback":{"url":"http://a/","token":"wrong"}`,
				"wechat-oa":   `"industries":{"primary":1},"daily_limit":null,"callback":{"url":"http://a/","token":"t","aes_key":"` + aesKey + `","mode":"safe"}`,
				"baidu":       `"pages":["a"],"push_allowed":false`,
				"alipay":      `"content_key":"` + contentKey + `"`,
			} {
				app := w.app(platform, settings)
				user := w.must(201, "POST", "/api/v1/apps/"+app+"/users", `{"union_id":"u"}`).text("open_id")
				for _, path := range []string{"/api/v1/apps/" + app, "/api/v1/apps/" + app + "/users/" + user} {
					before := w.must(200, "GET", path, "")
					w.must(200, "PATCH", path, string(before.body)).wantJSON(string(before.body))

					changed := before.object()
					changed["name"] = "another"
					want := string(mustMarshal(t, changed))
					w.must(200, "PATCH", path, want).wantJSON(want)
				}
			}
		})
	}
}

// counted counts the handshakes that an app's server is asked for.
type counted struct{ asked int }

func (c *counted) Handshake(ctx context.Context, app muban.App) muban.Handshake {
	c.asked++
	return knows("t").Handshake(ctx, app)
}

// A callback that is repeated as it was is asked again only where the answer was
// wrong: its server may have been mended.
func TestACallbackThatIsRepeated(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]int{"t": 1, "wrong": 2} {
		server := &counted{}
		w := newWorld(t, func(o *api.Options) { o.Handshaker = server })
		app := w.app("wechat-oa", `"callback":{"url":"http://a/","token":"`+token+`"}`)
		callback := w.must(200, "GET", "/api/v1/apps/"+app, "").object()["callback"]
		w.must(200, "PATCH", "/api/v1/apps/"+app, `{"callback":`+string(mustMarshal(t, callback))+`}`)
		if server.asked != want {
			t.Errorf("with the token %q the server was asked %d times, want %d", token, server.asked, want)
		}
	}
}

func TestReadOnlyMembersThatDiffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	oa := "/api/v1/apps/" + w.app("wechat-oa", `"app_id":"wx1","secret":"s1","callback":{"url":"http://a/","token":"t"}`)
	ali := "/api/v1/apps/" + w.app("alipay", `"app_id":"a1"`)
	tests := []struct{ path, body, field, message string }{
		{oa, `{"name":"m","app_id":"wx2"}`, "body.app_id", `is "wx2"; it cannot be changed: leave it out, or repeat what GET answers`},
		{oa, `{"app_id":null}`, "body.app_id", "is null; it cannot be changed"},
		{oa, `{"platform":"wechat-mini"}`, "body.platform", `is "wechat-mini"; it cannot be changed`},
		{oa, `{"secret":"s2"}`, "body.secret", "is not shown; it cannot be changed"},
		{oa, `{"secret":""}`, "body.secret", "is not shown; it cannot be changed"},
		{oa, `{"alipay_public_key":"k"}`, "body.alipay_public_key", "it cannot be changed"},
		{oa, `{"created_at":"2026-11-21T02:14:00.001Z"}`, "body.created_at", "it cannot be changed"},
		{oa, `{"created_at":"yesterday"}`, "body.created_at", `is "yesterday"; expected string to be RFC 3339 date-time`},
		{oa, `{"callback":{"token":"u","verified":false}}`, "body.callback.verified", "is false; it cannot be changed"},
		{oa, `{"callback":{"verify_error":"e"}}`, "body.callback.verify_error", `is "e"; it cannot be changed`},
		{ali, `{"secret":"s"}`, "body.secret", "it cannot be changed"},
		{ali, `{"alipay_public_key":"k"}`, "body.alipay_public_key", `is "k"; it cannot be changed`},
		{ali, `{"alipay_private_key":"k"}`, "body.alipay_private_key", "does not exist; known are app_cert, app_public_key,"},
	}
	for _, test := range tests {
		before := w.must(200, "GET", test.path, "").body
		got := w.call("PATCH", test.path, test.body)
		got.wantProblem(422, "invalid_request")
		got.wantFields(test.field, test.message)
		w.must(200, "GET", test.path, "").wantJSON(string(before))
	}
	// As they are, however they are written.
	for _, body := range []string{`{"created_at":"2026-11-21T10:14:00+08:00"}`, `{"alipay_public_key":null}`, `{"app_id":"wx1","platform":"wechat-oa","secret":"s1"}`, `{"callback":{"verify_error":null}}`} {
		w.must(200, "PATCH", oa, body)
	}
	got := w.call("POST", "/api/v1/apps", `{"platform":"wechat-oa","name":"n","callback":{"url":"http://a/","verified":true,"verify_error":""}}`)
	got.wantProblem(422, "invalid_request")
	got.wantFields("body.callback.verified", "is true; it cannot be set", "body.callback.verify_error", "it cannot be set")
}

// What a patch answers has no member that the same patch does not know.
func TestPatchesKnowWhatTheyAnswer(t *testing.T) {
	t.Parallel()
	eachOperation(func(method, path string, op map[string]any) {
		if method != "PATCH" {
			return
		}
		answered := schemaOf(at(op, "responses", "200"))
		wantMembers(t, path, schemaOf(at(op, "requestBody")), answered)
		if len(object(answered["properties"])) == 0 {
			t.Errorf("%s answers no members", path)
		}
	})
}

func wantMembers(t *testing.T, place string, known, answered map[string]any) {
	t.Helper()
	for name, member := range object(answered["properties"]) {
		takes, has := object(known["properties"])[name]
		if !has {
			t.Errorf("%s answers %s and does not take it", place, name)
			continue
		}
		wantMembers(t, place+" "+name, resolved(object(takes)), resolved(object(member)))
	}
}

// schemaOf is the schema of a body in JSON.
func schemaOf(body any) map[string]any {
	return resolved(object(at(body, "content", "application/json", "schema")))
}
