package alipay

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"strconv"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire/alipay"
)

// v3Call is one request of V3 while it is being served, and how its answer is
// to be written.
type v3Call struct {
	auth       alipay.V3Auth
	timestamp  time.Time
	rootCertSN string
	encryption string
	// request is what is signed.
	request alipay.V3Request
	// host is where the request was sent to, for who signed it too.
	host string

	// agent is the app that asks; app the one that it asks for.
	agent, app muban.App
	// platformKey signs the answer; nil where no app can be told.
	platformKey *rsa.PrivateKey
	// certSN is the number of the platform's certificate, in certificate mode.
	certSN string
	// contentKey encrypts the answer, once the body was decrypted with it.
	contentKey []byte
	// decrypted is the body that was encrypted.
	decrypted []byte
}

// newV3Call reads the headers.
func newV3Call(r *http.Request) *v3Call {
	uri := singleSlashes(r.URL.EscapedPath()) // a client whose base URL ends in a slash signs one
	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		uri += "?" + r.URL.RawQuery
	}
	c := &v3Call{
		auth:       alipay.ParseV3Auth(r.Header.Get(alipay.V3Authorization)),
		rootCertSN: r.Header.Get(alipay.V3RootCertSN), encryption: r.Header.Get(alipay.V3EncryptType), host: r.Host,
	}
	c.request = alipay.V3Request{
		Auth: c.auth.Signed, Method: r.Method, URI: uri, AppAuthToken: r.Header.Get(alipay.V3AppAuthToken),
	}
	return c
}

// checkAuth looks at the header Authorization by itself, but for who signed.
func (c *v3Call) checkAuth() *muban.Refusal {
	const form = alipay.V3Scheme + " app_id=…,nonce=…,timestamp=…,sign=…"
	if c.auth.Scheme != alipay.V3Scheme {
		return unfit("Authorization", c.auth.Scheme, form)
	}
	var err error
	if c.timestamp, err = alipay.ParseV3Timestamp(c.auth.Timestamp); err != nil {
		return unfit(alipay.ParamTimestamp, c.auth.Timestamp, "the time in milliseconds")
	}
	return nil
}

// content is the body, decrypted where the request says that it is encrypted,
// and its members. From then on an answer that is no failure is encrypted too.
func (c *v3Call) content() ([]byte, alipay.Params, error) {
	content := c.request.Body
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, alipay.Params{}, muban.Refuse(muban.RuleRequestEmpty)
	}
	switch c.encryption {
	case "":
		if c.agent.ContentKey != "" && looksEncrypted(string(content)) {
			return nil, alipay.Params{}, unfit(alipay.V3EncryptType, "", alipay.EncryptAES+", since the body is encrypted")
		}
	case alipay.EncryptAES:
		key, plain, err := decrypt(c.agent, string(content))
		if err != nil {
			return nil, alipay.Params{}, err
		}
		c.contentKey, c.decrypted, content = key, plain, plain
	default:
		return nil, alipay.Params{}, unfit(alipay.V3EncryptType, c.encryption, alipay.EncryptAES)
	}
	members, err := alipay.DecodeV3Body(content)
	return content, members, err
}

// answer writes a body, signed where somebody can sign it. A success is
// encrypted where the request's body was; a failure never is: the SDKs read it
// as it comes.
func (h *V3) answer(w http.ResponseWriter, x *httpx.Exchange, c *v3Call, status int, response any) {
	body, err := httpx.EncodeJSON(response)
	x.Plain = c.plain(body)
	contentType := "application/json;charset=UTF-8"
	if err == nil && status == http.StatusOK && c.contentKey != nil {
		var encrypted string
		encrypted, err = alipay.EncryptContent(c.contentKey, body)
		body, contentType = []byte(encrypted), "text/plain" // with a charset alipay-sdk-java-v3 takes it for a file
	}
	signed := alipay.V3Answer{Timestamp: alipay.FormatV3Timestamp(h.clocks[0].Now()), Nonce: rand.Text(), Body: body}
	var sign string
	if err == nil && c.platformKey != nil {
		sign, err = signed.Sign(c.platformKey)
	}
	header := w.Header()
	if err != nil { // nothing of ours: it can always be written
		x.Err, status, sign = err, http.StatusInternalServerError, ""
		body, _ = httpx.EncodeJSON(v3Unavailable())
		contentType = "application/json;charset=UTF-8"
	}
	if sign != "" {
		header[alipay.V3Timestamp], header[alipay.V3Nonce] = []string{signed.Timestamp}, []string{signed.Nonce}
		header[alipay.V3Signature] = []string{sign}
		if c.certSN != "" {
			header[alipay.V3CertSN] = []string{c.certSN}
		}
	}
	header["Content-Type"] = []string{contentType}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // what fails here is the connection
}

// plain says in the clear what an encrypted call asked and what it is answered,
// for the inspector; nil where request and answer show it themselves.
func (c *v3Call) plain(answer []byte) func() (asked, answered string) {
	if c.contentKey == nil {
		return nil
	}
	return func() (asked, answered string) { return string(c.decrypted), string(answer) }
}
