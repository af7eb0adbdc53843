package baidu_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func TestSendIsAcceptedAndStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := w.grant(openID, muban.GrantForm)
	answer := w.post(sendPath, w.toMember(form))
	key := answer.sent()
	answer.is(`{"errno":0,"msg":"success","data":{"msg_key":` + muban.MessageID(key).String() + `}}`) // seed 000, 返回示例

	m := w.message(form)
	if int64(m.ID) != key || m.UserID != openID || m.TemplateID != w.template.ID || m.Page != "pages/home/home" || m.GrantKind != muban.GrantForm {
		t.Errorf("stored %+v", m)
	}
	// Seed 001, getTemplateList: lines are joined, the last has no end.
	if want := "订单号16601213222\n金额2019年10月23日 12:30"; m.Rendered != want {
		t.Errorf("rendered %q, want %q", m.Rendered, want)
	}
	// Seed 001, 表单类消息: one form, one message.
	w.post(sendPath, w.toMember(form)).wants(4003, muban.RuleGrantSpent)
}

// Seed 001, 说明: of touser_openId and touser the first alone counts.
func TestRecipients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	loggedIn, asGuest := openID, swanID
	for _, test := range []struct {
		source   string
		scene    string // whom it was issued to
		to       params
		user     string // whom the message is for
		code     int
		rule     muban.Rule
		contains string
	}{
		{"seed 000, touser_openId", loggedIn, params{"touser_openId": openID}, openID, 0, "", ""},
		{"seed 001, 说明", loggedIn, params{"touser_openId": openID, "touser": swanID}, openID, 0, "", ""},
		{"seed 001, 说明", loggedIn, params{"touser_openId": openID, "touser": "nobody"}, openID, 0, "", ""},
		{"seed 001, 说明", asGuest, params{"touser_openId": openID, "touser": swanID}, "", 4004, muban.RuleGrantLogin, "guest"},
		{"seed 000, 请求示例", asGuest, params{"touser_openId": "", "touser": swanID}, swanID, 0, "", ""},
		{"seed 000, touser", guestID, params{"touser_openId": "-", "touser": guestID}, guestID, 0, "", ""},
		{"protocol.md §0 row 10", loggedIn, params{"touser_openId": "-", "touser_openid": openID}, openID, 0, "", ""},
		{"protocol.md §0 row 10", loggedIn, params{"touser_openId": openID, "touser_openid": "nobody"}, openID, 0, "", ""},
		{"protocol.md §0 row 10", loggedIn, params{"touser_openId": "", "touser_openid": openID}, openID, 0, "", ""},
		{"protocol.md §0 row 10: no other spelling", loggedIn, params{"touser_openId": "-", "touser_openID": openID}, "", 2002, muban.RuleRequestParameter, "touser_openId"},
		{"seed 001, 说明: at least one", loggedIn, params{"touser_openId": "", "touser": ""}, "", 2002, muban.RuleRequestParameter, "touser_openId"},
		{"seed 000, Q&A 1", loggedIn, params{"touser_openId": swanID}, "", 4004, muban.RuleGrantOwner, swanID},
		{"seed 000, Q&A 1", guestID, params{"touser_openId": "-", "touser": swanID}, "", 4004, muban.RuleGrantOwner, swanID},
		{"seed 000, Q&A 1", loggedIn, params{"touser_openId": "nobody"}, "", 4004, muban.RuleGrantOwner, "nobody"},
		{"seed 000, Q&A 1", loggedIn, params{"touser_openId": "union"}, "", 4004, muban.RuleGrantOwner, "union"},
	} {
		scene := w.grant(test.scene, muban.GrantForm)
		got := w.post(sendPath, w.toMember(scene).but(test.to))
		if test.code != 0 {
			got.wants(test.code, test.rule)
			if !strings.Contains(got.Detail, test.contains) || len(w.paidFor(scene)) != 0 {
				t.Errorf("%s %v: explained by %q", test.source, test.to, got.Detail)
			}
			continue
		}
		got.sent()
		if m := w.message(scene); m.UserID != test.user {
			t.Errorf("%s %v: message for %s, want %s", test.source, test.to, m.UserID, test.user)
		}
	}
}

// Seed 001, 说明: the review service needs touser_openId and both members.
func TestExt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const sample = `{"xzh_id":111,"category_id":15}` // seed 000, ext
	for _, test := range []struct {
		name, ext string
		code      int
		stored    string
	}{
		{"the sample", sample, 0, sample},
		{"members as texts", `{"xzh_id":"111","category_id":"15"}`, 0, `{"xzh_id":"111","category_id":"15"}`},
		{"a member that nobody knows", `{"xzh_id":111,"category_id":15,"x":[]}`, 0, `{"xzh_id":111,"category_id":15,"x":[]}`},
		{"blank", "", 0, ""},
		{"white space", " \n", 0, ""},
		{"no category_id", `{"xzh_id":111}`, 2002, ""},
		{"no xzh_id", `{"category_id":15}`, 2002, ""},
		{"members in capitals", `{"XZH_ID":111,"CATEGORY_ID":15}`, 2002, ""},
		{"an empty member", `{"xzh_id":"","category_id":15}`, 2002, ""},
		{"a null member", `{"xzh_id":null,"category_id":15}`, 2002, ""},
		{"a member of another type", `{"xzh_id":[111],"category_id":15}`, 2002, ""},
		{"an empty object", `{}`, 2002, ""},
		{"an array", `[]`, 2002, ""},
		{"a text", `"xzh_id"`, 2002, ""},
		{"null as text", `null`, 2002, ""},
		{"broken", `{"xzh_id":111`, 2002, ""},
		{"invalid UTF-8", "{\"xzh_id\":\"\xff\",\"category_id\":15}", 2002, ""},
	} {
		scene := w.grant(openID, muban.GrantForm)
		got := w.post(sendPath, w.toMember(scene).but(params{"ext": test.ext}))
		if test.code != 0 {
			got.wants(test.code, muban.RuleRequestParameter)
			if !strings.Contains(got.Detail, "ext") {
				t.Errorf("%s: explained by %q", test.name, got.Detail)
			}
			continue
		}
		got.sent()
		if m := w.message(scene); m.Ext != test.stored {
			t.Errorf("%s: stored ext %q, want %q", test.name, m.Ext, test.stored)
		}
	}
	guest := w.grant(guestID, muban.GrantForm)
	toGuest := w.toMember(guest).but(params{"touser_openId": "", "touser": guestID, "ext": sample})
	w.post(sendPath, toGuest).wants(2002, muban.RuleRequestParameter)
	w.post(sendPath, toGuest.but(params{"ext": ""})).sent()

	// In a JSON body, as the value itself.
	scene := w.grant(openID, muban.GrantForm)
	body := strings.Replace(jsonBody(w.toMember(scene)), "{", `{"ext":`+sample+`,`, 1)
	w.do("POST", sendPath+"?access_token="+w.token, "application/json", body).sent()
	if m := w.message(scene); m.Ext != sample {
		t.Errorf("stored ext %q", m.Ext)
	}
	scene = w.grant(openID, muban.GrantForm)
	body = strings.Replace(jsonBody(w.toMember(scene)), "{", `{"ext":null,`, 1)
	w.do("POST", sendPath+"?access_token="+w.token, "application/json", body).sent()
}

// Design.md §5, data: text only; numbers become text.
func TestData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	texts := func(pairs ...string) map[string]muban.Value {
		data := make(map[string]muban.Value)
		for i := 0; i < len(pairs); i += 2 {
			data[pairs[i]] = muban.Value{Text: pairs[i+1]}
		}
		return data
	}
	for _, test := range []struct {
		source, data string
		want         map[string]muban.Value
	}{
		{"seed 001, data", `{"keyword1": {"value": "2018-09-06"},"keyword2": {"value": "kfc"}}`, texts("keyword1", "2018-09-06", "keyword2", "kfc")},
		{"decisions.md", `{"keyword1":{"value":16601213222}}`, texts("keyword1", "16601213222")},
		{"decisions.md", `{"keyword1":{"value":1.50},"keyword2":{"value":12345678901234567890}}`, texts("keyword1", "1.50", "keyword2", "12345678901234567890")},
		{"decisions.md: missing keys are empty", `{"keyword2":{"value":"x"}}`, texts("keyword2", "x")},
		{"decisions.md: a missing value is empty", `{"keyword1":{}}`, texts("keyword1", "")},
		{"decisions.md: unknown keys are ignored", `{"keyword9":{"value":"x"}}`, texts("keyword9", "x")},
		{"protocol.md §10 no. 6", `[]`, nil},
		{"protocol.md §10 no. 6", ` [ ] `, nil},
		{"protocol.md §10 no. 6", `{}`, nil},
		{"protocol.md §2.1: a color is WeChat's", `{"keyword1":{"value":"x","color":"#173177"}}`, texts("keyword1", "x")},
		{"a plus sign and a percent sign", `{"keyword1":{"value":"1+1=100%"}}`, texts("keyword1", "1+1=100%")},
		{"an escape", `{"keyword1":{"value":"\u5317\u4eac\n\ud83d\ude00"}}`, texts("keyword1", "北京\n😀")},
	} {
		scene := w.grant(openID, muban.GrantForm)
		w.post(sendPath, w.toMember(scene).but(params{"data": test.data})).sent()
		if m := w.message(scene); !maps.Equal(m.Data, test.want) {
			t.Errorf("%s: %s understood as %v, want %v", test.source, test.data, m.Data, test.want)
		}
	}
	parameter, text := muban.RuleRequestParameter, muban.RuleDataText
	for _, test := range []struct {
		source, data string
		rule         muban.Rule
	}{
		{"seed 000, data: 是", "-", parameter},
		{"seed 000, data: 是", "", parameter},
		{"seed 000, data: 是", " ", parameter},
		{"seed 000, data", "null", parameter},
		{"seed 000, data", `"{}"`, parameter},
		{"seed 000, data", "7", parameter},
		{"seed 000, data", `[{"value":"x"}]`, parameter},
		{"seed 000, data", `{"keyword1":{"value":"x"}`, parameter},
		{"seed 000, data", `{'keyword1':{'value':'x'}}`, parameter},
		{"seed 000, data", `{"keyword1":{"value":"x"}},`, parameter},
		{"seed 000, data", "{\"keyword1\":{\"value\":\"\xff\"}}", parameter},
		{"seed 001, 使用场景", `{"keyword1":{"value":null}}`, text},
		{"seed 001, 使用场景", `{"keyword1":{"value":true}}`, text},
		{"seed 001, 使用场景", `{"keyword1":{"value":["x"]}}`, text},
		{"seed 001, 使用场景", `{"keyword1":{"value":{"a":1}}}`, text},
		{"seed 001, 使用场景", `{"keyword1":"x"}`, text},
		{"seed 001, 使用场景", `{"keyword1":null}`, text},
		{"seed 001, 使用场景", `{"keyword1":[]}`, text},
		{"seed 001, 使用场景", `{"keyword1":{"value":"x\u0000"}}`, text},
		{"seed 001, 使用场景", `{"keyword\u00001":{"value":"x"}}`, text},
		{"seed 001, 使用场景", `{"keyword1":{"value":"x"},"\u0000":{}}`, text},
	} {
		scene := w.grant(openID, muban.GrantForm)
		w.post(sendPath, w.toMember(scene).but(params{"data": test.data})).wants(2002, test.rule)
		if len(w.paidFor(scene)) != 0 {
			t.Errorf("%s: %q was stored", test.source, test.data)
		}
	}
}

// A page leads nowhere else than into the app (decisions.md, page).
func TestPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(func(a *muban.App) { a.Pages = []string{"pages/home/home", "index"} })
	for page, code := range map[string]int{
		"pages/home/home": 0, "/pages/home/home": 0, "index?foo=bar": 0, "index#x": 0, "": 0, "-": 0,
		"pages/home": 2002, "//index": 2002, "Index": 2002, "https://example.com/": 2002,
	} {
		got := w.post(sendPath, w.toMember(w.grant(openID, muban.GrantForm)).but(params{"page": page}))
		if code != 0 {
			got.wants(code, muban.RulePageUnknown)
			continue
		}
		got.sent()
	}
}

// Baidu has no daily limit unless one is set (decisions.md); the gateway has
// a code for one.
func TestDailyLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	limit := int64(1)
	w.set(func(a *muban.App) { a.DailyLimit = &limit })
	w.post(sendPath, w.toMember(w.grant(openID, muban.GrantForm))).sent()
	scene := w.grant(openID, muban.GrantForm)
	w.post(sendPath, w.toMember(scene)).wants(17, muban.RuleDailyLimit)
	w.clock.advance(12 * time.Hour) // the world begins at noon in UTC+8
	w.post(sendPath, w.toMember(scene)).sent()
}

// Design.md §5: once a template is deleted, sends with it are refused.
func TestTemplates4001(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.newApp(muban.Baidu, "other")
	foreign, err := w.service.CreateTemplate(t.Context(), other.ID, messaging.NewTemplate{LibraryID: "BD0016", KeywordIDs: []int{1, 2}})
	must(t, err)
	scene := w.grant(openID, muban.GrantForm)
	for _, id := range []string{"nosuchtemplate", foreign.ID, strings.ToUpper(w.template.ID), " " + w.template.ID} {
		w.post(sendPath, w.toMember(scene).but(params{"template_id": id})).wants(4001, muban.RuleTemplateUnknown)
	}
	w.post(templatePath+"templatedel", params{"template_id": w.template.ID}).wants(0, "")
	w.post(sendPath, w.toMember(scene)).wants(4001, muban.RuleTemplateUnknown)
}

func percentEncoded(text string) string {
	var out strings.Builder
	for _, c := range []byte(text) {
		out.WriteString("%" + string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15]))
	}
	return out.String()
}

func multipartBody(t *testing.T, p params) (contentType, body string) {
	t.Helper()
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for name, value := range p {
		must(t, form.WriteField(name, value))
	}
	file, err := form.CreateFormFile("page", "page.txt") // a file is no parameter
	must(t, err)
	_, err = file.Write([]byte("pages/other"))
	must(t, err)
	must(t, form.Close())
	return form.FormDataContentType(), out.String()
}

// withToken is a request's query with the access token.
func (w *world) withToken(p params) string {
	return "?access_token=" + url.QueryEscape(w.token) + "&" + p.encode()
}

// bothWays makes a call by GET with everything in the query, as the Go SDK
// does for the three calls that read, and by POST with a form, as the seeds
// do, and hands over each answer.
func (w *world) bothWays(path string, p params, check func(reply)) {
	w.Helper()
	check(w.do(http.MethodGet, path+w.withToken(p)+"&sp_sdk_ver=0.1.2", "", ""))
	check(w.post(path, p))
}

// jsonBody is a body in which every parameter is a text.
func jsonBody(p params) string {
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // a map of texts can be encoded
	}
	return string(body)
}
