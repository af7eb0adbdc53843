package messaging

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/muban-dev/muban"
)

// Certificates are what an Alipay app needs in certificate mode (protocol.md
// §5.6). All are signed by this installation's own authority, whose
// certificate is the root. They are not stored: the same keys always give the
// same certificates.
type Certificates struct {
	// Root is the authority's own certificate; Platform that of the key that
	// answers to the app are signed with.
	Root, Platform *x509.Certificate
	// App is a certificate of the app's public key; nil where it has none.
	App *x509.Certificate
}

// CertificatePEM writes a certificate as PEM.
func CertificatePEM(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// Certificates returns the certificates of an Alipay app. appKey is the app's
// public key, perhaps nil.
func (s *Service) Certificates(ctx context.Context, app muban.App, appKey *rsa.PublicKey) (Certificates, error) {
	key := certificatesKey{appID: app.ID, appKey: keySum(appKey)}
	return s.certificates.Get(key, func() (Certificates, error) {
		authority, err := s.authorityKey(ctx)
		if err != nil {
			return Certificates{}, err
		}
		platform, err := s.PlatformKey(ctx, app.ID)
		if err != nil {
			return Certificates{}, err
		}
		return issueCertificates(app, authority, &platform.PublicKey, appKey)
	})
}

// certificatesKey names an app's certificates in the cache.
type certificatesKey struct {
	appID  string
	appKey [sha256.Size]byte
}

func keySum(key *rsa.PublicKey) [sha256.Size]byte {
	if key == nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(x509.MarshalPKCS1PublicKey(key))
}

func issueCertificates(app muban.App, authority *rsa.PrivateKey, platform, appKey *rsa.PublicKey) (c Certificates, err error) {
	root := certificateTemplate("Muban Certification Authority R1", &authority.PublicKey)
	root.IsCA, root.KeyUsage = true, x509.KeyUsageCertSign
	if c.Root, err = issue(root, root, &authority.PublicKey, authority); err != nil {
		return c, err
	}
	if c.Platform, err = issue(certificateTemplate("Muban for Alipay app "+app.ID, platform), root, platform, authority); err != nil {
		return c, err
	}
	if appKey != nil {
		c.App, err = issue(certificateTemplate("Alipay app "+app.ID, appKey), root, appKey, authority)
	}
	return c, err
}

// Certificates are good at any time that a client's clock may show, also where
// sandbox time is another.
var (
	certificatesFrom  = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	certificatesUntil = time.Date(2049, 12, 31, 0, 0, 0, 0, time.UTC)
)

// certificateTemplate names its subject as the platform's certificates do,
// with the four attributes of which clients compute its number: some read no
// others (protocol.md §5.6).
func certificateTemplate(name string, key *rsa.PublicKey) *x509.Certificate {
	sum := sha256.Sum256([]byte(name + "\x00" + string(x509.MarshalPKCS1PublicKey(key))))
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(append([]byte{1}, sum[:15]...)),
		Subject: pkix.Name{
			Country: []string{"CN"}, Organization: []string{"Muban"},
			OrganizationalUnit: []string{"Certification Authority"}, CommonName: name,
		},
		NotBefore: certificatesFrom, NotAfter: certificatesUntil,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
		SignatureAlgorithm: x509.SHA256WithRSA,
	}
}

func issue(template, parent *x509.Certificate, key *rsa.PublicKey, authority *rsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(nil, template, parent, key, authority)
	if err != nil {
		return nil, fmt.Errorf("issuing a certificate for %s: %w", template.Subject.CommonName, err)
	}
	return x509.ParseCertificate(der)
}
