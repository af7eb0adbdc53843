package api

import (
	"context"
	"crypto/rsa"
	"net/http"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/alipay"
)

// alipayRoutes are the calls that apps on Alipay alone have.
func (a *api) alipayRoutes() {
	handle(a, "POST /api/v1/apps/{app_id}/authorizations", doc{
		id: "createAuthorization", tag: "apps", summary: "Let an app act for another", status: http.StatusCreated, answer: "The token, which is not shown again.",
		text: "Alipay: the app named in the body may call the gateway for the app in the path, with the token as `app_auth_token`. It lives a year.",
	}, a.createAuthorization)
	handle(a, "GET /api/v1/apps/{app_id}/certificates", doc{
		id: "getCertificates", tag: "apps", summary: "Show an app's certificates", answer: "The certificates and their numbers.",
		text: "Alipay: what a client is configured with in certificate mode. `app_cert` is the app's own certificate or, where it has set none, one that is issued for its `app_public_key`.",
	}, a.getCertificates)
}

// NewAuthorization names the app that may act.
type NewAuthorization struct {
	AppID string `json:"app_id" doc:"The app that may act for the one in the path: a service provider's." example:"2021000000000005"`
}

// Authorization is the right to act for an app.
type Authorization struct {
	AppAuthToken string    `json:"app_auth_token" doc:"What the acting app's calls carry." example:"202601BB0009ix9dq2FVw7kz0cR5tYH3bNa1mXpE"`
	ExpiresAt    Timestamp `json:"expires_at" doc:"Good until, and not at, this time."`
}

func (a *api) createAuthorization(ctx context.Context, in *struct {
	AppPath
	Body NewAuthorization
},
) (*Answer[Authorization], error) {
	issued, err := a.service.AuthorizeAgent(ctx, in.AppID, in.Body.AppID)
	return &Answer[Authorization]{Authorization{issued.Token, Timestamp{issued.ExpiresAt}}}, err
}

// Certificates are what a client is configured with in certificate mode, as
// PEM, with the numbers by which requests and answers name them.
type Certificates struct {
	AppCert          string `json:"app_cert,omitempty" doc:"The app's certificate (appCertPublicKey); absent where it has neither app_cert nor app_public_key."`
	AppCertSN        string `json:"app_cert_sn,omitempty" doc:"Its number."`
	AlipayCert       string `json:"alipay_cert" doc:"The certificate of the key that answers are signed with (alipayCertPublicKey)."`
	AlipayCertSN     string `json:"alipay_cert_sn" doc:"Its number."`
	AlipayRootCert   string `json:"alipay_root_cert" doc:"The root certificate (alipayRootCert), the same for all apps."`
	AlipayRootCertSN string `json:"alipay_root_cert_sn" doc:"Its number."`
}

func (a *api) getCertificates(ctx context.Context, in *AppPath) (*Answer[Certificates], error) {
	app, err := a.service.App(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	if app.Platform != muban.Alipay {
		return nil, muban.Refuse(muban.RuleNotOnPlatform, "platform", string(app.Platform), "object", "certificates")
	}
	key, _ := alipay.ParsePublicKey(app.AppPublicKey) // none, or checked when it was set
	issued, err := a.service.Certificates(ctx, app, key)
	if err != nil {
		return nil, err
	}
	shown := Certificates{
		AlipayCert: messaging.CertificatePEM(issued.Platform), AlipayCertSN: alipay.CertSN(issued.Platform),
		AlipayRootCert: messaging.CertificatePEM(issued.Root), AlipayRootCertSN: alipay.CertSN(issued.Root),
	}
	own, _, err := alipay.ParseCertificate(app.AppCert)
	if err != nil {
		own = issued.App
	}
	if own != nil {
		shown.AppCert, shown.AppCertSN = messaging.CertificatePEM(own), alipay.CertSN(own)
	}
	return &Answer[Certificates]{shown}, nil
}

// checkKeys refuses keys that nothing could be verified or decrypted with.
func (s *AppSettings) checkKeys() error {
	const keyForms = "an RSA public key, PEM or bare base64"
	for _, member := range []struct {
		name   string
		sent   Optional[string]
		wanted string
		parse  func(string) error
	}{
		{"app_public_key", s.AppPublicKey, keyForms, func(t string) error { _, err := alipay.ParsePublicKey(t); return err }},
		{"app_cert", s.AppCert, "an X.509 certificate of an RSA key, PEM or bare base64", func(t string) error { _, _, err := alipay.ParseCertificate(t); return err }},
		{"content_key", s.ContentKey, "base64 of an AES key", func(t string) error { _, err := alipay.ParseContentKey(t); return err }},
	} {
		if !member.sent.given() || member.sent.value == "" {
			continue
		}
		// What was sent may be a private key by mistake, so it is not repeated.
		if err := member.parse(member.sent.value); err != nil {
			return invalid(member.name, "not usable ("+err.Error()+")", member.wanted)
		}
	}
	return nil
}

// platformKey reads the key that an app is made with; nil where none was sent.
func (n *NewApp) platformKey() (*rsa.PrivateKey, error) {
	if n.AlipayPrivateKey == "" {
		return nil, nil
	}
	key, err := alipay.ParsePrivateKey(n.AlipayPrivateKey)
	if err != nil {
		return nil, invalid("alipay_private_key", "not usable ("+err.Error()+")", "an RSA private key, PKCS #1 or PKCS #8, PEM or bare base64")
	}
	return key, nil
}
