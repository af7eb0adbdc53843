package client

import (
	"crypto/rsa"
	"errors"

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

// alipayKeyring are the keys, read.
type alipayKeyring struct {
	private *rsa.PrivateKey
	public  *rsa.PublicKey
	content []byte // nil where contents are not encrypted

	// certificates are the platform's in certificate mode; nil otherwise.
	certificates *alipayCertificates

	appCertSN, rootCertSN, appAuthToken string
}

// newAlipayMini reads the keys. What is wrong with them is reported all at
// once.
func newAlipayMini(config Config) (alipayMini, error) {
	var problems []error
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
		if keys.public, err = alipay.ParsePublicKey(given.AlipayPublicKey); err != nil {
			refuse("AlipayPublicKey", "cannot be used: "+err.Error())
		}
	}
	if given.ContentKey != "" {
		if keys.content, err = alipay.ParseContentKey(given.ContentKey); err != nil {
			refuse("ContentKey", "cannot be used: "+err.Error())
		}
	}
	if keys.private != nil && keys.public != nil && keys.private.PublicKey.Equal(keys.public) {
		refuse("AlipayPublicKey", "is the app's own public key; it must be the platform's (支付宝公钥)")
	}
	if len(problems) == 0 {
		if _, err := alipay.Sign(keys.private, alipay.RSA2, nil); err != nil {
			refuse("AppPrivateKey", "cannot sign: "+err.Error())
		}
	}
	return alipayMini{config.AppID, keys}, errors.Join(problems...)
}

func (k *alipayKeyring) readCertificates(given AlipayKeys, refuse func(field, problem string)) {
	app, key, err := alipay.ParseCertificate(given.AppCert)
	switch {
	case err != nil:
		refuse("AppCert", "cannot be used: "+err.Error())
	case k.private != nil && !k.private.PublicKey.Equal(key):
		refuse("AppCert", "is of another key than AppPrivateKey")
	default:
		k.appCertSN = alipay.CertSN(app)
	}
	platform, public, err := alipay.ParseCertificate(given.AlipayCert)
	if err != nil {
		refuse("AlipayCert", "cannot be used: "+err.Error())
	} else {
		k.public = public
		k.certificates = newAlipayCertificates(platform, public, given.AlipayRootCert)
	}
	if k.rootCertSN = alipay.RootCertSN(given.AlipayRootCert); k.rootCertSN == "" {
		refuse("AlipayRootCert", "holds no certificate that is signed by RSA")
	}
}
