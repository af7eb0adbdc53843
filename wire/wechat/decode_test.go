package wechat

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/muban-dev/muban/wire"
)

// What is wrong with a body is said in words that help and show no secret.
func TestBodyProblems(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 20_000)
	for _, test := range []struct{ body, problem string }{
		{`grant_type=client_credential&secret=hunter2`, `it must be a JSON object; it begins with 'g'`},
		{`<xml/>`, `it must be a JSON object; it begins with '<'`},
		{`'a'`, `it must be a JSON object; it begins with '\''`},
		{`"hunter2"`, `it must be a JSON object, not a text`},
		{`[{"secret":"hunter2"}]`, `it must be a JSON object, not an array`},
		{`17`, `it must be a JSON object, not a number`},
		{`true`, `it must be a JSON object, not true`},
		{`null`, `it must be a JSON object, not null`},
		{`{"secret":"hunter2"} {`, `it cannot be read as JSON, at byte 22: invalid character '{' after top-level value`},
		{`{"secret":"hunter2"`, `it cannot be read as JSON, at byte 19: unexpected end of JSON input`},
		{`{'a':1}`, `it cannot be read as JSON, at byte 2: invalid character '\'' looking for beginning of object key string`},
		{`[1`, `it cannot be read as JSON, at byte 2: unexpected end of JSON input`},
		{"{\"a\":\"\xff\"}", `it is not UTF-8 from byte 6 on`},
		{"\xff\xfe", `it is not UTF-8 from byte 0 on`},
		{`{"a":"` + "\xef\xbf\xbd" + `"}x`, `it cannot be read as JSON, at byte 12: invalid character 'x' after top-level value`},
		{deep, `it cannot be read as JSON, at byte 50001: invalid character '{' exceeded max depth`},
		{`{"grant_type":{}}`, `grant_type is an object; it must be a text`},
		{`{"appid":[1]}`, `appid is an array; it must be a text`},
		{`{"secret":true}`, `secret is true; it must be a text`},
		{`{"secret":"hunter2\u0000"}`, `secret contains the character U+0000`},
		{`{"force_refresh":"hunter2"}`, `force_refresh is a text; it must be true or false`},
		{`{"force_refresh":-1}`, `force_refresh is a number; it must be true or false`},
	} {
		_, err := DecodeStableToken([]byte(test.body))
		var problem *BodyError
		if !errors.As(err, &problem) || problem.Problem != test.problem {
			t.Errorf("%.40s: error %v, want %q", test.body, err, test.problem)
		}
	}
	for _, body := range []string{"", " ", "\r\n\t", "\xef\xbb\xbf", "\xef\xbb\xbf "} {
		if _, err := DecodeStableToken([]byte(body)); !errors.Is(err, ErrEmptyBody) {
			t.Errorf("%q: error %v, want %v", body, err, ErrEmptyBody)
		}
	}
}

func TestDecodeStableToken(t *testing.T) {
	t.Parallel()
	// The sample of protocol.md §1.2.
	got, err := DecodeStableToken([]byte(`{"grant_type":"client_credential","appid":"A","secret":"S","force_refresh":false}`))
	if want := (StableTokenRequest{GrantType: "client_credential", AppID: "A", Secret: "S"}); err != nil || got != want {
		t.Errorf("decoded %+v, error %v", got, err)
	}
	for value, want := range map[string]bool{
		`true`: true, `1`: true, `"true"`: true, `"1"`: true,
		`false`: false, `0`: false, `"false"`: false, `"0"`: false, `""`: false, `null`: false,
	} {
		got, err := DecodeStableToken([]byte(`{"force_refresh":` + value + `}`))
		if err != nil || got.ForceRefresh != want {
			t.Errorf("force_refresh %s: %v, error %v", value, got.ForceRefresh, err)
		}
	}
}

func TestDecodeTemplateCalls(t *testing.T) {
	t.Parallel()
	// weapp v1.5.1 sends numbers as text.
	list, err := DecodeList([]byte(`{"offset": "0","count":"5","Count":7}`))
	if want := (ListRequest{wire.Number{Text: "0", Valid: true}, wire.Number{Text: "5", Value: 5, Valid: true}}); err != nil || list != want {
		t.Errorf("list decoded %+v, error %v", list, err)
	}
	get, err := DecodeLibraryGet([]byte(`{"id":"AT0001","x":{"id":"no"},"id":"AT0002"}`))
	if err != nil || get.ID != "AT0002" {
		t.Errorf("library/get decoded %+v, error %v", get, err)
	}
	del, err := DecodeDelete([]byte(`{"template_id":17}`))
	if err != nil || del.TemplateID != "17" {
		t.Errorf("del decoded %+v, error %v", del, err)
	}
}

// A keyword_id_list is an array, or a text that holds one as Baidu's does.
func TestDecodeAdd(t *testing.T) {
	t.Parallel()
	for list, want := range map[string][]string{
		`[3,5,4]`: {"3", "5", "4"}, `["3", 5 ,"4"]`: {"3", "5", "4"}, `"[3,5,4]"`: {"3", "5", "4"},
		`" [ 3 ] "`: {"3"}, `"[\"3\"]"`: {"3"}, `[[1],{"a":"]"},true,null]`: {"[1]", `{"a":"]"}`, "true", ""},
		`[]`: nil, `[ ]`: nil, `"[]"`: nil, `"[ ]"`: nil, `""`: nil, `null`: nil, `{}`: nil, `"null"`: nil,
	} {
		got, err := DecodeAdd([]byte(`{"id":"AT0002","keyword_id_list":` + list + `}`))
		var texts []string
		for _, n := range got.KeywordIDList {
			texts = append(texts, n.Text)
		}
		if err != nil || got.ID != "AT0002" || !slices.Equal(texts, want) {
			t.Errorf("keyword_id_list %s: %q, error %v; want %q", list, texts, err, want)
		}
	}
	for _, list := range []string{`3`, `"3,5,4"`, `"[3"`, `{"0":3}`, `true`, `"{\"0\":3}"`, `"17"`, `" "`} {
		if got, err := DecodeAdd([]byte(`{"keyword_id_list":` + list + `}`)); !isBodyError(err) {
			t.Errorf("keyword_id_list %s: %v, error %v; want it refused", list, got.KeywordIDList, err)
		}
	}
}

func isBodyError(err error) bool {
	var problem *BodyError
	return errors.As(err, &problem)
}

// No documented member of an answer is left out for being empty.
func TestAnswersKeepEmptyMembers(t *testing.T) {
	t.Parallel()
	for want, answer := range map[string]any{
		`{"access_token":"","expires_in":0}`:                                                                                     TokenAnswer{},
		`{"errcode":0,"errmsg":"ok","list":[],"total_count":0}`:                                                                  LibraryListAnswer{Status: OK(), List: []LibraryTitle{}},
		`{"errcode":0,"errmsg":"ok","id":"","title":"","keyword_list":[]}`:                                                       LibraryGetAnswer{Status: OK(), KeywordList: []Keyword{}},
		`{"errcode":0,"errmsg":"ok","template_id":""}`:                                                                           AddAnswer{Status: OK()},
		`{"errcode":0,"errmsg":"ok","list":[{"template_id":"","title":"","content":"","example":""}]}`:                           ListAnswer{Status: OK(), List: make([]Template, 1)},
		`{"keyword_id":0,"name":"","example":""}`:                                                                                Keyword{},
		`{"errcode":0,"errmsg":"ok","msgid":0}`:                                                                                  OfficialSendAnswer{Status: OK()},
		`{"primary_industry":{"first_class":"","second_class":""},"secondary_industry":{"first_class":"","second_class":""}}`:    IndustryAnswer{},
		`{"template_list":[{"template_id":"","title":"","primary_industry":"","deputy_industry":"","content":"","example":""}]}`: PrivateTemplatesAnswer{make([]PrivateTemplate, 1)},
	} {
		got, err := json.Marshal(answer)
		if err != nil || string(got) != want {
			t.Errorf("%T is %s, error %v; want %s", answer, got, err, want)
		}
	}
}
