package baidu_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/baidu"
)

// Where the placements of protocol.md §4.1 meet: the same parameters, read
// alike. The whole table over HTTP is in internal/dialect/baidu.
func TestDecodeParams(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, query, contentType, body string }{
		{"query", "id=BD0016&access_token=t", "", ""},
		{"form", "", "application/x-www-form-urlencoded", "id=BD0016&access_token=t"},
		{"both", "access_token=t&id=other", "", "id=BD0016"},
		{"blank in the body", "access_token=t&id=BD0016", "", "id=+&access_token="},
		{"repeated", "access_token=t&access_token=u", "", "id=BD0016&id=other"},
		{"JSON", "", "application/json", `{"id":"BD0016","access_token":"t"}`},
		{"JSON, repeated", "", "", `{"id":"BD0016","id":"other","access_token":"t"}`},
		{"JSON, null", "access_token=t", "", ` {"id":"BD0016","access_token":null}`},
		{"JSON under a form's header", "access_token=t", "multipart/form-data", `{"id":"BD0016"}`},
		{"text/json", "access_token=t", "text/json; charset=utf-8", "\xef\xbb\xbf\n" + `{"id":"BD0016"}`},
		{
			"multipart", "access_token=t", `multipart/form-data; boundary="b c"`,
			"--b c\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\nBD0016\r\n--b c--",
		},
		{
			"multipart, a boundary that lacks its quotes", "access_token=t", "multipart/form-data; boundary====1764230400000===",
			"--===1764230400000===\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\nBD0016\r\n--===1764230400000===--",
		},
		{
			"multipart, a file is no parameter", "access_token=t&id=BD0016", "multipart/form-data; boundary=b",
			"--b\r\nContent-Disposition: form-data; name=\"id\"; filename=\"id\"\r\n\r\nother\r\n--b--",
		},
		{
			"multipart, 100 parts", "access_token=t", "multipart/form-data; boundary=x",
			strings.Repeat("--x\r\n\r\n\r\n", 99) + "--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\nBD0016\r\n--x--",
		},
	} {
		p, err := baidu.DecodeParams(test.query, test.contentType, []byte(test.body))
		id, idErr := baidu.DecodeLibraryGet(p)
		if err != nil || idErr != nil || id != "BD0016" || p.AccessToken() != "t" {
			t.Errorf("%s: id %q (%v), access_token %q, %v", test.name, id, idErr, p.AccessToken(), err)
		}
	}
}

// Protocol.md §10 no. 5: numbers are numbers or text.
func TestDecodeList(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		query, body   string
		offset, count string // as text; "!" in front of what is no number
	}{
		{"offset=0&count=20", "", "0", "20"},
		{"", `{"offset":0,"count":"20"}`, "0", "20"},
		{"", `{"offset":1e1,"count":-0}`, "1e1", "-0"},
		{"offset=&count=+5", "", "!", " 5"},
		{"offset=%31%zz", "", `!"%31%zz"`, "!"},
		{"offset=%ff", `{"count":[5]}`, `!"\xff"`, `!"[5]"`},
		{"", `{"offset":null,"count":true}`, "!", `!"true"`},
		{"offset=9223372036854775807", `{"count":9223372036854775808}`, "9223372036854775807", "!9223372036854775808"},
	} {
		p, err := baidu.DecodeParams(test.query, "", []byte(test.body))
		got := baidu.DecodeList(p)
		for _, pair := range []struct {
			got  wire.Number
			want string
		}{{got.Offset, test.offset}, {got.Count, test.count}} {
			text, invalid := strings.CutPrefix(pair.want, "!")
			if err != nil || pair.got.Text != text || pair.got.Valid == invalid {
				t.Errorf("%s %s: %+v, want %s (%v)", test.query, test.body, pair.got, pair.want, err)
			}
		}
	}
}

// A body that cannot be read hides the query from nobody.
func TestDecodeParamsErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ contentType, body, problem string }{
		{"", "{", "at byte 1: unexpected end of JSON input"},
		{"application/json", "id=BD0016", "at byte 1: invalid character 'i'"},
		{"application/json", "[1]", "an array"},
		{"application/json", `"x"`, "a text"},
		{"application/json", "true", "true"},
		{"application/json", "1.5", "a number"},
		{"application/json", "{\"id\":\"\xff\"}", "UTF-8"},
		{"", "{}{}", "at byte 3"},
		{"multipart/form-data", "--x", "with a boundary"},
		{"multipart/form-data; boundary=x", "--x\r\n\r\nbroken off", "breaks off"},
		{"multipart/form-data; boundary=x", "none", "breaks off"},
		{"multipart/form-data; boundary=x", strings.Repeat("--x\r\n\r\n\r\n", 101) + "--x--", "more than 100 parts"},
	} {
		p, err := baidu.DecodeParams("access_token=t&id=BD0016", test.contentType, []byte(test.body))
		var unread *baidu.BodyError
		if !errors.As(err, &unread) || !strings.Contains(unread.Error(), test.problem) {
			t.Errorf("%q: %v, want a BodyError with %q", test.body, err, test.problem)
		}
		if id, err := baidu.DecodeLibraryGet(p); p.AccessToken() != "t" || id != "BD0016" || err != nil {
			t.Errorf("%q: the query is lost: %v", test.body, err)
		}
	}
}

// A secret may stand where a text should: it is not shown.
func TestErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "0rDSjzQ20XUj5itV6WRtznPQSzr5pVw2"
	for _, body := range []string{
		`{"client_secret":["` + secret + `"]}`, `{"client_secret":{"x":"` + secret + `"}}`,
		"client_secret=" + secret + "%", "client_secret=" + secret + "%00", "client_secret=" + secret + "%ff",
		`{"client_secret":"` + secret + `"`, `{"client_secret":` + secret + `}`,
	} {
		p, err := baidu.DecodeParams("", "", []byte(body))
		if err == nil {
			_, err = baidu.DecodeToken(p)
		}
		if err == nil || strings.Contains(err.Error(), secret[:4]) {
			t.Errorf("%s: error %v", body, err)
		}
	}
}

// A form reads as net/url reads it, where net/url can, and whatever comes,
// what is read as a text is one.
func FuzzDecodeParams(f *testing.F) {
	for _, seed := range []struct{ query, contentType, body string }{
		{"access_token=t&page=a+b%20c", "application/x-www-form-urlencoded", "template_id=%E6%A8%A1&data={}&scene_type=1"},
		{"", "application/json", `{"page":"x","data":{"keyword1":{"value":1}},"page":[true],"ext":null}`},
		{"page=%zz&page;=1", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"page\"\r\n\r\nx\r\n--b--\r\n"},
		{"pag%65=%00&=&&", "", "\xff=\xff&page=\xff"},
		{"", "text/json", "[ ]"},
	} {
		f.Add(seed.query, seed.contentType, []byte(seed.body))
	}
	f.Fuzz(func(t *testing.T, query, contentType string, body []byte) {
		before := string(body)
		p, err := baidu.DecodeParams(query, contentType, body)
		var unread *baidu.BodyError
		if err != nil && (!errors.As(err, &unread) || unread.Problem == "") || string(body) != before {
			t.Fatalf("error %v", err)
		}
		if send, err := baidu.DecodeSend(p); err == nil {
			for _, text := range []string{send.TemplateID, send.ToUser, send.ToUserOpenID, send.Page, send.SceneID, send.ExtText} {
				if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
					t.Fatalf("%q was read as a text", text)
				}
			}
		}
		// These must not panic, whatever they make of it.
		_, _ = baidu.DecodeAdd(p)
		_, _ = baidu.DecodeToken(p)
		_, _ = baidu.DecodeDelete(p)
		_ = baidu.DecodeList(p)
		_, _ = baidu.DecodeSessionKey(p)
		if code, err := baidu.DecodeGetSessionKey(p); err == nil && (!utf8.ValidString(code) || strings.Contains(code, "\x00")) {
			t.Fatalf("%q was read as a text", code)
		}
		if values, err := url.ParseQuery(query); err == nil {
			checkForm(t, query, values)
		}
	})
}

// checkForm compares what is read of a form, in either place, to what net/url
// reads.
func checkForm(t *testing.T, form string, want url.Values) {
	t.Helper()
	form += "&data={}" // which a send must have to be read
	for _, placed := range [][2]string{{form, ""}, {"", form}} {
		p, err := baidu.DecodeParams(placed[0], "", []byte(placed[1]))
		if err != nil {
			continue // the body is taken for JSON
		}
		send, err := baidu.DecodeSend(p)
		if err != nil {
			continue // some parameter is not readable
		}
		got := []string{p.AccessToken(), send.TemplateID, send.ToUser, send.Page, send.SceneID}
		for i, name := range []string{"access_token", "template_id", "touser", "page", "scene_id"} {
			if got[i] != want.Get(name) {
				t.Fatalf("%q: %s is %q, want %q", placed, name, got[i], want.Get(name))
			}
		}
	}
}
