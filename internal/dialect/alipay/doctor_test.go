package alipay_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// wrong is a request whose signature does not fit.
type wrong struct {
	name string
	// request makes it from a good one.
	request func(p params) params
	// signedBy and mistakes are what the doctor finds.
	signedBy, mistakes string
}

// over signs a string with the app's key.
func over(p params, text string) params {
	return p.but(params{"sign": sign(appKey(), alipay.RSA2, text)})
}

// mapped signs with every value changed, and sends them as they are.
func mapped(change func(string) string) func(params) params {
	return func(p params) params {
		changed := maps.Clone(p)
		for name, value := range changed {
			changed[name] = change(value)
		}
		return over(p, changed.text())
	}
}

// without signs with some parameters left out.
func without(names ...string) func(params) params {
	return func(p params) params {
		left := maps.Clone(p)
		for _, name := range names {
			delete(left, name)
		}
		return over(p, left.text())
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newApp("2021000000000002", &otherKey().PublicKey)
	long := newKey()
	for _, test := range []wrong{
		// Keys.
		{"by an unknown key", func(p params) params { return p.signedBy(long) }, "unknown", "key_unknown"},
		{"by another app's key", func(p params) params { return p.signedBy(otherKey()) }, "app 2021000000000002", "signed_by_other_app"},
		{"by the platform's key", func(p params) params { return p.signedBy(platformKey()) }, "platform", "signed_by_platform_key"},
		{"by another app's key, sign_type left out", func(p params) params {
			left := p.but(params{"sign_type": "-"})
			return p.but(params{"sign": sign(otherKey(), alipay.RSA2, left.text())})
		}, "app 2021000000000002", "signed_by_other_app, left_out sign_type"},

		// The signature.
		{"no base64", func(p params) params { return p.but(params{"sign": "*"}) }, "unknown", "sign_not_base64"},
		{"no signature", func(p params) params { return p.but(params{"sign": "AAAA"}) }, "unknown", "key_unknown"},
		{"SHA1 for RSA2", func(p params) params { return p.but(params{"sign": sign(appKey(), alipay.RSA, p.text())}) }, "app", "sign_type"},
		{"SHA256 for RSA", func(p params) params {
			p = p.but(params{"sign_type": "RSA"})
			return p.but(params{"sign": sign(appKey(), alipay.RSA2, p.text())})
		}, "app", "sign_type"},
		{"SHA512", func(p params) params {
			sum := sha512.Sum512([]byte(p.text()))
			signature, _ := rsa.SignPKCS1v15(nil, appKey(), crypto.SHA512, sum[:])
			return p.but(params{"sign": base64.StdEncoding.EncodeToString(signature)})
		}, "app", "sign_type"},

		// Members.
		{"sign_type left out", without("sign_type"), "app", "left_out sign_type"},
		{"biz_content left out", without("biz_content"), "app", "left_out body"},
		{"charset left out", without("charset"), "app", "left_out charset"},
		{"the query left out", func(p params) params { return over(p, params{"biz_content": p["biz_content"]}.text()) }, "app", "left_out query"},
		{"an older parameter signed", func(p params) params {
			return over(p, p.but(params{"notify_url": "https://x.example"}).text())
		}, "app", "other_string"},
		{"changed on its way", func(p params) params { return p.but(params{"timestamp": "2019-01-11 10:02:35"}) }, "app", "other_string"},

		// The string.
		{"percent-encoded", mapped(url.QueryEscape), "app", "encoded_values"},
		{"percent-encoded as JavaScript does", mapped(func(v string) string { return strings.ReplaceAll(url.QueryEscape(v), "+", "%20") }), "app", "encoded_values"},
		{"encoded twice", func(p params) params {
			good := p.text()
			return over(p.but(params{"biz_content": url.QueryEscape(p["biz_content"])}), good)
		}, "app", "encoded_twice"},
		{"signed in GBK", func(p params) params { return over(p, p.inBytesOf("gbk")) }, "app", "charset"},
		{"signed in UTF-8, sent in GBK", func(p params) params {
			p = p.but(params{"charset": "gbk"})
			return over(p, p.inBytesOf("utf-8"))
		}, "app", "charset"},
		{"signed with \\u escapes", mapped(escaped), "app", "escaped_json"},
		{"sent with \\u escapes", func(p params) params {
			good := p.text()
			return over(p.but(params{"biz_content": escaped(p["biz_content"])}), good)
		}, "app", "unescaped_json"},
		{"signed with \\u003c", mapped(strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace), "app", "escaped_json"},
		{"signed with \\/", mapped(func(v string) string { return strings.ReplaceAll(v, "/", `\/`) }), "app", "escaped_slashes"},
		{"signed with \\\"", mapped(func(v string) string { return strings.ReplaceAll(v, `"`, `\"`) }), "app", "escaped_quotes"},
		{"signed with HTML entities", func(p params) params {
			return over(p, strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;").Replace(p.text()))
		}, "app", "html_entities"},
		{"signed as sub_msg shows the string", func(p params) params { return over(p, strings.ReplaceAll(p.text(), "&", "&amp;")) }, "app", "html_entities"},
		{"sent with blanks after commas and colons", func(p params) params {
			good := p.text()
			return over(p.but(params{"biz_content": strings.ReplaceAll(p["biz_content"], `","`, `", "`)}), good)
		}, "app", "reformatted_json"},
		{"signed with a line break behind", func(p params) params { return over(p, p.text()+"\n") }, "app", "trailing_newline"},
		{"signed with Windows' line break behind", func(p params) params { return over(p, p.text()+"\r\n") }, "app", "trailing_newline"},
		{"signed with an & behind", func(p params) params { return over(p, p.text()+"&") }, "app", "trailing_ampersand"},
		{"signed with quotes", mapped(func(v string) string { return `"` + v + `"` }), "app", "quoted_values"},
		{"sent with a line end that smartwalle/alipay does not sign", func(p params) params {
			return over(p.but(params{"notify_url": "https://x.example\n"}), p.but(params{"notify_url": "https://x.example"}).text())
		}, "app", "trimmed_values"},
		{"blank parameters signed", func(p params) params {
			p = p.but(params{"app_auth_token": ""})
			return over(p, "app_auth_token=&"+p.text())
		}, "app", "blank_signed"},
		{"charset signed twice", func(p params) params {
			return over(p, strings.Replace(p.text(), "charset=utf-8", "charset=utf-8&charset=utf-8", 1))
		}, "app", "repeated_signed"},
		{"two mistakes", func(p params) params {
			encoded := maps.Clone(p)
			for name, value := range encoded {
				encoded[name] = url.QueryEscape(value)
			}
			delete(encoded, "sign_type")
			return over(p, encoded.text())
		}, "app", "encoded_values, left_out sign_type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := w.in(t)
			p := test.request(w.sending(w.form()))
			got := w.send(p).wants("isv.invalid-signature", muban.RuleSignatureWrong)
			if got.Values["signed_by"] != test.signedBy || got.Values["mistakes"] != test.mistakes {
				t.Errorf("signed by %q, mistakes %q (%s); want %q, %q",
					got.Values["signed_by"], got.Values["mistakes"], got.Values["advice"], test.signedBy, test.mistakes)
			}
			if got.Values["advice"] == "" || got.Values["key"] != alipay.Fingerprint(&appKey().PublicKey) || got.Values["sign_type"] != p["sign_type"] {
				t.Errorf("values %v", got.Values)
			}
			if !strings.HasPrefix(got.Values["signed"], "app_id="+appID+"&") {
				t.Errorf("the string that was verified is %q", got.Values["signed"])
			}
		})
	}
}

// inBytesOf is the string to be signed in another charset than it says.
func (p params) inBytesOf(charset string) string {
	said := p["charset"]
	text := p.but(params{"charset": charset}).text()
	return strings.Replace(text, "charset="+charset, "charset="+said, 1)
}

// escaped is JSON with \u escapes.
func escaped(v string) string {
	var out strings.Builder
	for _, r := range v {
		if r < 0x80 {
			out.WriteRune(r)
			continue
		}
		out.WriteString(`\u` + hex4(r))
	}
	return out.String()
}

func hex4(r rune) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15]})
}

// The most usual mistake: the platform's public key was uploaded for the app's.
func TestDoctorKnowsThePlatformsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(func(a *muban.App) { a.AppPublicKey = alipay.PublicKeyText(&platformKey().PublicKey) })
	got := w.send(w.sending(w.form())).wants("isv.invalid-signature", muban.RuleSignatureWrong)
	if mistakes := got.Values["mistakes"]; mistakes != "platform_key_as_app_key" {
		t.Errorf("mistakes %q", mistakes)
	}
}

// A + that was sent as it is arrives as a blank.
func TestDoctorKnowsUnencodedValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 20 { // until a signature has a +
		p := w.sending(w.form())
		if !strings.Contains(p["sign"], "+") {
			continue
		}
		query := p.but(params{"sign": "-"}).values().Encode() + "&sign=" + p["sign"]
		got := w.do(http.MethodPost, "/gateway.do?"+query, "", "").wants("isv.invalid-signature", muban.RuleSignatureWrong)
		if got.Values["mistakes"] != "sign_not_encoded" || got.Values["signed_by"] != "app" {
			t.Errorf("values %v", got.Values)
		}
		return
	}
}

// Parameters that were joined as they came.
func TestDoctorKnowsUnsortedNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.sending(w.form())
	var signed, sent []string
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(p))) {
		if name != "sign" {
			signed = append(signed, name+"="+p[name])
			sent = append(sent, name+"="+url.QueryEscape(p[name]))
		}
	}
	sent = append(sent, "sign="+url.QueryEscape(sign(appKey(), alipay.RSA2, strings.Join(signed, "&"))))
	got := w.do(http.MethodPost, "/gateway.do?"+strings.Join(sent, "&"), "", "").wants("isv.invalid-signature", muban.RuleSignatureWrong)
	if got.Values["mistakes"] != "not_sorted" {
		t.Errorf("values %v", got.Values)
	}
}

// A large request is not looked into, and none costs the server much.
func TestDoctorHasBounds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 30 {
		w.newApp("20210000000001"+string(rune('a'+i%26))+string(rune('a'+i/26)), nil)
	}
	p := w.sending(w.form()).but(params{"x": strings.Repeat("长", 30_000)})
	values := p.values()
	got := w.do(http.MethodPost, "/gateway.do", formType, values.Encode()).wants("isv.invalid-signature", muban.RuleSignatureWrong)
	if got.Values["signed_by"] != "unknown" || !strings.Contains(got.Values["advice"], "too large") {
		t.Errorf("values %v", got.Values)
	}
	if !strings.HasSuffix(got.failure().SubMsg, "&amp;x="+p["x"]) {
		t.Error("sub_msg does not show the string that was verified")
	}
	many := url.Values{}
	for name, value := range p.but(params{"x": "-"}) {
		many.Set(name, value)
	}
	for i := range 2000 {
		many.Set("p"+hex4(rune(i)), "v")
	}
	got = w.do(http.MethodPost, "/gateway.do", formType, many.Encode()).wants("isv.invalid-signature", muban.RuleSignatureWrong)
	if got.Values["mistakes"] != "other_string" {
		t.Errorf("values %v", got.Values)
	}
}

// The inspector has the whole string, of which the header shows the beginning.
func TestDoctorsFindingsStayWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.sending(w.form()).signedBy(otherKey())
	seen, _ := exchange(t, w.service, p)
	if seen.Refusal == nil || seen.Refusal.Values["signed"] != p.text() || len(p.text()) < 300 {
		t.Errorf("noted %+v", seen.Refusal)
	}
	raw, err := json.Marshal(seen.Refusal.Values)
	must(t, err)
	key, err := w.service.PlatformKey(t.Context(), appID)
	must(t, err)
	if strings.Contains(string(raw), base64.StdEncoding.EncodeToString(key.D.Bytes())) {
		t.Error("a private key is among the values")
	}
}
