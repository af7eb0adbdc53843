package api_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/muban-dev/muban/internal/api"
	"github.com/muban-dev/muban/wire/alipay"
)

// appKey is an app's key and givenKey one that is given to the platform.
var appKey, givenKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func privateText(key *rsa.PrivateKey) string {
	return base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(key))
}

const contentKey = "MDEyMzQ1Njc4OTAxMjM0NQ=="

// ownCertificate is a certificate of the app's key that the app brings along.
var ownCertificate = sync.OnceValue(func() string {
	template := x509.Certificate{SerialNumber: appKey().N}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &appKey().PublicKey, appKey())
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
})

func quoted(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}

func TestAlipayAppsAreShownWithTheirKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	public := alipay.PublicKeyPEM(&appKey().PublicKey)
	sent := fmt.Sprintf(`"app_public_key":%s,"app_cert":%s,"content_key":"%s"`, quoted(public), quoted(ownCertificate()), contentKey)
	want := `{"app_id":"a1","platform":"alipay","name":"名","created_at":"2026-11-21T02:14:00.000Z","pages":[],"push_allowed":true,` +
		sent + `,"alipay_public_key":"` + alipay.PublicKeyText(&givenKey().PublicKey) + `"}`
	made := w.must(201, "POST", "/api/v1/apps", `{"platform":"alipay","name":"名","app_id":"a1",`+sent+`,"alipay_private_key":"`+privateText(givenKey())+`"}`)
	made.wantJSON(want)
	w.must(200, "GET", "/api/v1/apps/a1", "").wantJSON(want)
	w.must(200, "PATCH", "/api/v1/apps/a1", `{}`).wantJSON(want)
	w.must(200, "GET", "/api/v1/apps", "").wantJSON(`{"items":[` + want + `]}`)

	// Without a key given one is made, of an app's own.
	keys := make(map[string]bool)
	for range 2 {
		text := w.must(201, "POST", "/api/v1/apps", `{"platform":"alipay","name":"n"}`).text("alipay_public_key")
		if key, err := alipay.ParsePublicKey(text); err != nil || key.N.BitLen() != 2048 {
			t.Errorf("alipay_public_key %s: %v", text, err)
		}
		keys[text] = true
	}
	if len(keys) != 2 {
		t.Error("two apps have the same platform key")
	}
}

// The platform's private key goes in and never comes out: nor does it where it
// is wrong.
func TestPlatformKeysAreNeverShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	private := privateText(givenKey())
	for _, text := range []string{private, "-----BEGIN RSA PRIVATE KEY-----\n" + private + "\n-----END RSA PRIVATE KEY-----\n"} {
		w.must(201, "POST", "/api/v1/apps", `{"platform":"alipay","name":"n","alipay_private_key":`+quoted(text)+`}`)
	}
	answers := []answer{
		w.must(200, "GET", "/api/v1/apps", ""),
		w.must(200, "GET", "/api/v1/apps/"+w.app("alipay", `"alipay_private_key":"`+private+`"`)+"/certificates", ""),
		w.call("POST", "/api/v1/apps", `{"platform":"alipay","name":"n","alipay_private_key":"`+private[:800]+`"}`),
		w.call("POST", "/api/v1/apps", `{"platform":"alipay","name":7,"alipay_private_key":"`+private+`"}`),
		w.call("POST", "/api/v1/apps", `{"platform":"alipay","name":"n","alipay_private_key":["`+private+`"]}`),
		w.call("POST", "/api/v1/apps", `{"platform":"baidu","name":"n","alipay_private_key":"`+private+`"}`),
		w.call("POST", "/api/v1/apps", `{"platform":"alipay","name":"n","app_public_key":"`+private+`"}`),
		w.call("PATCH", "/api/v1/apps/a1", `{"alipay_private_key":"`+private+`"}`),
	}
	der, _ := x509.MarshalPKCS8PrivateKey(givenKey())
	for _, a := range answers {
		for name, secret := range map[string]string{"key": private[400:440], "key as it is stored": base64.StdEncoding.EncodeToString(der)[400:440]} {
			if strings.Contains(string(a.body), secret) {
				t.Errorf("%s: the %s is in the answer %s", a.call, name, a.body)
			}
		}
	}
	w.exchanges.mu.Lock()
	defer w.exchanges.mu.Unlock()
	for _, x := range w.exchanges.seen {
		if text := fmt.Sprintf("%+v %v", x, x.Refusal); strings.Contains(text, private[400:440]) {
			t.Errorf("the key is noted: %s", text)
		}
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	public := alipay.PublicKeyText(&appKey().PublicKey)
	app := w.app("alipay", "")
	for member, rows := range map[string][][2]string{
		"app_public_key": {{"MIIB", "holds no RSA public key"}, {"*", "neither PEM nor base64"}, {privateText(appKey()), "it is a private key"}, {ownCertificate(), "holds no RSA public key"}},
		"app_cert":       {{"MIIB", "neither PEM nor base64 of an X.509 certificate"}, {public, "neither PEM nor base64 of an X.509 certificate"}},
		"content_key":    {{"a2V5", "16, 24 or 32 bytes"}, {"*", "16, 24 or 32 bytes"}},
	} {
		for _, row := range rows {
			for _, call := range []struct{ method, path, body string }{
				{"POST", "/api/v1/apps", `{"platform":"alipay","name":"n","` + member + `":` + quoted(row[0]) + `}`},
				{"PATCH", "/api/v1/apps/" + app, `{"` + member + `":` + quoted(row[0]) + `}`},
			} {
				got := w.call(call.method, call.path, call.body)
				got.wantProblem(422, "invalid_request")
				got.wantFields("body."+member, row[1])
			}
		}
	}
	got := w.call("POST", "/api/v1/apps", `{"platform":"alipay","name":"n","alipay_private_key":"`+public+`"}`)
	got.wantProblem(422, "invalid_request")
	got.wantFields("body.alipay_private_key", "it is a public key")
	got = w.call("POST", "/api/v1/apps", `{"platform":"baidu","name":"n","alipay_private_key":"x"}`)
	got.wantProblem(422, "not_on_this_platform")
	got.wantFields("body.alipay_private_key", "baidu")
	got = w.call("PATCH", "/api/v1/apps/"+app, `{"alipay_private_key":"x"}`)
	got.wantProblem(422, "invalid_request")
	got.wantFields("body.alipay_private_key", "does not exist; known are app_cert, app_public_key,")
	got = w.call("PATCH", "/api/v1/apps/"+app, `{"alipay_public_key":"y"}`)
	got.wantProblem(422, "invalid_request")
	got.wantFields("body.alipay_public_key", "cannot be changed")

	// The platform's own key for the app's is a mistake that the gateway names.
	shown := w.must(200, "GET", "/api/v1/apps/"+app, "").text("alipay_public_key")
	w.must(200, "PATCH", "/api/v1/apps/"+app, `{"app_public_key":"`+shown+`"}`)
}

func TestCertificatesAreShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	show := func(app string) api.Certificates {
		t.Helper()
		var c api.Certificates
		if err := json.Unmarshal(w.must(200, "GET", "/api/v1/apps/"+app+"/certificates", "").body, &c); err != nil {
			t.Fatal(err)
		}
		for name, pair := range map[string][2]string{
			"app": {c.AppCert, c.AppCertSN}, "alipay": {c.AlipayCert, c.AlipayCertSN}, "root": {c.AlipayRootCert, c.AlipayRootCertSN},
		} {
			if certificate, _, err := alipay.ParseCertificate(pair[0]); pair[0] != "" && (err != nil || alipay.CertSN(certificate) != pair[1]) {
				t.Errorf("%s: the number of %s is not %s (%v)", name, pair[0], pair[1], err)
			}
		}
		return c
	}
	bare := show(w.app("alipay", ""))
	if bare.AppCert != "" || bare.AppCertSN != "" || bare.AlipayCert == "" || alipay.RootCertSN(bare.AlipayRootCert) != bare.AlipayRootCertSN {
		t.Errorf("an app without a key has %+v", bare)
	}
	keyed := show(w.app("alipay", `"app_public_key":"`+alipay.PublicKeyText(&appKey().PublicKey)+`"`))
	if _, key, err := alipay.ParseCertificate(keyed.AppCert); err != nil || !key.Equal(&appKey().PublicKey) {
		t.Errorf("the app's certificate is of another key: %v", err)
	}
	if keyed.AlipayRootCert != bare.AlipayRootCert || keyed.AlipayCert == bare.AlipayCert {
		t.Error("two apps have another root, or the same platform certificate")
	}
	own := show(w.app("alipay", `"app_cert":`+quoted(ownCertificate())))
	if own.AppCert != ownCertificate() {
		t.Errorf("the app's own certificate is shown as %s", own.AppCert)
	}
	w.call("GET", "/api/v1/apps/"+w.app("baidu", "")+"/certificates", "").wantProblem(422, "not_on_this_platform")
	w.call("GET", "/api/v1/apps/nobody/certificates", "").wantProblem(404, "not_found")
}

func TestAuthorizations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.app("alipay", `"app_id":"merchant"`)
	w.app("alipay", `"app_id":"provider"`)
	w.app("baidu", `"app_id":"stranger"`)
	const calls = "/api/v1/apps/merchant/authorizations"
	got := w.must(201, "POST", calls, `{"app_id":"provider"}`)
	if len(got.text("app_auth_token")) != 40 || got.text("expires_at") != "2027-11-21T02:14:00.000Z" {
		t.Errorf("answer %s", got.body)
	}
	for _, test := range []struct {
		path, body string
		status     int
		code       string
		fields     []string
	}{
		{calls, `{}`, 422, "invalid_request", []string{"body.app_id", "is missing"}},
		{calls, `{"app_id":"merchant"}`, 422, "invalid_request", []string{"body.app_id", "another app on alipay"}},
		{calls, `{"app_id":"stranger"}`, 422, "invalid_request", []string{"body.app_id", "another app on alipay"}},
		{calls, `{"app_id":"nobody"}`, 404, "not_found", nil},
		{"/api/v1/apps/nobody/authorizations", `{"app_id":"provider"}`, 404, "not_found", nil},
		{"/api/v1/apps/stranger/authorizations", `{"app_id":"provider"}`, 422, "not_on_this_platform", nil},
	} {
		got := w.call("POST", test.path, test.body)
		got.wantProblem(test.status, test.code)
		got.wantFields(test.fields...)
	}
}
