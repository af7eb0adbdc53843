package client

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/muban-dev/muban/wire/alipay"
)

// alipayCertificates are the platform's certificates that are known: the one
// of the config, and those that were fetched since because answers named them
// (protocol.md §5.6). It is safe for concurrent use.
type alipayCertificates struct {
	first *x509.Certificate // of the config
	roots *x509.CertPool

	mu   sync.Mutex
	keys map[string]*rsa.PublicKey // by the certificates' numbers
}

func newAlipayCertificates(first *x509.Certificate, key *rsa.PublicKey, roots string) *alipayCertificates {
	c := &alipayCertificates{first: first, roots: x509.NewCertPool(), keys: map[string]*rsa.PublicKey{alipay.CertSN(first): key}}
	// SM2's are passed over; no answer that is signed by RSA needs one.
	c.roots.AppendCertsFromPEM([]byte(roots))
	return c
}

// key is that of the certificate with a number; nil where it is not known.
func (c *alipayCertificates) key(number string) *rsa.PublicKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keys[number]
}

// learn takes a certificate that the gateway gave out for a number, and
// perhaps those between it and a root. Nobody has signed for it but its issuer:
// it must lead to a root of the config, and belong to whom the config's own
// belongs, since the same authority issues the apps' certificates.
func (c *alipayCertificates) learn(number, chain string, now time.Time) error {
	certificate, key, err := alipay.ParseCertificate(chain)
	if err != nil {
		return err
	}
	if got := alipay.CertSN(certificate); got != number {
		return fmt.Errorf("it has another number, %s", got)
	}
	between := x509.NewCertPool()
	between.AppendCertsFromPEM([]byte(chain))
	_, err = certificate.Verify(x509.VerifyOptions{
		Roots: c.roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return fmt.Errorf("it does not lead to a certificate of Config.Alipay.AlipayRootCert: %w", err)
	}
	if !slices.Equal(certificate.Subject.Organization, c.first.Subject.Organization) {
		return fmt.Errorf("it belongs to %q, Config.Alipay.AlipayCert to %q", certificate.Subject.Organization, c.first.Subject.Organization)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys[number] = key
	return nil
}

// unknownCertError says that an answer is signed under a certificate that is
// not known.
type unknownCertError struct{ number string }

func (e *unknownCertError) Error() string {
	return fmt.Sprintf("the answer is signed under another certificate than Config.Alipay.AlipayCert (its number is %s)", e.number)
}

// missing is the call that fetches the certificate which an answer could not be
// verified without.
func (a alipayMini) missing(verdict error, now time.Time) *call {
	unknown, ok := errors.AsType[*unknownCertError](verdict)
	if !ok {
		return nil
	}
	return &call{
		path: alipay.MethodCertDownload, body: jsonBody(alipay.CertDownloadContent{CertSN: unknown.number}),
		read: func(body []byte) error { return a.learn(unknown.number, body, now) },
	}
}

// learn reads the answer to a call of missing. That it is signed says nothing:
// its signature is under the same certificate.
func (a alipayMini) learn(number string, body []byte, now time.Time) error {
	envelope, err := alipay.Cut(body, alipay.UTF8)
	if err != nil {
		return err
	}
	content, err := a.decrypted(envelope)
	if err != nil {
		return err
	}
	var response struct {
		alipay.Failure // its code is the answer's
		alipay.CertDownload
	}
	if err := json.Unmarshal(content, &response); err != nil {
		return err
	}
	if response.Code != alipay.OK().Code || envelope.Name != alipay.ResponseName(alipay.MethodCertDownload) {
		return fmt.Errorf("the gateway answers %s %s %s", response.Code, response.SubCode, response.SubMsg)
	}
	chain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(response.Content))
	if err != nil {
		return errors.New("alipay_cert_content is no base64")
	}
	return a.keys.certificates.learn(number, string(chain), now)
}
