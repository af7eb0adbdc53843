// Command baidu takes each way in which Baidu's clients place their parameters
// through the whole life of a template message against the Muban at MUBAN_URL.
// No client of Baidu can be installed; this sends what they send.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The title of seed 001's sample and the keywords it chooses.
const (
	titleID = "BD0016"
	title   = "取票成功通知"
	content = "金额{{keyword1.DATA}}\n订单号{{keyword2.DATA}}\n预订时间{{keyword3.DATA}}"
	example = "金额: 300元\n订单号: 321254555\n预订时间: 2016年9月9日 10：10"
)

// The outcomes, with the texts of seeds 000 and 001 and protocol.md §1.6, §1.7.
const (
	success         = "0 success"
	badParameter    = "2002 参数错误"
	unknownTemplate = "4001 template_id 不正确"
	badForm         = "4003 表单无效"
	badScene        = "4004 场景id无效"
	noPush          = "6001 无 push 权限"
	badLogin        = "10010100 parameter is invalid"
	badCode         = "10010100 Invalid authorization code"
	usedCode        = "10010100 The provided authorization grant is revoked"
	deadToken       = "gateway 110 Access token invalid or no longer valid"
)

// client is one placement with its own app.
type client struct {
	*steps
	place  placement
	base   string
	native native
	app    app
	member user // logged in
	guest  user
	token  string
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
	all := &steps{}
	for _, place := range placements {
		c := &client{steps: all, place: place, base: base, native: native{base}}
		all.prefix = place.name + ": "
		c.setUp()
		c.fetchToken()
		c.logIn()
		c.readLibrary()
		templateID := c.addTemplate()
		c.sendForm(templateID)
		c.sendToGuest(templateID)
		c.sendPayment(templateID)
		c.refusals(templateID)
		c.deadToken(templateID)
		c.deleteTemplate(templateID)
	}
	all.prefix = ""
	all.end()
}

func (c *client) setUp() {
	var err error
	c.app, err = c.native.createApp("baidu", "baidu "+c.place.name)
	c.needs("make an app", err)
	c.member, err = c.native.createUser(c.app.ID, user{Name: "会员"})
	c.needs("make a member", err)
	c.guest, err = c.native.createUser(c.app.ID, user{Name: "游客", SwanID: "SL9aK4AETi6bpnzaBVSMgfcTPfkUuNKuvKbyLZmNLKf"})
	c.needs("make a guest", err)
	c.equal("the member has both ids, the guest one",
		c.member.OpenID != "" && c.member.SwanID != "" && c.guest.OpenID == "", true)
}

func (c *client) fetchToken() {
	wrong, err := fetchToken(c, "not the secret")
	c.needs("token with a wrong secret is answered", err)
	c.equal("token with a wrong secret is refused", wrong.Error, "invalid_client")
	good, err := fetchToken(c, c.app.Secret)
	c.needs("token", err)
	c.equal("token is no error", good.Error+good.ErrorDescription, "")
	c.equal("token lives thirty days", good.ExpiresIn, 30*24*60*60)
	c.token = good.AccessToken
}

func (c *client) readLibrary() {
	page := call[libraryList](c, "librarylist", url.Values{"offset": {"0"}, "count": {"20"}})
	c.equal("librarylist", page.outcome(), success)
	c.equal("librarylist fills a page", len(page.Data.List), 20)
	titles := map[string]string{}
	for offset := int64(0); offset < page.Data.TotalCount; offset += 20 {
		page := call[libraryList](c, "librarylist", url.Values{"offset": {strconv.FormatInt(offset, 10)}, "count": {"20"}})
		for _, t := range page.Data.List {
			titles[t.ID] = t.Title
		}
	}
	c.equal("librarylist has as many titles as it says", len(titles), page.Data.TotalCount)
	c.equal("librarylist has the title of seed 001", titles[titleID], title)

	one := call[libraryTitle](c, "libraryget", url.Values{"id": {titleID}})
	c.equal("libraryget", one.outcome(), success)
	c.equal("libraryget has its title", one.Data.ID+" "+one.Data.Title, titleID+" "+title)
	c.equal("libraryget counts its keywords", one.Data.KeywordCount, len(one.Data.KeywordList))
	if c.equal("libraryget has the keywords of seed 001", len(one.Data.KeywordList), 13) {
		c.equal("libraryget has the first", fmt.Sprint(one.Data.KeywordList[0]), "{1 金额 300元}")
	}
}

func (c *client) addTemplate() string {
	added := call[templateAdded](c, "templateadd", url.Values{"id": {titleID}, "keyword_id_list": {"[1,2,3]"}})
	c.equal("templateadd", added.outcome(), success)
	id := added.Data.TemplateID
	few := call[templateAdded](c, "templateadd", url.Values{"id": {titleID}})
	c.equal("templateadd without keywords", few.outcome(), badParameter)

	own := call[templateList](c, "templatelist", url.Values{"offset": {"0"}, "count": {"20"}})
	c.equal("templatelist", own.outcome(), success)
	c.equal("templatelist counts it", own.Data.TotalCount, 1)
	if c.equal("templatelist has the one template", len(own.Data.List), 1) {
		c.equal("templatelist has its id", own.Data.List[0].TemplateID, id)
		c.equal("templatelist has its title", own.Data.List[0].Title, title)
		c.equal("templatelist has its content", own.Data.List[0].Content, content)
		c.equal("templatelist has its example", own.Data.List[0].Example, example)
	}
	return id
}

func (c *client) sendForm(templateID string) {
	scene := c.scene(c.member.OpenID, "form")
	c.equal("a member's scene ends with 1", scene[len(scene)-1:], "1")
	params := toMember(templateID, scene, "1", c.member)
	first := call[sent](c, "send", params)
	c.equal("send", first.outcome(), success)
	found, err := c.native.delivered(c.app.ID, scene)
	c.needs("the message is delivered", err)
	c.equal("msg_key is the message's id", first.Data.MsgKey, found.ID)
	c.equal("the message has its user", found.User, c.member.OpenID)
	c.equal("the message has its page", found.Page, "pages/home/home?id=7")
	for _, value := range []string{"188.00元 <含税> & 运费", "321254555"} {
		c.equal("the message shows "+value, strings.Contains(found.Rendered, value), true)
	}
	c.equal("a form's channels", found.Channels, []string{"message_center", "search_panel"})
	inbox, err := c.native.inbox(c.app.ID, c.member.OpenID)
	c.needs("read the member's inbox", err)
	if c.equal("the inbox holds one message", len(inbox.Items), 1) {
		c.equal("the inbox holds this message", inbox.Items[0].ID, found.ID)
	}
	c.equal("the inbox counts it as unread", inbox.Unread, 1)
	c.equal("send with the same form again", call[sent](c, "send", params).outcome(), badForm)

	both := toMember(templateID, c.scene(c.member.OpenID, "form"), "1", c.member)
	both.Set("touser", c.guest.SwanID)
	c.equal("send to both ids goes to touser_openId", call[sent](c, "send", both).outcome(), success)
}

func (c *client) sendToGuest(templateID string) {
	scene := c.scene(c.guest.SwanID, "form")
	c.equal("a guest's scene ends with 0", scene[len(scene)-1:], "0")
	c.equal("send to a guest", call[sent](c, "send", toGuest(templateID, scene, "1", c.guest)).outcome(), success)
	found, err := c.native.delivered(c.app.ID, scene)
	c.needs("the guest's message is delivered", err)
	c.equal("the guest's message has its user", found.User, c.guest.SwanID)

	loggedIn := c.scene(c.member.OpenID, "form")
	c.equal("send with a member's scene to touser",
		call[sent](c, "send", toGuest(templateID, loggedIn, "1", c.member)).outcome(), badScene)
	c.equal("send with a member's scene to touser_openId",
		call[sent](c, "send", toMember(templateID, loggedIn, "1", c.member)).outcome(), success)
	unlogged := c.scene(c.guest.SwanID, "form")
	c.equal("send with a guest's scene to touser_openId",
		call[sent](c, "send", toMember(templateID, unlogged, "1", c.member)).outcome(), badScene)
	c.equal("send with another user's scene",
		call[sent](c, "send", toGuest(templateID, unlogged, "1", c.member)).outcome(), badScene)
}

func (c *client) sendPayment(templateID string) {
	for i, kind := range []string{"payment", "order"} {
		scene := c.scene(c.member.OpenID, kind)
		params := toMember(templateID, scene, strconv.Itoa(i+2), c.member)
		for _, use := range []string{"first", "second", "third"} {
			c.equal(fmt.Sprintf("send with a scene of kind %s, %s time", kind, use), call[sent](c, "send", params).outcome(), success)
		}
		c.equal(fmt.Sprintf("send with a scene of kind %s, fourth time", kind), call[sent](c, "send", params).outcome(), badScene)
		found, err := c.native.delivered(c.app.ID, scene)
		c.needs("a message of kind "+kind+" is delivered", err)
		slices.Sort(found.Channels)
		c.equal("the channels of kind "+kind, found.Channels, []string{"message_center", "notification_bar", "search_panel"})
	}
}

func (c *client) refusals(templateID string) {
	scene := c.scene(c.member.OpenID, "form")
	good := toMember(templateID, scene, "1", c.member)
	with := func(name, value string) url.Values {
		changed := maps.Clone(good)
		changed.Set(name, value)
		return changed
	}
	for _, row := range []struct {
		step     string
		params   url.Values
		expected string
	}{
		{"send with an unknown template", with("template_id", "ad92f10716024214be69b0db539a30b6"), unknownTemplate},
		{"send without template_id", with("template_id", ""), badParameter},
		{"send without a recipient", with("touser_openId", ""), badParameter},
		{"send without data", with("data", ""), badParameter},
		{"send without scene_id", with("scene_id", ""), badParameter},
		{"send without scene_type", with("scene_type", ""), badParameter},
		{"send with an unknown form", with("scene_id", "11.d9ea3ac49f00320f4269b8fb72b53194.290079.1571309167.1"), badForm},
		{"send with a form as an order", with("scene_type", "2"), badScene},
	} {
		for name, values := range row.params {
			if values[0] == "" {
				row.params.Del(name)
			}
		}
		c.equal(row.step, call[sent](c, "send", row.params).outcome(), row.expected)
	}

	c.needs("take the push permission away", c.native.allowPush(c.app.ID, false))
	c.equal("send without push permission", call[sent](c, "send", good).outcome(), noPush)
	c.needs("give the push permission back", c.native.allowPush(c.app.ID, true))
	c.equal("a refused send spent nothing", call[sent](c, "send", good).outcome(), success)
}

func (c *client) deadToken(templateID string) {
	params := toMember(templateID, c.scene(c.member.OpenID, "form"), "1", c.member)
	c.needs("revoke the app's tokens", c.native.revokeTokens(c.app.ID))
	refused := call[sent](c, "send", params)
	c.equal("send with a dead token", refused.outcome(), deadToken)
	// The Java SDK knows the gateway's answer by what it lacks.
	c.equal("the gateway's answer has its own members only", slices.Sorted(maps.Keys(refused.members)), []string{"error_code", "error_msg"})
	c.equal("librarylist with a dead token",
		call[libraryList](c, "librarylist", url.Values{"offset": {"0"}, "count": {"1"}}).outcome(), deadToken)
	fresh, err := fetchToken(c, c.app.Secret)
	c.needs("token after the revocation", err)
	c.token = fresh.AccessToken
	c.equal("send with the fresh token", call[sent](c, "send", params).outcome(), success)
}

func (c *client) deleteTemplate(templateID string) {
	c.equal("templatedel", call[nothing](c, "templatedel", url.Values{"template_id": {templateID}}).outcome(), success)
	own := call[templateList](c, "templatelist", url.Values{"offset": {"0"}, "count": {"20"}})
	c.equal("templatelist after templatedel", own.outcome(), success)
	c.equal("templatelist is empty", own.Data.TotalCount, 0)
	params := toMember(templateID, c.scene(c.member.OpenID, "form"), "1", c.member)
	c.equal("send with the deleted template", call[sent](c, "send", params).outcome(), unknownTemplate)
}

// scene has a user submit a form or pay.
func (c *client) scene(user, kind string) string {
	id, err := c.native.mint(c.app.ID, user, kind)
	if err != nil {
		c.needs("mint a scene", err)
	}
	return id
}

func toMember(templateID, scene, sceneType string, u user) url.Values {
	params := sendParams(templateID, scene, sceneType)
	params.Set("touser_openId", u.OpenID)
	return params
}

func toGuest(templateID, scene, sceneType string, u user) url.Values {
	params := sendParams(templateID, scene, sceneType)
	params.Set("touser", u.SwanID)
	return params
}

func sendParams(templateID, scene, sceneType string) url.Values {
	type value struct {
		Value string `json:"value"`
	}
	data, _ := json.Marshal(map[string]value{
		"keyword1": {"188.00元 <含税> & 运费"}, "keyword2": {"321254555"}, "keyword3": {"2019年10月23日 12:30"},
	})
	return url.Values{
		"template_id": {templateID}, "data": {string(data)}, "page": {"pages/home/home?id=7"},
		"scene_id": {scene}, "scene_type": {sceneType},
	}
}
