package baidu_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
)

// Where parameters may stand (protocol.md §4.1): each row is one and the same
// send by another client.
func TestPlacements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		source, client string
		request        func(p params) (method, query, contentType, body string)
	}{
		{"seed 000, 接口调用请求说明", "access_token in the query, a form", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token, formType, p.encode()
		}},
		{"protocol.md §4.1, Go SDK", "with sp_sdk_ver and sp_sdk_lang", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token + "&sp_sdk_lang=Go&sp_sdk_ver=0.1.2", formType, p.encode()
		}},
		{"protocol.md §4.1, swan-docs curl samples", "GET, all in the query", func(p params) (string, string, string, string) {
			return "GET", p.but(params{"access_token": w.token, "sp_sdk_ver": "1"}).encode(), "", ""
		}},
		{"protocol.md §4.1, swan-docs curl samples", "POST, all in the query", func(p params) (string, string, string, string) {
			return "POST", p.but(params{"access_token": w.token}).encode(), "", ""
		}},
		{"protocol.md §4.1, Java SDK", "all in the form, access_token too", func(p params) (string, string, string, string) {
			return "POST", "", formType + ";charset=UTF-8", p.but(params{"access_token": w.token, "sdk.version": "1.1.0", "sdk.type": "java"}).encode()
		}},
		{"protocol.md §10 no. 4", "access_token percent-encoded in the query", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + percentEncoded(w.token), formType, p.encode()
		}},
		{"seed 000, 请求示例", "access_token in both, the same", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token, formType, p.but(params{"access_token": w.token}).encode()
		}},
		{"protocol.md §4.1", "access_token in both, the body's counts", func(p params) (string, string, string, string) {
			return "POST", "access_token=stale", formType, p.but(params{"access_token": w.token}).encode()
		}},
		{"protocol.md §4.1", "access_token in both, the body's blank", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token, formType, p.but(params{"access_token": ""}).encode()
		}},
		{"seed 003, POST data format: JSON", "JSON, data as text", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token, "application/json", jsonBody(p)
		}},
		{"seed 000, 请求示例", "JSON, data as an object, access_token in it, scene_type a number", func(p params) (string, string, string, string) {
			body := strings.Replace(jsonBody(p.but(params{"data": "-", "scene_type": "-", "access_token": w.token})), "{",
				`{"scene_type":1,"data":`+p["data"]+`,`, 1)
			return "POST", "", "application/json; charset=utf-8", body
		}},
		{"protocol.md §0 row 2", "JSON under a form's Content-Type", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token, formType, " " + jsonBody(p)
		}},
		{"protocol.md §10 no. 2", "a form without Content-Type", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token, "", p.encode() + "\r\n"
		}},
		{"swan.request: multipart", "multipart/form-data", func(p params) (string, string, string, string) {
			contentType, body := multipartBody(t, p.but(params{"access_token": w.token}))
			return "POST", "", contentType, body
		}},
		{"curl -d without --data-urlencode", "a form whose JSON is not encoded", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token, formType,
				p.but(params{"data": "-"}).encode() + `&data={"keyword1":{"value":"16601213222"},"keyword2":{"value":"2019年10月23日 12:30"}}`
		}},
		{"protocol.md §10 no. 5", "scene_type as 1.0 and spaced", func(p params) (string, string, string, string) {
			return "POST", "access_token=" + w.token, formType, p.but(params{"scene_type": " 1.0"}).encode()
		}},
	} {
		t.Run(test.client, func(t *testing.T) {
			w := w.in(t)
			form := w.grant(openID, muban.GrantForm)
			method, query, contentType, body := test.request(w.toMember(form))
			w.do(method, sendPath+"?"+query, contentType, body).sent()
			m := w.message(form)
			want := map[string]muban.Value{"keyword1": {Text: "16601213222"}, "keyword2": {Text: "2019年10月23日 12:30"}}
			if !maps.Equal(m.Data, want) || m.Page != "pages/home/home" || m.UserID != openID {
				t.Errorf("%s: understood %+v", test.source, m)
			}
		})
	}
}

// Merging: the body's value counts where it says something; of those
// repeated, the first.
func TestMerging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct{ query, body, page string }{
		{"page=a", "page=b", "b"},
		{"page=a", "page=", "a"},
		{"page=a", "", "a"},
		{"", "page=b&page=c", "b"},
		{"page=a&page=c", "", "a"},
		{"PAGE=a", "Page=b", ""},
		{"page=a%20b", "", "a b"},
		{"page=a+b", "", "a b"},
		{"page=a;b", "", "a;b"},
		{"pag%65=a", "", "a"},
	} {
		form := w.grant(openID, muban.GrantForm)
		rest := w.toMember(form).but(params{"page": "-"}).encode()
		w.do("POST", sendPath+"?access_token="+w.token+"&"+test.query, formType, rest+"&"+test.body).sent()
		if got := w.message(form).Page; got != test.page {
			t.Errorf("query %q, body %q: page %q, want %q", test.query, test.body, got, test.page)
		}
	}
}
