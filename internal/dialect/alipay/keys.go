package alipay

import (
	"context"
	"crypto/rsa"
	"crypto/x509"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// certNumbers are the certificates that a request names by their numbers.
type certNumbers struct {
	app, root string
	// rootName is the parameter or the header that root is the value of;
	// rootNeeded says that it must be given.
	rootName   string
	rootNeeded bool
}

// appKey is the public key that a request must be signed by: the app's or, in
// certificate mode, that of its certificate. Such a request names the app's and
// the root's certificate by their numbers, which have to be right. certSN is
// the number of the platform's certificate, in certificate mode; also where the
// request is refused.
func appKey(ctx context.Context, apps Apps, agent muban.App, given certNumbers) (key *rsa.PublicKey, certSN string, err error) {
	keys := keysOf(agent)
	if given.app == "" && given.root == "" && keys.public != nil {
		return keys.public, "", nil
	}
	key = keys.inCertificateMode()
	if key == nil {
		return nil, "", muban.Refuse(muban.RuleSignatureKey, "app_id", agent.ID)
	}
	issued, err := apps.Certificates(ctx, agent, key)
	if err != nil {
		return nil, "", err
	}
	certSN = alipay.CertSN(issued.Platform)
	own := keys.certificate
	if own == nil {
		own = issued.App
	}
	if wanted := alipay.CertSN(own); given.app != wanted {
		return nil, certSN, unfit(alipay.ParamAppCertSN, given.app, wanted+", the number of the app's certificate")
	}
	if wanted := alipay.CertSN(issued.Root); given.root != wanted && (given.root != "" || given.rootNeeded) {
		return nil, certSN, unfit(given.rootName, given.root, wanted+", the number of this platform's root certificate")
	}
	return key, certSN, nil
}

// appKeys are what an app's requests are verified with: nil where it has none,
// or none that can be read.
type appKeys struct {
	public         *rsa.PublicKey
	certificate    *x509.Certificate
	certificateKey *rsa.PublicKey
}

// keysOf reads an app's keys, which were checked when they were set.
func keysOf(app muban.App) (k appKeys) {
	if app.AppPublicKey != "" {
		k.public, _ = alipay.ParsePublicKey(app.AppPublicKey)
	}
	if app.AppCert != "" {
		k.certificate, k.certificateKey, _ = alipay.ParseCertificate(app.AppCert)
	}
	return k
}

// inCertificateMode is the key of the app's own certificate or, where it has
// none, the key for which the platform issues one.
func (k appKeys) inCertificateMode() *rsa.PublicKey {
	if k.certificateKey != nil {
		return k.certificateKey
	}
	return k.public
}
