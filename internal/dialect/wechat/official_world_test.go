package wechat_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

// account is the world with an official account in it: a follower, a template,
// and its access token in the place of the mini program's.
type account struct {
	*world
	app       muban.App
	follower  muban.User
	template  muban.Template
	miniToken string
}

const (
	officialID   = "wxfedcba9876543210"
	followerID   = "oFOLLOWER_1234-abcdefghijklm"
	officialSend = "/cgi-bin/message/template/send"
	official     = "/cgi-bin/template/"
	uniformSend  = "/cgi-bin/message/wxopen/template/uniform_send"
)

func newAccount(t *testing.T) *account {
	t.Helper()
	a := &account{world: newWorld(t)}
	a.miniToken = a.token
	ctx := t.Context()
	for _, title := range []muban.Title{
		{
			ID: "TM00015", Title: "订单支付成功", PrimaryIndustry: "IT科技", DeputyIndustry: "互联网|电子商务", Example: "您好\n支付金额：30.00元",
			Content: "{{first.DATA}}\n支付金额：{{orderMoneySum.DATA}}",
		},
		{ID: "47123", Title: "缴费通知", Content: "时间：{{time1.DATA}}\n地点：{{thing2.DATA}}", Example: "时间：今天\n地点：广州"},
	} {
		title.Platform = muban.WeChatOA
		_, err := a.service.CreateTitle(ctx, title)
		must(t, err)
	}
	a.app = a.newApp(muban.WeChatOA, officialID)
	var err error
	a.follower, err = a.service.CreateUser(ctx, officialID, messaging.NewUser{OpenID: followerID, UnionID: "o6unionid"})
	must(t, err)
	a.template, err = a.service.CreateTemplate(ctx, officialID, messaging.NewTemplate{
		Title: "消费提醒", Content: "{{User.DATA}}：\n时间：{{Date.DATA}}\n卡号：{{CardNumber.DATA}} {{Type.DATA}}{{Money.DATA}}\n余额：{{Left.DATA}}",
	})
	must(t, err)
	a.renew()
	return a
}

// renew fetches a new access token of the account.
func (a *account) renew() {
	a.Helper()
	a.token = a.get("/cgi-bin/token?grant_type=client_credential&appid=" + officialID + "&secret=" + secret).accessToken()
}

func (a *account) in(t *testing.T) *account {
	t.Helper()
	same := *a
	same.world = a.world.in(t)
	return &same
}

// set changes the account's settings.
func (a *account) set(edit func(*muban.App)) {
	a.Helper()
	_, err := a.service.UpdateApp(a.Context(), officialID, func(app *muban.App) error { edit(app); return nil })
	must(a.T, err)
}

// asMini calls a path with the mini program's access token.
func (a *account) asMini(path, body string) reply {
	a.Helper()
	return a.do(http.MethodPost, path+"?access_token="+url.QueryEscape(a.miniToken), body)
}

// fill puts the account's ids into a body.
func (a *account) fill(body string) string {
	return strings.NewReplacer("OPENID", followerID, "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY", a.template.ID).Replace(body)
}

// newest is the account's newest message.
func (a *account) newest() muban.Message {
	a.Helper()
	found, err := a.service.Messages(a.Context(), messaging.MessageQuery{AppID: officialID}, muban.Page{Limit: 1}, messaging.Hold{})
	must(a.T, err)
	if len(found.Items) == 0 {
		a.Fatal("the account has no message")
	}
	return found.Items[0]
}

// sent is how many messages the account has.
func (a *account) sent() int {
	a.Helper()
	found, err := a.service.Messages(a.Context(), messaging.MessageQuery{AppID: officialID}, muban.Page{Limit: 500}, messaging.Hold{})
	must(a.T, err)
	return len(found.Items)
}

// seed004 is the request sample of seed 004.
const seed004 = `{ "touser":"OPENID", "template_id":"ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY", "url":"http://weixin.qq.com/download", "topcolor":"#FF0000", "data":{ "User": { "value":"黄先生", "color":"#173177" }, "Date":{ "value":"06月07日 19时24分", "color":"#173177" }, "CardNumber":{ "value":"0426", "color":"#173177" }, "Type":{ "value":"消费", "color":"#173177" }, "Money":{ "value":"人民币260.00元", "color":"#173177" }, "DeadTime":{ "value":"06月07日19时24分", "color":"#173177" }, "Left":{ "value":"6504.09", "color":"#173177" } } }`
