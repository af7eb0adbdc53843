package alipay

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"maps"
	"slices"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// checkGateway checks the common parameters, the signature and who may ask, in
// the order of the package's comment. The live gateway, too, looks at app_id
// before anything else.
func (h *Handler) checkGateway(ctx context.Context, c *call, methodKnown bool) error {
	if !methodKnown {
		return invalidOrMissing(c, alipay.ParamMethod, "one that this gateway serves: "+h.served())
	}
	if refusal := checkCommon(c); refusal != nil {
		return refusal
	}
	key, err := h.appKey(ctx, c)
	if err != nil {
		return err
	}
	if err := h.checkSignature(ctx, c, key); err != nil {
		return err
	}
	return h.checkAuthorization(ctx, c)
}

// served names the methods, for who asked for another.
func (h *Handler) served() string {
	names := slices.Sorted(maps.Keys(h.methods))
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// checkCommon looks at the common parameters by themselves.
func checkCommon(c *call) *muban.Refusal {
	// Node's SDK sends no format (protocol.md §5.2).
	if format := c.params.Get(alipay.ParamFormat); format != "" && !strings.EqualFold(format, "json") {
		return invalidOrMissing(c, alipay.ParamFormat, "JSON")
	}
	if c.params.Get(alipay.ParamVersion) != "1.0" {
		return invalidOrMissing(c, alipay.ParamVersion, "1.0")
	}
	if _, err := alipay.ParseTimestamp(c.params.Get(alipay.ParamTimestamp)); err != nil {
		return invalidOrMissing(c, alipay.ParamTimestamp, "of the form yyyy-MM-dd HH:mm:ss")
	}
	if _, known := alipay.ParseSignType(c.params.Get(alipay.ParamSignType)); !known {
		return invalidOrMissing(c, alipay.ParamSignType, "RSA2 or RSA")
	}
	if strings.TrimSpace(c.params.Get(alipay.ParamSign)) == "" {
		return invalidOrMissing(c, alipay.ParamSign, "the request's signature")
	}
	return nil
}

// appKey is the public key that the request must be signed by: the app's or, in
// certificate mode, that of its certificate. Such a request names the app's and
// the root's certificate by their numbers, which have to be right.
func (h *Handler) appKey(ctx context.Context, c *call) (*rsa.PublicKey, error) {
	keys := keysOf(c.agent)
	appSN, rootSN := c.params.Get(alipay.ParamAppCertSN), c.params.Get(alipay.ParamAlipayRootCertSN)
	if appSN == "" && rootSN == "" && keys.public != nil {
		return keys.public, nil
	}
	key := keys.inCertificateMode()
	if key == nil {
		return nil, muban.Refuse(muban.RuleSignatureKey, "app_id", c.agent.ID)
	}
	issued, err := h.service.Certificates(ctx, c.agent, key)
	if err != nil {
		return nil, err
	}
	c.certSN = alipay.CertSN(issued.Platform)
	own := keys.certificate
	if own == nil {
		own = issued.App
	}
	if wanted := alipay.CertSN(own); appSN != wanted {
		return nil, invalidOrMissing(c, alipay.ParamAppCertSN, wanted+", the number of the app's certificate")
	}
	if wanted := alipay.CertSN(issued.Root); rootSN != wanted {
		return nil, invalidOrMissing(c, alipay.ParamAlipayRootCertSN, wanted+", the number of this platform's root certificate")
	}
	return key, nil
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

// checkSignature: protocol.md §5.3.
func (h *Handler) checkSignature(ctx context.Context, c *call, key *rsa.PublicKey) error {
	sign := c.params.Get(alipay.ParamSign)
	if alipay.Verify(key, c.signType, c.params.SignedText(), sign) == nil {
		return nil
	}
	others, err := h.service.OtherAlipayApps(ctx, c.agent.ID)
	if err != nil {
		return err
	}
	return diagnose(c, key, others)
}

// checkAuthorization finds the app that the request is made for, and that it
// may send.
func (h *Handler) checkAuthorization(ctx context.Context, c *call) error {
	token := c.params.Get(alipay.ParamAppAuthToken)
	if token == "" {
		return nil
	}
	app, err := h.service.ActFor(ctx, c.agent, token)
	if err != nil {
		return err
	}
	c.app = app
	return nil
}
