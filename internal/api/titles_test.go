package api_test

import (
	"strings"
	"testing"
)

func TestTitlesOfEveryPlatform(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct{ platform, sent, want string }{
		{
			"wechat-mini",
			`{"id":"AT9","title":"购买通知","keywords":[{"keyword_id":3,"name":"地点","example":"家","origin":"platform"},{"name":"时间"}]}`,
			`{"id":"AT9","title":"购买通知","keywords":[{"keyword_id":3,"name":"地点","example":"家","origin":"platform"},{"keyword_id":4,"name":"时间","example":"","origin":"muban"}]}`,
		},
		{
			"baidu",
			`{"id":"BD9","title":"购买通知","keywords":[{"name":"地点"},{"name":"时间"}]}`,
			`{"id":"BD9","title":"购买通知","keywords":[{"keyword_id":1,"name":"地点","example":"","origin":"muban"},{"keyword_id":2,"name":"时间","example":"","origin":"muban"}]}`,
		},
		{
			"alipay",
			`{"id":"a/1","title":"购买通知","keywords":[{"keyword_id":1,"name":"地点","origin":"muban"}]}`,
			`{"id":"a/1","title":"购买通知","keywords":[{"keyword_id":1,"name":"地点","example":"","origin":"muban"}]}`,
		},
		{
			"wechat-oa",
			`{"id":"TM9","title":"购买通知","content":"{{first.DATA}}","example":"您好","primary_industry":"IT科技","deputy_industry":"互联网"}`,
			`{"id":"TM9","title":"购买通知","content":"{{first.DATA}}","example":"您好","primary_industry":"IT科技","deputy_industry":"互联网"}`,
		},
		{
			"wechat-oa",
			`{"id":"TM8","title":"另一","content":"c"}`,
			`{"id":"TM8","title":"另一","content":"c"}`,
		},
	}
	for _, test := range tests {
		t.Run(test.platform, func(t *testing.T) {
			w := w.in(t)
			titles := "/api/v1/library/" + test.platform + "/titles"
			made := w.must(201, "POST", titles, test.sent)
			made.wantJSON(test.want)
			w.must(200, "GET", titles+"/"+escape(made.text("id")), "").wantJSON(test.want)
			w.must(200, "GET", titles+"?q="+escape(made.text("title")), "").wantJSON(`{"items":[` + test.want + `]}`)
			w.must(200, "GET", titles+"?q="+escape(made.text("id")), "").wantJSON(`{"items":[` + test.want + `]}`)
			w.must(200, "GET", titles+"?q=nothing", "").wantJSON(`{"items":[]}`)
			w.call("POST", titles, test.sent).wantProblem(409, "conflict")
			w.must(204, "DELETE", titles+"/"+escape(made.text("id")), "")
			w.call("GET", titles+"/"+escape(made.text("id")), "").wantProblem(404, "not_found")
		})
	}
}

func TestTitleRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const mini, official = "/api/v1/library/wechat-mini/titles", "/api/v1/library/wechat-oa/titles"
	tests := []struct {
		name, method, path, body string
		status                   int
		code                     string
		fields                   []string
	}{
		{"unknown platform", "GET", "/api/v1/library/qq/titles", ``, 422, "invalid_request", []string{"path.platform", `is "qq"; expected value to be one of "wechat-mini, wechat-oa, baidu, alipay"`}},
		{"unknown title", "GET", mini + "/AT0", ``, 404, "not_found", nil},
		{"delete an unknown title", "DELETE", mini + "/AT0", ``, 404, "not_found", nil},
		{"no title", "POST", mini, `{"keywords":[{"name":"k"}]}`, 422, "invalid_request", []string{"body.title", "is missing"}},
		{"no keywords", "POST", mini, `{"title":"t"}`, 422, "invalid_request", []string{"body.keywords", "at least one keyword"}},
		{"keyword without a name", "POST", mini, `{"title":"t","keywords":[{"keyword_id":1}]}`, 422, "invalid_request", []string{"body.keywords[0].name", "is missing"}},
		{"unknown member of a keyword", "POST", mini, `{"title":"t","keywords":[{"name":"k","id":1}]}`, 422, "invalid_request", []string{"body.keywords[0].id", "known are example, keyword_id, name, origin"}},
		{"number twice", "POST", mini, `{"title":"t","keywords":[{"keyword_id":1,"name":"k"},{"keyword_id":1,"name":"l"}]}`, 422, "invalid_request", []string{"body.keywords.keyword_id", "not repeated"}},
		{"another origin", "POST", mini, `{"title":"t","keywords":[{"name":"k","origin":"me"}]}`, 422, "invalid_request", []string{"body.keywords[0].origin", `is "me"`}},
		{"content of a mini program", "POST", mini, `{"title":"t","keywords":[{"name":"k"}],"content":"c","deputy_industry":"d"}`, 422, "not_on_this_platform", []string{"body.content", "wechat-mini", "body.deputy_industry", "wechat-mini"}},
		{"keywords of an official account", "POST", official, `{"title":"t","content":"c","keywords":[{"name":"k"}]}`, 422, "not_on_this_platform", []string{"body.keywords", "wechat-oa"}},
		{"no content", "POST", official, `{"title":"t"}`, 422, "invalid_request", []string{"body.content", "is empty"}},
		{"example with U+0000", "POST", official, `{"title":"t","content":"c","example":"a\u0000b"}`, 422, "invalid_request", []string{"body.example", `is "a\x00b"; it must be a text without control characters`}},
		{"content with a bell", "POST", official, `{"title":"t","content":"\u0007{{first.DATA}}"}`, 422, "invalid_request", []string{"body.content", "without control characters but for line ends and tabs"}},
		{"an id that no file can hold", "POST", mini, `{"id":"` + strings.Repeat("号", 65) + `","title":"t","keywords":[{"name":"k"}]}`, 422, "invalid_request", []string{"body.id", "it must be 1 to 64 printable characters"}},
		{"a title that no file can hold", "POST", mini, `{"title":"` + strings.Repeat("知", 129) + `","keywords":[{"name":"k"}]}`, 422, "invalid_request", []string{"body.title", "in one line of at most 128 characters"}},
		{"industry of two lines", "POST", official, `{"title":"t","content":"c","primary_industry":"IT\n科技"}`, 422, "invalid_request", []string{"body.primary_industry", "an industry's name, in one line"}},
		{"industry that is blank", "POST", official, `{"title":"t","content":"c","deputy_industry":" "}`, 422, "invalid_request", []string{"body.deputy_industry", "in one line"}},
		{"bad placeholder", "POST", official, `{"title":"t","content":"{{x}}"}`, 422, "invalid_request", []string{"body.content", "{{x}}"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := w.in(t).call(test.method, test.path, test.body)
			got.wantProblem(test.status, test.code)
			got.wantFields(test.fields...)
		})
	}
}
