package alipay

import (
	"crypto"
	"crypto/rsa"
	_ "crypto/sha1" // sign_type RSA is SHA1withRSA, which older apps keep
	_ "crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

// SignType is how a signature is made: the parameter sign_type.
type SignType string

// The types: SHA256withRSA and, for older apps, SHA1withRSA, both PKCS #1 v1.5
// (protocol.md §5.3).
const (
	RSA2 SignType = "RSA2"
	RSA  SignType = "RSA"
)

// ParseSignType reads the parameter sign_type; ok is false for a type that the
// gateway does not verify.
func ParseSignType(name string) (t SignType, ok bool) {
	switch t = SignType(name); t {
	case RSA2, RSA:
		return t, true
	}
	return "", false
}

// Hash is the hash of the type.
func (t SignType) Hash() crypto.Hash {
	if t == RSA {
		return crypto.SHA1
	}
	return crypto.SHA256
}

func (t SignType) digest(content []byte) []byte {
	hash := t.Hash().New()
	hash.Write(content)
	return hash.Sum(nil)
}

// Sign makes the signature of a content as it stands in sign: base64.
func Sign(key *rsa.PrivateKey, t SignType, content []byte) (string, error) {
	signature, err := rsa.SignPKCS1v15(nil, key, t.Hash(), t.digest(content))
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

// ErrSignature says that a signature is not that of the content by the key.
var ErrSignature = errors.New("the signature does not fit")

// Verify checks the signature of a content; what is not base64 fits nothing.
func Verify(key *rsa.PublicKey, t SignType, content []byte, sign string) error {
	signature, err := DecodeSignature(sign)
	if err != nil || rsa.VerifyPKCS1v15(key, t.Hash(), t.digest(content), signature) != nil {
		return ErrSignature
	}
	return nil
}

// DecodeSignature reads a signature's base64, also where it is broken into
// lines, as some clients' libraries write it.
func DecodeSignature(sign string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(sign))
}
