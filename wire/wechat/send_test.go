package wechat

import (
	"errors"
	"maps"
	"strings"
	"testing"
)

// seed002 is the request sample of seed 002.
const seed002 = `{
  "touser": "OPENID",
  "template_id": "TEMPLATE_ID",
  "page": "index",
  "form_id": "FORMID",
  "data": {
      "keyword1": {
          "value": "339208499"
      },
      "keyword2": {
          "value": "2015年01月05日 12:30"
      },
      "keyword3": {
          "value": "腾讯微信总部"
      } ,
      "keyword4": {
          "value": "广州市海珠区新港中路397号"
      }
  },
  "emphasis_keyword": "keyword1.DATA"
}`

func BenchmarkDecodeSend(b *testing.B) {
	body := []byte(seed002)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeSend(body); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDecodeSendReadsTheSample(t *testing.T) {
	t.Parallel()
	got, err := DecodeSend([]byte(seed002))
	if err != nil {
		t.Fatal(err)
	}
	data := Data{
		"keyword1": {Value: "339208499"}, "keyword2": {Value: "2015年01月05日 12:30"},
		"keyword3": {Value: "腾讯微信总部"}, "keyword4": {Value: "广州市海珠区新港中路397号"},
	}
	if got.ToUser != "OPENID" || got.TemplateID != "TEMPLATE_ID" || got.Page != "index" || got.FormID != "FORMID" ||
		got.EmphasisKeyword != "keyword1.DATA" || got.Color != "" || !maps.Equal(got.Data, data) {
		t.Errorf("decoded %+v", got)
	}
}

// The message's colour is kept where it is a text; clients may send null
// (protocol.md §2.1).
func TestDecodeSendColor(t *testing.T) {
	t.Parallel()
	for color, want := range map[string]string{`"#173177"`: "#173177", `""`: "", `null`: "", `7`: "", `{}`: ""} {
		got, err := DecodeSend([]byte(`{"color":` + color + `}`))
		if err != nil || got.Color != want {
			t.Errorf("color %s: %q, error %v; want %q", color, got.Color, err, want)
		}
	}
}

// What data may hold (decisions.md, data; protocol.md §10 no. 6).
func TestDecodeSendData(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		data string
		want Data
	}{
		{`null`, nil},
		{`""`, nil},
		{`[]`, nil},
		{`[ ]`, nil},
		{`{}`, nil},
		{"{\n}", nil},
		{`{"a":{}}`, Data{"a": {}}},
		{`{"a":{"value":""}}`, Data{"a": {}}},
		{`{"a":{"value":1.50},"b":{"value":12345678901234567890},"c":{"value":-1e5}}`, Data{"a": {Value: "1.50"}, "b": {Value: "12345678901234567890"}, "c": {Value: "-1e5"}}},
		{`{"a":{"value":"\u5e7f\"\\\/\n\ud83d\ude00"}}`, Data{"a": {Value: "广\"\\/\n😀"}}},
		{`{"a":{"value":"half \ud83d"}}`, Data{"a": {Value: "half \ufffd"}}},
		{`{"a":{"value":"x","color":"#173177"}}`, Data{"a": {Value: "x", Color: "#173177"}}},
		{`{"a":{"value":"x","color":null},"b":{"color":7},"c":{"color":"\u0000"}}`, Data{"a": {Value: "x"}, "b": {}, "c": {}}},
		{`{"a":{"value":"x","other":[{"value":true}]},"DATA":{"value":"y"}}`, Data{"a": {Value: "x"}, "DATA": {Value: "y"}}},
		{"\t{\r\n \t\"a\"\t:\t{\r\"value\"\r:\n\"x\"\t}\t,\r\"b\" : {} \t}\t", Data{"a": {Value: "x"}, "b": {}}},
		{`{"a":{"value":"1"},"a":{"value":"2","value":"3"},"\u0061":{"value":"4"}}`, Data{"a": {Value: "4"}}},
	} {
		got, err := DecodeSend([]byte(`{"data":` + test.data + `}`))
		if err != nil || !maps.Equal(got.Data, test.want) || (got.Data == nil) != (test.want == nil) {
			t.Errorf("data %s: %v, error %v; want %v", test.data, got.Data, err, test.want)
		}
	}
}

func TestDecodeSendRefusesOtherData(t *testing.T) {
	t.Parallel()
	long := `"` + strings.Repeat("值", 100) + `"`
	for data, want := range map[string]DataError{
		`{"a":{"value":true}}`:              {"a", "true"},
		`{"a":{"value":null}}`:              {"a", "null"},
		`{"ok":{},"a":{"value":{"x":1}}}`:   {"a", `{"x":1}`},
		`{"a":{"value":[1,2]}}`:             {"a", "[1,2]"},
		`{"a":{"value":"x\u0000y"}}`:        {"a", "a text with the character U+0000"},
		`{"a":"x"}`:                         {"a", `"x"`},
		`{"a\u0000":{"value":"x"}}`:         {"a\x00", "an entry with the character U+0000 in its name"},
		`{"a":7}`:                           {"a", "7"},
		`{"a":null}`:                        {"a", "null"},
		`{"a":[]}`:                          {"a", "[]"},
		`{"k\ney":` + long + `}`:            {"k\ney", `"` + strings.Repeat("值", 19) + "…"},
		`{"a":{"value":true},"b":{"v":[]}}`: {"a", "true"},
	} {
		_, err := DecodeSend([]byte(`{"data":` + data + `}`))
		var got *DataError
		if !errors.As(err, &got) || *got != want {
			t.Errorf("data %s: error %v, want %v", data, err, want)
		}
	}
}

func TestDecodeUniformSend(t *testing.T) {
	t.Parallel()
	mini, official := `"weapp_template_msg":{"template_id":"M"}`, `"mp_template_msg":{"appid":"O","template_id":"T"}`
	for body, want := range map[string]string{
		mini:                  "mini M",
		mini + "," + official: "mini M",
		official + "," + mini: "mini M",
		official:              "official O",
		official + `,"weapp_template_msg":{"template_id":"","data":null}`:                    "official O",
		official + `,"weapp_template_msg":null`:                                              "official O",
		`"weapp_template_msg":{"page":""}`:                                                   "mini ",
		`"weapp_template_msg":{"page":""},"mp_template_msg":{"appid":""}`:                    "mini ",
		`"weapp_template_msg":{"page":"p"},"mp_template_msg":{"appid":"O"}`:                  "mini ",
		`"mp_template_msg":{"url":""}`:                                                       "official ",
		mini + `,"weapp_template_msg":{"template_id":"last"}`:                                "mini last",
		`"mp_template_msg":{"appid":"O"},"weapp_template_msg":{"emphasis_keyword":` + `"k"}`: "mini ",
	} {
		req, err := DecodeUniformSend([]byte(`{"touser":"U",` + body + `}`))
		got := ""
		switch {
		case err != nil || req.ToUser != "U" || req.Mini != nil && req.Official != nil:
		case req.Mini != nil:
			got = "mini " + req.Mini.TemplateID
		case req.Official != nil:
			got = "official " + req.Official.AppID
		}
		if got != want {
			t.Errorf("%s: decoded %q (%+v, error %v), want %q", body, got, req, err, want)
		}
	}
}
