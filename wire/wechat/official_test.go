package wechat

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/muban-dev/muban/wire"
)

// seed004Send is the request sample of seed 004, 请求接口.
const seed004Send = `{ "touser":"OPENID", "template_id":"ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY", "url":"http://weixin.qq.com/download", "topcolor":"#FF0000", "data":{ "User": { "value":"黄先生", "color":"#173177" }, "Date":{ "value":"06月07日 19时24分", "color":"#173177" }, "CardNumber":{ "value":"0426", "color":"#173177" }, "Type":{ "value":"消费", "color":"#173177" }, "Money":{ "value":"人民币260.00元", "color":"#173177" }, "DeadTime":{ "value":"06月07日19时24分", "color":"#173177" }, "Left":{ "value":"6504.09", "color":"#173177" } } }`

func TestDecodeOfficialSendReadsTheSample(t *testing.T) {
	t.Parallel()
	got, err := DecodeOfficialSend([]byte(seed004Send))
	if err != nil {
		t.Fatal(err)
	}
	data := Data{}
	for key, value := range map[string]string{
		"User": "黄先生", "Date": "06月07日 19时24分", "CardNumber": "0426", "Type": "消费", "Money": "人民币260.00元",
		"DeadTime": "06月07日19时24分", "Left": "6504.09",
	} {
		data[key] = Value{Value: value, Color: "#173177"}
	}
	if got.ToUser != "OPENID" || got.TemplateID != "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY" || got.URL != "http://weixin.qq.com/download" ||
		got.Color != "#FF0000" || got.MiniProgram != (MiniProgram{}) || got.ClientMsgID != "" || !maps.Equal(got.Data, data) {
		t.Errorf("decoded %+v", got)
	}
}

func TestDecodeOfficialSendMembers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		source, members string
		want            OfficialSendRequest
	}{
		{"seed 004, topcolor", `"topcolor":"#FF0000"`, OfficialSendRequest{OfficialMessage: OfficialMessage{Color: "#FF0000"}}},
		{"protocol.md §3.2, color", `"color":"#173177","topcolor":"#FF0000"`, OfficialSendRequest{OfficialMessage: OfficialMessage{Color: "#173177"}}},
		{"an empty color", `"topcolor":"#FF0000","color":""`, OfficialSendRequest{OfficialMessage: OfficialMessage{Color: "#FF0000"}}},
		{"colors that are no texts", `"color":null,"topcolor":7`, OfficialSendRequest{}},
		{"protocol.md §3.2, client_msg_id", `"client_msg_id":"order-1"`, OfficialSendRequest{ClientMsgID: "order-1"}},
		{"a client_msg_id of digits", `"client_msg_id":12345678901234567890`, OfficialSendRequest{ClientMsgID: "12345678901234567890"}},
		{"protocol.md §3.5, EasyWeChat's url", `"url":""`, OfficialSendRequest{}},
		{"url null", `"url":null`, OfficialSendRequest{}},
		{"HTML as it is: silenceper, chanxuehong, weapp", `"url":"http://x/?a=1&b=<2>"`, OfficialSendRequest{OfficialMessage: OfficialMessage{URL: "http://x/?a=1&b=<2>"}}},
		{"HTML escaped: other Go clients", `"url":"http://x/?a=1\u0026b=\u003c2\u003e"`, OfficialSendRequest{OfficialMessage: OfficialMessage{URL: "http://x/?a=1&b=<2>"}}},
		{"members that nobody knows", `"page":"index","form_id":{},"emphasis_keyword":[1]`, OfficialSendRequest{}},
	} {
		got, err := DecodeOfficialSend([]byte("{" + test.members + "}"))
		if err != nil || got.ToUser != test.want.ToUser || got.ClientMsgID != test.want.ClientMsgID || got.URL != test.want.URL || got.Color != test.want.Color || got.Data != nil {
			t.Errorf("%s: %+v, error %v", test.source, got, err)
		}
	}
}

// The forms in which clients say that there is no mini program
// (protocol.md §3.5), and the names of its page (§3.2).
func TestDecodeMiniProgram(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]MiniProgram{
		`""`: {}, `[]`: {}, `[ ]`: {}, `{}`: {}, `null`: {},
		`{"appid":"","pagepath":""}`:                        {}, // silenceper
		`{"appid":null,"pagepath":null}`:                    {},
		`{"appid":"","pagepath":"index"}`:                   {},
		`{"pagepath":"index"}`:                              {},
		`{"appid":"wx1"}`:                                   {AppID: "wx1"},
		`{"appid":"wx1","pagepath":"index?foo=bar"}`:        {AppID: "wx1", PagePath: "index?foo=bar"},
		`{"appid":"wx1","path":"index"}`:                    {AppID: "wx1", PagePath: "index"}, // WxJava
		`{"appid":"wx1","pagePath":"index"}`:                {AppID: "wx1", PagePath: "index"}, // WxJava, uniform_send
		`{"appid":"wx1","pagepath":"a","pagePath":"b"}`:     {AppID: "wx1", PagePath: "a"},
		`{"path":"index","appid":"wx1","pagepath":""}`:      {AppID: "wx1", PagePath: "index"},
		`{"appid":"wx1","pagepath":"a","path":"b"}`:         {AppID: "wx1", PagePath: "a"},
		`{"appid":"wx1","usePath":true,"pagepath":"a"}`:     {AppID: "wx1", PagePath: "a"},
		`{"appid":"wx1","pagepath":"a","appid":"wx\u0032"}`: {AppID: "wx2", PagePath: "a"},
	} {
		got, err := DecodeOfficialSend([]byte(`{"miniprogram":` + raw + `}`))
		if err != nil || got.MiniProgram != want {
			t.Errorf("miniprogram %s: %+v, error %v; want %+v", raw, got.MiniProgram, err, want)
		}
	}
	for raw, want := range map[string]string{
		`"wx1"`:                            "miniprogram is a text; it must be an object",
		`["wx1"]`:                          "miniprogram is an array; it must be an object",
		`true`:                             "miniprogram is true; it must be an object",
		`7`:                                "miniprogram is a number; it must be an object",
		`{"appid":{}}`:                     "miniprogram.appid is an object; it must be a text",
		`{"appid":"wx1","pagepath":["a"]}`: "miniprogram.pagepath is an array; it must be a text",
		`{"appid":"wx1","path":true}`:      "miniprogram.path is true; it must be a text",
		`{"appid":"wx1","pagePath":{}}`:    "miniprogram.pagePath is an object; it must be a text",
		`{"appid":"wx\u0000"}`:             "miniprogram.appid contains the character U+0000",
	} {
		_, err := DecodeOfficialSend([]byte(`{"miniprogram":` + raw + `}`))
		if !isBodyError(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("miniprogram %s: error %v, want %q", raw, err, want)
		}
	}
}

// Data is read as a mini program's, but what is no text is another error.
func TestDecodeOfficialData(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]Data{
		`null`: nil, `""`: nil, `[]`: nil, `{}`: nil,
		`{"first":{"value":"您好\n","color":"#173177"},"keyword1":{"value":1.50},"a b":{}}`: {"first": {Value: "您好\n", Color: "#173177"}, "keyword1": {Value: "1.50"}, "a b": {}},
	} {
		got, err := DecodeOfficialSend([]byte(`{"data":` + raw + `}`))
		if err != nil || !maps.Equal(got.Data, want) {
			t.Errorf("data %s: %v, error %v; want %v", raw, got.Data, err, want)
		}
	}
	for raw, want := range map[string]ArgumentError{
		`{"first":{"value":true}}`:                   {"first", "true"},
		`{"first":{"value":null}}`:                   {"first", "null"},
		`{"first":{"value":["a"]}}`:                  {"first", `["a"]`},
		`{"first":"x"}`:                              {"first", `"x"`},
		`{"first":{"value":"x\u0000y"}}`:             {"first", "a text with the character U+0000"},
		`{"first":{},"remark":{"value":{"DATA":1}}}`: {"remark", `{"DATA":1}`},
	} {
		for _, body := range []string{`{"data":` + raw + `}`, `{"mp_template_msg":{"appid":"wx1","data":` + raw + `}}`} {
			_, err := DecodeOfficialSend([]byte(body))
			if strings.Contains(body, "mp_") {
				_, err = DecodeUniformSend([]byte(body))
			}
			var got *ArgumentError
			if !errors.As(err, &got) || *got != want {
				t.Errorf("%s: error %v, want %v", body, err, want)
			}
			if _, ok := errors.AsType[*DataError](err); ok {
				t.Errorf("%s: the error is a mini program's too", body)
			}
		}
	}
	for _, raw := range []string{`[{"value":"x"}]`, `"{}"`, `7`, `true`} {
		if _, err := DecodeOfficialSend([]byte(`{"data":` + raw + `}`)); !isBodyError(err) {
			t.Errorf("data %s: error %v", raw, err)
		}
	}
}

func TestDecodeUniformOfficial(t *testing.T) {
	t.Parallel()
	got, err := DecodeUniformSend([]byte(`{"touser":"U","mp_template_msg":{"appid":"O","template_id":"T","url":"http://x",` +
		`"miniprogram":{"appid":"wx1","pagepath":"index"},"topcolor":"#fff","data":{"first":{"value":"a"}}}}`))
	want := LinkedMessage{AppID: "O", OfficialMessage: OfficialMessage{TemplateID: "T", URL: "http://x", MiniProgram: MiniProgram{"wx1", "index"}, Color: "#fff", Data: Data{"first": {Value: "a"}}}}
	if err != nil || got.ToUser != "U" || got.Mini != nil || got.Official == nil {
		t.Fatalf("decoded %+v, error %v", got, err)
	}
	if !maps.Equal(got.Official.Data, want.Data) || got.Official.AppID != want.AppID || got.Official.URL != want.URL || got.Official.MiniProgram != want.MiniProgram || got.Official.Color != want.Color {
		t.Errorf("decoded %+v", got.Official)
	}
}

func TestDecodeOfficialTemplateCalls(t *testing.T) {
	t.Parallel()
	number := func(text string, value int64) wire.Number { return wire.Number{Text: text, Value: value, Valid: true} }
	for body, want := range map[string]SetIndustryRequest{
		`{ "industry_id1":"1", "industry_id2":"4" }`:            {number("1", 1), number("4", 4)}, // protocol.md §3.1: text or number
		`{"industry_id1":1,"industry_id2":4.0}`:                 {number("1", 1), number("4.0", 4)},
		`{"industry_id1":null,"industry_id2":[4],"Industry":1}`: {wire.Number{}, wire.Number{Text: "[4]"}},
	} {
		if got, err := DecodeSetIndustry([]byte(body)); err != nil || got != want {
			t.Errorf("%s: %+v, error %v; want %+v", body, got, err, want)
		}
	}
	for body, want := range map[string]OfficialAddRequest{
		`{"template_id_short":"TM00015"}`:                                                  {"TM00015", nil},
		`{"template_id_short":47123,"keyword_name_list":["时间","地点"]}`:                      {"47123", []string{"时间", "地点"}},
		`{"template_id_short":"TM00015","keyword_name_list":[]}`:                           {"TM00015", nil}, // WxJava
		`{"template_id_short":"TM00015","keyword_name_list":null}`:                         {"TM00015", nil}, // silenceper
		`{"template_id_short":"TM00015","keyword_name_list":"[\"时间\"]"}`:                   {"TM00015", nil},
		`{"template_id_short":"TM00015","keyword_name_list":{"0":"时间"}}`:                   {"TM00015", nil},
		`{"template_id_short":"TM00015","keyword_name_list":[1,true,{"a":"]"},"x\u0000"]}`: {"TM00015", []string{"1", "true", `{"a":"]"}`, `"x\u0000"`}},
	} {
		got, err := DecodeOfficialAdd([]byte(body))
		if err != nil || got.TemplateIDShort != want.TemplateIDShort || !slices.Equal(got.KeywordNameList, want.KeywordNameList) {
			t.Errorf("%s: %+v, error %v; want %+v", body, got, err, want)
		}
	}
	if _, err := DecodeOfficialAdd([]byte(`{"template_id_short":["TM00015"]}`)); !isBodyError(err) {
		t.Errorf("error %v", err)
	}
}

// FuzzDecodeOfficial gives one body to the decoders of official accounts: what
// they accept can be shown and stored, and comes back when written again.
func FuzzDecodeOfficial(f *testing.F) {
	for _, body := range append(shapes(), seed004Send,
		`{"touser":"o","miniprogram":"","url":"","data":[],"color":null,"topcolor":"#fff"}`,
		`{"miniprogram":{"appid":"wx1","path":"a","pagepath":null},"client_msg_id":1e3}`,
		`{"industry_id1":"1","industry_id2":4}`, `{"template_id_short":47123,"keyword_name_list":["时间",null,[]]}`,
	) {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		send, err := DecodeOfficialSend(body)
		checkError(t, err)
		checkTexts(t, send.ToUser, send.TemplateID, send.URL, send.Color, send.ClientMsgID, send.MiniProgram.AppID, send.MiniProgram.PagePath)
		for key, value := range send.Data {
			checkTexts(t, key, value.Value, value.Color)
		}
		if err == nil {
			raw, err := json.Marshal(send)
			if err != nil {
				t.Fatal(err)
			}
			again, err := DecodeOfficialSend(raw)
			if err != nil || again.ToUser != send.ToUser || again.MiniProgram != send.MiniProgram || again.Color != send.Color || !maps.Equal(again.Data, send.Data) {
				t.Errorf("%+v became %+v, error %v", send, again, err)
			}
		}
		industry, err := DecodeSetIndustry(body)
		checkError(t, err)
		for _, n := range []wire.Number{industry.IndustryID1, industry.IndustryID2} {
			if !n.Valid && n.Value != 0 {
				t.Errorf("number %+v", n)
			}
		}
		add, err := DecodeOfficialAdd(body)
		checkError(t, err)
		checkTexts(t, append(add.KeywordNameList, add.TemplateIDShort)...)
	})
}
