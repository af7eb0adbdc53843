package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/api"
)

// sender is an app with a user and a template.
func (w *world) sender(platform, user string) (app, template string) {
	w.t.Helper()
	app = w.app(platform, "")
	w.must(201, "POST", "/api/v1/apps/"+app+"/users", `{"open_id":"`+user+`","union_id":"person"}`)
	template = w.must(201, "POST", "/api/v1/apps/"+app+"/templates", `{"title":"题","content":"甲{{keyword1.DATA}}"}`).text("template_id")
	return app, template
}

func TestMessagesAreShownThroughTheirLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, template := w.sender("baidu", "o1")
	w.clock.move(1500 * time.Microsecond) // shown without what is finer than a millisecond
	m := w.send(app, "o1", template)
	path := "/api/v1/messages/" + m.ID.String()
	common := `"id":"` + m.ID.String() + `","app_id":"` + app + `","platform":"baidu","user":"o1",
		"template_id":"` + template + `","title":"题","data":{"keyword1":{"value":"值","color":"#173177"}},"rendered":"甲值",
		"page":"pages/index?x=1","grant_id":"` + m.GrantID + `","grant_kind":"form","accepted_at":"2026-11-21T02:14:00.001Z"`
	delivered := `{` + common + `,"state":"delivered","channels":["message_center","search_panel"],
		"delivered_at":"2026-11-21T02:14:00.001Z","finished_at":"2026-11-21T02:14:00.001Z"`
	w.must(200, "GET", path, "").wantJSON(delivered + `}`)

	inbox := "/api/v1/apps/" + app + "/users/person/inbox"
	w.must(200, "GET", inbox, "").wantJSON(`{"items":[` + delivered + `}],"unread":1}`)
	w.clock.move(time.Hour)
	read := w.must(204, "POST", inbox+"/"+m.ID.String()+"/read", "")
	if len(read.body) != 0 {
		t.Errorf("read answered %q", read.body)
	}
	wasRead := delivered + `,"read_at":"2026-11-21T03:14:00.001Z"}`
	w.must(200, "GET", inbox, "").wantJSON(`{"items":[` + wasRead + `],"unread":0}`)
	w.clock.move(time.Hour)
	w.must(204, "POST", inbox+"/"+m.ID.String()+"/read", "")
	w.must(200, "GET", "/api/v1/inbox?union_id=person", "").wantJSON(`{"items":[` + wasRead + `],"unread":0}`)
	w.must(200, "GET", "/api/v1/inbox?union_id=nobody", "").wantJSON(`{"items":[],"unread":0}`)
	if spent := w.must(200, "GET", "/api/v1/apps/"+app+"/grants/"+m.GrantID, "").object()["spent_by"]; spent.([]any)[0] != m.ID.String() {
		t.Errorf("spent_by is %v", spent)
	}
}

func TestARefusedMessageHasItsReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, template := w.sender("wechat-mini", "o1")
	w.must(200, "PATCH", "/api/v1/apps/"+app+"/users/o1", `{"blocked":true}`)
	m := w.send(app, "o1", template)
	got := w.must(200, "GET", "/api/v1/messages/"+m.ID.String(), "").object()
	if got["state"] != "refused" || got["reason"] != "user_block" || got["finished_at"] == nil {
		t.Errorf("message %v", got)
	}
	for _, absent := range []string{"delivered_at", "read_at", "channels", "miniprogram", "url", "ext", "color", "client_msg_id", "emphasis_keyword"} {
		if value, has := got[absent]; has {
			t.Errorf("%s is %v, want it absent", absent, value)
		}
	}
	w.call("POST", "/api/v1/apps/"+app+"/users/o1/inbox/"+m.ID.String()+"/read", "").wantProblem(404, "not_found")
}

func TestMessagesAreSelected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, template := w.sender("wechat-mini", "o1")
	other, otherTemplate := w.sender("baidu", "o1")
	var ids []string
	grants := map[string]string{}
	for range 3 {
		m := w.send(app, "o1", template)
		ids = append(ids, m.ID.String())
		grants[m.ID.String()] = m.GrantID
	}
	w.must(200, "PATCH", "/api/v1/apps/"+other+"/users/o1", `{"delivery":"fail"}`)
	ids = append(ids, w.send(other, "o1", otherTemplate).ID.String())
	tests := []struct {
		query string
		want  []string
	}{
		{"", []string{ids[3], ids[2], ids[1], ids[0]}},
		{"?app_id=" + app, []string{ids[2], ids[1], ids[0]}},
		{"?app_id=" + app + "&user=person", []string{ids[2], ids[1], ids[0]}},
		{"?app_id=&user=&state=&after=&wait=", []string{ids[3], ids[2], ids[1], ids[0]}},
		{"?state=failed", []string{ids[3]}},
		{"?template_id=" + template, []string{ids[2], ids[1], ids[0]}},
		{"?grant_id=" + grants[ids[1]], []string{ids[1]}},
		{"?after=" + ids[1], []string{ids[3], ids[2]}},
		{"?after=" + ids[3], []string{}},
		{"?state=delivered&limit=2", []string{ids[2], ids[1]}},
		{"?state=refused&wait=1ms", []string{}},
		{"?state=accepted", []string{}},
		{"?state=delivered&wait=60s", []string{ids[2], ids[1], ids[0]}},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			got := []string{}
			for _, m := range w.in(t).must(200, "GET", "/api/v1/messages"+test.query, "").items() {
				got = append(got, m["id"].(string))
			}
			if strings.Join(got, " ") != strings.Join(test.want, " ") {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestMessageRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, _ := w.sender("wechat-mini", "o1")
	tests := []struct {
		method, path string
		status       int
		code         string
		fields       []string
	}{
		{"GET", "/api/v1/messages/12", 404, "not_found", nil},
		{"GET", "/api/v1/messages/abc", 404, "not_found", nil},
		{"GET", "/api/v1/messages/012", 404, "not_found", nil},
		{"GET", "/api/v1/messages/9223372036854775808", 404, "not_found", nil},
		{"GET", "/api/v1/messages?app_id=nobody", 404, "not_found", nil},
		{"GET", "/api/v1/messages?app_id=" + app + "&user=nobody", 404, "not_found", nil},
		{"GET", "/api/v1/messages?user=o1", 422, "invalid_request", []string{"query.user", "is o1; it must be given with app_id"}},
		{"GET", "/api/v1/messages?state=lost", 422, "invalid_request", []string{"query.state", `is "lost"; expected value to be one of "accepted, delivered, refused, failed"`}},
		{"GET", "/api/v1/messages?after=x", 422, "invalid_request", []string{"query.after", `is "x"; it must be a message's id`}},
		{"GET", "/api/v1/messages?from=yesterday", 422, "invalid_request", []string{"query.from", `is "yesterday"; it must be a time like 2026-11-21T00:00:00Z`}},
		{"GET", "/api/v1/messages?after=-1", 422, "invalid_request", []string{"query.after", "digits only"}},
		{"GET", "/api/v1/messages?wait=61s", 422, "invalid_request", []string{"query.wait", `is "61s"; it must be a Go duration from 0s to 60s`}},
		{"GET", "/api/v1/messages?wait=-1s", 422, "invalid_request", []string{"query.wait", `is "-1s"`}},
		{"GET", "/api/v1/messages?wait=10", 422, "invalid_request", []string{"query.wait", `is "10"`}},
		{"GET", "/api/v1/messages?wait=10&limit=0&state=x&stat=1", 422, "invalid_request", []string{"query.stat", "does not exist; known are app_id, user, state, template_id, grant_id, after, from, to, wait, limit, cursor"}},
		{"GET", "/api/v1/messages?wait=10&limit=0&state=x", 422, "invalid_request", []string{"query.limit", ">= 1", "query.state", "x", "query.wait", "10"}},
		{"GET", "/api/v1/apps/" + app + "/users/nobody/inbox", 404, "not_found", nil},
		{"GET", "/api/v1/apps/nobody/users/o1/inbox", 404, "not_found", nil},
		{"POST", "/api/v1/apps/" + app + "/users/o1/inbox/12/read", 404, "not_found", nil},
		{"POST", "/api/v1/apps/" + app + "/users/o1/inbox/x/read", 404, "not_found", nil},
		{"POST", "/api/v1/apps/" + app + "/users/nobody/inbox/12/read", 404, "not_found", nil},
		{"GET", "/api/v1/inbox", 422, "invalid_request", []string{"query.union_id", "is missing"}},
		{"GET", "/api/v1/inbox?union_id=", 422, "invalid_request", []string{"query.union_id", "is missing"}},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			got := w.in(t).call(test.method, test.path, "")
			got.wantProblem(test.status, test.code)
			got.wantFields(test.fields...)
		})
	}
}

// A held list is answered as soon as a message matches, and when the server
// stops. Both would otherwise take a minute.
func TestAHeldListIsAnswered(t *testing.T) {
	t.Parallel()
	stopping, stop := context.WithCancel(t.Context())
	w := newWorld(t, func(o *api.Options) { o.Stopping = stopping })
	app, template := w.sender("wechat-mini", "o1")
	held := func(query string) <-chan answer {
		done := make(chan answer, 1)
		go func() {
			defer close(done) // also where the call ends the goroutine
			done <- w.call("GET", "/api/v1/messages?wait=60s&"+query, "")
		}()
		return done
	}
	began := time.Now()
	matches := held("state=delivered")
	w.send(app, "o1", template)
	if got, answered := <-matches; answered && len(got.items()) != 1 {
		t.Errorf("answered %s", got.body)
	}
	stopped := held("state=failed")
	stop()
	if got, answered := <-stopped; answered && (got.status != 200 || len(got.items()) != 0) {
		t.Errorf("answered %d %s", got.status, got.body)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}
