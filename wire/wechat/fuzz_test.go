package wechat

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/muban-dev/muban/wire"
)

// shapes are bodies from which the fuzzers start.
func shapes() []string {
	return []string{
		seed002, "", " ", "{}", "[]", "null", "\xef\xbb\xbf{}", `{"touser":1,"touser":"\u0061\ud800"}`,
		`{"data":[],"color":null,"page":""}`, `{"data":{"keyword1":{"value":1.50,"color":"#fff"}}}`,
		`{"data":{"a":{"value":true}}}`, `{"data":{"a":"\\\""}, "x":[{"]}":"}"},[],1e5]}`,
		`{"weapp_template_msg":{"template_id":"a"},"mp_template_msg":{"appid":"b"}}`,
		`{"offset":"0","count":20}`, `{"id":"AT0002","keyword_id_list":[3,"4",null]}`, `{"keyword_id_list":"[1,2]"}`,
		`{"template_id":"t"}`, `{"grant_type":"client_credential","appid":"a","secret":"s","force_refresh":"1"}`,
	}
}

// FuzzDecodeSend compares DecodeSend with the standard library: it may refuse
// more, but what it accepts it must read as the same thing.
func FuzzDecodeSend(f *testing.F) {
	for _, body := range shapes() {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		req, err := DecodeSend(body)
		if !bytes.Equal(body, before) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			if zero := (SendRequest{}); req.ToUser != zero.ToUser || req.Data != nil {
				t.Fatalf("error %v with %+v", err, req)
			}
			checkError(t, err)
			return
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark)), &members); err != nil {
			t.Fatalf("accepted what is no JSON object: %v", err)
		}
		for name, got := range map[string]string{
			"touser": req.ToUser, "template_id": req.TemplateID, "page": req.Page,
			"form_id": req.FormID, "emphasis_keyword": req.EmphasisKeyword,
		} {
			if want := standardText(t, members[name]); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
			checkTexts(t, got)
		}
		checkData(t, req.Data, members["data"])
		checkRoundTrip(t, req)
	})
}

// FuzzDecodeOthers gives one body to every other decoder.
func FuzzDecodeOthers(f *testing.F) {
	for _, body := range shapes() {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		uniform, err := DecodeUniformSend(body)
		checkError(t, err)
		if err == nil && (uniform.Mini == nil) == (uniform.Official == nil) {
			t.Errorf("not one half but %+v", uniform)
		}
		checkTexts(t, uniform.ToUser)
		if uniform.Mini != nil {
			checkTexts(t, uniform.Mini.TemplateID, uniform.Mini.Page, uniform.Mini.FormID, uniform.Mini.EmphasisKeyword, uniform.Mini.Color)
		}
		if uniform.Official != nil {
			checkTexts(t, uniform.Official.AppID, uniform.Official.TemplateID, uniform.Official.URL, uniform.Official.MiniProgram.AppID)
		}
		list, err := DecodeList(body)
		checkError(t, err)
		add, err := DecodeAdd(body)
		checkError(t, err)
		checkTexts(t, add.ID)
		for _, n := range append(add.KeywordIDList, list.Offset, list.Count) {
			if !n.Valid && n.Value != 0 || !utf8.ValidString(n.Text) {
				t.Errorf("number %+v", n)
			}
		}
		get, err := DecodeLibraryGet(body)
		checkError(t, err)
		del, err := DecodeDelete(body)
		checkError(t, err)
		token, err := DecodeStableToken(body)
		checkError(t, err)
		checkTexts(t, get.ID, del.TemplateID, token.GrantType, token.AppID, token.Secret)
	})
}

// standardText is what the standard library reads a member as.
func standardText(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	if raw == nil {
		return ""
	}
	var text wire.Text
	if err := json.Unmarshal(raw, &text); err != nil {
		t.Fatalf("accepted %s as a text: %v", raw, err)
	}
	return string(text)
}

func checkData(t *testing.T, data Data, raw json.RawMessage) {
	t.Helper()
	if len(data) == 0 {
		return
	}
	var entries map[string]map[string]json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatalf("accepted %s as data: %v", raw, err)
	}
	if len(entries) != len(data) {
		t.Errorf("%d entries, want %d", len(data), len(entries))
	}
	for key, value := range data {
		if want := standardText(t, entries[key]["value"]); value.Value != want {
			t.Errorf("data.%s is %q, want %q", key, value.Value, want)
		}
		checkTexts(t, key, value.Value, value.Color)
	}
}

// checkRoundTrip: what was read and is written again reads the same.
func checkRoundTrip(t *testing.T, req SendRequest) {
	t.Helper()
	raw, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeSend(raw)
	if err != nil || again.ToUser != req.ToUser || again.FormID != req.FormID || !maps.Equal(again.Data, req.Data) {
		t.Errorf("%+v became %+v, error %v", req, again, err)
	}
}

// checkTexts: what was accepted can be shown and stored.
func checkTexts(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			t.Errorf("accepted the text %q", text)
		}
	}
}

// checkError: an error is one of those documented, and can be shown.
func checkError(t *testing.T, err error) {
	t.Helper()
	var entry *DataError
	var argument *ArgumentError
	if err == nil || errors.Is(err, ErrEmptyBody) || errors.As(err, &entry) || errors.As(err, &argument) || isBodyError(err) {
		if err == nil || utf8.ValidString(err.Error()) {
			return
		}
	}
	t.Errorf("error %T %q", err, err)
}
