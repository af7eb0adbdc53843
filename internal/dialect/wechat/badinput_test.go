package wechat_test

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
// support, or an entry under divergences in docs/dialects/wechat.md.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// nested is a send whose member x is depth arrays deep.
	nested := func(depth int) string {
		return `{"x":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + "," + seed002[1:]
	}
	replaced := func(right, wrong string) string {
		if !strings.Contains(seed002, right) {
			t.Fatalf("the sample has no %s", right)
		}
		return strings.Replace(seed002, right, wrong, 1)
	}
	value := func(json string) string { return replaced(`"339208499"`, json) }
	entry := func(json string) string {
		return `{"touser":"OPENID","template_id":"TEMPLATE_ID","form_id":"FORMID","data":{"keyword1":` + json + `}}`
	}
	data := func(json string) string {
		return `{"touser":"OPENID","template_id":"TEMPLATE_ID","form_id":"FORMID","data":` + json + `}`
	}
	malformed, dataText := muban.RuleRequestMalformed, muban.RuleDataText
	for _, test := range []struct {
		name, body string
		code       int
		rule       muban.Rule
	}{
		// Ids that cannot be anybody's.
		{"touser with a control character", replaced("OPENID", `o\u0001\n\u001b[2J`), 40003, muban.RuleRecipientUnknown},
		{"touser of 300 characters", replaced("OPENID", strings.Repeat("o", 300)), 40003, muban.RuleRecipientUnknown},
		{"touser with half a surrogate pair", replaced("OPENID", `o\ud800`), 40003, muban.RuleRecipientUnknown},
		{"touser with an invisible change", replaced("OPENID", "OPENID\u200b"), 40003, muban.RuleRecipientUnknown},
		{"touser as a number", replaced(`"OPENID"`, "12345678901234567890"), 40003, muban.RuleRecipientUnknown},
		{"template_id with a control character", replaced(`"TEMPLATE_ID"`, `"t\u007f"`), 40037, muban.RuleTemplateUnknown},
		{"form_id with a control character", replaced(`"FORMID"`, `"\u0085"`), 41028, muban.RuleGrantUnknown},
		{"form_id of 1000 characters", replaced(`"FORMID"`, `"`+strings.Repeat("f", 1000)+`"`), 41028, muban.RuleGrantUnknown},

		// Members of another type.
		{"touser as an object", replaced(`"OPENID"`, `{}`), 47001, malformed},
		{"page as an array", replaced(`"index"`, `["index"]`), 47001, malformed},
		{"form_id as a boolean", replaced(`"FORMID"`, `true`), 47001, malformed},
		{"U+0000 in touser", replaced("OPENID", `o\u0000`), 47001, malformed},
		{"U+0000 in page", replaced(`"index"`, `"index\u0000"`), 47001, malformed},
		{"color as an object", replaced(`"page"`, `"color":{},"page"`), 0, ""},

		// Data: text only (decisions.md, data).
		{"a value of 1.50", value(`1.50`), 0, ""},
		{"a value of 20 digits", value(`12345678901234567890`), 0, ""},
		{"a value of null", value(`null`), 47001, dataText},
		{"a value of true", value(`true`), 47001, dataText},
		{"a value of an object", value(`{"DATA":"x"}`), 47001, dataText},
		{"a value of an array", value(`["x"]`), 47001, dataText},
		{"U+0000 in a value", value(`"x\u0000"`), 47001, dataText},
		{"a value with other control characters", value(`"\u0001\b"`), 0, ""},
		{"an entry without value", entry(`{}`), 0, ""},
		{"an entry's odd color", entry(`{"value":"x","color":7}`), 0, ""},
		{"an entry that is a text", entry(`"x"`), 47001, dataText},
		{"an entry that is null", entry(`null`), 47001, dataText},
		{"an entry that is an array", entry(`[]`), 47001, dataText},
		{"data as an array", data(`[{"value":"x"}]`), 47001, malformed},
		{"data as a number", data(`1`), 47001, malformed},
		{"data as a text, as Baidu takes it", data(`"{\"keyword1\":{\"value\":\"x\"}}"`), 47001, malformed},
		{"data with 20,000 entries", data(`{"k":{}` + strings.Repeat(`,"keyword1":{"value":"x"}`, 20_000) + `}`), 0, ""},
		{"data with an empty key", data(`{"":{"value":"x"}}`), 0, ""},

		// An emphasis_keyword that names nothing enlarges nothing.
		{"emphasis_keyword of no keyword", replaced("keyword1.DATA", "keyword99.DATA"), 0, ""},
		{"emphasis_keyword of no form", replaced("keyword1.DATA", "}}{{"), 0, ""},

		// Names.
		{"members repeated: the last counts", `{"touser":"onobody",` + seed002[1:], 0, ""},
		{"members in capitals are others", `{"TOUSER":"onobody",` + seed002[1:] + "", 0, ""},
		{"members in capitals do not count", replaced(`"touser"`, `"Touser"`), 40003, muban.RuleRecipientMissing},
		{"an escaped name", replaced(`"touser"`, `"\u0074ouser"`), 0, ""},

		// Bodies.
		{"half a body", seed002[:len(seed002)/2], 47001, malformed},
		{"two bodies", seed002 + seed002, 47001, malformed},
		{"something behind the body", seed002 + "x", 47001, malformed},
		{"white space around the body", "\n\t " + seed002 + " \r\n", 0, ""},
		{"single quotes", strings.ReplaceAll(seed002, `"`, `'`), 47001, malformed},
		{"a comma too many", replaced(`"keyword1.DATA"`, `"keyword1.DATA",`), 47001, malformed},
		{"a form", "touser=OPENID&template_id=TEMPLATE_ID&form_id=FORMID", 47001, malformed},
		{"XML", "<xml><touser>OPENID</touser></xml>", 47001, malformed},
		{"an array", "[" + seed002 + "]", 47001, malformed},
		{"a text", `"` + strings.ReplaceAll(strings.ReplaceAll(seed002, `"`, `\"`), "\n", "") + `"`, 47001, malformed},
		{"null", "null", 47001, malformed},
		{"a byte order mark and nothing", "\xef\xbb\xbf", 44002, muban.RuleRequestEmpty},
		{"UTF-16", "\xff\xfe{\x00}\x00", 47001, malformed},
		{"GBK", replaced("腾讯微信总部", "\xcc\xda\xd1\xb6"), 47001, malformed},
		{"invalid UTF-8 in an unknown member", `{"x":"` + "\xff" + `",` + seed002[1:], 47001, malformed},
		{"a raw control character in a text", replaced("腾讯微信总部", "a\x01b"), 47001, malformed},
		{"a NUL byte", seed002 + "\x00", 47001, malformed},

		// Size and nesting.
		{"1 MiB exactly", seed002 + strings.Repeat(" ", 1<<20-len(w.fill(seed002, strings.Repeat("f", 32)))), 0, ""},
		{"1 MiB and a byte", seed002 + strings.Repeat(" ", 1<<20), 45002, muban.RuleRequestTooLarge},
		{"nested 9,000 levels in an unknown member", nested(9_000), 0, ""},
		{"nested 500,000 levels", nested(500_000), 47001, malformed},
		{"10 MB of nesting", nested(5_000_000), 45002, muban.RuleRequestTooLarge},
		{"10 MB that open and never close", strings.Repeat("[", 10_000_000), 45002, muban.RuleRequestTooLarge},
		{"1 MB that open and never close", strings.Repeat(`{"x":`, 200_000), 47001, malformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := w.in(t)
			w.post(sendPath, w.fill(test.body, w.grant(muban.GrantForm))).wants(test.code, test.rule)
		})
	}
}

// Bad input to an official account's send: what differs from a mini program's.
func TestOfficialBadInput(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	replaced := func(right, wrong string) string {
		if !strings.Contains(seed004, right) {
			t.Fatalf("the sample has no %s", right)
		}
		return strings.Replace(seed004, right, wrong, 1)
	}
	const link = `"http://weixin.qq.com/download"`
	mini := func(json string) string { return replaced(`"url":`+link, `"miniprogram":`+json) }
	value := func(json string) string { return replaced(`"0426"`, json) }
	malformed, argument := muban.RuleRequestMalformed, muban.RuleDataArgument
	for _, test := range []struct {
		name, body string
		code       int
		rule       muban.Rule
	}{
		{"touser with a control character", replaced("OPENID", `o\u001b[2J`), 40003, muban.RuleRecipientUnknown},
		{"touser of 300 characters", replaced("OPENID", strings.Repeat("o", 300)), 40003, muban.RuleRecipientUnknown},
		{"touser as an object", replaced(`"OPENID"`, `{}`), 47001, malformed},
		{"touser as a list: no mass send", replaced(`"OPENID"`, `["OPENID"]`), 47001, malformed},
		{"template_id with U+0000", replaced(`"ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY"`, `"t\u0000"`), 47001, malformed},
		{"url as an object", replaced(link, `{}`), 47001, malformed},
		{"url that is none", replaced(link, `"not a url \u0001"`), 0, ""},
		{"url of 10,000 characters", replaced(link, `"http://x/`+strings.Repeat("y", 10_000)+`"`), 0, ""},
		{"topcolor as an object", replaced(`"#FF0000"`, `{}`), 0, ""},
		{"miniprogram as a text", mini(`"wx0"`), 47001, malformed},
		{"miniprogram as a list", mini(`["wx0"]`), 47001, malformed},
		{"miniprogram as a number", mini(`0`), 47001, malformed},
		{"miniprogram.appid as a number", mini(`{"appid":1}`), 40166, muban.RuleMiniProgramUnknown},
		{"miniprogram.appid with a control character", mini(`{"appid":"wx\u0007"}`), 40166, muban.RuleMiniProgramUnknown},
		{"miniprogram.pagepath as an object", mini(`{"appid":"` + appID + `","pagepath":{}}`), 47001, malformed},
		{"client_msg_id as an object", replaced(`"url":`+link, `"client_msg_id":{}`), 47001, malformed},
		{"client_msg_id with U+0000", replaced(`"url":`+link, `"client_msg_id":"\u0000"`), 47001, malformed},
		{"client_msg_id with a line end", replaced(`"url":`+link, `"client_msg_id":"a\nb"`), 0, ""},
		{"client_msg_id null", replaced(`"url":`+link, `"client_msg_id":null`), 0, ""},
		{"a value of 1.50", value(`1.50`), 0, ""},
		{"a value of null", value(`null`), 47003, argument},
		{"a value of false", value(`false`), 47003, argument},
		{"a value of an object", value(`{"DATA":"x"}`), 47003, argument},
		{"U+0000 in a value", value(`"x\u0000"`), 47003, argument},
		{"a value of 500,000 characters", value(`"` + strings.Repeat("x", 500_000) + `"`), 0, ""},
		{"an entry that is a text", replaced(`{ "value":"0426", "color":"#173177" }`, `"0426"`), 47003, argument},
		{"an entry that is null", replaced(`{ "value":"0426", "color":"#173177" }`, `null`), 47003, argument},
		{"an entry with a hostile name", replaced(`"CardNumber":{ "value":"0426"`, `"\u001b[2J\"{key}":{ "value":[]`), 47003, argument},
		{"data as a list", replaced(`"data":{`, `"data":[1],"x":{`), 47001, malformed},
		{"data as a text", replaced(`"data":{`, `"data":"{}","x":{`), 47001, malformed},
		{"half a body", seed004[:len(seed004)/2], 47001, malformed},
		{"XML", "<xml><touser>OPENID</touser></xml>", 47001, malformed},
		{"GBK", replaced("黄先生", "\xbb\xc6\xcf\xc8\xc9\xfa"), 47001, malformed},
		{"1 MiB and a byte", seed004 + strings.Repeat(" ", 1<<20), 45002, muban.RuleRequestTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			a.in(t).post(officialSend, a.fill(test.body)).wants(test.code, test.rule)
		})
	}
}

// What no platform sends and any scanner does, in the query.
func TestBadQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		query string
		code  int
	}{
		{"", 41001},
		{"access_token", 41001},
		{"ACCESS_TOKEN=" + w.token, 41001},
		{"access_token=%zz", 41001}, // no parameter at all
		{"access_token=%00", 40001},
		{"access_token=%ff%fe", 40001},
		{"access_token=" + w.token + "x", 40001},
		{"access_token=" + w.token[:len(w.token)-1], 40001},
		{"access_token=24.0.2592000.0.282335-1", 40001},
		{"access_token=" + strings.Repeat("7", 100_000), 40001},
		{"access_token=&access_token=" + w.token, 41001}, // the first counts
		{"%zz=1&access_token=" + w.token, 0},
		{strings.Repeat("a=1&", 1_000) + "access_token=" + w.token, 0},
	} {
		w.do(http.MethodPost, wxopen+"list?"+test.query, `{"offset":0,"count":1}`).wants(test.code, "")
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
		{`{"offset":0,"count":1}`, 0},
		{"", 44002},
		{strings.Repeat(" ", 2<<20), 45002},
	} {
		target := w.url + wxopen + "list?access_token=" + url.QueryEscape(w.token)
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
	for name, request := range map[string]string{
		"length":     "POST %s?access_token=%s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
		"bad chunks": "POST %s?access_token=%s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(w.url, "http://"))
		must(t, err)
		_, err = fmt.Fprintf(conn, request, wxopen+"list", url.QueryEscape(w.token))
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
