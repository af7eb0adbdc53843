package alipay

import (
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"
)

var (
	errNotACertificate = errors.New("it is neither PEM nor base64 of an X.509 certificate")
	errNotRSA          = errors.New("it is no certificate of an RSA key")
)

// ParseCertificate reads a certificate of an RSA key, PEM or bare base64; of
// several in one PEM text the first, which is the app's or the platform's own.
func ParseCertificate(text string) (*x509.Certificate, *rsa.PublicKey, error) {
	text = strings.TrimSpace(text)
	var der []byte
	if block, _ := pem.Decode([]byte(text)); block != nil {
		der = block.Bytes
	} else {
		der, _ = base64.StdEncoding.DecodeString(withoutSpace(text)) // of what is none, the next line says so
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, errNotACertificate
	}
	key, isRSA := certificate.PublicKey.(*rsa.PublicKey)
	if !isRSA {
		return nil, nil, errNotRSA
	}
	return certificate, key, nil
}

// CertSN is the number by which requests and answers name a certificate
// (app_cert_sn, alipay_cert_sn): MD5 of the issuer's name and the serial number
// in decimal, as hex (protocol.md §5.6). MD5 guards nothing here.
func CertSN(certificate *x509.Certificate) string {
	sum := md5.Sum([]byte(certificate.Issuer.String() + certificate.SerialNumber.String()))
	return hex.EncodeToString(sum[:])
}

// RootCertSN is alipay_root_cert_sn: the numbers of those certificates in a
// PEM text that are signed by RSA, joined by an underscore (protocol.md §5.6).
// Those that cannot be parsed, SM2's among them, are left out.
func RootCertSN(text string) string {
	var numbers []string
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return strings.Join(numbers, "_")
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err == nil && signedByRSA(certificate) {
			numbers = append(numbers, CertSN(certificate))
		}
	}
}

func signedByRSA(certificate *x509.Certificate) bool {
	switch certificate.SignatureAlgorithm { //nolint:exhaustive // the others are not RSA's
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA:
		return true
	}
	return false
}
