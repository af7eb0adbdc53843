// Command weapp takes github.com/medivhzhan/weapp, unmodified, through the
// whole life of a template message against the Muban at MUBAN_URL.
package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/medivhzhan/weapp/message/template"
	"github.com/medivhzhan/weapp/token"
)

// The title of seed 003's sample and the keywords chosen from it, in an order
// that is not theirs.
const (
	titleID = "AT0002"
	title   = "购买成功通知"
	content = "物品名称{{keyword1.DATA}}\n购买地点{{keyword2.DATA}}\n购买时间{{keyword3.DATA}}\n"
	example = "物品名称:咖啡\n购买地点:TIT造舰厂\n购买时间:2016年6月6日\n"
)

var keywordIDs = []uint{5, 3, 4}

// The refusals, as the platform words them.
const (
	wrongSecret     = "40125 invalid appsecret"
	deadToken       = "40001 invalid credential, access_token is invalid or not latest"
	unknownTemplate = "40037 invalid template_id"
	unknownForm     = "41028 invalid form id"
	spentForm       = "41029 form id used count reach limit"
)

type client struct {
	steps
	native *native
	wire   *redirect
	app    app
	openID string
	token  string
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
	direct := http.DefaultTransport
	c := &client{
		native: &native{base: strings.TrimSuffix(base.String(), "/"), client: &http.Client{Transport: direct, Timeout: 30 * time.Second}},
		wire:   &redirect{to: base, next: direct},
	}
	http.DefaultTransport = c.wire
	http.DefaultClient.Timeout = 10 * time.Second

	c.setUp()
	c.fetchTokens()
	c.readLibrary()
	templateID := c.addTemplate()
	c.sendOnce(templateID)
	c.refusals(templateID)
	c.uniformSend(templateID)
	c.uniformOfficial()
	c.deadToken(templateID)
	c.deleteTemplate(templateID)
	c.end()
}

func (c *client) setUp() {
	var err error
	c.app, err = c.native.createApp("wechat-mini", "weapp v1.5.1")
	c.needs("make an app", err)
	c.openID, err = c.native.createUser(c.app.ID, "小明")
	c.needs("make a user", err)
}

func (c *client) fetchTokens() {
	_, _, err := token.AccessToken(c.app.ID, "not the secret")
	c.equal("token with a wrong secret is refused", c.outcome(err), wrongSecret)
	first, life, err := token.AccessToken(c.app.ID, c.app.Secret)
	c.needs("token", err)
	c.equal("token lives two hours", life, 2*time.Hour)
	c.token, _, err = token.AccessToken(c.app.ID, c.app.Secret)
	c.needs("token again", err)
	c.equal("the second token is another one", c.token != first, true)
	_, _, err = template.Selves(0, 20, first)
	c.equal("the first token lives on for a while", c.outcome(err), "ok")
}

func (c *client) readLibrary() {
	first, total, err := template.List(0, 20, c.token)
	c.equal("library list", c.outcome(err), "ok")
	c.equal("library list fills a page", len(first), 20)
	titles := map[string]string{}
	for offset := uint(0); offset < total; offset += 20 {
		page, _, err := template.List(offset, 20, c.token)
		if c.outcome(err) != "ok" {
			c.equal(fmt.Sprintf("library list from %d", offset), c.outcome(err), "ok")
			break
		}
		for _, t := range page {
			titles[t.ID] = t.Title
		}
	}
	c.equal("library list has as many titles as it says", len(titles), total)
	c.equal("library list has the title of seed 003", titles[titleID], title)

	keywords, err := template.Get(titleID, c.token)
	c.equal("library get", c.outcome(err), "ok")
	names := map[uint]string{}
	for _, k := range keywords {
		names[k.KeywordID] = k.Name
	}
	c.equal("library get has the keywords of seed 003",
		names[3]+" "+names[4]+" "+names[5], "购买地点 购买时间 物品名称")
}

func (c *client) addTemplate() string {
	id, err := template.Add(titleID, c.token, keywordIDs)
	c.needs("template add", err)
	own, _, err := template.Selves(0, 20, c.token)
	c.equal("template list", c.outcome(err), "ok")
	if c.equal("template list has the one template", len(own), 1) {
		c.equal("template list has its id", own[0].TemplateID, id)
		c.equal("template list has its title", own[0].Title, title)
		c.equal("template list has its content", own[0].Content, content)
		c.equal("template list has its example", own[0].Example, example)
	}
	return id
}

func (c *client) sendOnce(templateID string) {
	form := c.form()
	c.equal("send", c.send(templateID, form), "ok")
	found, err := c.native.delivered(c.app.ID, form)
	c.needs("the message is delivered", err)
	c.equal("the message has its user", found.User, c.openID)
	c.equal("the message has its template", found.TemplateID, templateID)
	c.equal("the message has its title", found.Title, title)
	c.equal("the message has its page", found.Page, "index?foo=bar")
	c.equal("the message has its emphasis", found.Emphasis, "keyword1.DATA")
	for _, value := range []string{"美式 <大杯> & 糖", "TIT造舰厂", "2019年4月2日"} {
		c.equal("the message shows "+value, strings.Contains(found.Rendered, value), true)
	}
	inbox, err := c.native.inbox(c.app.ID, c.openID)
	c.needs("read the user's inbox", err)
	if c.equal("the inbox holds one message", len(inbox.Items), 1) {
		c.equal("the inbox holds this message", inbox.Items[0].ID, found.ID)
	}
	c.equal("the inbox counts it as unread", inbox.Unread, 1)
	c.equal("send with the same form again", c.send(templateID, form), spentForm)
}

func (c *client) refusals(templateID string) {
	form := c.form()
	c.equal("send with a bad template", c.send("no-such-template", form), unknownTemplate)
	c.equal("send with an unknown form", c.send(templateID, "the formId is a mock one"), unknownForm)
	c.equal("a refused send spent nothing", c.send(templateID, form), "ok")

	payment, err := c.native.mint(c.app.ID, c.openID, "payment")
	c.needs("mint a payment", err)
	for _, use := range []string{"first", "second", "third"} {
		c.equal("send with a payment, "+use+" time", c.send(templateID, payment), "ok")
	}
	c.equal("send with a payment, fourth time", c.send(templateID, payment), spentForm)
}

func (c *client) uniformSend(templateID string) {
	form := c.form()
	uniform := template.UniformMsg{ToUser: c.openID, WeappTemplateMsg: template.WeappTemplateMsg{
		TemplateID: templateID, FormID: form, Data: template.Data{"keyword1": {Value: "拿铁"}},
	}}
	c.equal("uniform send", c.outcome(uniform.Send(c.token)), "ok")
	_, err := c.native.delivered(c.app.ID, form)
	c.needs("the uniform message is delivered", err)
	c.equal("uniform send with the same form again", c.outcome(uniform.Send(c.token)), spentForm)
}

func (c *client) deadToken(templateID string) {
	form := c.form()
	c.needs("revoke the app's tokens", c.native.revokeTokens(c.app.ID))
	c.equal("send with a dead token", c.send(templateID, form), deadToken)
	_, _, err := template.List(0, 20, c.token)
	c.equal("library list with a dead token", c.outcome(err), deadToken)
	c.token, _, err = token.AccessToken(c.app.ID, c.app.Secret)
	c.needs("token after the revocation", err)
	c.equal("send with the fresh token", c.send(templateID, form), "ok")
}

func (c *client) deleteTemplate(templateID string) {
	c.equal("template del", c.outcome(template.Delete(templateID, c.token)), "ok")
	c.equal("template del again", c.outcome(template.Delete(templateID, c.token)), unknownTemplate)
	own, _, err := template.Selves(0, 20, c.token)
	c.equal("template list after del", c.outcome(err), "ok")
	c.equal("template list is empty", len(own), 0)
	c.equal("send with the deleted template", c.send(templateID, c.form()), unknownTemplate)
}

// form has the user submit a form.
func (c *client) form() string {
	id, err := c.native.mint(c.app.ID, c.openID, "form")
	if err != nil {
		c.needs("mint a form", err)
	}
	return id
}

func (c *client) send(templateID, formID string) string {
	data := template.Message{"keyword1": "美式 <大杯> & 糖", "keyword2": "TIT造舰厂", "keyword3": "2019年4月2日"}
	return c.outcome(template.Send(c.openID, templateID, "index?foo=bar", formID, data, "keyword1.DATA", c.token))
}

// outcome is "ok", or the errcode and what the library made of the refusal
// without the request's id.
func (c *client) outcome(err error) string {
	if err == nil {
		return "ok"
	}
	text, _, _ := strings.Cut(err.Error(), " rid: ")
	return fmt.Sprint(c.wire.errcode, " ", text)
}
