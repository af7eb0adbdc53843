package alipay_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban/wire/alipay"
)

// bareKey is a PEM text without its frame, on one line or on several.
func bareKey(text string, width int) string {
	block, _ := pem.Decode([]byte(text))
	whole := base64.StdEncoding.EncodeToString(block.Bytes)
	var lines []string
	for ; len(whole) > width; whole = whole[width:] {
		lines = append(lines, whole[:width])
	}
	return strings.Join(append(lines, whole), "\r\n")
}

func TestKeysAreReadInEveryForm(t *testing.T) {
	t.Parallel()
	keys := readVectors(t).Keys
	for name, text := range map[string]string{"PKCS #1": keys.PKCS1, "PKCS #8": keys.PKCS8} {
		for form, text := range map[string]string{"PEM": " \n" + text, "bare": bareKey(text, 1<<16), "in lines": bareKey(text, 64)} {
			key, err := alipay.ParsePrivateKey(text)
			if err != nil || alipay.PublicKeyText(&key.PublicKey) != keys.PKIXBare {
				t.Errorf("%s, %s: %v", name, form, err)
			}
			if _, err := alipay.ParsePublicKey(text); err == nil || !strings.Contains(err.Error(), "it is a private key") {
				t.Errorf("%s, %s, as a public key: %v", name, form, err)
			}
		}
	}
	for name, text := range map[string]string{"PKIX": keys.PKIX, "PKCS #1": keys.PKCS1Public} {
		for form, text := range map[string]string{"PEM": text + "\n ", "bare": bareKey(text, 1<<16), "in lines": bareKey(text, 76)} {
			key, err := alipay.ParsePublicKey(text)
			if err != nil || alipay.PublicKeyPEM(key) != keys.PKIX {
				t.Errorf("%s, %s: %v", name, form, err)
			}
			if _, err := alipay.ParsePrivateKey(text); err == nil || !strings.Contains(err.Error(), "it is a public key") {
				t.Errorf("%s, %s, as a private key: %v", name, form, err)
			}
		}
	}
}

// weakPrivateKey has 768 bits.
const weakPrivateKey = "MIIBygIBAAJhAKWq7qVlBScV7HzWLmFfEMrfLmnZUveHl1BxglzyQvsJiZCx0zkvkuUcgf65CBQREg2wkQCrvr7C3LXQ4vhiqVzWZuLG1Z7OX4q/M5OC+vlLcqSszXJHbn/Vv5ebdK9e2QIDAQABAmBcFkizPRUBJemfdrqvO1WtPyOgiMHaf883UvEg0zUyL5n9CSudFPm1SwRjX9zCsr2OQcw1h0t3S1fp0hUBm/nVqFmstwRs6A4KlrnnfV8GetOnBDf8ZYlh6xovbTYDlIECMQDTZ1l2pdl9q5x/3zdubC/I5lvvyo90N1Yj1m9L+wVuIdsRKxr7rBuNPrPFMbXtp9ECMQDInaePZTqVXUbvTESjq0Wc8glE59gz4HWDdowkrjECnyqDNgiO7L6hvmfepRorkIkCMQCTy7tWIdkN7P56v5nHT0eREsvPtzPXsiA86dvhqNtBBdZcCGDS9p5Ef0O7Z2ejgSECMBWs+xLCRD8pMeXfHrd0ZPQdLqU0S6bnRKssnt3DuGXpHqXIq8oNiFdfhEeJHTfByQIwbTHpFoyuPNDtis7EGr/e/Ex+deW5/KqcTVM0bx8AiRE0DVsv4YUn5rh11bxl8yi6"

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, _ := x509.MarshalPKCS8PrivateKey(curve)
	public, _ := x509.MarshalPKIXPublicKey(&curve.PublicKey)
	weak := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 767, 1), E: 65537}
	for text, problem := range map[string]string{
		"":                       "neither PEM nor base64",
		"-----BEGIN RSA PRIVATE": "neither PEM nor base64",
		"*":                      "neither PEM nor base64",
		"MIIE":                   "no RSA",
		base64.StdEncoding.EncodeToString(private): "no RSA",
		base64.StdEncoding.EncodeToString(public):  "no RSA",
	} {
		if _, err := alipay.ParsePrivateKey(text); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("private %.30q: error %v, want %q", text, err, problem)
		}
		if _, err := alipay.ParsePublicKey(text); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("public %.30q: error %v, want %q", text, err, problem)
		}
	}
	if _, err := alipay.ParsePublicKey(alipay.PublicKeyText(weak)); err == nil || !strings.Contains(err.Error(), "fewer than 1024 bits") {
		t.Errorf("a weak public key: %v", err)
	}
	if _, err := alipay.ParsePrivateKey(weakPrivateKey); err == nil || !strings.Contains(err.Error(), "fewer than 1024 bits") {
		t.Errorf("a weak private key: %v", err)
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	key, err := alipay.ParsePublicKey(readVectors(t).Keys.PKIX)
	if err != nil {
		t.Fatal(err)
	}
	// openssl pkey -pubin -outform DER | sha256sum
	if got, want := alipay.Fingerprint(key), "SHA256:5e14b6d3513f7c5a"; got != want {
		t.Errorf("the fingerprint is %s, want %s", got, want)
	}
}

func TestContentKeysAndContentsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "!", "c2hvcnQ=", base64.StdEncoding.EncodeToString(make([]byte, 33))} {
		if _, err := alipay.ParseContentKey(text); err == nil || !strings.Contains(err.Error(), "16, 24 or 32 bytes") {
			t.Errorf("content key %q: error %v", text, err)
		}
	}
	key := make([]byte, 16)
	other, err := alipay.EncryptContent([]byte("another key 1234"), []byte("content"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", `{"to_user_id":"2088"}`, "eA==", other} {
		if plain, err := alipay.DecryptContent(key, text); err == nil || plain != nil {
			t.Errorf("content %q: %q, error %v", text, plain, err)
		}
	}
	if _, err := alipay.EncryptContent(key[:5], nil); err == nil {
		t.Error("a key of 5 bytes encrypts")
	}
	if _, err := alipay.DecryptContent(key[:5], other); err == nil {
		t.Error("a key of 5 bytes decrypts")
	}
}

func TestSignTypesCharsetsAndTimes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"RSA2": true, "RSA": true, "": false, "rsa2": false, "MD5": false} {
		if got, ok := alipay.ParseSignType(name); ok != want || ok && string(got) != name {
			t.Errorf("sign_type %q: %v %v", name, got, ok)
		}
	}
	for name, want := range map[string]alipay.Charset{"utf-8": alipay.UTF8, "UTF8": alipay.UTF8, " GBK ": alipay.GBK, "GB2312": alipay.GB2312, "Gb18030": alipay.GB18030, "": "", "latin1": ""} {
		if got, ok := alipay.ParseCharset(name); got != want || ok != (want != "") {
			t.Errorf("charset %q: %v %v", name, got, ok)
		}
	}
	at := time.Date(2019, 1, 11, 10, 2, 34, 0, time.FixedZone("", 8*60*60))
	if got := alipay.FormatTimestamp(at); got != "2019-01-11 10:02:34" {
		t.Errorf("written %q", got)
	}
	if got, err := alipay.ParseTimestamp("2019-01-11 10:02:34"); err != nil || got.Hour() != 10 {
		t.Errorf("read %v, error %v", got, err)
	}
	for _, text := range []string{"", "2019-01-11T10:02:34", "2019-01-11 10:02", "2019-13-11 10:02:34", "2019-01-11 10:02:34.5", "1547172154000123456"} {
		if _, err := alipay.ParseTimestamp(text); err == nil {
			t.Errorf("timestamp %q is taken", text)
		} else {
			checkReadable(t, err)
		}
	}
}
