package alipay_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/muban-dev/muban/wire/alipay"
)

// vectors were made with openssl and Python's codecs, each with what is to be
// expected of it.
type vectors struct {
	Keys         keyVectors        `json:"keys"`
	Requests     []requestVector   `json:"requests"`
	Answers      []answerVector    `json:"answers"`
	Certificates certificateVector `json:"certificates"`
	Contents     []contentVector   `json:"contents"`
}

type keyVectors struct {
	PKCS8       string `json:"pkcs8"`
	PKCS1       string `json:"pkcs1"`
	PKIX        string `json:"pkix"`
	PKCS1Public string `json:"pkcs1_public"`
	PKIXBare    string `json:"pkix_bare"`
}

type requestVector struct {
	Name        string          `json:"name"`
	Charset     string          `json:"charset"`
	Query       string          `json:"query"`
	ContentType string          `json:"content_type"`
	Body        string          `json:"body"`
	Signed      string          `json:"signed_hex"`
	SignType    alipay.SignType `json:"sign_type"`
	Sign        string          `json:"sign"`
	Fits        bool            `json:"fits"`
}

type answerVector struct {
	Name     string          `json:"name"`
	Charset  string          `json:"charset"`
	Answer   string          `json:"answer_hex"`
	Error    string          `json:"error"`
	Response string          `json:"response"`
	Content  string          `json:"content_hex"`
	CertSN   string          `json:"cert_sn"`
	Sign     string          `json:"sign"`
	SignType alipay.SignType `json:"sign_type"`
	Fits     bool            `json:"fits"`
}

type certificateVector struct {
	App    string `json:"app"`
	AppSN  string `json:"app_sn"`
	Root   string `json:"root"`
	RootSN string `json:"root_sn"`
}

type contentVector struct {
	Key       string `json:"key"`
	Plain     string `json:"plain"`
	Encrypted string `json:"encrypted"`
}

func readVectors(tb testing.TB) vectors {
	tb.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		tb.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		tb.Fatal(err)
	}
	return v
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// What is signed of a request, and whether a signature fits it.
func TestRequestVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	public, err := alipay.ParsePublicKey(v.Keys.PKIX)
	if err != nil {
		t.Fatal(err)
	}
	private, err := alipay.ParsePrivateKey(v.Keys.PKCS8)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[alipay.Charset]bool)
	for _, vector := range v.Requests {
		t.Run(vector.Name, func(t *testing.T) {
			params, err := alipay.DecodeParams(vector.Query, vector.ContentType, []byte(vector.Body))
			if err != nil {
				t.Fatal(err)
			}
			signed := params.SignedText()
			if want := unhex(t, vector.Signed); string(signed) != string(want) {
				t.Fatalf("the signed text is %q,\nwant %q", signed, want)
			}
			err = alipay.Verify(public, vector.SignType, signed, params.Get(alipay.ParamSign))
			if (err == nil) != vector.Fits {
				t.Errorf("the signature fits: %v, want %v (%v)", err == nil, vector.Fits, err)
			}
			if !vector.Fits {
				return
			}
			again, err := alipay.Sign(private, vector.SignType, signed)
			if want := strings.ReplaceAll(vector.Sign, "\n", ""); err != nil || again != want {
				t.Errorf("signed here it is %s, want %s (%v)", again, want, err)
			}
		})
		charset, ok := alipay.ParseCharset(vector.Charset)
		if !ok {
			t.Errorf("%s is no charset", vector.Charset)
		}
		seen[charset] = true
	}
	if len(seen) != len(alipay.Charsets()) {
		t.Errorf("only %v have a vector", seen)
	}
}

// What an answer's signature is over, and whether it fits.
func TestAnswerVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	public, err := alipay.ParsePublicKey(v.Keys.PKIXBare)
	if err != nil {
		t.Fatal(err)
	}
	for _, vector := range v.Answers {
		t.Run(vector.Name, func(t *testing.T) {
			charset, ok := alipay.ParseCharset(vector.Charset)
			if !ok {
				t.Fatalf("%s is no charset", vector.Charset)
			}
			answer, err := alipay.Cut(unhex(t, vector.Answer), charset)
			if vector.Error != "" {
				if err == nil || !strings.Contains(err.Error(), vector.Error) || answer.Name != "" || answer.Content != nil {
					t.Errorf("%+v with error %v, want %q", answer, err, vector.Error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := unhex(t, vector.Content); string(answer.Content) != string(want) {
				t.Errorf("the content is %q,\nwant %q", answer.Content, want)
			}
			if answer.Name != vector.Response || answer.CertSN != vector.CertSN || answer.Sign != vector.Sign {
				t.Errorf("%+v, want %s %s %s", answer, vector.Response, vector.CertSN, vector.Sign)
			}
			if err := alipay.Verify(public, vector.SignType, answer.Content, answer.Sign); (err == nil) != vector.Fits {
				t.Errorf("the signature fits: %v, want %v", err == nil, vector.Fits)
			}
			again, err := alipay.Cut(answer.Bytes(), charset)
			if err != nil || again.Name != answer.Name || string(again.Content) != string(answer.Content) || again.Sign != answer.Sign {
				t.Errorf("written and cut again it is %+v (%v)", again, err)
			}
		})
	}
}

func TestContentVectors(t *testing.T) {
	t.Parallel()
	for _, vector := range readVectors(t).Contents {
		key, err := alipay.ParseContentKey(vector.Key + "\n")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := alipay.EncryptContent(key, []byte(vector.Plain)); err != nil || got != vector.Encrypted {
			t.Errorf("%q is encrypted as %s, want %s (%v)", vector.Plain, got, vector.Encrypted, err)
		}
		if got, err := alipay.DecryptContent(key, vector.Encrypted); err != nil || string(got) != vector.Plain {
			t.Errorf("%s is decrypted to %q, want %q (%v)", vector.Encrypted, got, vector.Plain, err)
		}
	}
}

func TestCertificateVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	bare := strings.Join(strings.Split(strings.TrimSpace(v.Certificates.App), "\n")[1:], "")
	bare, _, _ = strings.Cut(bare, "-----END")
	for name, text := range map[string]string{"PEM": v.Certificates.App, "bare": bare, "a chain": v.Certificates.App + v.Certificates.Root} {
		certificate, key, err := alipay.ParseCertificate(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := alipay.CertSN(certificate); got != v.Certificates.AppSN {
			t.Errorf("%s: the number is %s, want %s", name, got, v.Certificates.AppSN)
		}
		if got := alipay.PublicKeyText(key); got != v.Keys.PKIXBare {
			t.Errorf("%s: the key is %s, want %s", name, got, v.Keys.PKIXBare)
		}
	}
	// One of an elliptic curve and one that is none stand among them.
	if got := alipay.RootCertSN(v.Certificates.Root); got != v.Certificates.RootSN {
		t.Errorf("the root's number is %s, want %s", got, v.Certificates.RootSN)
	}
	for text, problem := range map[string]string{
		"": "neither PEM nor base64", "MIIB": "neither PEM nor base64", v.Keys.PKIX: "neither PEM nor base64",
		v.Certificates.Root: "no certificate of an RSA key",
	} {
		if _, _, err := alipay.ParseCertificate(text); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%.40q: error %v, want %q", text, err, problem)
		}
	}
	if got := alipay.RootCertSN("nothing"); got != "" {
		t.Errorf("the number of no certificate is %q", got)
	}
}
