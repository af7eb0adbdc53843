package client_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/wire/alipay"
)

// certificate is a test's own, with its key.
type certificate struct {
	*x509.Certificate
	key *rsa.PrivateKey
}

// issue makes a certificate that its issuer signs; without one it is a root.
func issue(t *testing.T, issuer *certificate, organization string, until time.Time) *certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: serial.String(), Organization: []string{organization}},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: until, BasicConstraintsValid: true, IsCA: strings.HasPrefix(organization, "CA"),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if issuer == nil {
		issuer = &certificate{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer.Certificate, &key.PublicKey, issuer.key)
	must(t, err)
	parsed, err := x509.ParseCertificate(der)
	must(t, err)
	return &certificate{parsed, key}
}

func pemOf(certificates ...*certificate) string {
	var text strings.Builder
	for _, c := range certificates {
		text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return text.String()
}

// Certificates are read as PEM and as bare base64, and one in the place of
// another is named.
func TestCertificatesOfAConfig(t *testing.T) {
	t.Parallel()
	later := time.Now().Add(time.Hour)
	root := issue(t, nil, "CA", later)
	app, platform := issue(t, root, "shop", later), issue(t, root, "Alipay", later)
	bare := func(c *certificate) string { return base64.StdEncoding.EncodeToString(c.Raw) }
	good := client.AlipayKeys{
		AppPrivateKey: base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(app.key)),
		AppCert:       pemOf(app), AlipayCert: pemOf(platform), AlipayRootCert: pemOf(root),
	}
	for name, test := range map[string]struct {
		change func(*client.AlipayKeys)
		want   string // what is wrong; empty where nothing is
	}{
		"PEM": {func(*client.AlipayKeys) {}, ""},
		"bare base64": {func(k *client.AlipayKeys) {
			k.AppCert, k.AlipayCert, k.AlipayRootCert = bare(app), bare(platform), bare(root)
		}, ""},
		"a bare root":               {func(k *client.AlipayKeys) { k.AlipayRootCert = " " + bare(root) + "\r\n" }, ""},
		"no root":                   {func(k *client.AlipayKeys) { k.AlipayRootCert = "" }, "Alipay.AlipayRootCert holds no certificate that is signed by RSA"},
		"a root that is none":       {func(k *client.AlipayKeys) { k.AlipayRootCert = "AAAA" }, "Alipay.AlipayRootCert holds no certificate that is signed by RSA"},
		"the app's as the platform": {func(k *client.AlipayKeys) { k.AlipayCert = pemOf(app) }, "Alipay.AlipayCert is of the app's own key"},
		"the platform's as the app": {func(k *client.AlipayKeys) { k.AppCert = pemOf(platform) }, "Alipay.AppCert is of another key than AppPrivateKey"},
	} {
		keys := good
		test.change(&keys)
		_, err := client.New(client.Config{Platform: muban.Alipay, AppID: "a", Alipay: keys})
		if (err == nil) != (test.want == "") || err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "AlipayPublicKey")) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// TestRenewedCertificate: the platform answers under a certificate that the
// config does not have; what the gateway gives out for it is believed only if
// it surely is the platform's.
func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	later, yesterday := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	root, strangeRoot := issue(t, nil, "CA", later), issue(t, nil, "CA", later)
	between := issue(t, root, "CA 2", later)
	app := issue(t, between, "shop", later)
	old, renewed := issue(t, between, "Alipay", later), issue(t, between, "Alipay", later)
	strange, expired := issue(t, strangeRoot, "Alipay", later), issue(t, between, "Alipay", yesterday)
	appKey := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(app.key)}))
	given := func(chain string) string {
		return `{"code":"10000","msg":"Success","alipay_cert_content":"` + base64.StdEncoding.EncodeToString([]byte(chain)) + `"}`
	}
	for title, test := range map[string]struct {
		signer   *certificate
		download string // what the gateway answers; empty is a broken connection
		problem  string // what the error says; empty where the send is accepted
	}{
		"renewed":                  {renewed, given(pemOf(renewed, between)), ""},
		"with its root":            {renewed, given(pemOf(renewed, between, root)), ""},
		"nothing between":          {renewed, given(pemOf(renewed)), "does not lead to"},
		"another root":             {strange, given(pemOf(strange, strangeRoot)), "does not lead to"},
		"expired":                  {expired, given(pemOf(expired, between)), "expired"},
		"an app's":                 {app, given(pemOf(app, between)), `belongs to ["shop"]`},
		"another than was asked":   {renewed, given(pemOf(old, between)), "has another number"},
		"no certificate":           {renewed, given("hello"), "neither PEM nor base64"},
		"no base64":                {renewed, `{"code":"10000","alipay_cert_content":"-"}`, "no base64"},
		"none":                     {renewed, `{"code":"10000"}`, "neither PEM nor base64"},
		"refused":                  {renewed, `{"code":"40002","msg":"?","sub_code":"isv.x","sub_msg":"no such certificate"}`, "40002 isv.x no such certificate"},
		"no answer of the gateway": {renewed, "", "EOF"},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			asked := 0
			answer := func(method, content string) string {
				sign, err := alipay.Sign(test.signer.key, alipay.RSA2, []byte(content))
				if err != nil {
					t.Error(err)
				}
				return string(alipay.Envelope{Name: alipay.ResponseName(method), Content: []byte(content), Sign: sign, CertSN: alipay.CertSN(test.signer.Certificate)}.Bytes())
			}
			gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch method := r.PostFormValue("method"); {
				case method == alipay.MethodSend:
					say(http.StatusOK, answer(method, `{"code":"10000","msg":"Success"}`))(w, r)
				case test.download == "":
					panic(http.ErrAbortHandler)
				default:
					asked++
					if want := `{"alipay_cert_sn":"` + alipay.CertSN(test.signer.Certificate) + `"}`; r.PostFormValue("biz_content") != want || r.PostFormValue("app_auth_token") != "" {
						t.Errorf("asked for a certificate by %v, want %s", r.PostForm, want)
					}
					say(http.StatusOK, answer(method, test.download))(w, r)
				}
			}))
			t.Cleanup(gateway.Close)
			c, err := client.New(client.Config{
				Platform: muban.Alipay, AppID: "a", BaseURL: gateway.URL, Clock: newTestClock(),
				Alipay: client.AlipayKeys{
					AppPrivateKey: appKey, AppCert: pemOf(app), AlipayCert: pemOf(old, between), AlipayRootCert: base64.StdEncoding.EncodeToString(root.Raw),
					ContentKey: base64.StdEncoding.EncodeToString([]byte("0123456789abcdef")), AppAuthToken: "token",
				},
			})
			must(t, err)
			for range 2 {
				sent, err := c.Send(t.Context(), payment)
				if test.problem == "" {
					if err != nil || sent.Requests != 1 || asked != 1 {
						t.Errorf("%+v, error %v; the certificate was asked for %d times", sent, err, asked)
					}
					continue
				}
				if e := errorOf(t, err); e.Kind != client.KindOutcomeUnknown || !strings.Contains(e.Error(), test.problem) {
					t.Errorf("%v, want an unknown outcome because %q", e, test.problem)
				}
			}
		})
	}
}

// A certificate that was renewed under many sends is fetched once for all of
// them: they were accepted, and the gateway serves few calls of a kind a second.
func TestRenewedCertificateUnderManySends(t *testing.T) {
	t.Parallel()
	later := time.Now().Add(time.Hour)
	root := issue(t, nil, "CA", later)
	app, old, renewed := issue(t, root, "shop", later), issue(t, root, "Alipay", later), issue(t, root, "Alipay", later)
	var sent sync.WaitGroup // answers to all sends leave together
	sent.Add(many)
	var fetched atomic.Int64
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method, content := r.PostFormValue("method"), `{"code":"10000","msg":"Success"}`
		if method == alipay.MethodSend {
			sent.Done()
			sent.Wait()
		} else if fetched.Add(1) == 1 {
			content = `{"code":"10000","alipay_cert_content":"` + base64.StdEncoding.EncodeToString([]byte(pemOf(renewed))) + `"}`
		} else {
			content = `{"code":"40005","msg":"Call Limited","sub_code":"isv.app-call-limited","sub_msg":"?"}`
		}
		sign, err := alipay.Sign(renewed.key, alipay.RSA2, []byte(content))
		if err != nil {
			t.Error(err)
		}
		answer := alipay.Envelope{Name: alipay.ResponseName(method), Content: []byte(content), Sign: sign, CertSN: alipay.CertSN(renewed.Certificate)}
		_, _ = w.Write(answer.Bytes())
	}))
	t.Cleanup(gateway.Close)
	c, err := client.New(client.Config{
		Platform: muban.Alipay, AppID: "a", BaseURL: gateway.URL, Timeout: time.Minute, Limits: client.NewLimits(many, 1),
		Alipay: client.AlipayKeys{
			AppPrivateKey: base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(app.key)),
			AppCert:       pemOf(app), AlipayCert: pemOf(old), AlipayRootCert: pemOf(root),
		},
	})
	must(t, err)
	errs := together(many, func(int) error { return ignore(c.Send(t.Context(), payment)) })
	if err := errors.Join(errs...); err != nil || fetched.Load() != 1 {
		t.Errorf("fetched %d times; %v", fetched.Load(), err)
	}
}
