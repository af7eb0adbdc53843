// Command silenceper takes github.com/silenceper/wechat, unmodified, through
// the whole life of an official account's template message against the Muban at
// MUBAN_URL.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	msg "github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/silenceper/wechat/v2/util"
	log "github.com/sirupsen/logrus"
)

// The library's number of the template, and what it is.
const (
	number  = "TM00015"
	title   = "订单支付成功"
	content = "{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}"
	// classNumber is that of a template of a class, from which keywords are
	// chosen by name.
	classNumber = "900000001"
)

// The refusals, as the platform words them.
const (
	wrongSecret     = "40125 invalid appsecret"
	deadToken       = "40001 invalid credential, access_token is invalid or not latest"
	unknownOpenID   = "40003 invalid openid"
	notFollowing    = "43004 require subscribe"
	noTemplate      = "40036 invalid template_id size"
	unknownTemplate = "40037 invalid template_id"
	unknownKeyword  = "40246 keyword name invalid"
	unknownMini     = "40166 invalid weapp appid"
	unknownPage     = "40165 invalid weapp pagepath"
)

type client struct {
	steps
	native   *native
	app      app
	mini     app
	openID   string
	official *officialaccount.OfficialAccount
	template *msg.Template
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
	util.SetURIModifier(func(uri string) string { return strings.Replace(uri, "https://api.weixin.qq.com", muban, 1) })
	log.SetOutput(io.Discard) // the library logs each request at its debug level
	util.DefaultHTTPClient = &http.Client{Timeout: 10 * time.Second}
	c := &client{native: &native{base: muban, client: &http.Client{Timeout: 30 * time.Second}}}

	c.setUp()
	c.fetchTokens()
	templateID := c.addTemplates()
	c.sendOnce(templateID)
	c.sendTwice(templateID)
	c.sendToMiniProgram(templateID)
	c.refusals(templateID)
	c.endings(templateID)
	c.receive(templateID)
	c.deadToken(templateID)
	c.deleteTemplate(templateID)
	c.end()
}

func (c *client) setUp() {
	var err error
	c.app, err = c.native.createApp(map[string]any{"platform": "wechat-oa", "name": "silenceper v2.1.9"})
	c.needs("make an account", err)
	c.mini, err = c.native.createApp(map[string]any{"platform": "wechat-mini", "name": "silenceper v2.1.9", "pages": []string{"pages/index"}})
	c.needs("make a mini program", err)
	c.openID, err = c.native.createUser(c.app.ID, "小明")
	c.needs("make a follower", err)
	c.official = c.account(c.app.Secret, false)
	c.template = c.official.GetTemplate()
}

func (c *client) account(secret string, stable bool) *officialaccount.OfficialAccount {
	return wechat.NewWechat().GetOfficialAccount(&config.Config{
		AppID: c.app.ID, AppSecret: secret, Cache: cache.NewMemory(), UseStableAK: stable,
	})
}

func (c *client) fetchTokens() {
	_, err := c.account("not-the-secret", false).GetAccessToken()
	c.equal("token with a wrong secret is refused", outcome(err), wrongSecret)
	first, err := c.official.GetAccessToken()
	c.needs("token", err)
	again, err := c.official.GetAccessToken()
	c.needs("token again", err)
	c.equal("the token is kept", again, first)
	stable := c.account(c.app.Secret, true)
	token, err := stable.GetAccessToken()
	c.needs("stable token", err)
	c.equal("the stable token is another one", token != first, true)
	_, err = stable.GetTemplate().List()
	c.equal("list with the stable token", outcome(err), "ok")
}

func (c *client) addTemplates() string {
	own, err := c.template.List()
	c.needs("template list", err)
	c.equal("template list is empty", len(own), 0)
	id, err := c.template.Add(number, nil)
	c.needs("template add", err)
	class, err := c.template.Add(classNumber, []string{"支付金额", "商品名称"})
	c.needs("template add, of a class", err)
	_, err = c.template.Add(classNumber, []string{"支付金额", "什么"})
	c.equal("template add with an unknown keyword", outcome(err), unknownKeyword)
	_, err = c.template.Add("TM99999", nil)
	c.equal("template add with an unknown number", outcome(err), unknownTemplate)

	own, err = c.template.List()
	c.needs("template list again", err)
	if c.equal("template list has both", len(own), 2) {
		c.equal("template list has the id", own[0].TemplateID, id)
		c.equal("template list has the title", own[0].Title, title)
		c.equal("template list has the content", own[0].Content, content)
		c.equal("template list has the industry", own[0].PrimaryIndustry+" "+own[0].DeputyIndustry, "IT科技 互联网|电子商务")
		c.equal("template list has an example", own[0].Example != "", true)
		c.equal("template list has the other id", own[1].TemplateID, class)
		c.equal("template list has the chosen keywords", own[1].Content, "支付金额：{{amount3.DATA}}\n商品名称：{{thing2.DATA}}")
	}
	return id
}

// newMessage is a message with everything that the library can send.
func (c *client) newMessage(templateID string) *msg.TemplateMessage {
	return &msg.TemplateMessage{
		ToUser: c.openID, TemplateID: templateID, URL: "https://example.com/order?id=1&from=<muban>", Color: "#FF0000",
		Data: map[string]*msg.TemplateDataItem{
			"first":            {Value: "您好 <小明> & 家人", Color: "#173177"},
			"orderMoneySum":    {Value: "30.00元"},
			"orderProductName": {Value: "美式\n\"大杯\""},
			"nobody":           {Value: "asked for this"},
		},
	}
}

func (c *client) sendOnce(templateID string) {
	id, err := c.template.Send(c.newMessage(templateID))
	c.needs("send", err)
	c.equal("the msgid needs 64 bits", id > 1<<53, true)
	found, err := c.native.message(id)
	c.needs("the message is found by its msgid", err)
	c.equal("the message has that id", found.ID, id)
	c.equal("the message is delivered", found.State, "delivered")
	c.equal("the message has its user", found.User, c.openID)
	c.equal("the message has its template", found.TemplateID, templateID)
	c.equal("the message has its title", found.Title, title)
	c.equal("the message has its url", found.URL, "https://example.com/order?id=1&from=<muban>")
	c.equal("the message has its colour", found.Color, "#FF0000")
	c.equal("the message has a keyword's colour", found.Data["first"].Color, "#173177")
	c.equal("the message leads to no mini program", found.MiniProgram.AppID, "")
	c.equal("the message shows its text", found.Rendered, "您好 <小明> & 家人\n\n支付金额：30.00元\n商品信息：美式\n\"大杯\"\n")
	inbox, err := c.native.inbox(c.app.ID, c.openID)
	c.needs("read the follower's inbox", err)
	c.equal("the inbox holds one message", len(inbox.Items), 1)
}

func (c *client) sendTwice(templateID string) {
	first, err := c.template.Send(c.newMessage(templateID))
	c.needs("send again", err)
	second, err := c.template.Send(c.newMessage(templateID))
	c.needs("send once more", err)
	c.equal("each has its own msgid", first != second, true)

	named := c.newMessage(templateID)
	named.ClientMsgID = "order-1"
	first, err = c.template.Send(named)
	c.needs("send with a client_msg_id", err)
	second, err = c.template.Send(named)
	c.needs("send with the same client_msg_id", err)
	c.equal("both have one msgid", second, first)
	found, err := c.native.message(first)
	c.needs("the message is found", err)
	c.equal("the message has its client_msg_id", found.ClientMsgID, "order-1")
	inbox, err := c.native.inbox(c.app.ID, c.openID)
	c.needs("read the inbox again", err)
	c.equal("the inbox holds four messages", len(inbox.Items), 4)
}

func (c *client) sendToMiniProgram(templateID string) {
	message := c.newMessage(templateID)
	message.MiniProgram.AppID, message.MiniProgram.PagePath = c.mini.ID, "pages/index?foo=bar"
	id, err := c.template.Send(message)
	c.needs("send with a mini program", err)
	found, err := c.native.message(id)
	c.needs("the message with a mini program is found", err)
	c.equal("the message leads to it", found.MiniProgram.AppID+" "+found.MiniProgram.PagePath, c.mini.ID+" pages/index?foo=bar")
	message.MiniProgram.PagePath = "pages/other"
	c.equal("send with a page that it does not have", c.send(message), unknownPage)
	message.MiniProgram.AppID = "wx0000000000000000"
	c.equal("send with an unknown mini program", c.send(message), unknownMini)
}

func (c *client) refusals(templateID string) {
	message := c.newMessage("no-such-template")
	c.equal("send with a bad template", c.send(message), unknownTemplate)
	message.TemplateID = ""
	c.equal("send without a template", c.send(message), noTemplate)
	message = c.newMessage(templateID)
	message.ToUser = "onobody"
	c.equal("send to nobody", c.send(message), unknownOpenID)
	c.needs("the follower leaves", c.native.changeUser(c.app.ID, c.openID, map[string]any{"following": false}))
	c.equal("send to who does not follow", c.send(c.newMessage(templateID)), notFollowing)
	c.needs("the follower comes back", c.native.changeUser(c.app.ID, c.openID, map[string]any{"following": true}))
	c.equal("send to who follows again", c.send(c.newMessage(templateID)), "ok")
}

// endings: what the user and the platform can do to an accepted message.
func (c *client) endings(templateID string) {
	for _, end := range []struct {
		change        map[string]any
		state, reason string
	}{
		{map[string]any{"blocked": true}, "refused", "user_block"},
		{map[string]any{"blocked": false, "delivery": "fail"}, "failed", "system_failed"},
		{map[string]any{"delivery": "ok"}, "delivered", ""},
	} {
		c.needs("change the follower", c.native.changeUser(c.app.ID, c.openID, end.change))
		id, err := c.template.Send(c.newMessage(templateID))
		c.needs("send is accepted all the same", err)
		found, err := c.native.message(id)
		c.needs("the message is found again", err)
		c.equal("the message ends as it must", found.State+" "+found.Reason, end.state+" "+end.reason)
	}
}

// deadToken: the library does not fetch another token by itself.
func (c *client) deadToken(templateID string) {
	c.needs("revoke the account's tokens", c.native.revokeTokens(c.app.ID))
	c.equal("send with a dead token", c.send(c.newMessage(templateID)), deadToken)
	_, err := c.template.List()
	c.equal("template list with a dead token", outcome(err), deadToken)
	c.official = c.account(c.app.Secret, false)
	c.template = c.official.GetTemplate()
	c.equal("send with a fresh token", c.send(c.newMessage(templateID)), "ok")
}

func (c *client) deleteTemplate(templateID string) {
	c.equal("template delete", outcome(c.template.Delete(templateID)), "ok")
	c.equal("template delete again", outcome(c.template.Delete(templateID)), unknownTemplate)
	own, err := c.template.List()
	c.needs("template list after the deletion", err)
	c.equal("template list has one left", len(own), 1)
	c.equal("send with the deleted template", c.send(c.newMessage(templateID)), unknownTemplate)
}

func (c *client) send(message *msg.TemplateMessage) string {
	_, err := c.template.Send(message)
	return outcome(err)
}

// said finds the code and the text in the library's errors, which word them in
// three ways.
var said = regexp.MustCompile(`errcode=(\d+) , err(?:or)?msg=(.*)$`)

// outcome is "ok", or the errcode and errmsg of the refusal without the
// request's id.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	parts := said.FindStringSubmatch(err.Error())
	if parts == nil {
		return err.Error()
	}
	text, _, _ := strings.Cut(parts[2], " rid: ")
	return parts[1] + " " + text
}
