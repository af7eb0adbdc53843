package api_test

import (
	"strings"
	"testing"
)

// miniTitle adds a title of four keywords to WeChat Mini's library.
func (w *world) miniTitle() {
	w.t.Helper()
	w.must(201, "POST", "/api/v1/library/wechat-mini/titles", `{"id":"AT0002","title":"购买成功通知","keywords":[
		{"keyword_id":3,"name":"购买地点","example":"TIT造舰厂","origin":"platform"},
		{"keyword_id":4,"name":"购买时间","example":"2016年6月6日"},
		{"name":"物品名称"},{"keyword_id":9,"name":"价格"}]}`)
}

func TestTemplatesOfTheLibraryAndOfFreeText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.miniTitle()
	templates := "/api/v1/apps/" + w.app("wechat-mini", "") + "/templates"
	made := w.must(201, "POST", templates, `{"library_id":"AT0002","keyword_ids":[4,3]}`)
	id := made.text("template_id")
	if len(id) != 43 {
		t.Errorf("template_id %q", id)
	}
	fromLibrary := `{"template_id":"` + id + `","title":"购买成功通知",
		"content":"购买时间{{keyword1.DATA}}\n购买地点{{keyword2.DATA}}\n","example":"购买时间:2016年6月6日\n购买地点:TIT造舰厂\n",
		"keywords":[{"key":"keyword1","name":"购买时间"},{"key":"keyword2","name":"购买地点"}],
		"library_id":"AT0002","keyword_ids":[4,3],"created_at":"2026-11-21T02:14:00.000Z"}`
	made.wantJSON(fromLibrary)

	freeText := `{"template_id":"t/1","title":"题","content":"{{first.DATA}}\n商品：{{name.DATA}}",
		"keywords":[{"key":"first","name":""},{"key":"name","name":"商品"}],"created_at":"2026-11-21T02:14:00.000Z"}`
	w.must(201, "POST", templates, `{"template_id":"t/1","title":"题","content":"{{first.DATA}}\n商品：{{name.DATA}}"}`).wantJSON(freeText)

	w.must(200, "GET", templates+"/"+id, "").wantJSON(fromLibrary)
	w.must(200, "GET", templates+"/t%2F1", "").wantJSON(freeText)
	w.must(200, "GET", templates, "").wantJSON(`{"items":[` + freeText + `,` + fromLibrary + `]}`)
	w.must(204, "DELETE", templates+"/t%2F1", "")
	w.call("GET", templates+"/t%2F1", "").wantProblem(404, "not_found")
}

func TestTemplateOfAnOfficialAccountsTitle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(201, "POST", "/api/v1/library/wechat-oa/titles", `{"id":"OPENTM1","title":"题","content":"{{first.DATA}}","example":"您好","primary_industry":"IT科技","deputy_industry":"互联网"}`)
	made := w.must(201, "POST", "/api/v1/apps/"+w.app("wechat-oa", "")+"/templates", `{"library_id":"OPENTM1"}`)
	made.wantJSON(`{"template_id":"` + made.text("template_id") + `","title":"题","content":"{{first.DATA}}","example":"您好",
		"keywords":[{"key":"first","name":""}],"library_id":"OPENTM1","primary_industry":"IT科技","deputy_industry":"互联网",
		"created_at":"2026-11-21T02:14:00.000Z"}`)
}

func TestTemplateRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.miniTitle()
	full, app := w.app("wechat-mini", `"template_limit":0`), w.app("wechat-mini", "")
	const templates = "/api/v1/apps/APP/templates"
	w.must(201, "POST", "/api/v1/apps/"+app+"/templates", `{"template_id":"there","title":"t","content":"c"}`)
	tests := []struct {
		name, app, method, path, body string
		status                        int
		code                          string
		fields                        []string
	}{
		{"unknown app", "nobody", "POST", templates, `{"title":"t","content":"c"}`, 404, "not_found", nil},
		{"list of an unknown app", "nobody", "GET", templates, ``, 404, "not_found", nil},
		{"unknown template", app, "GET", templates + "/nothing", ``, 404, "not_found", nil},
		{"delete an unknown template", app, "DELETE", templates + "/nothing", ``, 404, "not_found", nil},
		{"delete with a control character", app, "DELETE", templates + "/%07", ``, 404, "not_found", nil},
		{"id that exists", app, "POST", templates, `{"template_id":"there","title":"t","content":"c"}`, 409, "conflict", nil},
		{"past the limit", full, "POST", templates, `{"title":"t","content":"c"}`, 409, "conflict", nil},
		{"nothing", app, "POST", templates, `{}`, 422, "invalid_request", []string{"body.title", "or library_id"}},
		{"no content", app, "POST", templates, `{"title":"t"}`, 422, "invalid_request", []string{"body.content", "is empty"}},
		{"placeholder without .DATA", app, "POST", templates, `{"title":"t","content":"a{{keyword1}}"}`, 422, "invalid_request", []string{"body.content", "placeholders are written {{name.DATA}}"}},
		{"unknown title", app, "POST", templates, `{"library_id":"AT1","keyword_ids":[3]}`, 404, "not_found", nil},
		{"both ways at once", app, "POST", templates, `{"library_id":"AT0002","keyword_ids":[3],"title":"t"}`, 422, "invalid_request", []string{"body.library_id", "AT0002"}},
		{"no keywords", app, "POST", templates, `{"library_id":"AT0002"}`, 422, "invalid_request", []string{"body.keyword_ids", "the number of keywords chosen is 0"}},
		{"unknown keyword", app, "POST", templates, `{"library_id":"AT0002","keyword_ids":[3,5]}`, 422, "invalid_request", []string{"body.keyword_ids", "no keyword 5"}},
		{"keyword twice", app, "POST", templates, `{"library_id":"AT0002","keyword_ids":[3,3]}`, 422, "invalid_request", []string{"body.keyword_ids", "more than once"}},
		{"keywords as text", app, "POST", templates, `{"library_id":"AT0002","keyword_ids":["3",0]}`, 422, "invalid_request", []string{"body.keyword_ids[0]", `is "3"; expected integer`, "body.keyword_ids[1]", "expected number >= 1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := w.in(t).call(test.method, strings.Replace(test.path, "APP", test.app, 1), test.body)
			got.wantProblem(test.status, test.code)
			got.wantFields(test.fields...)
		})
	}
}
