package cloudcall

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SignatureError says that a request is not signed as a cloud call must be.
type SignatureError struct {
	// Problem says what is missing or malformed.
	Problem string
}

func (e *SignatureError) Error() string { return e.Problem }

const (
	algorithm  = "TC3-HMAC-SHA256"
	service    = "tcb"
	terminator = "tc3_request"
)

// Authorization is the header of that name, taken apart.
type Authorization struct {
	// SecretID is who signed.
	SecretID string
	// Date is the day of the signature in UTC: 2026-11-25.
	Date string
	// SignedParams and SignedHeaders name what is covered, in lower case and
	// in the order in which it is.
	SignedParams, SignedHeaders []string
	Signature                   []byte
}

// ParseAuthorization reads the header:
//
//	TC3-HMAC-SHA256 Credential=ID/DATE/tcb/tc3_request, SignedParams=a;b, SignedHeaders=c;d, Signature=HEX
func ParseAuthorization(header string) (Authorization, error) {
	if header == "" {
		return Authorization{}, &SignatureError{"the request has no Authorization header"}
	}
	rest, ours := strings.CutPrefix(header, algorithm+" ")
	if !ours {
		return Authorization{}, &SignatureError{"Authorization does not begin with " + algorithm}
	}
	var a Authorization
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if err := setPart(&a, name, value); err != nil {
			return Authorization{}, err
		}
	}
	if a.SecretID == "" || a.Signature == nil {
		return Authorization{}, &SignatureError{"Authorization has no Credential or no Signature"}
	}
	return a, nil
}

// ReadAuthorization finds out how a request is signed: in the header, or, as
// wx-server-sdk did before 2.1, in a field of its form, which is not read.
func ReadAuthorization(header http.Header, form Form) (Authorization, error) {
	value := header.Get("Authorization")
	if value == "" && form.Text("authorization") != "" {
		return Authorization{}, &SignatureError{"it is signed in the field authorization, as wx-server-sdk does before 2.1; signatures of 2.4 and later are read"}
	}
	return ParseAuthorization(value)
}

func setPart(a *Authorization, name, value string) (err error) {
	switch name {
	case "Credential":
		scope := strings.Split(value, "/")
		if len(scope) != 4 || scope[0] == "" || scope[2] != service || scope[3] != terminator {
			return &SignatureError{"Credential must be ID/DATE/" + service + "/" + terminator}
		}
		a.SecretID, a.Date = scope[0], scope[1]
	case "SignedParams":
		a.SignedParams = strings.Split(value, ";")
	case "SignedHeaders":
		a.SignedHeaders = strings.Split(value, ";")
	case "Signature":
		if a.Signature, err = hex.DecodeString(value); err != nil || len(a.Signature) != sha256.Size {
			return &SignatureError{"Signature must be 64 hexadecimal digits"}
		}
	}
	return nil
}

// Signed is a request as its signature covers it.
type Signed struct {
	Method string
	// Host is the request's; Path and Query as they were sent, still escaped.
	Host, Path, Query string
	Header            http.Header
	Form              Form
}

// Time is when the request says that it was signed: X-Timestamp, in seconds.
// The signature covers it, and the credential's date must be its day.
func (a Authorization) Time(header http.Header) (time.Time, error) {
	text := header.Get("X-Timestamp")
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds > maxTimestamp {
		return time.Time{}, &SignatureError{"X-Timestamp must be the time in seconds"}
	}
	at := time.Unix(seconds, 0).UTC()
	if day := at.Format(time.DateOnly); a.Date != day {
		return time.Time{}, &SignatureError{fmt.Sprintf("the credential's date must be the day of X-Timestamp in UTC, %s", day)}
	}
	return at, nil
}

// maxTimestamp is the last second of the year 9999.
const maxTimestamp = 253402300799

// Covers fails unless the signature covers the headers host and content-type,
// without which Tencent Cloud takes none, and those of the form's fields that
// are named and not empty: the SDK leaves out the empty ones.
func (a Authorization) Covers(form Form, fields ...string) error {
	for _, header := range []string{"host", "content-type"} {
		if !slices.Contains(a.SignedHeaders, header) {
			return &SignatureError{"the signature must cover the header " + header}
		}
	}
	for _, field := range fields {
		if len(form.Bytes(field)) > 0 && !slices.Contains(a.SignedParams, strings.ToLower(field)) {
			return &SignatureError{"the signature must cover the field " + field}
		}
	}
	return nil
}

// Verify reports whether the signature is the one that the key makes of the
// request. It takes the same time whether much of it is right or little.
//
// Two things can be signed otherwise than they arrive, and both spellings are
// good: the SDK writes the method in lower case, and Node.js has one way to
// escape a query for the signature and another for the network.
func (a Authorization) Verify(secretKey string, s Signed, at time.Time) bool {
	methods := []string{strings.ToLower(s.Method), s.Method}
	queries := slices.Compact([]string{s.Query, asSigned(s.Query)})
	for _, s.Method = range methods {
		for _, s.Query = range queries {
			if hmac.Equal(a.Sign(secretKey, s, at), a.Signature) {
				return true
			}
		}
	}
	return false
}

// Sign makes the signature of a request over what a says that it covers.
func (a Authorization) Sign(secretKey string, s Signed, at time.Time) []byte {
	scope := a.Date + "/" + service + "/" + terminator
	text := strings.Join([]string{algorithm, strconv.FormatInt(at.Unix(), 10), scope, hexHash([]byte(a.canonical(s)))}, "\n")
	key := mac(mac(mac([]byte("TC3"+secretKey), a.Date), service), terminator)
	return mac(key, text)
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// canonical writes a request in the one way that is signed.
func (a Authorization) canonical(s Signed) string {
	var headers strings.Builder
	for _, name := range a.SignedHeaders {
		headers.WriteString(name + ":" + s.header(name) + "\n")
	}
	return strings.Join([]string{
		s.Method, "//" + s.Host + s.Path, s.Query, headers.String(), strings.Join(a.SignedHeaders, ";"), a.payload(s.Form),
	}, "\n")
}

// header is a header as it is signed: in lower case and without white space
// around it, but for the content type, of which a form's boundary is left out
// and any other kept as it is.
func (s Signed) header(name string) string {
	value := s.Header.Get(name)
	const form = "multipart/form-data"
	switch {
	case name == "host":
		value = s.Host
	case name == "content-type" && strings.HasPrefix(value, form):
		return form
	case name == "content-type":
		return value
	}
	return strings.ToLower(strings.TrimSpace(value))
}

// payload is the hash of the form's fields, each as &name=value and a line
// end. Texts that are empty are not in it: wx-server-sdk 2 and 3 name them in
// SignedParams all the same, 4 does not.
func (a Authorization) payload(form Form) string {
	h := sha256.New()
	for _, name := range a.SignedParams {
		value, isText := form.signed(name)
		if isText && len(value) == 0 {
			continue
		}
		h.Write([]byte("&" + name + "="))
		h.Write(value)
		h.Write([]byte("\r\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hexHash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// asSigned is a query as Node.js wrote it into the signature, from what it then
// sent: bytes beyond ASCII are escaped in the one and not in the other, and
// with a few characters of ASCII it is the other way round.
func asSigned(query string) string {
	var out strings.Builder
	for i := 0; i < len(query); i++ {
		if query[i] == '%' && i+2 < len(query) {
			if b, err := hex.DecodeString(query[i+1 : i+3]); err == nil && b[0] >= 0x80 {
				out.WriteByte(b[0])
				i += 2
				continue
			}
		}
		out.WriteByte(query[i])
	}
	return escapedByURLParse.Replace(out.String())
}

var escapedByURLParse = strings.NewReplacer("{", "%7B", "|", "%7C", "}", "%7D", "^", "%5E", "`", "%60", `\`, "%5C")
