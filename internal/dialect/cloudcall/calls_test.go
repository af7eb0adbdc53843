package cloudcall_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/dialect/cloudcall"
	"github.com/muban-dev/muban/internal/dialect/wechat"
	"github.com/muban-dev/muban/internal/messaging"
)

const accepted = `{"errcode":0,"errmsg":"ok"}`

// The six calls answer as they do over HTTP; the SDK converts the names.
func TestCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call("templateMessage.getTemplateLibraryList", `{"offset":0,"count":5}`).
		is(`{"errcode":0,"errmsg":"ok","list":[{"id":"AT0002","title":"购买成功通知"}],"total_count":1}`)
	w.call("templateMessage.getTemplateLibraryById", `{"id":"AT0002"}`).
		is(`{"errcode":0,"errmsg":"ok","id":"AT0002","title":"购买成功通知","keyword_list":[{"keyword_id":3,"name":"购买地点","example":"TIT造舰厂"},{"keyword_id":4,"name":"购买时间","example":"2016年6月6日"},{"keyword_id":5,"name":"物品名称","example":"咖啡"}]}`)
	added := w.call("templateMessage.addTemplate", `{"id":"AT0002","keyword_id_list":[5,3]}`)
	found := regexp.MustCompile(`^\{"errcode":0,"errmsg":"ok","template_id":"([\w-]{43})"\}$`).FindStringSubmatch(added.Body)
	if found == nil {
		t.Fatalf("add answered %s", added.Body)
	}
	w.call("templateMessage.getTemplateList", `{"offset":1,"count":20}`).
		is(`{"errcode":0,"errmsg":"ok","list":[{"template_id":"` + found[1] + `","title":"购买成功通知","content":"物品名称{{keyword1.DATA}}\n购买地点{{keyword2.DATA}}\n","example":"物品名称:咖啡\n购买地点:TIT造舰厂\n"}]}`)
	send := func() reply {
		return w.call("templateMessage.send", `{"touser":"`+openID+`","template_id":"`+found[1]+`","page":"index","form_id":"`+w.form()+
			`","data":{"keyword1":{"value":"拿铁"}},"emphasis_keyword":"keyword1.DATA"}`)
	}
	send().is(accepted)
	w.call("uniformMessage.send", `{"touser":"`+openID+`","weapp_template_msg":{"template_id":"`+found[1]+`","form_id":"`+w.form()+`"}}`).is(accepted)
	if n := w.messages(); n != 2 {
		t.Errorf("%d messages", n)
	}
	w.call("templateMessage.deleteTemplate", `{"template_id":"`+found[1]+`"}`).is(accepted)
	send().wants("40037", muban.RuleTemplateUnknown)
}

// What wx-server-sdk wrote to its connection is recognised and passed on: the
// sample of seed 002, whose OPENID is nobody here.
func TestRecordedCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file, err := os.Open("../../../wire/cloudcall/testdata/send.http")
	must(t, err)
	defer func() { must(t, file.Close()) }()
	r, err := http.ReadRequest(bufio.NewReader(file))
	must(t, err)
	signed := &stoppedClock{now: time.Unix(1795645649, 0)} // its X-Timestamp
	rec := httptest.NewRecorder()
	cloudcall.New(wechat.New(w.service), w.service, signed).ServeHTTP(rec, r.WithContext(t.Context()))
	if !strings.Contains(rec.Body.String(), `{"errcode":40003,"errmsg":"invalid openid rid: `) {
		t.Errorf("answered %q", rec.Body)
	}
}

// The rules and codes are those of the calls over HTTP.
func TestCodesAreTheAPIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(func(a *muban.App) { a.Pages = []string{"index"} })
	spent := w.form()
	send := func(form string, more ...string) string {
		return `{"touser":"` + openID + `","template_id":"` + w.template.ID + `","form_id":"` + form + `"` + strings.Join(more, "") + `}`
	}
	w.call("templateMessage.send", send(spent)).is(accepted)
	expired := w.form()
	w.clock.advance(7 * 24 * time.Hour)
	for _, test := range []struct {
		source, call, params, code string
		rule                       muban.Rule
	}{
		{"seed 002, 41029", "templateMessage.send", send(w.form(), `,"page":"elsewhere"`), "41030", muban.RulePageUnknown},
		{"seed 002, 41028", "templateMessage.send", send("nobody's"), "41028", muban.RuleGrantUnknown},
		{"seed 002, 41028", "templateMessage.send", send(expired), "41028", muban.RuleGrantExpired},
		{"decisions.md, data", "templateMessage.send", send(w.form(), `,"data":{"keyword1":{"value":null}}`), "47001", muban.RuleDataText},
		{"decisions.md, data", "templateMessage.send", send(w.form(), `,"data":"text"`), "47001", muban.RuleRequestMalformed},
		{"protocol.md §2.2", "templateMessage.send", `{}`, "40003", muban.RuleRecipientMissing},
		{"protocol.md §2.2", "templateMessage.send", `{"touser":"` + openID + `"}`, "40036", muban.RuleTemplateMissing},
		{"protocol.md §2.2", "templateMessage.send", `{"touser":"` + openID + `","template_id":"` + w.template.ID + `"}`, "41028", muban.RuleGrantMissing},
		{"decisions.md, lists", "templateMessage.getTemplateList", ``, "45164", muban.RuleListOffset},
		{"decisions.md, lists", "templateMessage.getTemplateLibraryList", `{"offset":0,"count":21}`, "45076", muban.RuleListCount},
		{"decisions.md, lists", "templateMessage.getTemplateLibraryById", `{"id":"AT9999"}`, "40097", muban.RuleTitleUnknown},
		{"decisions.md, add", "templateMessage.addTemplate", `{"id":"AT0002","keyword_id_list":[99]}`, "45075", muban.RuleKeywordUnknown},
		{"decisions.md, add", "templateMessage.addTemplate", `{"id":"AT0002"}`, "45100", muban.RuleKeywordCount},
		{"decisions.md, del", "templateMessage.deleteTemplate", `{}`, "40037", muban.RuleTemplateUnknown},
		{"protocol.md §2.3", "uniformMessage.send", `{"touser":"x","mp_template_msg":{"appid":"wx1"}}`, "40013", muban.RuleAppLinked},
	} {
		t.Run(test.source, func(t *testing.T) {
			got := w.in(t).call(test.call, test.params)
			got.wants(test.code, test.rule)
			if text, rid, _ := strings.Cut(got.ErrMsg, " rid: "); text == "" || len(rid) != len("xxxxxxxx-xxxxxxxx-xxxxxxxx") {
				t.Errorf("errmsg %q", got.ErrMsg)
			}
		})
	}
	if n := w.messages(); n != 1 {
		t.Errorf("%d messages after refusals, want the first alone", n)
	}
}

// Seed 002, config.json: a function calls what is listed for it.
func TestPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const list, send = "templateMessage.getTemplateList", "templateMessage.send"
	for _, test := range []struct {
		name        string
		permissions *[]string
		allowed     []string
	}{
		{"absent is all", nil, []string{list, send}},
		{"empty is none", &[]string{}, nil},
		{"as config.json lists them", &[]string{"other.call", list}, []string{list}},
		{"as errMsg shows them", &[]string{"openapi." + send}, []string{send}},
		{"names are whole", &[]string{"templateMessage", "templateMessage.*", "*"}, nil},
		{"paths are cloud hosting's", &[]string{"/*", "/cgi-bin/wxopen/template/list"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := w.in(t)
			w.set(func(a *muban.App) { a.CloudPermissions = test.permissions })
			for _, call := range []string{list, send} {
				got := w.call(call, "")
				refused := got.Rule == string(muban.RuleCloudPermission)
				if refused != !strings.Contains(strings.Join(test.allowed, " "), call) {
					t.Errorf("%s: %s by rule %q", call, got.outcome(), got.Rule)
				}
				if refused {
					got.wants("-604101", muban.RuleCloudPermission)
				}
			}
		})
	}
}

// cloud.openapi({appid: …}): one of the caller's linked apps.
func TestCallsForAnotherApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const linked, stranger, official, gone = "wxlinked", "wxstranger", "wxofficial", "wxgone"
	w.newApp(muban.WeChatMini, linked)
	w.newApp(muban.WeChatMini, stranger)
	w.newApp(muban.WeChatOA, official)
	w.set(func(a *muban.App) { a.LinkedApps = []string{linked, official, gone} })
	const list, params = "templateMessage.getTemplateList", `{"offset":0,"count":1}`
	got := w.send(sent{call: list, params: params, forApp: linked})
	got.is(`{"errcode":0,"errmsg":"ok","list":[]}`)
	if got = w.send(sent{call: list, params: params, forApp: appID}); !strings.Contains(got.Body, w.template.ID) {
		t.Errorf("for itself: %s", got.Body)
	}
	w.send(sent{call: list, params: params, forApp: stranger}).wants("48001", muban.RuleCloudApp)
	w.send(sent{call: list, params: params, forApp: gone}).wants("48001", muban.RuleCloudApp)
	w.send(sent{call: list, params: params, forApp: "\x1b[2J"}).wants("48001", muban.RuleCloudApp)
	w.send(sent{call: list, params: params, forApp: official}).wants("48001", muban.RuleTokenPlatform)
	w.send(sent{call: list, params: params, secretID: official}).wants("48001", muban.RuleTokenPlatform)
}

// An official account's send, from its own functions and from those of a mini
// program that it is linked to. Its msgid is a number that the SDK must not
// round.
func TestOfficialAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const official = "wxofficial"
	w.newApp(muban.WeChatOA, official)
	w.set(func(a *muban.App) { a.LinkedApps = []string{official} })
	_, err := w.service.CreateUser(t.Context(), official, messaging.NewUser{OpenID: "oFollower"})
	must(t, err)
	template, err := w.service.CreateTemplate(t.Context(), official, messaging.NewTemplate{Title: "消费提醒", Content: "卡号：{{card_number.DATA}}"})
	must(t, err)
	call := sent{
		call:   "officialAccount.messageTemplate.send",
		params: `{"touser":"oFollower","template_id":"` + template.ID + `","data":{"card_number":{"value":"7"}}}`,
	}
	answer := regexp.MustCompile(`^\{"errcode":0,"errmsg":"ok","msgid":[1-9][0-9]{15,18}\}$`)
	for _, from := range []sent{{secretID: official}, {forApp: official}} {
		call.secretID, call.forApp = from.secretID, from.forApp
		if got := w.send(call); !answer.MatchString(got.Body) {
			t.Errorf("%+v: answered %s", from, got.Body)
		}
	}
	call.secretID, call.forApp = "", ""
	w.send(call).wants("48001", muban.RuleTokenPlatform)
}
