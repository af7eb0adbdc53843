package main

import (
	"github.com/medivhzhan/weapp/message/template"
)

const (
	notLinked     = "40013 invalid appid"
	unknownOpenID = "40003 invalid openid"
)

// uniformOfficial sends the official account's half of uniform_send.
func (c *client) uniformOfficial() {
	var user struct {
		UnionID string `json:"union_id"`
	}
	c.needs("read the user's union id", c.native.call("GET", appPath(c.app.ID, "users", c.openID), nil, &user))
	account, err := c.native.createApp("wechat-oa", "weapp v1.5.1")
	c.needs("make an official account", err)
	var follower struct {
		OpenID string `json:"open_id"`
	}
	c.needs("make the same person its follower", c.native.call("POST", appPath(account.ID, "users"), map[string]string{"union_id": user.UnionID}, &follower))
	var made struct {
		TemplateID string `json:"template_id"`
	}
	c.needs("make its template", c.native.call("POST", appPath(account.ID, "templates"), map[string]string{"library_id": "TM00015"}, &made))

	uniform := template.UniformMsg{ToUser: c.openID}
	uniform.MPTemplateMsg.AppID = account.ID
	uniform.MPTemplateMsg.TemplateID = made.TemplateID
	uniform.MPTemplateMsg.URL = "https://example.com/order/1"
	uniform.MPTemplateMsg.Data = template.Data{"first": {Value: "您好"}, "orderMoneySum": {Value: "30.00元"}}
	c.equal("uniform send for an account that is not linked", c.outcome(uniform.Send(c.token)), notLinked)
	c.needs("link the two", c.native.call("PATCH", appPath(account.ID), map[string][]string{"linked_apps": {c.app.ID}}, nil))
	c.equal("uniform send for the account, to the program's openid", c.outcome(uniform.Send(c.token)), "ok")
	uniform.ToUser = follower.OpenID
	c.equal("uniform send for the account, to its own openid", c.outcome(uniform.Send(c.token)), "ok")
	uniform.ToUser = "onobody"
	c.equal("uniform send for the account, to nobody", c.outcome(uniform.Send(c.token)), unknownOpenID)

	inbox, err := c.native.inbox(account.ID, follower.OpenID)
	c.needs("read the follower's inbox", err)
	if c.equal("the inbox holds both messages", len(inbox.Items), 2) {
		c.equal("they are the account's", inbox.Items[0].TemplateID, made.TemplateID)
		c.equal("they are addressed to its follower", inbox.Items[1].User, follower.OpenID)
	}
}
