package alipay_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// contentKey is an app's AES key.
const contentKey = "MDEyMzQ1Njc4OTAxMjM0NQ=="

// numbers are those of an app's certificates.
type numbers struct{ app, platform, root string }

func issue(w *world) numbers {
	w.Helper()
	app, err := w.service.App(w.Context(), appID)
	must(w.T, err)
	issued, err := w.service.Certificates(w.Context(), app, &appKey().PublicKey)
	must(w.T, err)
	return numbers{alipay.CertSN(issued.App), alipay.CertSN(issued.Platform), alipay.CertSN(issued.Root)}
}

// Protocol.md §5.6, certificate mode.
func TestCertificateMode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	issued := issue(w)
	certified := func(change params) params {
		return w.sending(w.form()).but(params{"app_cert_sn": issued.app, "alipay_root_cert_sn": issued.root}).but(change).signedBy(appKey())
	}
	numbered := func(r reply) {
		t.Helper()
		if r.envelope.CertSN != issued.platform {
			t.Errorf("the answer has the number %q, want %q", r.envelope.CertSN, issued.platform)
		}
	}
	good := w.send(certified(nil)).wants("", "")
	numbered(good)
	if want := `"},"alipay_cert_sn":"` + issued.platform + `","sign":"`; !strings.Contains(good.body, want) {
		t.Errorf("answer %s", good.body)
	}
	numbered(w.send(certified(params{"biz_content": "{}"})).wants("isv.invalid-parameter", muban.RuleRequestParameter))
	numbered(w.send(certified(params{"app_cert_sn": "-"})).wants("isv.missing-app-cert-sn", muban.RuleRequestMissing))
	numbered(w.send(certified(params{"alipay_root_cert_sn": "-"})).wants("isv.missing-alipay-root-cert-sn", muban.RuleRequestMissing))
	numbered(w.send(certified(params{"app_cert_sn": issued.platform})).wants("isv.app-cert-not-exist", muban.RuleRequestParameter))
	numbered(w.send(certified(params{"alipay_root_cert_sn": issued.app})).wants("isv.invalid-alipay-root-cert-sn", muban.RuleRequestParameter))
	numbered(w.send(certified(nil).signedBy(otherKey())).wants("isv.invalid-signature", muban.RuleSignatureWrong))

	// In the mode of bare keys nobody sees a number.
	if got := w.send(w.sending(w.form())).wants("", ""); got.envelope.CertSN != "" {
		t.Errorf("answer %s", got.body)
	}
}

// An app that has a certificate and no bare key is in certificate mode only.
func TestAppWithItsOwnCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, err := w.service.App(t.Context(), appID)
	must(t, err)
	// Any certificate of the app's key will do: here one that another
	// installation would have issued.
	issued, err := w.service.Certificates(t.Context(), muban.App{ID: appID}, &otherKey().PublicKey)
	must(t, err)
	own := base64.StdEncoding.EncodeToString(issued.App.Raw)
	w.set(func(a *muban.App) { a.AppPublicKey, a.AppCert = "", own })
	root, err := w.service.Certificates(t.Context(), app, nil)
	must(t, err)
	p := w.sending(w.form())
	w.send(p).wants("isv.missing-app-cert-sn", muban.RuleRequestMissing)
	p = p.but(params{"app_cert_sn": alipay.CertSN(issued.App), "alipay_root_cert_sn": alipay.CertSN(root.Root)})
	w.send(p.signedBy(appKey())).wants("isv.invalid-signature", muban.RuleSignatureWrong)
	w.send(p.signedBy(otherKey())).wants("", "")

	// With both, the bare key serves the mode of bare keys.
	w.set(func(a *muban.App) { a.AppPublicKey = alipay.PublicKeyText(&appKey().PublicKey) })
	w.send(w.sending(w.form())).wants("", "")
	w.send(p.but(params{"biz_content": w.content(w.form()).json()}).signedBy(otherKey())).wants("", "")
}

func TestCertificateDownload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	issued := issue(w)
	ask := func(content string) reply {
		t.Helper()
		return w.send(common(alipay.MethodCertDownload, content).signedBy(appKey()))
	}
	got := ask(`{"alipay_cert_sn":"`+issued.platform+`"}`).wants("", "").named("alipay_open_app_alipaycert_download_response")
	var answer alipay.CertDownload
	must(t, json.Unmarshal([]byte(got.response()), &answer))
	text, err := base64.StdEncoding.DecodeString(answer.Content)
	must(t, err)
	certificate, key, err := alipay.ParseCertificate(string(text))
	must(t, err)
	if alipay.CertSN(certificate) != issued.platform || !key.Equal(&platformKey().PublicKey) || certificate.PublicKeyAlgorithm != x509.RSA {
		t.Errorf("got the certificate of %s", certificate.Subject)
	}
	for _, number := range []string{"", issued.app, issued.root, "\x1b", "0"} {
		ask(params{"alipay_cert_sn": number}.json()).wants("isv.alipay-cert-not-exist", muban.RuleCertificateUnknown)
	}
	ask(`[]`).wants("isv.invalid-parameter", muban.RuleRequestParameter)
	w.set(func(a *muban.App) { a.PushAllowed = false })
	ask(`{"alipay_cert_sn":"`+issued.platform+`"}`).wants("", "")

	// In certificate mode nobody could verify the answer, which is the point of
	// asking: smartwalle/alipay v3.1.8 waited for itself where it was signed.
	certified := func(number string) reply {
		t.Helper()
		p := common(alipay.MethodCertDownload, params{"alipay_cert_sn": number}.json())
		return w.send(p.but(params{"app_cert_sn": issued.app, "alipay_root_cert_sn": issued.root}).signedBy(appKey()))
	}
	for number, code := range map[string]string{issued.platform: "", issued.root: "isv.alipay-cert-not-exist"} {
		rule := muban.RuleCertificateUnknown
		if code == "" {
			rule = ""
		}
		if got := certified(number).wantsUnsigned(code, rule).named("alipay_open_app_alipaycert_download_response"); got.envelope.CertSN != "" {
			t.Errorf("the answer has a number: %s", got.body)
		}
	}
}

// Protocol.md §5.6, AES.
func TestEncryptedContent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, err := alipay.ParseContentKey(contentKey)
	must(t, err)
	encrypted := func(content string, change params) params {
		text, err := alipay.EncryptContent(key, []byte(content))
		must(t, err)
		return w.sending("").but(params{"biz_content": text, "encrypt_type": "AES"}).but(change).signedBy(appKey())
	}
	opened := func(r reply) reply { return r.opened(key) }
	form := w.form()
	content := w.content(form).json()
	w.send(encrypted(content, nil)).wants("isv.decryption-error-not-valid-encrypt-key", muban.RuleContentKey)
	w.set(func(a *muban.App) { a.ContentKey = contentKey })
	opened(w.send(encrypted(content, nil))).is("", "").named(responseName)
	w.message(appID, form)
	opened(w.send(encrypted(content, nil))).is("FORM_ID_OVER_TIME", muban.RuleGrantSpent)
	opened(w.send(encrypted("{}", nil))).is("isv.invalid-parameter", muban.RuleRequestParameter)
	form = w.form()
	inGBK, err := encodings["gbk"].NewEncoder().String(w.content(form).json())
	must(t, err)
	opened(w.send(encrypted(inGBK, params{"charset": "GBK"}))).is("", "")
	if got := w.message(appID, form).Data["keyword2"].Text; got != "支付宝{+}" {
		t.Errorf("GBK arrived as %q", got)
	}

	// What is refused before the content was read is answered in the clear.
	w.send(encrypted(content, params{"encrypt_type": "DES"})).wants("isv.invalid-encrypt-type", muban.RuleRequestParameter)
	w.send(encrypted(content, params{"encrypt_type": "-"})).wants("isv.decryption-error-missing-encrypt-type", muban.RuleRequestMissing)
	w.send(encrypted(content, nil).signedBy(otherKey())).wants("isv.invalid-signature", muban.RuleSignatureWrong)
	w.send(encrypted(content, params{"biz_content": content})).wants("isv.decryption-error-unknown", muban.RuleContentUnreadable)
	w.set(func(a *muban.App) { a.ContentKey = "MTEyMzQ1Njc4OTAxMjM0NQ==" })
	w.send(encrypted(content, nil)).wants("isv.decryption-error-unknown", muban.RuleContentUnreadable)
	// Of 256 contents under another key one looks well padded by chance.
	w.send(encrypted(paddedByChance(t, content, "MTEyMzQ1Njc4OTAxMjM0NQ=="), nil)).wants("isv.decryption-error-unknown", muban.RuleContentUnreadable)

	// What is no base64 is not encrypted: a form in the place of JSON, for one.
	w.send(encrypted(content, params{"encrypt_type": "-", "biz_content": "to_user_id=2088&form_id=x"})).wants("isv.invalid-parameter", muban.RuleRequestParameter)

	// An app with a content key need not use it.
	w.send(w.sending(w.form())).wants("", "")
	// Without one, what is no JSON is no content.
	w.set(func(a *muban.App) { a.ContentKey = "" })
	w.send(encrypted(content, params{"encrypt_type": "-"})).wants("isv.invalid-parameter", muban.RuleRequestParameter)
}

// paddedByChance adds white space to a content until what contentKey encrypts
// can be decrypted by another key, whose plain text then says nothing.
func paddedByChance(t *testing.T, content, other string) string {
	t.Helper()
	right, err := alipay.ParseContentKey(contentKey)
	must(t, err)
	wrong, err := alipay.ParseContentKey(other)
	must(t, err)
	for range 10_000 {
		secret, err := alipay.EncryptContent(right, []byte(content))
		must(t, err)
		if _, err := alipay.DecryptContent(wrong, secret); err == nil {
			return content
		}
		content = " " + content
	}
	t.Fatal("no content is padded by chance")
	return ""
}
