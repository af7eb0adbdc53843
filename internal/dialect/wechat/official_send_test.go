package wechat_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

// msgID is the id in an accepted send's answer, which it checks as a whole
// (seed 004, 返回码说明).
func (r reply) msgID() muban.MessageID {
	r.t.Helper()
	var answer struct {
		MsgID json.Number `json:"msgid"`
	}
	must(r.t, json.Unmarshal([]byte(r.Body), &answer))
	id, ok := muban.ParseMessageID(answer.MsgID.String())
	if !ok {
		r.t.Fatalf("no msgid in %s", r.Body)
	}
	r.is(fmt.Sprintf(`{"errcode":0,"errmsg":"ok","msgid":%d}`, id))
	return id
}

func TestOfficialSendIsAcceptedAndStored(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	id := a.post(officialSend, a.fill(seed004)).msgID()
	if id <= 1<<53 { // protocol.md §3.2: msgid is 64-bit
		t.Errorf("msgid %d is not above 2^53", id)
	}
	m := a.newest()
	if m.ID != id || m.UserID != followerID || m.TemplateID != a.template.ID || m.URL != "http://weixin.qq.com/download" ||
		m.Color != "#FF0000" || m.MiniProgram != (muban.MiniProgram{}) || m.GrantID != "" || m.State != muban.StateDelivered {
		t.Errorf("stored %+v", m)
	}
	if want := "黄先生：\n时间：06月07日 19时24分\n卡号：0426 消费人民币260.00元\n余额：6504.09"; m.Rendered != want {
		t.Errorf("rendered %q, want %q", m.Rendered, want)
	}
	if m.Data["DeadTime"].Text != "06月07日19时24分" || m.Data["User"].Color != "#173177" { // a key without a place, a key's colour
		t.Errorf("stored data %v", m.Data)
	}
	if again := a.post(officialSend, a.fill(seed004)).msgID(); again == id { // no client_msg_id: another message
		t.Error("the second send answered the first one's id")
	}
}

// Every refusal of send, each by a request that is right but for one thing.
func TestOfficialSendRefusals(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.world.set(func(app *muban.App) { app.Pages = []string{"index"} })
	leaver, err := a.service.CreateUser(t.Context(), officialID, messaging.NewUser{})
	must(t, err)
	_, err = a.service.UpdateUser(t.Context(), officialID, leaver.OpenID, func(u *muban.User) error { u.Following = false; return nil })
	must(t, err)
	const (
		touser   = `"touser":"OPENID"`
		template = `"template_id":"ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY"`
		web      = `"url":"http://weixin.qq.com/download"`
		money    = `"人民币260.00元"`
	)
	for _, test := range []struct {
		source, name, right, wrong string
		code                       int
		rule                       muban.Rule
	}{
		{"protocol.md §3.4, 40003", "no touser", touser + ",", ``, 40003, muban.RuleRecipientMissing},
		{"protocol.md §3.4, 40003", "an unknown touser", touser, `"touser":"onobody"`, 40003, muban.RuleRecipientUnknown},
		{"protocol.md §3.4, 40003", "a mini program's openid", touser, `"touser":"` + openID + `"`, 40003, muban.RuleRecipientUnknown},
		{"protocol.md §3.4, 43004", "who does not follow", touser, `"touser":"` + leaver.OpenID + `"`, 43004, muban.RuleRecipientFollows},
		{"protocol.md §3.4, 40036", "no template_id", template + ",", ``, 40036, muban.RuleTemplateMissing},
		{"protocol.md §3.4, 40037", "an unknown template_id", template, `"template_id":"none"`, 40037, muban.RuleTemplateUnknown},
		{"protocol.md §3.4, 40037", "a mini program's template_id", template, `"template_id":"` + a.world.template.ID + `"`, 40037, muban.RuleTemplateUnknown},
		{"protocol.md §3.4, 40166", "an unknown mini program", web, `"miniprogram":{"appid":"wx0","pagepath":"index"}`, 40166, muban.RuleMiniProgramUnknown},
		{"protocol.md §3.4, 40166", "the account as mini program", web, `"miniprogram":{"appid":"` + officialID + `"}`, 40166, muban.RuleMiniProgramUnknown},
		{"protocol.md §3.4, 40165", "an unknown page", web, `"miniprogram":{"appid":"` + appID + `","pagepath":"other"}`, 40165, muban.RuleMiniProgramPage},
		{"protocol.md §3.4, 40165", "an unknown path: WxJava", web, `"miniprogram":{"appid":"` + appID + `","path":"other"}`, 40165, muban.RuleMiniProgramPage},
		{"protocol.md §3.4, 47003", "a value that is true", money, `true`, 47003, muban.RuleDataArgument},
		{"protocol.md §3.4, 47001", "miniprogram as a text", web, `"miniprogram":"wx0"`, 47001, muban.RuleRequestMalformed},
		{"dialects/wechat.md, 45067", "a long client_msg_id", web, `"client_msg_id":"` + strings.Repeat("x", 257) + `"`, 45067, muban.RuleClientMsgIDSize},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(seed004, test.right) {
				t.Fatalf("the sample has no %s", test.right)
			}
			a.in(t).post(officialSend, a.fill(strings.Replace(seed004, test.right, test.wrong, 1))).wants(test.code, test.rule)
		})
	}
	if a.sent() != 0 {
		t.Errorf("%d messages were stored", a.sent())
	}
	// The entry that is meant stands in errmsg (protocol.md §3.4, 47003).
	r := a.post(officialSend, a.fill(strings.Replace(seed004, money, "[1]", 1)))
	if !strings.HasPrefix(r.ErrMsg, "argument invalid! data.Money.value invalid rid: ") {
		t.Errorf("errmsg %q", r.ErrMsg)
	}
	none := int64(0)
	a.set(func(app *muban.App) { app.DailyLimit = &none })
	a.post(officialSend, a.fill(seed004)).wants(45009, muban.RuleDailyLimit)
	a.set(func(app *muban.App) { app.DailyLimit = nil })
	a.post(officialSend, a.fill(seed004)).msgID()
}

// The bodies that client libraries send, and what must have been understood.
func TestOfficialClientsAreUnderstood(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	for _, test := range []struct {
		client, rest string
		want         muban.Message
	}{
		{"silenceper v2: an empty miniprogram, HTML raw", `"url":"http://x/?a=1&b=<2>","color":"#173177","data":{"User":{"value":"<a> & b"}},"client_msg_id":"s-1","miniprogram":{"appid":"","pagepath":""}`, muban.Message{URL: "http://x/?a=1&b=<2>", Color: "#173177", ClientMsgID: "s-1", Rendered: "<a> & b"}},
		{"other Go clients: HTML escaped", `"url":"http://x/?a=1\u0026b=2","data":{"User":{"value":"\u003ca\u003e"}}`, muban.Message{URL: "http://x/?a=1&b=2", Rendered: "<a>"}},
		{"EasyWeChat 5: miniprogram and url empty texts", `"url":"","miniprogram":"","data":[]`, muban.Message{}},
		{"seen in the wild: miniprogram an empty list", `"url":"","miniprogram":[],"data":{"User":{"value":"x","color":""}}`, muban.Message{Rendered: "x"}},
		{"co-wechat-api: miniprogram left out, color", `"url":"http:\/\/x","color":"#FF0000","data":{"User":{"value":"x"}}`, muban.Message{URL: "http://x", Color: "#FF0000", Rendered: "x"}},
		{"co-wechat-api: no color", `"url":null,"color":null,"data":{"User":{"value":7}}`, muban.Message{Rendered: "7"}},
		{"WxJava: path", `"miniprogram":{"appid":"` + appID + `","path":"index?foo=bar"},"data":{}`, muban.Message{MiniProgram: muban.MiniProgram{AppID: appID, PagePath: "index?foo=bar"}}},
		{"both url and miniprogram", `"url":"http://x","miniprogram":{"appid":"` + appID + `","pagepath":"index"}`, muban.Message{URL: "http://x", MiniProgram: muban.MiniProgram{AppID: appID, PagePath: "index"}}},
	} {
		t.Run(test.client, func(t *testing.T) {
			a := a.in(t)
			a.post(officialSend, `{"touser":"`+followerID+`","template_id":"`+a.template.ID+`",`+test.rest+`}`).msgID()
			m := a.newest()
			if m.URL != test.want.URL || m.Color != test.want.Color || m.MiniProgram != test.want.MiniProgram || m.ClientMsgID != test.want.ClientMsgID ||
				!strings.HasPrefix(m.Rendered, test.want.Rendered+"：") {
				t.Errorf("understood %+v", m)
			}
		})
	}
}

// Protocol.md §3.2: the same openid and client_msg_id within ten minutes, from
// however many callers at once, is one message.
func TestClientMsgIDOnTheWire(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	body := strings.Replace(a.fill(seed004), `"url"`, `"client_msg_id":"order-1","url"`, 1)
	first := a.post(officialSend, body).msgID()
	a.clock.advance(10*time.Minute - time.Millisecond)
	if again := a.post(officialSend, body).msgID(); again != first || a.sent() != 1 {
		t.Errorf("within ten minutes: msgid %d, want %d; %d messages", again, first, a.sent())
	}
	a.clock.advance(time.Millisecond)
	ids := make([]muban.MessageID, 32)
	var callers sync.WaitGroup
	for i := range ids {
		callers.Go(func() { ids[i] = a.post(officialSend, body).msgID() })
	}
	callers.Wait()
	for _, id := range ids {
		if id != ids[0] || id == first {
			t.Errorf("after ten minutes, at once: msgids %v", ids)
			break
		}
	}
	if a.sent() != 2 {
		t.Errorf("%d messages, want 2", a.sent())
	}
}

// A request in which everything is wrong is put right one thing at a time
// (dialects/wechat.md, order of checks).
func TestOfficialOrderOfChecks(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	none := int64(0)
	a.set(func(app *muban.App) { app.DailyLimit = &none })
	a.world.set(func(app *muban.App) { app.Pages = []string{"index"} })
	follow := func(following bool) {
		_, err := a.service.UpdateUser(t.Context(), officialID, followerID, func(u *muban.User) error { u.Following = following; return nil })
		must(t, err)
	}
	follow(false)
	expired := a.token
	a.clock.advance(2 * time.Hour)
	a.renew()
	mini := a.get(tokenURL).accessToken()

	method, token, body := http.MethodGet, "", strings.Repeat(" ", 1<<20+1)
	member := map[string]string{"touser": `"onobody"`, "template_id": `""`, "miniprogram": `{"appid":"wx0"}`, "client_msg_id": `"` + strings.Repeat("x", 300) + `"`, "data": `{"first":{"value":true}}`}
	text := func() string {
		var parts []string
		for name, value := range member {
			parts = append(parts, `"`+name+`":`+value)
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	put := func(name, value string) func() { return func() { member[name] = value; body = text() } }
	for _, step := range []struct {
		code int
		next func() // puts right what the code complains of
	}{
		{41001, func() { token = "77_nonsense" }},
		{40001, func() { token = expired }},
		{42001, func() { token = mini }},
		{48001, func() { token = a.token }},
		{43002, func() { method = http.MethodPost }},
		{45002, func() { body = " " }},
		{44002, func() { body = "{" }},
		{47001, func() { body = text() }},
		{47003, put("data", "{}")},
		{40003, put("touser", `"`+followerID+`"`)},
		{43004, func() { follow(true) }},
		{40036, put("template_id", `"none"`)},
		{40037, put("template_id", `"`+a.template.ID+`"`)},
		{40166, put("miniprogram", `{"appid":"`+appID+`","pagepath":"other"}`)},
		{40165, put("miniprogram", `{"appid":"`+appID+`","pagepath":"/index?a=b"}`)},
		{45067, put("client_msg_id", `"1"`)},
		{45009, func() { a.set(func(app *muban.App) { app.DailyLimit = nil }) }},
		{0, func() {}},
	} {
		a.do(method, officialSend+"?access_token="+url.QueryEscape(token), body).wants(step.code, "")
		step.next()
	}
}

// uniform_send's official half: protocol.md §2.3.
func TestUniformSendOfOfficialAccounts(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	body := func(to, members string) string {
		return `{"touser":"` + to + `","mp_template_msg":{"appid":"` + officialID + `","template_id":"` + a.template.ID + `",` + members + `}}`
	}
	const data = `"url":"http://x","miniprogram":{"appid":"","pagepath":""},"data":{"User":{"value":"黄先生","color":"#173177"}}`
	a.asMini(uniformSend, body(followerID, data)).wants(40013, muban.RuleAppLinked)
	a.set(func(app *muban.App) { app.LinkedApps = []string{appID} })
	for _, test := range []struct {
		source, body string
		code         int
		rule         muban.Rule
	}{
		{"the account's openid", body(followerID, data), 0, ""},
		{"the mini program's openid: the person by union id", body(openID, data), 0, ""},
		{"weapp v1.5.1: a hollow other half", strings.Replace(body(followerID, data), `{"touser"`, `{"weapp_template_msg":{"template_id":"","page":"","form_id":"","data":null},"touser"`, 1), 0, ""},
		{"leading to the mini program", body(followerID, `"miniprogram":{"appid":"`+appID+`","pagepath":"index"}`), 0, ""},
		{"another account", strings.Replace(body(followerID, data), officialID, "wx0", 1), 40013, muban.RuleAppLinked},
		{"the mini program itself", strings.Replace(body(followerID, data), officialID, appID, 1), 40013, muban.RuleAppLinked},
		{"nobody", body("onobody", data), 40003, muban.RuleRecipientUnknown},
		{"a union id", body("o6unionid", data), 40003, muban.RuleRecipientUnknown},
		{"no template", strings.Replace(body(followerID, data), a.template.ID, "", 1), 40036, muban.RuleTemplateMissing},
		{"the mini program's template", strings.Replace(body(followerID, data), a.template.ID, a.world.template.ID, 1), 40037, muban.RuleTemplateUnknown},
		{"a value that is null", body(followerID, `"data":{"User":{"value":null}}`), 47003, muban.RuleDataArgument},
		{"data as a text", body(followerID, `"data":"x"`), 47001, muban.RuleRequestMalformed},
		{"an unknown mini program", body(followerID, `"miniprogram":{"appid":"wx0"}`), 40166, muban.RuleMiniProgramUnknown},
	} {
		t.Run(test.source, func(t *testing.T) {
			a := a.in(t)
			before := a.sent()
			r := a.asMini(uniformSend, test.body)
			r.wants(test.code, test.rule)
			if test.code == 0 {
				r.is(accepted)
			}
			if stored := a.sent() - before; stored == 1 != (test.code == 0) {
				t.Errorf("%d messages were stored", stored)
			}
			if m := a.newest(); test.code == 0 && (m.AppID != officialID || m.UserID != followerID || m.ID <= 1<<53) {
				t.Errorf("stored %+v", m)
			}
		})
	}
	// With the account's own token the call is not its.
	a.post(uniformSend, body(followerID, data)).wants(48001, muban.RuleTokenPlatform)
}

// What refuses an official account's message is a rule of official accounts,
// and their documents say so, also where a mini program sends it.
func TestOfficialRefusalsCiteTheirDocuments(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.set(func(app *muban.App) { app.LinkedApps = []string{appID} })
	uniform := func(template string) reply {
		return a.asMini(uniformSend, `{"touser":"`+followerID+`","mp_template_msg":{"appid":"`+officialID+`","template_id":"`+template+`"}}`)
	}
	mini := a.asMini("/cgi-bin/message/wxopen/template/send", `{"touser":"`+openID+`","template_id":"none"}`)
	none := int64(0)
	refused := map[string]reply{
		"no recipient":     a.post(officialSend, `{}`),
		"unknown openid":   a.post(officialSend, `{"touser":"nobody"}`),
		"no template":      a.post(officialSend, a.fill(`{"touser":"OPENID"}`)),
		"unknown template": a.post(officialSend, a.fill(`{"touser":"OPENID","template_id":"none"}`)),
		"del":              a.post(official+"del_private_template", `{"template_id":"none"}`),
		"uniform_send":     uniform("none"),
	}
	a.set(func(app *muban.App) { app.DailyLimit = &none })
	refused["daily limit"] = a.post(officialSend, a.fill(seed004))
	refused["daily limit of uniform_send"] = uniform(a.template.ID)
	for name, got := range refused {
		if got.code() == 0 || !strings.HasPrefix(got.See, "docs/protocol.md §3.") {
			t.Errorf("%s: %s is explained by %q", name, got.Body, got.See)
		}
	}
	if !strings.Contains(mini.See, "seed 002") {
		t.Errorf("a mini program's %s is explained by %q", mini.Body, mini.See)
	}
}
