package alipay

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"
	"unicode"
)

// Keys come as PEM or as bare base64, with or without line breaks, which is
// how the platform's console and its key tool show them.

var (
	errNotAKey      = errors.New("it is neither PEM nor base64 of a key")
	errNotPrivate   = errors.New("it holds no RSA private key in PKCS #1 or PKCS #8")
	errNotPublic    = errors.New("it holds no RSA public key in PKIX (X.509) or PKCS #1")
	errPrivateGiven = errors.New("it is a private key; give the public one, and keep the private one to yourself")
	errPublicGiven  = errors.New("it is a public key; the private one is needed")
	errWeakKey      = errors.New("it has fewer than 1024 bits")
)

// fewestBits is the shortest RSA key that is taken; RSA2 keys have 2048.
const fewestBits = 1024

// ParsePrivateKey reads an RSA private key, PKCS #1 or PKCS #8.
func ParsePrivateKey(text string) (*rsa.PrivateKey, error) {
	der, err := decodeKey(text)
	if err != nil {
		return nil, err
	}
	key := privateKeyOf(der)
	switch {
	case key == nil && publicKeyOf(der) != nil:
		return nil, errPublicGiven
	case key == nil:
		return nil, errNotPrivate
	case key.N.BitLen() < fewestBits:
		return nil, errWeakKey
	}
	return key, nil
}

// ParsePublicKey reads an RSA public key, PKIX or PKCS #1.
func ParsePublicKey(text string) (*rsa.PublicKey, error) {
	der, err := decodeKey(text)
	if err != nil {
		return nil, err
	}
	key := publicKeyOf(der)
	switch {
	case key == nil && privateKeyOf(der) != nil:
		return nil, errPrivateGiven
	case key == nil:
		return nil, errNotPublic
	case key.N.BitLen() < fewestBits:
		return nil, errWeakKey
	}
	return key, nil
}

func decodeKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "-----BEGIN ") {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			return nil, errNotAKey
		}
		return block.Bytes, nil
	}
	der, err := base64.StdEncoding.DecodeString(withoutSpace(text))
	if err != nil || len(der) == 0 {
		return nil, errNotAKey
	}
	return der, nil
}

func withoutSpace(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// privateKeyOf is nil where the bytes are of something else.
func privateKeyOf(der []byte) *rsa.PrivateKey {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	key, _ := x509.ParsePKCS8PrivateKey(der)
	private, _ := key.(*rsa.PrivateKey)
	return private
}

// publicKeyOf is nil where the bytes are of something else.
func publicKeyOf(der []byte) *rsa.PublicKey {
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		public, _ := key.(*rsa.PublicKey)
		return public
	}
	public, _ := x509.ParsePKCS1PublicKey(der)
	return public
}

// PublicKeyText writes a public key as the platform's console shows one: bare
// base64 of PKIX, which every client takes.
func PublicKeyText(key *rsa.PublicKey) string {
	return base64.StdEncoding.EncodeToString(publicKeyDER(key))
}

// PublicKeyPEM writes a public key as PEM.
func PublicKeyPEM(key *rsa.PublicKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicKeyDER(key)}))
}

func publicKeyDER(key *rsa.PublicKey) []byte {
	der, _ := x509.MarshalPKIXPublicKey(key) // an RSA key can always be written
	return der
}

// Fingerprint names a public key in few characters: SHA256 and the first bytes
// of the hash of its PKIX form.
func Fingerprint(key *rsa.PublicKey) string {
	sum := sha256.Sum256(publicKeyDER(key))
	return "SHA256:" + hex.EncodeToString(sum[:8])
}
