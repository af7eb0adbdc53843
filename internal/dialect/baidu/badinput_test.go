package baidu_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
)

// Bad input: every row has an answer that the platform's documents
// support, or an entry under divergences in docs/dialects/baidu.md.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	malformed, parameter := muban.RuleRequestMalformed, muban.RuleRequestParameter
	// form is the right send but for some parameters.
	form := func(changes params) func(params) (string, string) {
		return func(p params) (string, string) { return formType, p.but(changes).encode() }
	}
	raw := func(contentType, body string) func(params) (string, string) {
		return func(params) (string, string) { return contentType, body }
	}
	// tail is the right send with something behind it.
	tail := func(more string) func(params) (string, string) {
		return func(p params) (string, string) { return formType, p.encode() + more }
	}
	// withJSON is the right send as JSON with more members in front.
	withJSON := func(members string) func(params) (string, string) {
		return func(p params) (string, string) {
			return "application/json", strings.Replace(jsonBody(p), "{", "{"+members+",", 1)
		}
	}
	const sampleForm = "multipart/form-data; boundary=x"
	for _, test := range []struct {
		name string
		body func(params) (contentType, body string)
		code int
		rule muban.Rule
	}{
		// Ids that cannot be anybody's.
		{"touser_openId with control characters", form(params{"touser_openId": "o\x01\n\x1b[2J"}), 4004, muban.RuleGrantOwner},
		{"touser_openId of 300 characters", form(params{"touser_openId": strings.Repeat("o", 300)}), 4004, muban.RuleGrantOwner},
		{"template_id with a control character", form(params{"template_id": "t\x7f"}), 4001, muban.RuleTemplateUnknown},
		{"template_id of 1000 characters", form(params{"template_id": strings.Repeat("t", 1000)}), 4001, muban.RuleTemplateUnknown},
		{"scene_id with a control character", form(params{"scene_id": "\x1b"}), 4003, muban.RuleGrantUnknown},
		{"U+0000 in touser_openId", form(params{"touser_openId": openID + "\x00"}), 2002, parameter},
		{"U+0000 in touser, which does not count", form(params{"touser": "\x00"}), 2002, parameter},
		{"U+0000 in page", form(params{"page": "\x00"}), 2002, parameter},
		{"U+0000 in scene_id", form(params{"scene_id": "\x00"}), 2002, parameter},
		{"invalid UTF-8 in touser_openId", form(params{"touser_openId": "\xff"}), 2002, parameter},
		{"invalid UTF-8 in page", form(params{"page": "\xc3\x28"}), 2002, parameter},
		{"invalid UTF-8 in scene_type", form(params{"scene_type": "\xff"}), 2002, parameter},
		{"GBK in data", form(params{"data": "{\"keyword1\":{\"value\":\"\xcc\xda\xd1\xb6\"}}"}), 2002, parameter},
		{"invalid UTF-8 in a parameter that nobody knows", tail("&x=%ff&%ff=1"), 0, ""},
		{"half a surrogate pair in data", form(params{"data": `{"keyword1":{"value":"\ud800"}}`}), 0, ""},

		// Numbers.
		{"scene_type -1", form(params{"scene_type": "-1"}), 2002, parameter},
		{"scene_type 2^63", form(params{"scene_type": "9223372036854775808"}), 2002, parameter},
		{"scene_type 1e400", form(params{"scene_type": "1e400"}), 2002, parameter},
		{"scene_type 2^32+1", form(params{"scene_type": "4294967297"}), 2002, parameter},

		// Percent-encoding and separators.
		{"data whose encoding breaks off", tail("&data=%"), 0, ""}, // the first data counts
		{"page that is no encoding", func(p params) (string, string) { return formType, p.but(params{"page": "-"}).encode() + "&page=%zz" }, 2002, parameter},
		{"touser that is no encoding", func(p params) (string, string) { return formType, "touser=%g&" + p.but(params{"touser": "-"}).encode() }, 2002, parameter},
		{"a name that is no encoding", tail("&%zz=1"), 0, ""},
		{"separators without names", tail("&&&=&=1&;"), 0, ""},
		{"300,000 pairs", tail(strings.Repeat("&a=", 300_000)), 0, ""},
		{"300,000 times page", tail(strings.Repeat("&page", 150_000)), 0, ""},
		{"a line end behind it", tail("\r\n"), 0, ""},

		// An emphasis_keyword, which Baidu does not have.
		{"emphasis_keyword of no keyword", tail("&emphasis_keyword=keyword99.DATA"), 0, ""},

		// JSON.
		{"JSON: an object for a text", withJSON(`"page":{}`), 2002, parameter},
		{"JSON: the first of repeated names counts", withJSON(`"scene_id":"none","scene_id":"none2"`), 4003, muban.RuleGrantUnknown},
		{"JSON: an array for an id", withJSON(`"touser_openId":["` + openID + `"]`), 2002, parameter},
		{"JSON: true for an id", withJSON(`"template_id":true`), 2002, parameter},
		{"JSON: a number for an id", withJSON(`"template_id":7`), 4001, muban.RuleTemplateUnknown},
		{"JSON: null for an id", withJSON(`"template_id":null`), 2002, parameter},
		{"JSON: U+0000 in an id", withJSON(`"scene_id":"\u0000"`), 2002, parameter},
		{"JSON: an empty name", withJSON(`"":""`), 0, ""},
		{"JSON: an escaped name", withJSON(`"scene_\u0069d":"none"`), 4003, muban.RuleGrantUnknown},
		{"JSON: names in capitals are others", withJSON(`"SCENE_ID":"none"`), 0, ""},
		{"JSON: 9,000 levels in an unknown member", withJSON(`"x":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)), 0, ""},
		{"JSON: 9,000 levels in data", withJSON(`"data":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)), 2002, parameter},
		{"JSON: 400,000 levels", withJSON(`"x":` + strings.Repeat("[", 400_000) + strings.Repeat("]", 400_000)), 2002, malformed},
		{"JSON: invalid UTF-8 in an unknown member", withJSON("\"x\":\"\xff\""), 2002, malformed},
		{"JSON: half of it", raw("application/json", `{"touser":"x`), 2002, malformed},
		{"JSON: two of it", raw("", "{}{}"), 2002, malformed},
		{"JSON: a text", raw("application/json", `"data"`), 2002, malformed},
		{"JSON: null", raw("application/json", "null"), 2002, malformed},
		{"JSON: a form under its Content-Type", raw("application/json", "touser=x"), 2002, malformed},
		{"JSON: an empty array", raw("application/json", "[]"), 2002, parameter},
		{"JSON: single quotes", raw("", "{'touser':'x'}"), 2002, malformed},
		{"JSON: 1 MB that opens and never closes", raw("", strings.Repeat(`{"x":`, 200_000)), 2002, malformed},

		// multipart/form-data.
		{"multipart: no boundary", raw("multipart/form-data", "--x\r\n"), 2002, malformed},
		{"multipart: another boundary", raw(sampleForm, "--y\r\n\r\n--y--\r\n"), 2002, malformed},
		{"multipart: broken off", raw(sampleForm, "--x\r\nContent-Disposition: form-data; name=\"page\"\r\n\r\nindex"), 2002, malformed},
		{"multipart: 101 parts", raw(sampleForm, strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n", 101)+"--x--\r\n"), 2002, malformed},
		{"multipart: parts without names", raw(sampleForm, strings.Repeat("--x\r\n\r\ny\r\n", 3)+"--x--\r\n"), 2002, parameter},
		{"multipart: 10,000 header lines", raw(sampleForm, "--x\r\n"+strings.Repeat("A: b\r\n", 20_000)+"\r\n\r\n--x--\r\n"), 2002, malformed},

		// Bodies.
		{"none", raw("", ""), 2002, parameter},
		{"white space", raw("", " \r\n\t"), 2002, parameter},
		{"XML", raw("text/xml", "<xml><touser>x</touser></xml>"), 2002, parameter},
		{"NUL bytes", raw("", "\x00\x00"), 2002, parameter},
		{"UTF-16", raw("", "\xff\xfe{\x00}\x00"), 2002, parameter},
		{"a byte order mark and JSON", func(p params) (string, string) { return "", "\xef\xbb\xbf" + jsonBody(p) }, 0, ""},
		{"an odd Content-Type", func(p params) (string, string) { return "; charset", p.encode() }, 0, ""},

		// Size.
		{"1 MiB exactly", func(p params) (string, string) { return formType, padded(p.encode(), 1<<20) }, 0, ""},
		{"1 MiB and a byte", func(p params) (string, string) { return formType, padded(p.encode(), 1<<20+1) }, 2002, muban.RuleRequestTooLarge},
		{"10 MB of nesting", withJSON(`"x":` + strings.Repeat("[", 5_000_000) + strings.Repeat("]", 5_000_000)), 2002, muban.RuleRequestTooLarge},
		{"10 MB that open and never close", raw("application/json", strings.Repeat("[", 10_000_000)), 2002, muban.RuleRequestTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := w.in(t)
			scene := w.grant(openID, muban.GrantForm)
			contentType, body := test.body(w.toMember(scene).but(params{"touser": "-"}))
			got := w.do(http.MethodPost, sendPath+"?access_token="+w.token, contentType, body)
			got.wants(test.code, test.rule)
			if paid := len(w.paidFor(scene)); paid != 0 && test.code != 0 || paid != 1 && test.code == 0 {
				t.Errorf("%d messages are stored", paid)
			}
		})
	}
}

func padded(form string, size int) string {
	return form + "&" + strings.Repeat("x", size-len(form)-1)
}

// What no platform sends and any scanner does, in the query.
func TestBadQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := url.QueryEscape(w.token)
	for _, test := range []struct {
		query string
		code  int
	}{
		{"", 110},
		{"access_token", 110},
		{"ACCESS_TOKEN=" + token, 110},
		{"access_token=%zz", 110},
		{"access_token=%00", 110},
		{"access_token=%ff%fe", 110},
		{"access_token=" + token + "x", 110},
		{"access_token=77_x", 110},
		{"access_token=24.-", 110},
		{"access_token=24.-9223372036854775808", 110},
		{"access_token=" + strings.Repeat("2", 100_000), 110},
		{"access_token=&access_token=" + token, 110}, // the first counts
		{"%zz=1&access_token=" + token, 0},
		{strings.Repeat("a=1&", 20_000) + "access_token=" + token, 0},
	} {
		w.do(http.MethodPost, templatePath+"templatelist?"+test.query, formType, "offset=0&count=1").wants(test.code, "")
	}
}

// A body without a length is bounded all the same.
func TestChunkedBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		body string
		code int
	}{
		{"offset=0&count=1", 0},
		{"", 2002},
		{strings.Repeat("a", 2<<20), 2002},
	} {
		target := w.url + templatePath + "templatelist" + w.withToken(nil)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, io.MultiReader(strings.NewReader(test.body)))
		must(t, err)
		call(t, req).wants(test.code, "")
	}
}

// A client that hangs up before its body is whole gets no answer, least of
// all an empty one with status 200.
func TestBodyCutShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{templatePath + "templatelist" + w.withToken(nil), templatePath + "send", tokenPath} {
		for name, request := range map[string]string{
			"length":     "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
			"bad chunks": "POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
		} {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(w.url, "http://"))
			must(t, err)
			_, err = fmt.Fprintf(conn, request, path)
			must(t, err)
			must(t, conn.(*net.TCPConn).CloseWrite())
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err == nil {
				must(t, res.Body.Close())
			}
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s: answered %v, error %v; want the connection closed", name, res, err)
			}
			must(t, conn.Close())
		}
	}
}
