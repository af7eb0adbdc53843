package client

import (
	"crypto/rsa"
	"encoding/pem"
	"log/slog"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// AlipayKeys are what an Alipay app signs and verifies with, as PEM or as the
// bare base64 that the platform's console and its key tool show.
type AlipayKeys struct {
	// AppPrivateKey signs the requests: PKCS #1 or PKCS #8.
	AppPrivateKey string
	// AlipayPublicKey verifies the answers: 支付宝公钥, not the app's own.
	AlipayPublicKey string

	// In certificate mode (公钥证书) these three take the place of
	// AlipayPublicKey: the app's certificate, the platform's, and the platform's
	// root certificates. The certificate of an answer that is under another than
	// AlipayCert, as once the platform has renewed its own, is fetched from the
	// gateway. It is believed if it leads to AlipayRootCert and names the
	// organization that AlipayCert names.
	AppCert, AlipayCert, AlipayRootCert string

	// ContentKey encrypts contents both ways (接口内容加密方式, AES); empty for none.
	ContentKey string
	// AppAuthToken lets the app act for another, which gave it that right.
	AppAuthToken string
}

// String says no key.
func (AlipayKeys) String() string { return "keys of an Alipay app" }

// GoString says no key.
func (k AlipayKeys) GoString() string { return k.String() }

// LogValue says no key.
func (k AlipayKeys) LogValue() slog.Value { return slog.StringValue(k.String()) }

// alipayKeyring are the keys, read.
type alipayKeyring struct {
	private *rsa.PrivateKey
	public  *rsa.PublicKey
	content []byte // nil where contents are not encrypted

	// certificates are the platform's in certificate mode; nil otherwise.
	certificates *alipayCertificates

	appCertSN, rootCertSN, appAuthToken string
}

// newAlipayMini reads the keys, and says all that is wrong with them.
func newAlipayMini(config Config) (mini alipayMini, problems []error) {
	refuse := func(field, problem string) {
		problems = append(problems, argument(muban.Alipay, OpNew, "Alipay."+field, problem))
	}
	given := config.Alipay
	keys := alipayKeyring{appAuthToken: given.AppAuthToken}
	var err error
	if keys.private, err = alipay.ParsePrivateKey(given.AppPrivateKey); err != nil {
		refuse("AppPrivateKey", "cannot be used: "+err.Error())
	}
	switch certified := given.AppCert != "" || given.AlipayCert != "" || given.AlipayRootCert != ""; {
	case certified && given.AlipayPublicKey != "":
		refuse("AlipayPublicKey", "is set, and certificates as well; an app signs in one of the two modes")
	case certified:
		keys.readCertificates(given, refuse)
	default:
		keys.public, err = alipay.ParsePublicKey(given.AlipayPublicKey)
		switch {
		case err != nil:
			refuse("AlipayPublicKey", "cannot be used: "+err.Error())
		case keys.signedBy(keys.public):
			refuse("AlipayPublicKey", "is the app's own public key; it must be the platform's (支付宝公钥)")
		}
	}
	if given.ContentKey != "" {
		if keys.content, err = alipay.ParseContentKey(given.ContentKey); err != nil {
			refuse("ContentKey", "cannot be used: "+err.Error())
		}
	}
	if len(problems) == 0 {
		if _, err := alipay.Sign(keys.private, alipay.RSA2, nil); err != nil {
			refuse("AppPrivateKey", "cannot sign: "+err.Error())
		}
	}
	return alipayMini{config.AppID, keys}, problems
}

// signedBy reports whether what the app signs is verified by a key.
func (k *alipayKeyring) signedBy(key *rsa.PublicKey) bool {
	return k.private != nil && k.private.PublicKey.Equal(key)
}

func (k *alipayKeyring) readCertificates(given AlipayKeys, refuse func(field, problem string)) {
	app, key, err := alipay.ParseCertificate(given.AppCert)
	switch {
	case err != nil:
		refuse("AppCert", "cannot be used: "+err.Error())
	case k.private != nil && !k.signedBy(key):
		refuse("AppCert", "is of another key than AppPrivateKey")
	default:
		k.appCertSN = alipay.CertSN(app)
	}
	roots := asPEM(given.AlipayRootCert)
	if k.rootCertSN = alipay.RootCertSN(roots); k.rootCertSN == "" {
		refuse("AlipayRootCert", "holds no certificate that is signed by RSA; it must be the platform's root certificates (支付宝根证书)")
	}
	platform, public, err := alipay.ParseCertificate(given.AlipayCert)
	switch {
	case err != nil:
		refuse("AlipayCert", "cannot be used: "+err.Error())
	case k.signedBy(public):
		refuse("AlipayCert", "is of the app's own key; it must be the platform's certificate (支付宝公钥证书)")
	default:
		k.public = public
		k.certificates = newAlipayCertificates(platform, public, roots)
	}
}

// asPEM is a certificate in bare base64 as PEM; anything else stays as it is.
func asPEM(text string) string {
	if certificate, _, err := alipay.ParseCertificate(text); err == nil && !strings.Contains(text, "-----BEGIN") {
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
	}
	return text
}
