package alipay

import (
	"crypto/rsa"
	"crypto/sha256"
	"net/http"
	"strconv"
	"time"

	"github.com/muban-dev/muban/internal/hotcache"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire/alipay"
)

// answer writes a response, signed where somebody can sign it and encrypted
// where the content of the request was (protocol.md §5.5, §5.6).
func (h *Handler) answer(w http.ResponseWriter, x *httpx.Exchange, c *call, response any) {
	body, err := h.envelope(c, response)
	x.Plain = c.plain(response)
	if err != nil {
		x.Err = err
		c = newCall()
		body, _ = h.envelope(c, unavailable()) // can always be written
	}
	header := w.Header()
	header["Content-Type"] = []string{"application/json;charset=" + string(c.charset)}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	_, _ = w.Write(body) // what fails here is the connection
}

func (h *Handler) envelope(c *call, response any) ([]byte, error) {
	content, err := alipay.EncodeContent(response)
	if err != nil {
		return nil, err
	}
	content = fromUTF8(c.charset, content)
	if c.contentKey != nil {
		encrypted, err := alipay.EncryptContent(c.contentKey, content)
		if err != nil {
			return nil, err
		}
		content = []byte(`"` + encrypted + `"`)
	}
	e := alipay.Envelope{Name: alipay.ErrorResponse, Content: content}
	_, refused := response.(alipay.Failure)
	method := c.params.Get(alipay.ParamMethod)
	if alipay.PlausibleMethod(method) && (!refused || method != alipay.MethodOAuthToken) {
		e.Name = alipay.ResponseName(method)
	}
	if c.certSN != "" && method == alipay.MethodCertDownload {
		// Who fetches a certificate has none to verify the answer with: one that
		// names its number makes older clients wait for themselves (protocol.md §5.6).
		return e.Bytes(), nil
	}
	e.CertSN = c.certSN
	switch {
	case c.platformKey == nil:
	case common(response):
		e.Sign, err = h.signer.sign(c.platformKey, c.signType, content)
	default:
		e.Sign, err = alipay.Sign(c.platformKey, c.signType, content)
	}
	return e.Bytes(), err
}

// common responses say nothing of their request, so that the next one may well
// be the same.
func common(response any) bool {
	switch r := response.(type) {
	case alipay.Success:
		return true
	case alipay.Failure:
		row, _ := alipay.ErrorOf(r.SubCode)
		return r == row.Failure()
	}
	return false
}

// signer signs common responses once: a signature by PKCS #1 v1.5 depends on
// nothing but the key and the content.
type signer struct {
	signed *hotcache.Cache[[sha256.Size]byte, string]
}

func newSigner() *signer {
	return &signer{hotcache.New[[sha256.Size]byte, string](time.Minute)}
}

func (s *signer) sign(key *rsa.PrivateKey, t alipay.SignType, content []byte) (string, error) {
	of := append(key.N.Bytes(), t...)
	return s.signed.Get(sha256.Sum256(append(of, content...)), func() (string, error) {
		return alipay.Sign(key, t, content)
	})
}
