package api_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"testing"
)

// Every list pages in the same way: newest first, no item twice or lost, the
// cursor absent on the last part.
func TestListsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, template := w.sender("wechat-mini", "o1")
	home := "/api/v1/apps/" + app
	for i := range 4 {
		w.app("baidu", "")
		w.must(201, "POST", home+"/users", fmt.Sprintf(`{"open_id":"u%d"}`, i))
		w.must(201, "POST", home+"/templates", `{"title":"t","content":"c"}`)
		w.must(201, "POST", "/api/v1/library/wechat-mini/titles", fmt.Sprintf(`{"id":"AT%d","title":"t","keywords":[{"name":"k"}]}`, i))
		w.send(app, "o1", template)
	}
	w.must(201, "POST", "/api/v1/library/wechat-mini/titles", `{"id":"AT4","title":"t","keywords":[{"name":"k"}]}`)
	w.send(app, "o1", template)
	lists := map[string]string{ // path and the member that tells items apart
		"/api/v1/apps":                       "app_id",
		home + "/users":                      "open_id",
		home + "/templates":                  "template_id",
		home + "/grants":                     "id",
		"/api/v1/messages":                   "id",
		home + "/users/o1/inbox":             "id",
		"/api/v1/inbox?union_id=person":      "id",
		"/api/v1/library/wechat-mini/titles": "id",
	}
	for path, id := range lists {
		t.Run(path, func(t *testing.T) {
			w := w.in(t)
			whole := w.must(200, "GET", path, "")
			if _, has := whole.object()["next_cursor"]; has || len(whole.items()) != 5 {
				t.Fatalf("the whole list: %s", whole.body)
			}
			for _, limit := range []int{1, 2, 4, 5, 500} {
				wantIDs(t, pagedIDs(w, path, id, limit), whole.items(), id)
			}
		})
	}
}

// pagedIDs walks a list in parts.
func pagedIDs(w *world, path, id string, limit int) []string {
	w.t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []string
	query := u.Query()
	query.Set("limit", fmt.Sprint(limit))
	for range 10 {
		u.RawQuery = query.Encode()
		part := w.must(200, "GET", u.String(), "")
		if items := part.items(); len(items) == 0 || len(items) > limit {
			w.t.Fatalf("%s: a part of %d items", part.call, len(items))
		}
		for _, item := range part.items() {
			ids = append(ids, item[id].(string))
		}
		cursor, more := part.object()["next_cursor"].(string)
		if !more {
			return ids
		}
		query.Set("cursor", cursor)
	}
	w.t.Fatalf("%s: the list does not end: %v", path, ids)
	return nil
}

func wantIDs(t *testing.T, got []string, items []map[string]any, id string) {
	t.Helper()
	want := []string{}
	for _, item := range items {
		want = append(want, item[id].(string))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("in parts %v, want %v", got, want)
	}
}

func TestTheDefaultLimitIsFifty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, _ := w.sender("wechat-mini", "o1")
	grants := "/api/v1/apps/" + app + "/grants"
	w.must(201, "POST", grants, `{"user":"o1","kind":"form","count":501}`)
	for query, want := range map[string]int{"": 50, "?limit=500": 500, "?limit=": 50} {
		got := w.must(200, "GET", grants+query, "")
		if n := len(got.items()); n != want {
			t.Errorf("%q: %d items, want %d", query, n, want)
		}
		got.text("next_cursor")
	}
}

func TestBadPaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cursor := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	tests := []struct {
		query  string
		fields []string
	}{
		{"limit=0", []string{"query.limit", "is 0; expected number >= 1"}},
		{"limit=-1", []string{"query.limit", "is -1; expected number >= 1"}},
		{"limit=501", []string{"query.limit", "is 501; expected number <= 500"}},
		{"limit=many", []string{"query.limit", `is "many"; invalid integer`}},
		{"limit=9223372036854775808", []string{"query.limit", "invalid integer"}},
		{"limit", []string{"query.limit", "invalid integer"}},
		{"cursor=!", []string{"query.cursor", `is "!"; it must be a next_cursor that this list has answered`}},
		{"cursor=" + cursor("0"), []string{"query.cursor", "next_cursor"}},
		{"cursor=" + cursor("-5"), []string{"query.cursor", "next_cursor"}},
		{"cursor=" + cursor("05"), []string{"query.cursor", "next_cursor"}},
		{"cursor=" + cursor("x"), []string{"query.cursor", "next_cursor"}},
		{"cursor=" + cursor("5") + "=", []string{"query.cursor", "next_cursor"}},
		{"limit=0&cursor=!", []string{"query.cursor", "next_cursor", "query.limit", ">= 1"}},
		{"offset=1", []string{"query.offset", "does not exist; known are limit, cursor"}},
		{"limit=%zz", []string{"query", "cannot be read"}},
		{"limit=5;cursor=1", []string{"query", "cannot be read"}},
		{"cursor=%00", []string{"query.cursor", "control characters"}},
		{"cursor=%ff", []string{"query.cursor", "UTF-8"}},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			got := w.in(t).call("GET", "/api/v1/apps?"+test.query, "")
			got.wantProblem(422, "invalid_request")
			got.wantFields(test.fields...)
		})
	}
	w.must(200, "GET", "/api/v1/apps?cursor="+cursor("5"), "").wantJSON(`{"items":[]}`)
}
