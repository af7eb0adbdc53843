package client_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/internal/apiclient"
	"github.com/muban-dev/muban/mubantest"
	"github.com/muban-dev/muban/wire/alipay"
)

// keyPair is a private key as PEM, and its public key.
type keyPair struct{ private, public string }

// testKeys are two of them, made once.
var testKeys = sync.OnceValue(func() (pairs [2]keyPair) {
	for i := range pairs {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
		pairs[i] = keyPair{string(pem.EncodeToMemory(block)), alipay.PublicKeyText(&key.PublicKey)}
	}
	return pairs
})

// Every way to sign, to encrypt and to address, against the real thing.
func TestAlipay(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	w := newWorld(t, server, muban.Alipay)
	api, err := apiclient.New(server.URL, "")
	must(t, err)
	contentKey := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef"))
	w.app.Set("content_key", contentKey)
	certificates, err := api.Certificates(t.Context(), w.app.ID)
	must(t, err)
	agent := server.NewApp(muban.Alipay)
	authorized, err := api.CreateAuthorization(t.Context(), w.app.ID, agent.ID)
	must(t, err)

	for name, adjust := range map[string]func(*client.Config){
		"keys":      func(*client.Config) {},
		"encrypted": func(c *client.Config) { c.Alipay.ContentKey = contentKey },
		"certificates": func(c *client.Config) {
			c.Alipay.AlipayPublicKey, c.Alipay.AppCert = "", certificates.Value.AppCert
			c.Alipay.AlipayCert, c.Alipay.AlipayRootCert = certificates.Value.AlipayCert, certificates.Value.AlipayRootCert
		},
		"for another app": func(c *client.Config) {
			c.AppID, c.Alipay = agent.ID, agent.Keys
			c.Alipay.AppAuthToken = authorized.Value.AppAuthToken
		},
	} {
		c := w.newClient(adjust)
		before := len(w.app.Messages())
		for _, byOpenID := range []bool{false, true} {
			req := w.request(muban.GrantForm)
			req.Data["keyword1"] = muban.Value{Text: `<"广州" & {北京}>`}
			if byOpenID {
				req.To, req.Alipay = "", &client.Alipay{OpenID: w.user.AlipayOpenID}
			}
			sent, err := c.Send(t.Context(), req)
			if err != nil || sent.MessageID != 0 || sent.Requests != 1 {
				t.Fatalf("%s: %+v, error %v", name, sent, err)
			}
			_, err = c.Send(t.Context(), req)
			if e := errorOf(t, err); e.Code != "FORM_ID_OVER_TIME" || len(e.Also) != 1 || e.Also[0] != muban.KindGrantSpent {
				t.Errorf("%s: sent again: %+v", name, e)
			}
		}
		messages := w.app.Messages()
		if last := messages[len(messages)-1]; len(messages) != before+2 || last.Data["keyword1"].Text != `<"广州" & {北京}>` {
			t.Errorf("%s: %d messages, the last %+v", name, len(messages)-before, last)
		}
	}
	// The mistakes of a config show as the platform names them, or as an answer
	// that is not to be trusted.
	strange := testKeys()[0]
	_, err = w.newClient(func(c *client.Config) { c.Alipay.AppPrivateKey = strange.private }).Send(t.Context(), w.request(muban.GrantForm))
	if e := errorOf(t, err); e.Kind != muban.KindSignatureInvalid || e.Code != "isv.invalid-signature" {
		t.Errorf("another private key: %+v", e)
	}
	_, err = w.newClient(func(c *client.Config) { c.Alipay.AlipayPublicKey = strange.public }).Send(t.Context(), w.request(muban.GrantForm))
	if e := errorOf(t, err); e.Kind != client.KindOutcomeUnknown || !strings.Contains(e.Error(), "not signed by the key") {
		t.Errorf("another public key: %+v", e)
	}
	_, err = w.newClient(func(c *client.Config) { c.AppID = "2021000000000000" }).Send(t.Context(), w.request(muban.GrantForm))
	if e := errorOf(t, err); e.Kind != muban.KindAppUnknown || e.Code != "isv.invalid-app-id" {
		t.Errorf("an unknown app: %+v", e)
	}
	// The certificate of the config is an older one of the platform's.
	foreign, err := api.Certificates(t.Context(), agent.ID)
	must(t, err)
	certified := func(c *client.Config) {
		c.Alipay.AlipayPublicKey, c.Alipay.AppCert = "", certificates.Value.AppCert
		c.Alipay.AlipayCert, c.Alipay.AlipayRootCert = foreign.Value.AlipayCert, certificates.Value.AlipayRootCert
		c.Alipay.ContentKey = contentKey
	}
	if sent, err := w.newClient(certified).Send(t.Context(), w.request(muban.GrantForm)); err != nil || sent.Requests != 1 {
		t.Errorf("another certificate of the platform's: %+v, error %v", sent, err)
	}
	config := w.app.Config()
	certified(&config)
	config.Alipay.AppCert = foreign.Value.AppCert
	if _, err := client.New(config); err == nil || !strings.Contains(err.Error(), "Alipay.AppCert is of another key") {
		t.Errorf("another app's certificate: %v", err)
	}
	for _, err := range []error{
		ignore(w.client.LibraryTitles(t.Context(), muban.Range{Count: 1})), ignore(w.client.LibraryTitle(t.Context(), "AT0002")),
		ignore(w.client.AddTemplate(t.Context(), client.AddTemplateRequest{LibraryID: "AT0002"})),
		ignore(collect(w.client.Templates(t.Context()))), w.client.DeleteTemplate(t.Context(), "t"), ignore(w.client.Industries(t.Context())),
	} {
		if e := errorOf(t, err); e.Kind != muban.KindNotOnPlatform || e.Retry.Can {
			t.Errorf("%+v", e)
		}
	}
}

// Answers that are not, or not surely, the platform's.
func TestAnswersOfAlipay(t *testing.T) {
	t.Parallel()
	appKey, public := testKeys()[0].private, testKeys()[1].public
	platformKey, err := alipay.ParsePrivateKey(testKeys()[1].private)
	must(t, err)
	const name = "alipay_open_app_mini_templatemessage_send_response"
	signed := func(name, content string) string {
		sign, err := alipay.Sign(platformKey, alipay.RSA2, []byte(content))
		must(t, err)
		return string(alipay.Envelope{Name: name, Content: []byte(content), Sign: sign}.Bytes())
	}
	const accepted, refused = `{"code":"10000","msg":"Success"}`, `{"code":"40004","msg":"Business Failed","sub_code":"USER_TEMPLATE_ILLEGAL","sub_msg":"模板非法"}`
	unknown := outcome{kind: client.KindOutcomeUnknown}
	for title, test := range map[string]struct {
		status int
		body   string
		want   outcome
	}{
		"accepted":                     {200, signed(name, accepted), fine},
		"accepted, spaced":             {200, strings.Replace(signed(name, accepted), ",", " ,\n ", 1), unknown}, // within what is signed
		"accepted, not signed":         {200, `{"` + name + `":` + accepted + `}`, unknown},
		"accepted, changed":            {200, strings.Replace(signed(name, refused), "40004", "10000", 1), unknown},
		"accepted by another call":     {200, signed("alipay_trade_pay_response", accepted), unknown},
		"accepted with a strange HTTP": {500, signed(name, accepted), unknown},
		"accepted twice":               {200, `{"` + name + `":` + accepted + `,"` + name + `":` + accepted + `}`, unknown},
		"encrypted without a key":      {200, signed(name, `"AAAA"`), unknown},
		"refused":                      {200, signed(name, refused), outcome{muban.KindTemplateUnknown, "USER_TEMPLATE_ILLEGAL"}},
		"refused, not signed":          {200, `{"error_response":` + refused + `}`, outcome{muban.KindTemplateUnknown, "USER_TEMPLATE_ILLEGAL"}},
		"refused, wrongly signed":      {200, `{"` + name + `":` + refused + `,"sign":"AAAA"}`, unknown},
		"an unlisted sub code":         {200, signed(name, `{"code":"40004","sub_code":"NEW","sub_msg":"?"}`), outcome{client.KindUnlisted, "NEW"}},
		"no sub code":                  {200, signed(name, `{"code":"40006","msg":"Insufficient Permissions"}`), outcome{client.KindUnlisted, "40006"}},
		"an unknown failure":           {200, signed(name, `{"code":"20000","msg":"?","sub_code":"aop.new","sub_msg":"?"}`), outcome{muban.KindBusy, "aop.new"}},
		"no code":                      {200, signed(name, `{}`), unknown},
		"a web page":                   {502, "<html>", unknown},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { say(test.status, test.body)(w, nil) }))
			t.Cleanup(gateway.Close)
			c, err := client.New(client.Config{
				Platform: muban.Alipay, AppID: "a", BaseURL: gateway.URL, Clock: newTestClock(),
				Alipay: client.AlipayKeys{AppPrivateKey: appKey, AlipayPublicKey: public},
			})
			must(t, err)
			_, err = c.Send(t.Context(), payment)
			expect(t, title, err, test.want)
		})
	}
}

func TestBadAlipayKeys(t *testing.T) {
	t.Parallel()
	private, public, other := testKeys()[0].private, testKeys()[0].public, testKeys()[1].public
	good := client.Config{Platform: muban.Alipay, AppID: "a", Alipay: client.AlipayKeys{AppPrivateKey: private, AlipayPublicKey: other}}
	if _, err := client.New(good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*client.Config){
		"Alipay.AppPrivateKey":                func(c *client.Config) { c.Alipay.AppPrivateKey = "" },
		"Alipay.AppPrivateKey cannot":         func(c *client.Config) { c.Alipay.AppPrivateKey = other },
		"Alipay.AlipayPublicKey is the app's": func(c *client.Config) { c.Alipay.AlipayPublicKey = public },
		"Alipay.AlipayPublicKey cannot":       func(c *client.Config) { c.Alipay.AlipayPublicKey = private },
		"Alipay.ContentKey":                   func(c *client.Config) { c.Alipay.ContentKey = "short" },
		"Alipay.AlipayPublicKey is set":       func(c *client.Config) { c.Alipay.AppCert = "x" },
		"Alipay.AppCert cannot":               func(c *client.Config) { c.Alipay.AlipayPublicKey, c.Alipay.AlipayCert = "", "x" },
		"Alipay.AlipayRootCert":               func(c *client.Config) { c.Alipay.AlipayPublicKey, c.Alipay.AlipayCert = "", "x" },
		"Secret is set":                       func(c *client.Config) { c.Secret = "s" },
		"Alipay is set":                       func(c *client.Config) { c.Platform, c.Secret = muban.Baidu, "s" },
	} {
		config := good
		change(&config)
		c, err := client.New(config)
		if c != nil || err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), private) {
			t.Errorf("%s: %v", want, err)
		}
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(format, config.Alipay); strings.Contains(text, "PRIVATE") || text == "" {
				t.Errorf("%s prints %s", format, text)
			}
		}
	}
}
