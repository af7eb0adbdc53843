package alipay

import (
	"bytes"
	"crypto/rsa"
	"errors"
	"strconv"
	"strings"
	"time"
)

// The calls of OpenAPI V3 that are described here: the method's name with
// slashes, behind /v3 (protocol.md §5.8).
const (
	V3Prefix         = "/v3"
	V3PathSend       = "/v3/alipay/open/app/mini/templatemessage/send"
	V3PathOAuthToken = "/v3/alipay/system/oauth/token"
)

// The headers of V3, as the platform writes them (protocol.md §5.8). A request
// has the first, and those of the second group where they apply; an answer has
// those of the third.
const (
	V3Authorization = "authorization"

	V3AppAuthToken = "alipay-app-auth-token"
	V3RootCertSN   = "alipay-root-cert-sn"
	V3EncryptType  = "alipay-encrypt-type"

	V3TraceID   = "alipay-trace-id"
	V3Timestamp = "alipay-timestamp"
	V3Nonce     = "alipay-nonce"
	V3Signature = "alipay-signature"
	V3CertSN    = "alipay-sn"
)

// V3Scheme is how V3 signs: SHA256withRSA, PKCS #1 v1.5.
const V3Scheme = "ALIPAY-SHA256withRSA"

// V3Auth is the header Authorization of a V3 request, taken apart.
type V3Auth struct {
	// Scheme is what stands before the first blank.
	Scheme string
	// Signed is the auth string: what follows the scheme, byte for byte, but
	// for sign.
	Signed string
	// The members of the auth string that mean something, and the signature.
	AppID, AppCertSN, Timestamp, Sign string
}

// ParseV3Auth reads the header Authorization: a scheme, a blank, and members
// name=value with commas between them, in any order, of which sign is not
// signed. Of a name that comes twice the first counts; names that are not known
// are signed and otherwise dropped.
func ParseV3Auth(header string) V3Auth {
	scheme, members, _ := strings.Cut(strings.Trim(header, " "), " ")
	a := V3Auth{Scheme: scheme}
	var signed []string
	for member := range strings.SplitSeq(members, ",") {
		name, value, _ := strings.Cut(member, "=")
		switch strings.Trim(name, " ") {
		case ParamSign:
			a.Sign = first(a.Sign, value)
			continue
		case ParamAppID:
			a.AppID = first(a.AppID, value)
		case ParamAppCertSN:
			a.AppCertSN = first(a.AppCertSN, value)
		case ParamTimestamp:
			a.Timestamp = first(a.Timestamp, value)
		}
		signed = append(signed, member)
	}
	a.Signed = strings.Join(signed, ",")
	return a
}

func first(known, value string) string {
	if known != "" {
		return known
	}
	return strings.Trim(value, " ")
}

// V3Request is what the signature of a V3 request is over.
type V3Request struct {
	Auth string // the auth string
	// Method is that of HTTP; URI the path and, if there is one, the query, as
	// they are sent; Body the bytes that are sent, encrypted ones included.
	Method, URI string
	Body        []byte
	// AppAuthToken is the header of that name; empty where it is not sent.
	AppAuthToken string
}

// SignedText is the text that is signed: a line each, the last one ended too,
// and none for a token that is not sent (protocol.md §5.8).
func (r V3Request) SignedText() []byte {
	var text bytes.Buffer
	for _, line := range []string{r.Auth, r.Method, r.URI, string(r.Body)} {
		text.WriteString(line)
		text.WriteByte('\n')
	}
	if r.AppAuthToken != "" {
		text.WriteString(r.AppAuthToken)
		text.WriteByte('\n')
	}
	return text.Bytes()
}

// V3Answer is what the signature of a V3 answer is over.
type V3Answer struct {
	Timestamp, Nonce string
	Body             []byte
}

// SignedText is the text that is signed.
func (a V3Answer) SignedText() []byte {
	return []byte(a.Timestamp + "\n" + a.Nonce + "\n" + string(a.Body) + "\n")
}

// Sign makes the signature of an answer.
func (a V3Answer) Sign(key *rsa.PrivateKey) (string, error) { return Sign(key, RSA2, a.SignedText()) }

var errV3Timestamp = errors.New("the timestamp is not the time in milliseconds")

// FormatV3Timestamp writes a time as V3 does: in milliseconds.
func FormatV3Timestamp(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// ParseV3Timestamp undoes [FormatV3Timestamp].
func ParseV3Timestamp(text string) (time.Time, error) {
	const year10000 = 253_402_300_800_000
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 || ms >= year10000 {
		return time.Time{}, errV3Timestamp
	}
	return time.UnixMilli(ms), nil
}

// DecodeV3Body reads the members of a V3 request's body, decrypted: a JSON
// object. Those that are objects or lists are their JSON as it came, as they
// are where a gateway's parameters come as JSON. An empty body has none; one
// that is no object is a [BodyError].
func DecodeV3Body(body []byte) (Params, error) {
	body = bytes.Trim(body, jsonSpace)
	if len(body) == 0 {
		return Params{}, nil
	}
	r := reader{at: make(map[string]int), inBody: true}
	err := r.json(body)
	return r.params, err
}

// V3Success is the body of a V3 answer that says no more than its status does.
type V3Success struct{}

// V3Failure is the body of a V3 answer with another status than 200.
type V3Failure struct {
	Code    string   `json:"code"`
	Links   []V3Link `json:"links,omitempty"`
	Message string   `json:"message"`
}

// V3Link leads to what is said of a failure.
type V3Link struct {
	Link string `json:"link"`
	Desc string `json:"desc"`
}
