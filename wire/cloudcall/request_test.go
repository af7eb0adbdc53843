package cloudcall

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

// The sample of seed 002 as it comes over the wire: the same members as in the
// HTTP call, their names converted by the SDK.
func TestRecordedRequests(t *testing.T) {
	t.Parallel()
	const send = `{"touser":"OPENID","page":"index","data":{"keyword1":{"value":"339208499"},"keyword2":{"value":"2015年01月05日 12:30"},` +
		`"keyword3":{"value":"腾讯微信总部"},"keyword4":{"value":"广州市海珠区新港中路397号"}},"template_id":"TEMPLATE_ID","form_id":"FORMID","emphasis_keyword":"keyword1.DATA"}`
	for _, test := range []struct {
		name, call, appID, want string
	}{
		{"send.http", "templateMessage.send", "", send},
		{"send-3.0.4.http", "templateMessage.send", "", send},
		{"add.http", "templateMessage.addTemplate", "wxfedcba9876543210", `{"id":"AT0002","keyword_id_list":[3,4,5]}`},
	} {
		form := recorded(t, test.name).signed.Form
		if form.Text("action") != "wx.openApi" || form.Text("apiName") != test.call {
			t.Errorf("%s: action %q, apiName %q", test.name, form.Text("action"), form.Text("apiName"))
		}
		request, err := DecodeRequest(form.Bytes("requestData"))
		must(t, err)
		if request.Type != OpenAPI || request.AppID != test.appID {
			t.Errorf("%s: %+v", test.name, request)
		}
		body, err := request.JSON()
		must(t, err)
		if string(body) != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, body, test.want)
		}
	}
}

// encode writes a request as the SDK does.
func encode(r Request) []byte {
	var data []byte
	for _, p := range r.Pairs {
		pair := appendBytes(nil, 1, []byte(p.Key))
		pair = appendBytes(pair, 2, p.Value)
		if p.ContentType != "" {
			pair = appendBytes(pair, 3, []byte(p.ContentType))
		}
		if p.FileName != "" {
			pair = appendBytes(pair, 4, []byte(p.FileName))
		}
		data = appendBytes(data, 1, pair)
	}
	message := appendBytes(appendVarint(nil, 1, r.Type), 2, data)
	if r.AppID != "" {
		message = appendBytes(message, 6, []byte(r.AppID))
	}
	return message
}

func pairs(keysAndValues ...string) (list []Pair) {
	for i := 0; i < len(keysAndValues); i += 2 {
		list = append(list, Pair{Key: keysAndValues[i], Value: []byte(keysAndValues[i+1])})
	}
	return list
}

func TestRequestsWithFieldsThatNobodyKnows(t *testing.T) {
	t.Parallel()
	message := encode(Request{Pairs: pairs("a", "1")})
	message = appendVarint(message, 7, 1<<63)
	message = appendBytes(message, 99, []byte("x"))
	message = binary.AppendUvarint(message, 8<<3|fixed64Value)
	message = append(message, "12345678"...)
	message = binary.AppendUvarint(message, 9<<3|fixed32Value)
	message = append(message, "1234"...)
	message = append(message, encode(Request{AppID: "wx1", Pairs: pairs("b", "2")})...) // as protocol buffers merge
	request, err := DecodeRequest(message)
	must(t, err)
	body, err := request.JSON()
	must(t, err)
	if string(body) != `{"a":1,"b":2}` || request.AppID != "wx1" {
		t.Errorf("%s for %q", body, request.AppID)
	}
}

func TestRequestsWithoutParameters(t *testing.T) {
	t.Parallel()
	for name, message := range map[string][]byte{
		"nothing at all": nil, "no pairs": {8, 0}, "an empty list": {8, 0, 18, 0},
	} {
		request, err := DecodeRequest(message)
		must(t, err)
		if body, err := request.JSON(); err != nil || string(body) != "{}" {
			t.Errorf("%s: %s, %v", name, body, err)
		}
	}
}

func TestDecodeRequestErrors(t *testing.T) {
	t.Parallel()
	many := make([]Pair, mostPairs+1)
	for name, message := range map[string][]byte{
		"text":                   []byte("touser=OPENID"),
		"JSON":                   []byte(`{"touser":"OPENID"}`),
		"half a tag":             {0x80},
		"a tag of 11 bytes":      []byte(strings.Repeat("\xff", 11)),
		"field 0":                {0, 0},
		"field 2^29":             binary.AppendUvarint(nil, 1<<32),
		"a group":                {3<<3 | 3},
		"wire type 7":            {3<<3 | 7},
		"half a number":          {8, 0x80},
		"a text that breaks off": {18, 5, 'x'},
		"a text of 2^63 bytes":   append([]byte{18}, binary.AppendUvarint(nil, 1<<63)...),
		"a short fixed32":        {8<<3 | fixed32Value, 1, 2},
		"a short fixed64":        {8<<3 | fixed64Value, 1, 2, 3, 4, 5, 6, 7},
		"a type that is a text":  appendBytes(nil, 1, []byte("0")),
		"data that is a number":  appendVarint(nil, 2, 1),
		"a pair that is one":     appendBytes(nil, 2, appendVarint(nil, 1, 1)),
		"a key that is one":      appendBytes(nil, 2, appendBytes(nil, 1, appendVarint(nil, 1, 1))),
		"a value that is one":    appendBytes(nil, 2, appendBytes(nil, 1, appendVarint(nil, 2, 1))),
		"a key that is no UTF-8": encode(Request{Pairs: pairs("\xff", "1")}),
		"an appid that is not":   encode(Request{AppID: "\xff"}),
		"257 parameters":         encode(Request{Pairs: many}),
	} {
		got, err := DecodeRequest(message)
		var problem *FormatError
		if !errors.As(err, &problem) || problem.Problem == "" || got.Pairs != nil || got.AppID != "" {
			t.Errorf("%s: %+v, %v; want a FormatError alone", name, got, err)
		}
	}
}

// A value must be whole JSON: pasted together, two halves would make an
// object that nobody sent.
func TestValuesThatAreNoJSON(t *testing.T) {
	t.Parallel()
	for _, value := range []string{``, ` `, `OPENID`, `{`, `1,"form_id":"x"`, `"x"}`, `1 2`, "\x00", `'x'`, `undefined`, `NaN`} {
		_, err := Request{Pairs: pairs("touser", value)}.JSON()
		var problem *ValueError
		if !errors.As(err, &problem) || problem.Key != "touser" || !strings.HasPrefix(err.Error(), "touser is ") {
			t.Errorf("%q: %v, want a ValueError", value, err)
		}
	}
	for _, file := range []Pair{{Key: "media", Value: []byte("1"), ContentType: "image/png"}, {Key: "media", Value: []byte("1"), FileName: "a.png"}} {
		_, err := Request{Pairs: []Pair{file}}.JSON()
		if _, ok := errors.AsType[*ValueError](err); !ok {
			t.Errorf("a file: %v, want a ValueError", err)
		}
	}
}

// The bytes are those that protobufjs reads: a negative code has ten.
func TestEncodeAnswer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		answer Answer
		want   string
	}{
		{Answer{}, ""},
		{Answer{Data: []byte("{}"), ContentType: "a/b", HTTPCode: 200}, "\x0a\x02{}\x12\x03a/b\x20\xc8\x01"},
		{Answer{ErrorCode: NoPermission}, "\x18\xbb\x90\xdb\xff\xff\xff\xff\xff\xff\x01"},
	} {
		if got := string(test.answer.Encode()); got != test.want {
			t.Errorf("%+v: %x, want %x", test.answer, got, test.want)
		}
	}
}
