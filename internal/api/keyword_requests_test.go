package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestKeywordRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.app("wechat-mini", `"app_id":"wx1"`)
	const library = "/api/v1/library/wechat-mini"
	w.must(201, "POST", library+"/titles", `{"id":"AT0002","title":"购买成功通知","keywords":[{"keyword_id":3,"name":"购买地点","origin":"platform"}]}`)
	const requests = library + "/keyword-requests"
	apply := func(name string) string {
		t.Helper()
		return w.must(201, "POST", requests, fmt.Sprintf(`{"app_id":%q,"title_id":"AT0002","name":%q,"example":"A12"}`, app, name)).text("id")
	}
	one := apply("取货码")
	w.clock.move(time.Hour)
	two := apply("柜号")
	pending := fmt.Sprintf(`{"id":%q,"platform":"wechat-mini","app_id":"wx1","title_id":"AT0002","name":"取货码","example":"A12","state":"pending","created_at":"2026-11-21T02:14:00.000Z"}`, one)
	if list := w.must(200, "GET", requests, "").items(); len(list) != 2 || list[1]["id"] != one {
		t.Errorf("list %v", list)
	}

	// Not usable before review, usable after it, under a number of our own.
	template := `{"library_id":"AT0002","keyword_ids":[9001,3]}`
	w.call("POST", "/api/v1/apps/wx1/templates", template).wantProblem(422, "invalid_request")
	w.must(200, "POST", requests+"/"+one+"/approve", "").wantJSON(
		strings.Replace(pending, `"state":"pending"`, `"state":"approved","keyword_id":9001,"decided_at":"2026-11-21T03:14:00.000Z"`, 1))
	got := w.must(201, "POST", "/api/v1/apps/wx1/templates", template)
	if !strings.HasPrefix(got.text("content"), "取货码{{keyword1.DATA}}") {
		t.Errorf("template %s", got.body)
	}

	rejected := w.must(200, "POST", requests+"/"+two+"/reject", `{"reason":"与“取货码”重复"}`)
	if rejected.text("state") != "rejected" || rejected.text("reason") != "与“取货码”重复" || rejected.object()["keyword_id"] != nil {
		t.Errorf("rejected %s", rejected.body)
	}
	for query, want := range map[string]string{"?state=rejected": two, "?state=approved&app_id=wx1": one} {
		if list := w.must(200, "GET", requests+query, "").items(); len(list) != 1 || list[0]["id"] != want {
			t.Errorf("%s: %v", query, list)
		}
	}
	for _, again := range []string{one + "/approve", two + "/approve"} {
		p := w.call("POST", requests+"/"+again, "").wantProblem(409, "conflict")
		if !strings.Contains(p.Detail, "decided once") {
			t.Errorf("%s: %s", again, p.Detail)
		}
	}
	w.call("POST", requests+"/"+one+"/reject", `{"reason":"x"}`).wantProblem(409, "conflict")

	// The next gets the next number.
	if got := w.must(200, "POST", requests+"/"+apply("楼层")+"/approve", ""); got.object()["keyword_id"] != 9002.0 {
		t.Errorf("approved %s", got.body)
	}
}

// The number after the largest is one that neither the API nor a file takes.
func TestKeywordsAfterTheLargestNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.app("baidu", "")
	const library = "/api/v1/library/baidu"
	w.must(201, "POST", library+"/titles", `{"id":"BD1","title":"t","keywords":[{"keyword_id":2147483646,"name":"a"},{"keyword_id":9002,"name":"b"}]}`)
	for _, want := range []float64{2147483647, 9001, 9003} {
		id := w.must(201, "POST", library+"/keyword-requests", fmt.Sprintf(`{"app_id":%q,"title_id":"BD1","name":"k%.0f"}`, app, want)).text("id")
		if got := w.must(200, "POST", library+"/keyword-requests/"+id+"/approve", ""); got.object()["keyword_id"] != want {
			t.Errorf("approved %s, want %.0f", got.body, want)
		}
	}
	got := w.call("POST", library+"/titles", `{"title":"t","keywords":[{"keyword_id":2147483647,"name":"a"},{"name":"b"}]}`)
	got.wantProblem(422, "invalid_request")
	got.wantFields("body.keywords.keyword_id", "is 2147483648; it must be from 1 to 2147483647 and not repeated")
}

func TestKeywordRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.app("wechat-mini", `"app_id":"wx1"`)
	w.app("wechat-oa", `"app_id":"oa1"`)
	w.app("baidu", `"app_id":"bd1"`)
	const mini = "/api/v1/library/wechat-mini/keyword-requests"
	w.must(201, "POST", "/api/v1/library/wechat-mini/titles", `{"id":"AT0002","title":"购买成功通知","keywords":[{"keyword_id":3,"name":"购买地点"}]}`)
	pending := w.must(201, "POST", mini, `{"app_id":"wx1","title_id":"AT0002","name":"取货码"}`).text("id")
	for _, test := range []struct {
		name, path, body string
		status           int
		code, field      string
	}{
		{"an official account", "/api/v1/library/wechat-oa/keyword-requests", `{"app_id":"oa1","title_id":"x","name":"x"}`, 422, "not_on_this_platform", ""},
		{"an app of another platform", mini, `{"app_id":"bd1","title_id":"AT0002","name":"x"}`, 422, "invalid_request", "body.app_id"},
		{"an unknown app", mini, `{"app_id":"nobody","title_id":"AT0002","name":"x"}`, 404, "not_found", ""},
		{"an unknown title", mini, `{"app_id":"wx1","title_id":"AT1","name":"x"}`, 404, "not_found", ""},
		{"a keyword that is there", mini, `{"app_id":"wx1","title_id":"AT0002","name":"购买地点"}`, 409, "conflict", ""},
		{"no name", mini, `{"app_id":"wx1","title_id":"AT0002"}`, 422, "invalid_request", "body.name"},
		{"a name with braces", mini, `{"app_id":"wx1","title_id":"AT0002","name":"{x}"}`, 422, "invalid_request", "body.name"},
		{"an example of two lines", mini, `{"app_id":"wx1","title_id":"AT0002","name":"x","example":"a\nb"}`, 422, "invalid_request", "body.example"},
		{"no reason", mini + "/" + pending + "/reject", `{}`, 422, "invalid_request", "body.reason"},
		{"an empty reason", mini + "/" + pending + "/reject", `{"reason":" "}`, 422, "invalid_request", "body.reason"},
		{"an unknown request", mini + "/1/approve", ``, 404, "not_found", ""},
		{"another platform's", "/api/v1/library/baidu/keyword-requests/" + pending + "/approve", ``, 404, "not_found", ""},
		{"no id", mini + "/x/approve", ``, 404, "not_found", ""},
		{"an unknown platform", "/api/v1/library/qq/keyword-requests", `{"app_id":"wx1","title_id":"AT0002","name":"x"}`, 422, "invalid_request", "path.platform"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := w.in(t).call("POST", test.path, test.body).wantProblem(test.status, test.code)
			if test.field != "" && (len(p.Errors) != 1 || p.Errors[0].Location != test.field) {
				t.Errorf("errors %v, want %s", p.Errors, test.field)
			}
		})
	}
	w.must(204, "DELETE", "/api/v1/library/wechat-mini/titles/AT0002", "")
	w.call("POST", mini+"/"+pending+"/approve", "").wantProblem(404, "not_found")
}
