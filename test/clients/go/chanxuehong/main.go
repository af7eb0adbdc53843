// Command chanxuehong takes github.com/chanxuehong/wechat, unmodified, through
// the whole life of an official account's template message against the Muban at
// MUBAN_URL.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/chanxuehong/wechat/mp/core"
	"github.com/chanxuehong/wechat/mp/message/template"
)

// The library's number of the template, and what it is.
const (
	number  = "TM00015"
	title   = "订单支付成功"
	content = "{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}"
	// classNumber is that of a template of a class, whose keywords the library
	// cannot name.
	classNumber = "900000001"
)

// The refusals, as the platform words them.
const (
	unknownApp      = "40013 invalid appid"
	wrongSecret     = "40125 invalid appsecret"
	deadToken       = "40001 invalid credential, access_token is invalid or not latest"
	unknownOpenID   = "40003 invalid openid"
	notFollowing    = "43004 require subscribe"
	noTemplate      = "40036 invalid template_id size"
	unknownTemplate = "40037 invalid template_id"
	noKeyword       = "40246 keyword name invalid"
	unknownMini     = "40166 invalid weapp appid"
	unknownPage     = "40165 invalid weapp pagepath"
	unknownIndustry = "40102 invalid industry id"
	changedIndustry = "43100 change template too frequently"
	noText          = "47003 argument invalid! data.first.value invalid"
)

type client struct {
	steps
	native *native
	app    app
	mini   app
	openID string
	wire   *redirect
	tokens *core.DefaultAccessTokenServer
	client *core.Client
}

// data is a template's data as the library's users write it.
type data struct {
	First            *template.DataItem `json:"first"`
	OrderMoneySum    template.DataItem  `json:"orderMoneySum"`
	OrderProductName template.DataItem  `json:"orderProductName"`
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
	muban := strings.TrimSuffix(base.String(), "/")
	c := &client{native: &native{base: muban, client: &http.Client{Timeout: 30 * time.Second}}}

	c.setUp(base)
	c.fetchTokens()
	c.industries()
	templateID := c.addTemplates()
	c.sendOnce(templateID)
	c.sendToMiniProgram(templateID)
	c.refusals(templateID)
	c.receive(templateID)
	c.deadToken(templateID)
	c.deleteTemplate(templateID)
	c.end()
}

func (c *client) setUp(base *url.URL) {
	var err error
	c.app, err = c.native.createApp(map[string]any{"platform": "wechat-oa", "name": "chanxuehong"})
	c.needs("make an account", err)
	c.mini, err = c.native.createApp(map[string]any{"platform": "wechat-mini", "name": "chanxuehong", "pages": []string{"pages/index"}})
	c.needs("make a mini program", err)
	c.openID, err = c.native.createUser(c.app.ID, "小明")
	c.needs("make a follower", err)

	c.wire = &redirect{to: base, next: http.DefaultTransport}
	platform := &http.Client{Transport: c.wire, Timeout: 10 * time.Second}
	c.tokens = core.NewDefaultAccessTokenServer(c.app.ID, c.app.Secret, platform)
	c.client = core.NewClient(c.tokens, platform)
}

func (c *client) fetchTokens() {
	platform := &http.Client{Transport: c.wire}
	_, err := core.NewDefaultAccessTokenServer(c.app.ID, "not-the-secret", platform).Token()
	c.equal("token with a wrong secret is refused", outcome(err), wrongSecret)
	_, err = core.NewDefaultAccessTokenServer("wx0000000000000000", c.app.Secret, platform).Token()
	c.equal("token of an unknown account is refused", outcome(err), unknownApp)
	first, err := c.tokens.Token()
	c.needs("token", err)
	again, err := c.tokens.Token()
	c.needs("token again", err)
	c.equal("the token is kept", again, first)
}

func (c *client) industries() {
	primary, secondary, err := template.GetIndustry(c.client)
	c.needs("get the industries of a new account", err)
	c.equal("it has none", fmt.Sprint(primary, secondary), "{ } { }")
	c.equal("an industry that does not exist is refused", outcome(template.SetIndustry(c.client, 1, 99)), unknownIndustry)
	c.equal("set the industries", outcome(template.SetIndustry(c.client, 1, 4)), "ok")
	c.equal("set them again in a month", outcome(template.SetIndustry(c.client, 1, 2)), changedIndustry)
	primary, secondary, err = template.GetIndustry(c.client)
	c.needs("get the industries", err)
	c.equal("it has both", fmt.Sprint(primary, secondary), "{IT科技 互联网|电子商务} {IT科技 电子技术}")
}

func (c *client) addTemplates() string {
	own, err := template.GetAllPrivateTemplate(c.client)
	c.needs("template list", err)
	c.equal("template list is empty", len(own), 0)
	id, err := template.AddPrivateTemplate(c.client, number)
	c.needs("template add", err)
	_, err = template.AddPrivateTemplate(c.client, classNumber)
	c.equal("template add, of a class, without keywords", outcome(err), noKeyword)
	_, err = template.AddPrivateTemplate(c.client, "TM99999")
	c.equal("template add with an unknown number", outcome(err), unknownTemplate)

	own, err = template.GetAllPrivateTemplate(c.client)
	c.needs("template list again", err)
	if c.equal("template list has the one template", len(own), 1) {
		c.equal("template list has the id", own[0].TemplateId, id)
		c.equal("template list has the title", own[0].Title, title)
		c.equal("template list has the content", own[0].Content, content)
		c.equal("template list has the industry", own[0].PrimaryIndustry+" "+own[0].DeputyIndustry, "IT科技 互联网|电子商务")
		c.equal("template list has an example", own[0].Example != "", true)
	}
	return id
}

func (c *client) newMessage(templateID string) *template.TemplateMessage2 {
	return &template.TemplateMessage2{
		ToUser: c.openID, TemplateId: templateID, URL: "https://example.com/order?id=1&from=<muban>",
		Data: data{
			First:            &template.DataItem{Value: "您好 <小明> & 家人", Color: "#173177"},
			OrderMoneySum:    template.DataItem{Value: "30.00元"},
			OrderProductName: template.DataItem{Value: "美式\n\"大杯\""},
		},
	}
}

func (c *client) sendOnce(templateID string) {
	id, err := template.Send(c.client, c.newMessage(templateID))
	c.needs("send", err)
	found, err := c.native.message(id)
	c.needs("the message is found by its msgid", err)
	c.equal("the message is delivered", found.State, "delivered")
	c.equal("the message has its user", found.User, c.openID)
	c.equal("the message has its template", found.TemplateID, templateID)
	c.equal("the message has its title", found.Title, title)
	c.equal("the message has its url", found.URL, "https://example.com/order?id=1&from=<muban>")
	c.equal("the message has a keyword's colour", found.Data["first"].Color, "#173177")
	c.equal("the message shows its text", found.Rendered, "您好 <小明> & 家人\n\n支付金额：30.00元\n商品信息：美式\n\"大杯\"\n")

	raw := &template.TemplateMessage{
		ToUser: c.openID, TemplateId: templateID, Data: []byte(`{"first": {"value": 1.50}, "orderMoneySum": {"value": "\u00a5"}}`),
	}
	id, err = template.Send(c.client, raw)
	c.needs("send data that is JSON already", err)
	found, err = c.native.message(id)
	c.needs("that message is found too", err)
	c.equal("its number keeps its digits", found.Rendered, "1.50\n\n支付金额：¥\n商品信息：\n")
	inbox, err := c.native.inbox(c.app.ID, c.openID)
	c.needs("read the follower's inbox", err)
	c.equal("the inbox holds both messages", len(inbox.Items), 2)
}

func (c *client) sendToMiniProgram(templateID string) {
	message := c.newMessage(templateID)
	message.MiniProgram = &template.MiniProgram{AppId: c.mini.ID, PagePath: "pages/index?foo=bar"}
	id, err := template.Send(c.client, message)
	c.needs("send with a mini program", err)
	found, err := c.native.message(id)
	c.needs("the message with a mini program is found", err)
	c.equal("the message leads to it", found.MiniProgram.AppID+" "+found.MiniProgram.PagePath, c.mini.ID+" pages/index?foo=bar")
	message.MiniProgram.PagePath = "pages/other"
	c.equal("send with a page that it does not have", c.send(message), unknownPage)
	message.MiniProgram.AppId = "wx0000000000000000"
	c.equal("send with an unknown mini program", c.send(message), unknownMini)
}

func (c *client) refusals(templateID string) {
	c.equal("send with a bad template", c.send(c.newMessage("no-such-template")), unknownTemplate)
	c.equal("send without a template", c.send(c.newMessage("")), noTemplate)
	message := c.newMessage(templateID)
	message.ToUser = "onobody"
	c.equal("send to nobody", c.send(message), unknownOpenID)
	message = c.newMessage(templateID)
	message.Data = data{}
	c.equal("send with a keyword that is null", c.send(message), noText)
	c.needs("the follower leaves", c.native.changeUser(c.app.ID, c.openID, map[string]any{"following": false}))
	c.equal("send to who does not follow", c.send(c.newMessage(templateID)), notFollowing)
	c.needs("the follower comes back", c.native.changeUser(c.app.ID, c.openID, map[string]any{"following": true}))
	c.equal("send to who follows again", c.send(c.newMessage(templateID)), "ok")
}

// deadToken: on 40001 the library fetches another token and asks once more.
func (c *client) deadToken(templateID string) {
	old, err := c.tokens.Token()
	c.needs("the token of now", err)
	c.needs("revoke the account's tokens", c.native.revokeTokens(c.app.ID))
	before := c.wire.count.Load()
	c.equal("send with a dead token recovers by itself", c.send(c.newMessage(templateID)), "ok")
	c.equal("it took the refused request, a token and the request again", c.wire.count.Load()-before, 3)
	fresh, err := c.tokens.Token()
	c.needs("the token after that", err)
	c.equal("the token was replaced", fresh != old, true)
	c.needs("revoke the account's tokens again", c.native.revokeTokens(c.app.ID))
	_, _, err = template.GetIndustry(c.client)
	c.equal("a GET with a dead token recovers by itself", outcome(err), "ok")
	c.equal("a token that stays dead is told after one more try", outcome(c.withDeadToken()), deadToken)
}

// withDeadToken asks with tokens that were never issued.
func (c *client) withDeadToken() error {
	stale := core.NewClient(neverIssued{c.tokens}, &http.Client{Transport: c.wire})
	_, _, err := template.GetIndustry(stale)
	return err
}

type neverIssued struct{ core.AccessTokenServer }

func (neverIssued) Token() (string, error)              { return "never-issued", nil }
func (neverIssued) RefreshToken(string) (string, error) { return "never-issued-either", nil }

func (c *client) deleteTemplate(templateID string) {
	c.equal("template delete", outcome(template.DeletePrivateTemplate(c.client, templateID)), "ok")
	c.equal("template delete again", outcome(template.DeletePrivateTemplate(c.client, templateID)), unknownTemplate)
	own, err := template.GetAllPrivateTemplate(c.client)
	c.needs("template list after the deletion", err)
	c.equal("template list is empty again", len(own), 0)
	c.equal("send with the deleted template", c.send(c.newMessage(templateID)), unknownTemplate)
}

func (c *client) send(message *template.TemplateMessage2) string {
	_, err := template.Send(c.client, message)
	return outcome(err)
}

// outcome is "ok", or the errcode and errmsg of the refusal without the
// request's id.
func outcome(err error) string {
	var refusal *core.Error
	switch {
	case err == nil:
		return "ok"
	case !errors.As(err, &refusal):
		return err.Error()
	}
	text, _, _ := strings.Cut(refusal.ErrMsg, " rid: ")
	return fmt.Sprint(refusal.ErrCode, " ", text)
}
