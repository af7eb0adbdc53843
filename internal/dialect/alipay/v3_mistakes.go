package alipay

import (
	"bytes"
	"iter"
	"net/url"
	"strings"

	"github.com/muban-dev/muban/wire/alipay"
)

var encoded = spoiled{
	"sign_encoded", "sign was percent-encoded, as the gateway wants it; a header is read as it stands, so send the base64 itself",
	func(sign string) string {
		plain, _ := url.PathUnescape(sign) // "" fits nothing
		return plain
	},
}

// claim is that of a call of V3.
func (c *v3Call) claim() claim {
	return claim{
		agent: c.agent, platformKey: &c.platformKey.PublicKey, charset: alipay.UTF8, signType: alipay.RSA2,
		says: "Authorization says " + alipay.V3Scheme, sign: c.auth.Sign, spoiled: encoded,
		signed: c.request.SignedText(), candidates: v3Candidates(c),
	}
}

// v3Candidates are what clients may sign instead of the right text, which is
// the first: it is what was signed where only the hash is wrong.
func v3Candidates(c *v3Call) iter.Seq[candidate] {
	return func(yield func(candidate) bool) {
		if !yield(candidate{"", "", c.request.SignedText()}) {
			return
		}
		for _, m := range v3Mistakes {
			if text := m.signed(c); text != nil && !yield(candidate{m.name, m.advice, text}) {
				return
			}
		}
	}
}

// v3Mistakes are what goes wrong with the text. signed makes the text that the
// mistake gives; nil where it cannot be made.
var v3Mistakes = []struct {
	name, advice string
	signed       func(c *v3Call) []byte
}{
	{"left_out newline", "the last line of what was signed does not end in a line break; every line does", func(c *v3Call) []byte {
		return bytes.TrimSuffix(c.request.SignedText(), []byte("\n"))
	}},
	{"left_out body", "the body was left out of what was signed; it is a line of its own", v3With(func(_ *v3Call, r *alipay.V3Request) { r.Body = nil })},
	{"left_out query", "the query was left out of what was signed; it belongs to the path", v3With(func(_ *v3Call, r *alipay.V3Request) {
		r.URI, _, _ = strings.Cut(r.URI, "?")
	})},
	{"left_out alipay-app-auth-token", "alipay-app-auth-token was left out of what was signed; it is the last line", v3With(func(_ *v3Call, r *alipay.V3Request) {
		r.AppAuthToken = ""
	})},
	{"blank_signed", "an empty last line was signed; without alipay-app-auth-token there is none", func(c *v3Call) []byte {
		return append(c.request.SignedText(), '\n')
	}},
	{"signed_url", "the whole URL was signed; sign its path and query alone", v3With(func(c *v3Call, r *alipay.V3Request) { r.URI = "https://" + c.host + r.URI })},
	{"signed_url", "the whole URL was signed; sign its path and query alone", v3With(func(c *v3Call, r *alipay.V3Request) { r.URI = "http://" + c.host + r.URI })},
	{"lower_case_method", "the HTTP method was signed in small letters; sign it as it is sent", v3With(func(_ *v3Call, r *alipay.V3Request) {
		r.Method = strings.ToLower(r.Method)
	})},
	{"scheme_signed", "the scheme was signed; what is signed begins with the members of Authorization behind it", v3With(func(c *v3Call, r *alipay.V3Request) {
		r.Auth = c.auth.Scheme + " " + r.Auth
	})},
	{"signed_plain", "the body was signed before it was encrypted; encrypt it first and sign what is sent", v3With(func(c *v3Call, r *alipay.V3Request) {
		_, r.Body, _ = decrypt(c.agent, string(r.Body)) // nil where it cannot
	})},
	{"reformatted_json", "JSON was signed compact and sent with white space; sign the text that is sent", v3Body(compactJSON)},
	{"reformatted_json", "JSON was signed with white space and sent compact; sign the text that is sent", v3Body(spacedJSON)},
	{"unescaped_json", `JSON was signed with its characters as they are and sent with \u escapes; sign the text that is sent`, v3Body(unescapeUnicode)},
	{"escaped_json", `JSON was signed with \u escapes and sent with its characters as they are; sign the text that is sent`, v3Body(escapeUnicode)},
	{"escaped_json", `JSON was signed with <, > and & as \u escapes and sent with them as they are; sign the text that is sent`, v3Body(escapeHTML)},
	{"escaped_slashes", `JSON was signed with / and sent with \/; sign the text that is sent`, v3Body(unescapeSlash)},
	{"escaped_slashes", `JSON was signed with \/ and sent with /; sign the text that is sent`, v3Body(escapeSlash)},
}

// v3With is the mistake of signing another request than is sent.
func v3With(change func(c *v3Call, r *alipay.V3Request)) func(*v3Call) []byte {
	return func(c *v3Call) []byte {
		r := c.request
		change(c, &r)
		return r.SignedText()
	}
}

// v3Body is the mistake of signing another body than is sent.
func v3Body(change func(string) string) func(*v3Call) []byte {
	return v3With(func(_ *v3Call, r *alipay.V3Request) { r.Body = []byte(change(string(r.Body))) })
}
