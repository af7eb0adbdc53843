package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
)

// keyPair is an app's key as its developer has it: bare base64, the private
// half in both of its forms.
type keyPair struct{ pkcs1, pkcs8, public string }

func newKeyPair() (keyPair, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return keyPair{}, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return keyPair{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	text := base64.StdEncoding.EncodeToString
	return keyPair{text(x509.MarshalPKCS1PrivateKey(key)), text(pkcs8), text(public)}, err
}
