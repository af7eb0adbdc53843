package alipay_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// A content in other bytes than its charset says is refused rather than
// spoiled, in the clear and encrypted; U+FFFD is a character like any other.
func TestContentsInTheNamedCharset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(func(a *muban.App) { a.ContentKey = contentKey })
	key, err := alipay.ParseContentKey(contentKey)
	must(t, err)
	const replacement = "\x84\x31\xa4\x37" // U+FFFD in GB18030
	for _, test := range []struct {
		name, charset, value string // the value's bytes, as they are sent
		want                 string // what arrives; empty where it is refused
	}{
		{"GBK", "gbk", "\xd6\xa7\xb8\xb6\xb1\xa6", "支付宝"},
		{"UTF-8 that is said to be GBK", "gbk", "余额", ""},
		{"UTF-8 that is said to be GB2312", "gb2312", "快递", ""},
		{"UTF-8 that is said to be GB18030", "gb18030", "快递", ""},
		{"no bytes of GBK", "gbk", "\xff\xff", ""},
		{"no bytes of GB2312", "gb2312", "a\xff", ""},
		{"no bytes of GB18030", "gb18030", "\xff\xff", ""},
		{"half a character at the end", "gb18030", "\x84\x31\xa4", ""},
		{"GBK that is said to be UTF-8", "utf-8", "\xb8\xb6", ""},
		{"U+FFFD in GB18030", "gb18030", "\xd6\xa7" + replacement, "支\ufffd"},
		{"U+FFFD beside what is none", "gb18030", replacement + "\xff" + replacement, ""},
		{"its bytes within other characters", "gb18030", "\x81\x30\x84\x31\xa4\x37\x81\x30", "\u009f\U0004fad4"},
		{"four bytes, which GBK has not", "gbk", replacement, ""},
		{"U+FFFD in UTF-8", "utf-8", "\ufffd", "\ufffd"},
	} {
		for _, encryption := range []string{"", alipay.EncryptAES} {
			t.Run(test.name+encryption, func(t *testing.T) {
				w := w.in(t)
				form := w.form()
				text := strings.Replace(w.content(form).but(params{"data": `{"keyword1":{"value":"VALUE"},"keyword2":{"value":""}}`}).json(), "VALUE", test.value, 1)
				if encryption != "" {
					var err error
					text, err = alipay.EncryptContent(key, []byte(text))
					must(t, err)
				}
				got := w.sendBytes(common(alipay.MethodSend, text).but(params{"charset": test.charset, "encrypt_type": encryption}))
				if encryption != "" {
					got = got.opened(key)
				}
				if test.want != "" {
					got.is("", "")
					if sent := w.message(appID, form).Data["keyword1"].Text; sent != test.want {
						t.Errorf("%q arrived as %q", test.value, sent)
					}
					return
				}
				got.is("isv.invalid-parameter", muban.RuleRequestParameter)
				if got.Values["parameter"] != "biz_content" || !strings.Contains(got.Values["value"], test.charset) {
					t.Errorf("the refusal says %q", got.Detail)
				}
			})
		}
	}
}

// sendBytes makes a send of values that are sent as they are.
func (w *world) sendBytes(p params) reply {
	w.Helper()
	var values alipay.Params
	for name, value := range p {
		values.Set(name, value)
	}
	must(w.T, values.Sign(appKey(), alipay.RSA2))
	return w.do(http.MethodPost, "/gateway.do", formType, values.Form())
}

// UTF-8 that is said to be GBK is shown in sub_msg, where its byte 0x80 looks
// like a euro sign: it is escaped, as are characters that only GB18030 has, or
// GBK and not GB2312, so that strict readers can read the answer.
func TestAnswersHoldTheirCharsetOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct{ charset, sent, shown string }{
		{"gbk", "一", `涓\u20ac`},
		{"gbk", "\xa8\xbf\xa9\x8a\xfe\x50\xa8\xbb\xa9\x96\xfe\x4f", `\u01f9\u2ff0\u2e81ɑ〇﨩`},
		{"gb2312", "\xa2\xa1\xa6\xe0\xa8\xbb\xa2\xb1\xa6\xd8\xa8\xba", `\u2170\ufe35\u0251⒈ωê`},
	} {
		values := w.sending(w.form()).but(params{"charset": test.charset}).signedBy(otherKey()).values()
		values.Set("biz_content", test.sent)
		got := w.do(http.MethodPost, "/gateway.do?"+values.Encode(), "", "").wants("isv.invalid-signature", muban.RuleSignatureWrong)
		if !strings.Contains(got.response(), "biz_content="+test.shown+"&amp;") {
			t.Errorf("%q is shown as %s, want %s", test.sent, got.response(), test.shown)
		}
	}
}
