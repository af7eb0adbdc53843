// Command smartwalle takes github.com/smartwalle/alipay, unmodified, through
// the whole life of a template message against the Muban at MUBAN_URL, with the
// library's own check of every answer's signature.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/smartwalle/alipay/v3"
)

const sendMethod = "alipay.open.app.mini.templatemessage.send"

// The outcomes, with the texts of the platform's tables.
const (
	success         = "10000 Success"
	badTemplate     = "40004 USER_TEMPLATE_ILLEGAL 模板非法"
	overTime        = "40004 FORM_ID_OVER_TIME formId超时"
	anothersForm    = "40004 FORM_ID_NOT_MATCH_APPID formId和appId不匹配"
	anothersTrade   = "40004 TRADE_NO_NOT_MATCH_USERID tradeNo只能发送给实际付款人"
	lacksKeyword    = "40004 USER_TEMPLATE_LACK_KEYWORD 缺少关键词"
	longKeyword     = "40004 USER_KEYWORD_LENGTH_ERROR 关键词超长"
	noPermission    = "40006 isv.insufficient-isv-permissions"
	limited         = "40005 isv.app-call-limited"
	unknownApp      = "40002 isv.invalid-app-id"
	unknownMethod   = "40002 isv.invalid-method"
	badParameter    = "40002 isv.invalid-parameter"
	badSignature    = "40002 isv.invalid-signature"
	noKey           = "40002 isv.missing-signature-config"
	badToken        = "20001 aop.invalid-app-auth-token"
	badCertificate  = "40002 isv.app-cert-not-exist"
	noContentKey    = "40002 isv.decryption-error-not-valid-encrypt-key"
	wrongContentKey = "40002 isv.decryption-error-unknown"
)

type client struct {
	steps
	base     string
	native   native
	keys     keyPair
	app      app
	user     user
	template string
}

func main() {
	base := strings.TrimSuffix(os.Getenv("MUBAN_URL"), "/")
	if base == "" {
		fmt.Fprintln(os.Stderr, "MUBAN_URL must name a running Muban, such as http://127.0.0.1:8080")
		os.Exit(1)
	}
	time.AfterFunc(2*time.Minute, func() {
		fmt.Println("not ok finish: got no end after 2 minutes, expected one")
		os.Exit(1)
	})
	c := &client{base: base, native: native{base}}
	c.setUp()
	sdk := c.sdk(c.app.ID, c.keys.private, c.app.AlipayPublicKey)
	c.sendForm(sdk)
	c.sendPayment(sdk)
	c.businessErrors(sdk)
	c.publicErrors(sdk)
	c.signatures()
	c.contentEncryption()
	c.certificateMode()
	c.actingForAnother(sdk)
	c.expiry(sdk)
	c.deletedTemplate(sdk)
	c.end()
}

func (c *client) setUp() {
	var err error
	c.keys, err = newKeyPair()
	c.needs("make a key pair", err)
	c.app, err = c.native.createApp("smartwalle v3.2.30", c.keys.public)
	c.needs("make an app", err)
	c.user, err = c.native.createUser(c.app.ID, "小明")
	c.needs("make a user", err)
	c.template, err = c.native.createTemplate(c.app.ID, members{"library_id": "AP9001", "keyword_ids": []int{9001, 9002}})
	c.needs("make a template", err)
}

// sdk is the library's client of an app, which checks answers by the
// platform's public key.
func (c *client) sdk(appID, privateKey, platformKey string) *alipay.Client {
	sdk, err := alipay.New(appID, privateKey, true, alipay.WithProductionGateway(c.base+"/gateway.do"))
	if err == nil {
		err = sdk.LoadAliPayPublicKey(platformKey)
	}
	if err != nil {
		c.needs("make a client", err)
	}
	return sdk
}

const data = `{"keyword1":{"value":"美式 <大杯> & 糖"},"keyword2":{"value":"36.00元 {约}"}}`

// message is the payload of a good send.
func (c *client) message(formID string) *alipay.Payload {
	return alipay.NewPayload(sendMethod).
		AddBizField("to_user_id", c.user.OpenID).
		AddBizField("form_id", formID).
		AddBizField("user_template_id", c.template).
		AddBizField("page", "pages/index/index?id=7").
		AddBizField("data", data)
}

// outcome makes a request; it is the answer's codes, or the library's error
// where it does not trust the answer.
func outcome(sdk *alipay.Client, payload *alipay.Payload) string {
	var answer alipay.Error
	if err := sdk.Request(context.Background(), payload, &answer); err != nil {
		unsigned, isAnswer := err.(*alipay.Error)
		if !isAnswer {
			return err.Error()
		}
		answer = *unsigned
	}
	text := string(answer.Code)
	for _, part := range []string{answer.SubCode, answer.SubMsg} {
		if part != "" {
			text += " " + part
		}
	}
	if answer.SubCode == "" {
		text += " " + answer.Msg
	}
	return text
}

// begins compares an outcome without what follows its sub code.
func (c *client) begins(step, got, expected string) {
	if rest, ok := strings.CutPrefix(got, expected); ok && (rest == "" || rest[0] == ' ') {
		got = expected
	}
	c.equal(step, got, expected)
}

func (c *client) form() string { return c.mint(c.app.ID, c.user.OpenID, "form") }

func (c *client) mint(appID, user, kind string) string {
	id, err := c.native.mint(appID, user, kind)
	if err != nil {
		c.needs("mint a "+kind, err)
	}
	return id
}

func (c *client) sendForm(sdk *alipay.Client) {
	form := c.form()
	c.equal("send", outcome(sdk, c.message(form)), success)
	found, err := c.native.delivered(c.app.ID, form)
	c.needs("the message is delivered", err)
	c.equal("the message has its user", found.User, c.user.OpenID)
	c.equal("the message has its page", found.Page, "pages/index/index?id=7")
	for _, value := range []string{"美式 <大杯> & 糖", "36.00元 {约}"} {
		c.equal("the message shows "+value, strings.Contains(found.Rendered, value), true)
	}
	c.equal("send with the same form again", outcome(sdk, c.message(form)), overTime)
	c.equal("send to to_open_id", outcome(sdk, c.message(c.form()).
		AddBizField("to_user_id", nil).AddBizField("to_open_id", c.user.AlipayOpenID)), success)
	asObject := map[string]any{"keyword1": map[string]any{"value": "x"}, "keyword2": map[string]any{"value": 7}}
	c.equal("send with data as an object", outcome(sdk, c.message(c.form()).AddBizField("data", asObject)), success)
}

func (c *client) sendPayment(sdk *alipay.Client) {
	trade := c.mint(c.app.ID, c.user.OpenID, "payment")
	for _, use := range []string{"first", "second", "third"} {
		c.equal("send with a trade number, "+use+" time", outcome(sdk, c.message(trade)), success)
	}
	c.equal("send with a trade number, fourth time", outcome(sdk, c.message(trade)), overTime)
}

func (c *client) businessErrors(sdk *alipay.Client) {
	form := c.form()
	other, err := c.native.createUser(c.app.ID, "小红")
	c.needs("make another user", err)
	stranger, err := c.native.createApp("another app", c.keys.public)
	c.needs("make another app", err)
	strange, err := c.native.createUser(stranger.ID, "路人")
	c.needs("make another app's user", err)
	for _, row := range []struct {
		step, member string
		value        any
		expected     string
	}{
		{"an unknown template", "user_template_id", "MDI4YzIxMDE2M2I5YTQzYjUxNWE4MjA4NmU1MTIyYmM=", badTemplate},
		{"an unknown form", "form_id", "bm90IGEgZm9ybQ==", anothersForm},
		{"an unknown trade number", "form_id", "2017010100000000580012345678", anothersTrade},
		{"another app's form", "form_id", c.mint(stranger.ID, strange.OpenID, "form"), anothersForm},
		{"another app's trade number", "form_id", c.mint(stranger.ID, strange.OpenID, "payment"), anothersForm},
		{"another user's trade number", "form_id", c.mint(c.app.ID, other.OpenID, "payment"), anothersTrade},
		{"another user", "to_user_id", other.OpenID, anothersTrade},
		{"a keyword less", "data", `{"keyword1":{"value":"x"}}`, lacksKeyword},
		{"a keyword more", "data", `{"keyword1":{"value":"x"},"keyword2":{"value":"y"},"keyword3":{"value":"z"}}`, lacksKeyword},
		{"a long keyword", "data", `{"keyword1":{"value":"` + strings.Repeat("长", 51) + `"},"keyword2":{"value":"y"}}`, longKeyword},
	} {
		c.equal("send with "+row.step, outcome(sdk, c.message(form).AddBizField(row.member, row.value)), row.expected)
	}
	c.equal("a refused send spent nothing", outcome(sdk, c.message(form)), success)
}

func (c *client) publicErrors(sdk *alipay.Client) {
	c.begins("send without a recipient", outcome(sdk, c.message(c.form()).AddBizField("to_user_id", "")), badParameter)
	c.begins("send without content", outcome(sdk, alipay.NewPayload(sendMethod)), badParameter)
	c.begins("an unknown method", outcome(sdk, alipay.NewPayload("alipay.open.nothing").AddBizField("a", 1)), unknownMethod)
	c.needs("take the push permission away", c.native.updateApp(c.app.ID, members{"push_allowed": false}))
	c.begins("send without push permission", outcome(sdk, c.message(c.form())), noPermission)
	c.needs("give it back, with a daily limit", c.native.updateApp(c.app.ID, members{"push_allowed": true, "daily_limit": 0}))
	c.begins("send past the daily limit", outcome(sdk, c.message(c.form())), limited)
	c.needs("lift the limit", c.native.updateApp(c.app.ID, members{"daily_limit": nil}))
}

func (c *client) signatures() {
	wrong, err := newKeyPair()
	c.needs("make another key pair", err)
	form := c.form()
	bad := c.sdk(c.app.ID, wrong.private, c.app.AlipayPublicKey)
	refused := outcome(bad, c.message(form))
	c.begins("send signed with another key", refused, badSignature)
	c.equal("the refusal shows the string that was verified", strings.Contains(refused, "app_id="+c.app.ID+"&amp;biz_content={"), true)
	c.begins("send of an unknown app", outcome(c.sdk("2021000000000000", c.keys.private, c.app.AlipayPublicKey), c.message(form)), unknownApp)

	blind, err := c.native.createApp("an app without a key", "")
	c.needs("make an app without a key", err)
	c.begins("send of an app without a key", outcome(c.sdk(blind.ID, c.keys.private, blind.AlipayPublicKey), c.message(form)), noKey)

	// The library trusts nobody else's signature, so that all of the above was
	// signed by the app's platform key.
	distrusts := c.sdk(c.app.ID, c.keys.private, wrong.public)
	c.equal("an answer under another key is not trusted", outcome(distrusts, c.message(form)), "crypto/rsa: verification error")
}

func (c *client) contentEncryption() {
	const contentKey, anotherKey = "MDEyMzQ1Njc4OTAxMjM0NQ==", "MTEyMzQ1Njc4OTAxMjM0NQ=="
	sdk := c.sdk(c.app.ID, c.keys.private, c.app.AlipayPublicKey)
	c.needs("encrypt content", sdk.SetEncryptKey(contentKey))
	c.begins("send encrypted to an app without content key", outcome(sdk, c.message(c.form())), noContentKey)
	c.needs("set the content key", c.native.updateApp(c.app.ID, members{"content_key": contentKey}))
	form := c.form()
	c.equal("send encrypted", outcome(sdk, c.message(form)), success)
	c.equal("send encrypted, refused", outcome(sdk, c.message(form)), overTime)
	c.needs("encrypt with another key", sdk.SetEncryptKey(anotherKey))
	c.begins("send encrypted with another key", outcome(sdk, c.message(form)), wrongContentKey)
}

func (c *client) certificateMode() {
	issued, err := c.native.certificates(c.app.ID)
	c.needs("get the certificates", err)
	// newClient has no platform certificate: it downloads the one that an
	// answer names.
	newClient := func(appCert string) *alipay.Client {
		sdk, err := alipay.New(c.app.ID, c.keys.private, true, alipay.WithProductionGateway(c.base+"/gateway.do"))
		if err == nil {
			err = sdk.LoadAppCertPublicKey(appCert)
		}
		if err == nil {
			err = sdk.LoadAliPayRootCert(issued.AlipayRootCert)
		}
		c.needs("make a client in certificate mode", err)
		return sdk
	}
	sdk := newClient(issued.AppCert)
	c.needs("load the platform's certificate", sdk.LoadAlipayCertPublicKey(issued.AlipayCert))
	form := c.form()
	c.equal("send in certificate mode", outcome(sdk, c.message(form)), success)
	c.equal("send in certificate mode, refused", outcome(sdk, c.message(form)), overTime)
	c.equal("send in certificate mode, certificate downloaded", outcome(newClient(issued.AppCert), c.message(c.form())), success)
	wrong := newClient(issued.AlipayCert)
	c.needs("load the platform's certificate there", wrong.LoadAlipayCertPublicKey(issued.AlipayCert))
	c.begins("send in certificate mode with another certificate", outcome(wrong, c.message(c.form())), badCertificate)
}

func (c *client) actingForAnother(own *alipay.Client) {
	keys, err := newKeyPair()
	c.needs("make the service provider's key pair", err)
	provider, err := c.native.createApp("service provider", keys.public)
	c.needs("make the service provider", err)
	sdk := c.sdk(provider.ID, keys.private, provider.AlipayPublicKey)
	token, err := c.native.authorize(c.app.ID, provider.ID)
	c.needs("authorize it", err)
	form := c.form()
	c.equal("send for the app", outcome(sdk, c.message(form).AddParam("app_auth_token", token)), success)
	_, err = c.native.delivered(c.app.ID, form)
	c.needs("the app's message is delivered", err)
	c.equal("send for nobody", outcome(sdk, c.message(c.form())), badTemplate)
	c.begins("send with a token never issued", outcome(sdk, c.message(c.form()).AddParam("app_auth_token", "201510BBaabdb44d8fd04607abf8d5931ec75D84")), badToken)
	c.begins("send with another's token", outcome(own, c.message(c.form()).AddParam("app_auth_token", token)), badToken)
}

func (c *client) expiry(sdk *alipay.Client) {
	form := c.form()
	c.needs("wait seven days", c.native.advance(7*24*time.Hour))
	c.equal("send with a form of seven days ago", outcome(sdk, c.message(form)), overTime)
}

func (c *client) deletedTemplate(sdk *alipay.Client) {
	c.needs("delete the template", c.native.deleteTemplate(c.app.ID, c.template))
	c.equal("send with the deleted template", outcome(sdk, c.message(c.form())), badTemplate)
}
