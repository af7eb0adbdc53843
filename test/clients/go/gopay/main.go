// Command gopay takes github.com/go-pay/gopay, unmodified, through the whole
// life of an Alipay template message against the Muban at MUBAN_URL, with the
// library's own check of every answer's signature.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-pay/gopay"
	"github.com/go-pay/gopay/alipay"
)

const sendMethod = "alipay.open.app.mini.templatemessage.send"

// The outcomes, with the texts of the platform's tables.
const (
	success        = "10000 Success"
	badTemplate    = "40004 USER_TEMPLATE_ILLEGAL 模板非法"
	overTime       = "40004 FORM_ID_OVER_TIME formId超时"
	anothersForm   = "40004 FORM_ID_NOT_MATCH_APPID formId和appId不匹配"
	lacksKeyword   = "40004 USER_TEMPLATE_LACK_KEYWORD 缺少关键词"
	badCode        = "40002 isv.code-invalid 授权码code无效"
	usedRefresh    = "40002 isv.refreshed-token-invalid 该刷新令牌刷出的令牌已无效，请尝试用返回的令牌再次刷新"
	noPermission   = "40006 isv.insufficient-isv-permissions"
	unknownMethod  = "40002 isv.invalid-method 不存在的方法名"
	badSignature   = "40002 isv.invalid-signature"
	badToken       = "20001 aop.invalid-app-auth-token"
	badCertificate = "40002 isv.app-cert-not-exist"
	noCertificate  = "40002 isv.alipay-cert-not-exist 支付宝公钥证书不存在"
	noEncryption   = "40001 isv.decryption-error-missing-encrypt-type"
)

type client struct {
	steps
	native   native
	keys     keyPair
	app      app
	user     user
	template string
}

func main() {
	base, err := url.Parse(os.Getenv("MUBAN_URL"))
	if err != nil || base.Host == "" {
		fmt.Fprintln(os.Stderr, "MUBAN_URL must name a running Muban, such as http://127.0.0.1:8080")
		os.Exit(1)
	}
	time.AfterFunc(2*time.Minute, func() {
		fmt.Println("not ok finish: got no end after 2 minutes, expected one")
		os.Exit(1)
	})
	http.DefaultTransport.(*http.Transport).DialTLSContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, base.Host)
	}
	c := &client{native: native{strings.TrimSuffix(base.String(), "/")}}
	c.setUp()
	sdk := c.sdk(c.keys.pkcs1)
	c.login(sdk)
	c.sendForm(sdk)
	c.placements(sdk)
	c.sendPayment(c.sdk(c.keys.pkcs8))
	c.refusals(sdk)
	c.encryption(sdk)
	c.certificateMode()
	c.actingForAnother(sdk)
	c.deletedTemplate(sdk)
	c.end()
}

func (c *client) setUp() {
	var err error
	c.keys, err = newKeyPair()
	c.needs("make a key pair", err)
	c.app, err = c.native.createApp("gopay", c.keys.public)
	c.needs("make an app", err)
	c.user, err = c.native.createUser(c.app.ID, "小明")
	c.needs("make a user", err)
	c.template, err = c.native.createTemplate(c.app.ID, members{"library_id": "AP9001", "keyword_ids": []int{9001, 9002}})
	c.needs("make a template", err)
}

// sdk is the library's client of the app.
func (c *client) sdk(privateKey string) *alipay.Client {
	sdk, err := alipay.NewClient(c.app.ID, privateKey, true)
	if err != nil {
		c.needs("make a client", err)
	}
	return sdk
}

const data = `{"keyword1":{"value":"美式 <大杯> & 糖 + 100%"},"keyword2":{"value":"36.00元 {约}"}}`

// message is the content of a good send.
func (c *client) message(formID string) gopay.BodyMap {
	return make(gopay.BodyMap).
		Set("to_user_id", c.user.OpenID).
		Set("form_id", formID).
		Set("user_template_id", c.template).
		Set("page", "pages/index/index?id=7").
		Set("data", data)
}

// answer is how the library's users write down what a method answers that the
// library does not know.
type answer struct {
	Response alipay.ErrorResponse  `json:"alipay_open_app_mini_templatemessage_send_response"`
	Error    *alipay.ErrorResponse `json:"error_response"`
	CertSN   string                `json:"alipay_cert_sn"`
	Sign     string                `json:"sign"`
}

// codes are those of a response, with what explains them.
func codes(r alipay.ErrorResponse) string {
	if r.SubCode == "" {
		return r.Code + " " + r.Msg
	}
	return strings.TrimSpace(r.Code + " " + r.SubCode + " " + r.SubMsg)
}

// refusal is what a method of the library says of an answer that it takes for
// a refusal: the response as JSON.
func refusal(err error) string {
	var r alipay.ErrorResponse
	if err == nil {
		return "ok"
	}
	if json.Unmarshal([]byte(err.Error()), &r) != nil {
		return err.Error()
	}
	return codes(r)
}

// send makes a request in the library's usual way.
func (c *client) send(sdk *alipay.Client, content gopay.BodyMap) string {
	var got answer
	err := sdk.PostAliPayAPISelfV2(context.Background(), gopay.BodyMap{"biz_content": content}, sendMethod, &got)
	switch {
	case err != nil:
		return err.Error()
	case got.Error != nil:
		return codes(*got.Error)
	}
	return codes(got.Response)
}

// verified is send with the bytes of the answer: verify says whether they were
// signed.
func (c *client) verified(sdk *alipay.Client, content gopay.BodyMap, verify func(signed, sign string) (bool, error)) string {
	body, err := sdk.DoAliPay(context.Background(), content, sendMethod)
	if err != nil {
		return err.Error()
	}
	var got answer
	if err := json.Unmarshal(body, &got); err != nil {
		return err.Error()
	}
	// This is how the library finds what is signed in the answers that it
	// verifies by itself.
	end := `,"sign":`
	if got.CertSN != "" {
		end = `,"alipay_cert_sn":`
	}
	_, rest, _ := strings.Cut(string(body), `_response":`)
	signed, _, found := strings.Cut(rest, end)
	if !found {
		return "no " + end + " in " + string(body)
	}
	if ok, err := verify(signed, got.Sign); !ok {
		return fmt.Sprintf("not signed: %v: %s", err, body)
	}
	return codes(got.Response)
}

// byKey verifies with the platform's public key.
func (c *client) byKey(signed, sign string) (bool, error) {
	return alipay.VerifySyncSign(c.app.AlipayPublicKey, signed, sign)
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

func (c *client) code() string {
	code, err := c.native.loginCode(c.app.ID, c.user.OpenID)
	if err != nil {
		c.needs("make a login code", err)
	}
	return code
}

func (c *client) login(sdk *alipay.Client) {
	ctx := context.Background()
	code := c.code()
	got, err := sdk.SystemOauthToken(ctx, gopay.BodyMap{"grant_type": "authorization_code", "code": code})
	c.needs("log in", err)
	c.equal("it is the user", got.Response.UserId+" "+got.Response.OpenId, c.user.OpenID+" "+c.user.AlipayOpenID)
	c.equal("the token lives for fifteen days", got.Response.ExpiresIn, 1296000)
	signed, err := c.byKey(got.SignData, got.Sign)
	c.equal("the answer is signed", fmt.Sprint(signed, err), "true <nil>")
	again := gopay.BodyMap{"grant_type": "authorization_code", "code": code}
	_, err = sdk.SystemOauthToken(ctx, again)
	c.equal("log in with a used code", refusal(err), badCode)
	refresh := got.Response.RefreshToken
	got, err = sdk.SystemOauthToken(ctx, gopay.BodyMap{"grant_type": "refresh_token", "refresh_token": refresh})
	c.needs("refresh the token", err)
	c.equal("it is the same user", got.Response.UserId, c.user.OpenID)
	_, err = sdk.SystemOauthToken(ctx, gopay.BodyMap{"grant_type": "refresh_token", "refresh_token": refresh})
	c.equal("refresh it with a used token", refusal(err), usedRefresh)
	static, err := alipay.SystemOauthToken(ctx, c.app.ID, c.keys.pkcs8, "authorization_code", c.code(), alipay.RSA)
	c.needs("log in without a client, signed with SHA1", err)
	c.equal("it is the user there too", static.Response.UserId, c.user.OpenID)
}

func (c *client) sendForm(sdk *alipay.Client) {
	form := c.form()
	c.equal("send", c.send(sdk, c.message(form)), success)
	found, err := c.native.delivered(c.app.ID, form)
	c.needs("the message is delivered", err)
	c.equal("the message has its user", found.User, c.user.OpenID)
	c.equal("the message has its page", found.Page, "pages/index/index?id=7")
	for _, value := range []string{"美式 <大杯> & 糖 + 100%", "36.00元 {约}"} {
		c.equal("the message shows "+value, strings.Contains(found.Rendered, value), true)
	}
	c.equal("send with the same form again", c.send(sdk, c.message(form)), overTime)
	c.equal("send, the answer verified", c.verified(sdk, c.message(c.form()), c.byKey), success)
	c.equal("send with the same form, the answer verified", c.verified(sdk, c.message(form), c.byKey), overTime)
	nested := gopay.BodyMap{"keyword1": gopay.BodyMap{"value": "x"}, "keyword2": gopay.BodyMap{"value": 7}}
	c.equal("send with data as an object", c.send(sdk, c.message(c.form()).Set("data", nested)), success)
}

// placements: where else the library puts the parameters. charset always
// stands in the query too.
func (c *client) placements(sdk *alipay.Client) {
	ctx := context.Background()
	var got answer
	err := sdk.PostFileAliPayAPISelfV2(ctx, gopay.BodyMap{"biz_content": c.message(c.form()).JsonBody()}, sendMethod, &got)
	c.needs("send as multipart", err)
	c.equal("it is accepted as multipart", codes(got.Response), success)
	body, err := sdk.FileUploadRequest(ctx, gopay.BodyMap{"biz_content": c.message(c.form()).JsonBody()}, sendMethod)
	c.needs("send with the content as multipart and the rest in the query", err)
	got = answer{}
	c.needs("that answer is read", json.Unmarshal(body, &got))
	c.equal("it is accepted with charset twice in the query", codes(got.Response), success)
	page, err := sdk.PageExecute(ctx, c.message(c.form()), sendMethod)
	c.needs("make a URL that sends", err)
	c.equal("the URL sends", get(page), success)

	addressed := c.sdk(c.keys.pkcs1).SetNotifyUrl("https://example.com/notify?a=1&b=中 文").SetReturnUrl("https://example.com/").SetLocation("Asia/Shanghai")
	c.equal("send with URLs and the time of UTC+8", c.verified(addressed, c.message(c.form()), c.byKey), success)
	sha1 := c.sdk(c.keys.pkcs1).SetSignType(alipay.RSA)
	c.equal("send signed with SHA1", c.send(sha1, c.message(c.form())), success)
	gbk := c.sdk(c.keys.pkcs1).SetCharset("GBK")
	c.begins("send with GBK in the form and utf-8 in the query", c.send(gbk, c.message(c.form())), badSignature)
}

func get(address string) string {
	response, err := http.Get(address) // over the transport that the library clones
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	var got answer
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		return err.Error()
	}
	return codes(got.Response)
}

func (c *client) sendPayment(sdk *alipay.Client) {
	trade := c.mint(c.app.ID, c.user.OpenID, "payment")
	for _, use := range []string{"first", "second", "third"} {
		c.equal("send with a trade number, "+use+" time", c.send(sdk, c.message(trade)), success)
	}
	c.equal("send with a trade number, fourth time", c.send(sdk, c.message(trade)), overTime)
}

func (c *client) refusals(sdk *alipay.Client) {
	form := c.form()
	c.equal("send with an unknown template", c.send(sdk, c.message(form).Set("user_template_id", "none")), badTemplate)
	c.equal("send with an unknown form", c.send(sdk, c.message("bm90IGEgZm9ybQ==")), anothersForm)
	c.equal("send with a keyword less", c.send(sdk, c.message(form).Set("data", `{"keyword1":{"value":"x"}}`)), lacksKeyword)
	_, err := sdk.TradeQuery(context.Background(), gopay.BodyMap{"out_trade_no": "1"})
	c.equal("a method that is not served", refusal(err), unknownMethod)
	c.needs("take the push permission away", c.native.updateApp(c.app.ID, members{"push_allowed": false}))
	c.begins("send without push permission", c.verified(sdk, c.message(form), c.byKey), noPermission)
	c.needs("give it back", c.native.updateApp(c.app.ID, members{"push_allowed": true}))
	wrong, err := newKeyPair()
	c.needs("make another key pair", err)
	c.begins("send signed with another key", c.verified(c.sdk(wrong.pkcs1), c.message(form), c.byKey), badSignature)
	c.equal("a refused send spent nothing", c.send(sdk, c.message(form)), success)
}

// encryption: the library encrypts the content, but says so to nobody.
func (c *client) encryption(sdk *alipay.Client) {
	const contentKey = "MDEyMzQ1Njc4OTAxMjM0NQ=="
	c.needs("set the content key", c.native.updateApp(c.app.ID, members{"content_key": contentKey}))
	encrypts := c.sdk(c.keys.pkcs1)
	encrypts.SetAESKey(contentKey)
	c.begins("send encrypted, without encrypt_type", c.verified(encrypts, c.message(c.form()), c.byKey), noEncryption)
	c.equal("send in the clear all the same", c.send(sdk, c.message(c.form())), success)
}

func (c *client) certificateMode() {
	ctx := context.Background()
	issued, err := c.native.certificates(c.app.ID)
	c.needs("get the certificates", err)
	byCertificate := func(signed, sign string) (bool, error) {
		return alipay.VerifySyncSignWithCert([]byte(issued.AlipayCert), signed, sign)
	}
	sdk := c.sdk(c.keys.pkcs8)
	c.needs("load the certificates", sdk.SetCertSnByContent([]byte(issued.AppCert), []byte(issued.AlipayRootCert), []byte(issued.AlipayCert)))
	sdk.AutoVerifySign([]byte(issued.AlipayCert))
	form := c.form()
	c.equal("send in certificate mode", c.verified(sdk, c.message(form), byCertificate), success)
	c.equal("send in certificate mode, refused", c.verified(sdk, c.message(form), byCertificate), overTime)
	got, err := sdk.SystemOauthToken(ctx, gopay.BodyMap{"grant_type": "authorization_code", "code": c.code()})
	c.needs("log in with certificates, verified by the library itself", err)
	c.equal("it is the user in certificate mode", got.Response.UserId, c.user.OpenID)
	fetched, err := sdk.PublicCertDownload(ctx, gopay.BodyMap{"alipay_cert_sn": sdk.AliPayPublicCertSN})
	c.needs("download the platform's certificate", err)
	c.equal("it is that certificate", fetched.Response.AlipayCertContent, issued.AlipayCert)
	_, err = sdk.PublicCertDownload(ctx, gopay.BodyMap{"alipay_cert_sn": sdk.AppCertSN})
	c.equal("download one that is not the platform's", refusal(err), noCertificate)
	wrong := c.sdk(c.keys.pkcs1)
	c.needs("load another certificate", wrong.SetCertSnByContent([]byte(issued.AlipayCert), []byte(issued.AlipayRootCert), []byte(issued.AlipayCert)))
	c.begins("send in certificate mode with another certificate", c.verified(wrong, c.message(c.form()), byCertificate), badCertificate)
}

func (c *client) actingForAnother(own *alipay.Client) {
	keys, err := newKeyPair()
	c.needs("make the service provider's key pair", err)
	provider, err := c.native.createApp("service provider", keys.public)
	c.needs("make the service provider", err)
	sdk, err := alipay.NewClient(provider.ID, keys.pkcs1, true)
	c.needs("make its client", err)
	token, err := c.native.authorize(c.app.ID, provider.ID)
	c.needs("authorize it", err)
	byProvidersKey := func(signed, sign string) (bool, error) {
		return alipay.VerifySyncSign(provider.AlipayPublicKey, signed, sign)
	}
	form := c.form()
	c.equal("send for the app", c.verified(sdk, c.message(form).Set(alipay.AppAuthToken, token), byProvidersKey), success)
	_, err = c.native.delivered(c.app.ID, form)
	c.needs("the app's message is delivered", err)
	sdk.SetAppAuthToken(token)
	c.equal("send for the app, always", c.send(sdk, c.message(c.form())), success)
	c.begins("send with another's token", c.verified(own, c.message(c.form()).Set(alipay.AppAuthToken, token), c.byKey), badToken)
}

func (c *client) deletedTemplate(sdk *alipay.Client) {
	c.needs("delete the template", c.native.deleteTemplate(c.app.ID, c.template))
	c.equal("send with the deleted template", c.send(sdk, c.message(c.form())), badTemplate)
}
