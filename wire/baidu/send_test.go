package baidu_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/baidu"
)

// form reads parameters from a form body.
func form(t *testing.T, pairs ...string) baidu.Params {
	t.Helper()
	values := make(url.Values)
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	p, err := baidu.DecodeParams("", "application/x-www-form-urlencoded", []byte(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Seed 000, 请求示例, as the form that it really is.
func TestDecodeSend(t *testing.T) {
	t.Parallel()
	got, err := baidu.DecodeSend(form(t,
		"touser_openId", "", "page", "pages/home/home", "touser", "SL9aK4AETi6bpnz",
		"scene_type", "1", "scene_id", "11.d9ea3ac49f00320f4269b8fb72b53194.290079.1571309167.0",
		"data", `{"keyword1":{"value":"16601213222"},"keyword2":{"value":7}}`,
		"template_id", "ad92f10716024214be69b0db539a30b6", "ext", `{"xzh_id":111,"category_id":"15"}`,
	))
	if err != nil {
		t.Fatal(err)
	}
	if got.TemplateID != "ad92f10716024214be69b0db539a30b6" || got.ToUser != "SL9aK4AETi6bpnz" || got.ToUserOpenID != "" ||
		got.Page != "pages/home/home" || got.SceneID != "11.d9ea3ac49f00320f4269b8fb72b53194.290079.1571309167.0" ||
		got.SceneType != (wire.Number{Text: "1", Value: 1, Valid: true}) ||
		got.ExtText != `{"xzh_id":111,"category_id":"15"}` || *got.Ext != (baidu.Ext{XzhID: "111", CategoryID: "15"}) ||
		!maps.Equal(got.Data, map[string]wire.Keyword{"keyword1": {Value: "16601213222"}, "keyword2": {Value: "7"}}) {
		t.Errorf("decoded %+v", got)
	}
	got, err = baidu.DecodeSend(form(t, "data", "[]", "ext", " "))
	if err != nil || len(got.Data) != 0 || got.Ext != nil || got.ExtText != "" || got.SceneType.Valid {
		t.Errorf("decoded %+v, %v", got, err)
	}
}

// Which parameter is complained of.
func TestDecodeSendErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, value, parameter string }{
		{"data", "", "data"},
		{"data", "{", "data"},
		{"data", "null", "data"},
		{"ext", "{", "ext"},
		{"ext", "[]", "ext"},
		{"ext", "null", "ext"},
		{"ext", "\v{}", "ext"},
		{"ext", `{"xzh_id":{}}`, "ext.xzh_id"},
		{"ext", `{"category_id":false}`, "ext.category_id"},
		{"page", "\xff", "page"},
		{"touser", "\x00", "touser"},
		{"touser_openId", "\xff", "touser_openId"},
		{"touser_openid", "\xff", "touser_openid"},
	} {
		p := form(t, "data", "{}", test.name, test.value)
		_, err := baidu.DecodeSend(p)
		var wrong *baidu.ParamError
		if !errors.As(err, &wrong) || wrong.Parameter != test.parameter || wrong.Problem == "" || wrong.Wanted == "" {
			t.Errorf("%s=%q: %v, want a ParamError of %s", test.name, test.value, err, test.parameter)
		}
	}
	_, err := baidu.DecodeSend(form(t, "data", `{"keyword1":{"value":[]}}`))
	var entry *wire.KeywordError
	if !errors.As(err, &entry) || entry.Key != "keyword1" {
		t.Errorf("error %v, want a KeywordError of keyword1", err)
	}
}

func TestDecodeAdd(t *testing.T) {
	t.Parallel()
	got, err := baidu.DecodeAdd(form(t, "id", "BD0016", "keyword_id_list", ` [3,"1",1.0,"x"] `))
	if err != nil || got.ID != "BD0016" || len(got.KeywordIDList) != 4 || got.KeywordIDList[0].Value != 3 ||
		got.KeywordIDList[1].Value != 1 || got.KeywordIDList[2].Value != 1 || got.KeywordIDList[3].Valid {
		t.Errorf("decoded %+v, %v", got, err)
	}
	for _, list := range []string{"", "1,2", "{}", "null", `"[1]"`, "[1", "\v[1,2]"} {
		_, err := baidu.DecodeAdd(form(t, "id", "BD0016", "keyword_id_list", list))
		var wrong *baidu.ParamError
		if !errors.As(err, &wrong) || wrong.Parameter != "keyword_id_list" {
			t.Errorf("%q: %v, want a ParamError of keyword_id_list", list, err)
		}
	}
}

// A value of data, ext and keyword_id_list means the same in a form and, as
// text or as itself, in a JSON body.
func FuzzJSONParameters(f *testing.F) {
	for _, seed := range []string{
		`{"keyword1":{"value":"x"},"keyword2":{"value":1.50}}`, `{"xzh_id":111,"category_id":"15"}`, `[1,"2",3.0]`,
		"[]", "{}", "null", `"{}"`, "7", " ", "{\"k\":{\"value\":\"\xff\"}}", `{"k":{"value":"\ud800"}}`, "\v{}", "[[[",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		inForm := read(t, func(name string) baidu.Params { return form(t, rest(name), needed(name), name, raw) })
		if !utf8.ValidString(raw) {
			if inForm != (outcome{}) {
				t.Fatalf("%q was read as %+v", raw, inForm)
			}
			return
		}
		text := dump(t, raw)
		if asText := read(t, func(name string) baidu.Params { return body(t, name, text) }); asText != inForm {
			t.Fatalf("%q: %+v as text in JSON, %+v in a form", raw, asText, inForm)
		}
		if !json.Valid([]byte(raw)) || !strings.ContainsAny(strings.TrimLeft(raw, " \t\r\n")[:1], "{[") {
			return
		}
		if asItself := read(t, func(name string) baidu.Params { return body(t, name, raw) }); asItself != inForm {
			t.Fatalf("%q: %+v as itself in JSON, %+v in a form", raw, asItself, inForm)
		}
	})
}

// rest and needed are the one parameter that a call cannot do without besides
// name.
func rest(name string) string {
	return map[string]string{"data": "page", "ext": "data", "keyword_id_list": "id"}[name]
}

func needed(name string) string {
	return map[string]string{"data": "", "ext": "{}", "keyword_id_list": "BD0016"}[name]
}

// body reads the parameters from a JSON body.
func body(t *testing.T, name, value string) baidu.Params {
	t.Helper()
	p, err := baidu.DecodeParams("", "", []byte(`{"`+rest(name)+`":"`+needed(name)+`","`+name+`":`+value+`}`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// outcome is what was read, as text; empty where it was not.
type outcome struct{ data, ext, list string }

// read takes each of the three parameters from a request with it alone.
func read(t *testing.T, request func(name string) baidu.Params) (o outcome) {
	t.Helper()
	if send, err := baidu.DecodeSend(request("data")); err == nil {
		o.data = dump(t, send.Data)
	}
	if send, err := baidu.DecodeSend(request("ext")); err == nil && send.Ext != nil {
		o.ext = dump(t, send.Ext)
	}
	if add, err := baidu.DecodeAdd(request("keyword_id_list")); err == nil {
		o.list = dump(t, add.KeywordIDList)
	}
	return o
}

func dump(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
