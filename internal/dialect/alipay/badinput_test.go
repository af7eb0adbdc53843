package alipay_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// Bad input: every row has an answer that the platform's documents support, or
// an entry under divergences in docs/dialects/alipay.md.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const bad = "isv.invalid-parameter"
	malformed, parameter := muban.RuleRequestMalformed, muban.RuleRequestParameter
	// content is the right send but for its content, rightly signed.
	content := func(text string) func(*world) reply {
		return func(w *world) reply { return w.send(common(alipay.MethodSend, text).signedBy(appKey())) }
	}
	member := func(name, value string) func(*world) reply {
		return func(w *world) reply { return content(w.content(w.form()).but(params{name: value}).json())(w) }
	}
	keyword := func(value string) func(*world) reply {
		return member("data", `{"keyword1":{"value":`+value+`},"keyword2":{"value":"x"}}`)
	}
	// behind is the right send with something behind its parameters.
	behind := func(more string) func(*world) reply {
		return func(w *world) reply {
			return w.do(http.MethodPost, "/gateway.do", formType, w.sending(w.form()).values().Encode()+more)
		}
	}
	// body is the right send, all of it in the query, with a body besides.
	body := func(contentType, text string) func(*world) reply {
		return func(w *world) reply {
			return w.do(http.MethodPost, "/gateway.do?"+w.sending(w.form()).values().Encode(), contentType, text)
		}
	}
	common := func(name, value string) func(*world) reply {
		return func(w *world) reply { return w.send(w.sending(w.form()).but(params{name: value}).signedBy(appKey())) }
	}
	const multipart = "multipart/form-data; boundary=x"
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, test := range []struct {
		name    string
		send    func(*world) reply
		subCode string
		rule    muban.Rule
	}{
		// Ids that cannot be anybody's.
		{"recipient with control characters", member("to_user_id", "2088\x01\x1b"), "TRADE_NO_NOT_MATCH_USERID", muban.RuleGrantOwner},
		{"template with a control character", member("user_template_id", "t\x7f"), "USER_TEMPLATE_ILLEGAL", muban.RuleTemplateUnknown},
		{"form with a control character", member("form_id", "\x1b"), "FORM_ID_NOT_MATCH_APPID", muban.RuleGrantUnknown},
		{"U+0000 in the recipient", member("to_user_id", "\x00"), bad, parameter},
		{"U+0000 in the page", member("page", "\x00"), bad, parameter},
		{"a recipient of 21 characters", member("to_user_id", strings.Repeat("2", 21)), bad, parameter},
		{"a form of 65 characters", member("form_id", strings.Repeat("2", 65)), bad, parameter},

		// Contents.
		{"no JSON", content("{"), bad, parameter},
		{"a list", content("[]"), bad, parameter},
		{"null", content("null"), bad, parameter},
		{"a number", content("7"), bad, parameter},
		{"a text of nothing", content(`""`), bad, parameter},
		{"two objects", content("{}{}"), bad, parameter},
		{"XML", content("<xml/>"), bad, parameter},
		{"single quotes", content("{'to_user_id':'2088'}"), bad, parameter},
		{"an object for a text", content(`{"to_user_id":{}}`), bad, parameter},
		{"100,000 levels", content(`{"x":` + deep(100_000) + `}`), bad, parameter},
		{"bytes that are not UTF-8", content("{\"page\":\"\xff\"}"), bad, parameter},
		{"half a surrogate pair", member("page", "\U0010ffff"), "", ""},
		{"data that is a list", member("data", "[1]"), bad, parameter},
		{"data that is an empty list", member("data", "[]"), "USER_TEMPLATE_LACK_KEYWORD", muban.RuleKeywordsMatch},
		{"data of 2049 characters", member("data", `{"a":"`+strings.Repeat("长", 2041)+`"}`), bad, parameter},
		{"a value that is null", keyword("null"), bad, muban.RuleDataText},
		{"a value that is an object", keyword("{}"), bad, muban.RuleDataText},
		{"a value that is true", keyword("true"), bad, muban.RuleDataText},
		{"a value with U+0000", keyword(`"\u0000"`), bad, muban.RuleDataText},
		{"a value that is a number", keyword("1.50"), "", ""},
		{"a value with markup", keyword(`"<script>"`), "", ""},

		// Common parameters.
		{"app_id with a control character", common("app_id", "2021\x00"), "isv.invalid-app-id", muban.RuleAuthAppUnknown},
		{"app_id of 1000 characters", common("app_id", strings.Repeat("2", 1000)), "isv.invalid-app-id", muban.RuleAuthAppUnknown},
		{"charset that is none", common("charset", "latin1"), "isv.invalid-charset", parameter},
		{"format XML", common("format", "XML"), "isv.invalid-format", parameter},
		{"version 1", common("version", "1"), bad, parameter},
		{"timestamp in milliseconds", common("timestamp", "1547172154000"), "isv.invalid-timestamp", parameter},
		{"timestamp with a T", common("timestamp", "2019-01-11T10:02:34"), "isv.invalid-timestamp", parameter},
		{"sign_type in small letters", common("sign_type", "rsa2"), "isv.invalid-signature-type", parameter},
		{"sign_type SM2", common("sign_type", "SM2"), "isv.invalid-signature-type", parameter},
		{"app_auth_token of 10,000 characters", common("app_auth_token", strings.Repeat("2", 10_000)), "aop.invalid-app-auth-token", muban.RuleAuthorizationUnknown},
		{"notify_url with a control character", common("notify_url", "\x1b"), "", ""},

		// Percent-encoding and separators.
		{"a value whose encoding breaks off", behind("&x=%"), bad, parameter},
		{"a value that is no encoding", behind("&x=%zz"), bad, parameter},
		{"a name that is no encoding", behind("&%zz=1"), "", ""},
		{"separators without names", behind("&&&=&=1"), "", ""},
		{"a line end behind it", behind("\r\n"), "", ""},
		{"300,000 pairs without a value", behind(strings.Repeat("&a=", 300_000)), "", ""},

		// Bodies beside the query.
		{"white space", body("", " \r\n\t"), "", ""},
		{"an odd Content-Type", body("; charset", "a="), "", ""},
		{"JSON: an empty object", body("application/json", "{}"), "", ""},
		{"JSON: half of it", body("application/json", `{"x":`), bad, malformed},
		{"JSON: a list", body("application/json", "[]"), bad, malformed},
		{"JSON: not UTF-8", body("", "{\"x\":\"\xff\"}"), bad, malformed},
		{"JSON: 400,000 levels", body("", `{"x":`+deep(400_000)+"}"), bad, malformed},
		{"multipart: no boundary", body("multipart/form-data", "--x\r\n"), bad, malformed},
		{"multipart: broken off", body(multipart, "--x\r\nContent-Disposition: form-data; name=\"page\"\r\n\r\nindex"), bad, malformed},
		{"multipart: a file", body(multipart, "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nx\r\n--x--\r\n"), "", ""},

		// Size.
		{"1 MiB exactly", body(formType, "a="+strings.Repeat(" ", 1<<20-2)), "", ""},
		{"1 MiB and a byte", body(formType, "a="+strings.Repeat(" ", 1<<20-1)), bad, muban.RuleRequestTooLarge},
		{"10 MB that open and never close", body("application/json", strings.Repeat("[", 10_000_000)), bad, muban.RuleRequestTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := test.send(w.in(t))
			if got.envelope.Sign == "" && strings.HasPrefix(test.subCode, "isv.invalid-app-id") {
				got.wantsUnsigned(test.subCode, test.rule)
				return
			}
			got.wants(test.subCode, test.rule)
		})
	}
	// Which of the parameters it was is said to whoever reads the answer alone.
	w.set(func(a *muban.App) { a.Pages = []string{"pages/other"} })
	for name, got := range map[string]reply{"page": member("page", "nowhere")(w), "data": keyword("null")(w), "form_id": member("form_id", "\x00")(w)} {
		if said := got.failure().SubMsg; said != "参数无效："+name {
			t.Errorf("sub_msg %q, which does not name %s", said, name)
		}
	}
	w.set(func(a *muban.App) { a.Pages = nil })
	w.send(w.sending(w.form())).wants("", "") // and it still stands
}
