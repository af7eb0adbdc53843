package alipay

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Envelope is an answer of the gateway: a content under the name of its method
// and what makes it trustworthy.
type Envelope struct {
	// Name is the member that the content stands in; see [ResponseName].
	Name string
	// Content is the raw JSON text of the response, byte for byte what the
	// signature is over: an object or, encrypted, a string with its quotes.
	Content []byte
	// CertSN is alipay_cert_sn, in certificate mode.
	CertSN string
	// Sign is the signature, base64; empty where nobody could sign.
	Sign string
}

// ErrorResponse is the name of an answer to a request that named no method, and
// of a refusal of [MethodOAuthToken].
const ErrorResponse = "error_response"

// ResponseName is the member that the answer to a method stands in.
func ResponseName(method string) string {
	return strings.ReplaceAll(method, ".", "_") + "_response"
}

// longestMethod is that of the document's table (128).
const longestMethod = 128

// PlausibleMethod reports whether a text can be the name of a method, so that
// an answer may be named after it.
func PlausibleMethod(name string) bool {
	return name != "" && len(name) <= longestMethod && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._") == ""
}

// Bytes writes the answer as the least lenient clients need it: compact, the
// response first, then alipay_cert_sn, sign last (protocol.md §5.5).
func (e Envelope) Bytes() []byte {
	out := make([]byte, 0, len(e.Name)+len(e.Content)+len(e.CertSN)+len(e.Sign)+48)
	out = append(append(append(out, `{"`...), e.Name...), `":`...)
	out = append(out, e.Content...)
	if e.CertSN != "" {
		out = append(append(append(out, `,"alipay_cert_sn":"`...), e.CertSN...), '"')
	}
	if e.Sign != "" {
		out = append(append(append(out, `,"sign":"`...), e.Sign...), '"')
	}
	return append(out, '}')
}

// EncodeContent writes a response as compact JSON, <, > and & as they are, and
// braces within texts too, unless they have no partner there: some clients
// count braces to find the end of the content, whatever they stand in, and
// alipay-sdk-java misreads escapes (it takes \u007b for a g).
//
// A slash is \/, as the platform writes it (protocol.md §5.5): PHP libraries
// verify what json_encode makes of the response they decoded.
func EncodeContent(response any) ([]byte, error) {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(response); err != nil {
		return nil, err
	}
	slashes := bytes.ReplaceAll(bytes.TrimRight(buf.Bytes(), "\n"), []byte("/"), []byte(`\/`)) // JSON has them in texts only
	return escapeBraces(slashes), nil
}

// escapeBraces escapes the braces within a document's texts that have no
// partner in the same text.
func escapeBraces(raw []byte) []byte {
	lone := loneBraces(raw)
	if len(lone) == 0 {
		return raw
	}
	out := make([]byte, 0, len(raw)+5*len(lone))
	for i, b := range raw {
		switch {
		case !lone[i]:
			out = append(out, b)
		case b == '{':
			out = append(out, `\u007b`...)
		default:
			out = append(out, `\u007d`...)
		}
	}
	return out
}

func loneBraces(raw []byte) map[int]bool {
	lone := map[int]bool{}
	var open []int // within the text that is being read
	for inText, escaped, i := false, false, 0; i < len(raw); i++ {
		switch b := raw[i]; {
		case b == '"' && !escaped:
			for _, at := range open {
				lone[at] = true
			}
			inText, open = !inText, open[:0]
		case inText && b == '{':
			open = append(open, i)
		case inText && b == '}' && len(open) > 0:
			open = open[:len(open)-1]
		case inText && b == '}':
			lone[i] = true
		}
		escaped = raw[i] == '\\' && !escaped
	}
	return lone
}

// Success is the response of a method that was served and answers no more than
// that; others begin with it. Codes are texts (protocol.md §5.4).
type Success struct {
	Code string `json:"code"`
	Msg  string `json:"msg"`
}

// OK is the Success that says so.
func OK() Success { return Success{"10000", "Success"} }

// Failure is the response of a method that was refused, or of one that was
// served: then the sub members are empty.
type Failure struct {
	Code    string `json:"code"`
	Msg     string `json:"msg"`
	SubCode string `json:"sub_code,omitempty"`
	SubMsg  string `json:"sub_msg,omitempty"`
}

// OAuthToken is what [MethodOAuthToken] answers; it has neither code nor msg
// (protocol.md §1.7).
type OAuthToken struct {
	AccessToken  string `json:"access_token"`
	AuthStart    string `json:"auth_start"` // yyyy-MM-dd HH:mm:ss in UTC+8
	ExpiresIn    int64  `json:"expires_in"` // seconds
	OpenID       string `json:"open_id,omitempty"`
	ReExpiresIn  int64  `json:"re_expires_in"` // seconds
	RefreshToken string `json:"refresh_token"`
	UserID       string `json:"user_id"`
}

// CertDownload is what alipay.open.app.alipaycert.download answers.
type CertDownload struct {
	Success
	// Content is base64 of the certificate's PEM.
	Content string `json:"alipay_cert_content"`
}
