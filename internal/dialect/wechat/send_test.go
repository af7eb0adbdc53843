package wechat_test

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

// seed002 is the request sample of seed 002 with the demo world's ids to be
// filled in.
const seed002 = `{
  "touser": "OPENID",
  "template_id": "TEMPLATE_ID",
  "page": "index",
  "form_id": "FORMID",
  "data": {
      "keyword1": {
          "value": "339208499"
      },
      "keyword2": {
          "value": "2015年01月05日 12:30"
      },
      "keyword3": {
          "value": "腾讯微信总部"
      } ,
      "keyword4": {
          "value": "广州市海珠区新港中路397号"
      }
  },
  "emphasis_keyword": "keyword1.DATA"
}`

func TestSendIsAcceptedAndStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	formID := w.grant(muban.GrantForm)
	w.post(sendPath, w.fill(seed002, formID)).is(accepted) // seed 002, 返回示例

	m := w.message(formID)
	if m.UserID != openID || m.TemplateID != w.template.ID || m.Page != "index" || m.EmphasisKeyword != "keyword1.DATA" {
		t.Errorf("stored %+v", m)
	}
	want := "购买地点339208499\n购买时间2015年01月05日 12:30\n物品名称腾讯微信总部\n"
	if m.Rendered != want {
		t.Errorf("rendered %q, want %q", m.Rendered, want)
	}
	// Seed 002, errcode 41029: a form pays for one message.
	w.post(sendPath, w.fill(seed002, formID)).wants(41029, muban.RuleGrantSpent)
	w.message(formID)
}

func TestPrepayIDPaysForThree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	prepayID := w.grant(muban.GrantPayment)
	for range 3 { // protocol.md §7
		w.post(sendPath, w.fill(seed002, prepayID)).is(accepted)
	}
	w.post(sendPath, w.fill(seed002, prepayID)).wants(41029, muban.RuleGrantSpent)
}

// Every refusal of send, each by a request that is right but for one thing,
// and each of them spends nothing.
func TestSendRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(func(a *muban.App) { a.Pages = []string{"pages/index/index", "index"} })
	other := w.newApp(muban.WeChatMini, "wxffffffffffffffff")
	stranger, err := w.service.CreateUser(t.Context(), other.ID, messaging.NewUser{})
	must(t, err)
	neighbour, err := w.service.CreateUser(t.Context(), appID, messaging.NewUser{})
	must(t, err)
	foreignTemplate, err := w.service.CreateTemplate(t.Context(), other.ID, messaging.NewTemplate{LibraryID: "AT0002", KeywordIDs: []int{3}})
	must(t, err)
	deleted, err := w.service.CreateTemplate(t.Context(), appID, messaging.NewTemplate{LibraryID: "AT0002", KeywordIDs: []int{3}})
	must(t, err)
	must(t, w.service.DeleteTemplate(t.Context(), appID, deleted.ID))
	spent := w.grant(muban.GrantForm)
	w.post(sendPath, w.fill(seed002, spent)).is(accepted)

	formID := w.grant(muban.GrantForm)
	for _, test := range []struct {
		source       string // the document and place that the row comes from
		name         string
		right, wrong string // what is wrong with seed 002's sample
		code         int
		rule         muban.Rule
	}{
		{"protocol.md §2.2, 40003", "no touser", `"touser": "OPENID",`, ``, 40003, muban.RuleRecipientMissing},
		{"protocol.md §2.2, 40003", "touser empty", `"OPENID"`, `""`, 40003, muban.RuleRecipientMissing},
		{"protocol.md §2.2, 40003", "touser null", `"OPENID"`, `null`, 40003, muban.RuleRecipientMissing},
		{"protocol.md §2.2, 40003", "touser unknown", `"OPENID"`, `"onobody"`, 40003, muban.RuleRecipientUnknown},
		{"protocol.md §2.2, 40003", "another app's user", `"OPENID"`, `"` + stranger.OpenID + `"`, 40003, muban.RuleRecipientUnknown},
		{"seed 002, touser", "a union id", `"OPENID"`, `"o6unionid"`, 40003, muban.RuleRecipientUnknown},
		{"protocol.md §3.4, 40036", "no template_id", `"template_id": "TEMPLATE_ID",`, ``, 40036, muban.RuleTemplateMissing},
		{"seed 002, 40037", "template unknown", `"TEMPLATE_ID"`, `"nosuchtemplate"`, 40037, muban.RuleTemplateUnknown},
		{"seed 002, 40037", "another app's template", `"TEMPLATE_ID"`, `"` + foreignTemplate.ID + `"`, 40037, muban.RuleTemplateUnknown},
		{"decisions.md, deleting a template", "template deleted", `"TEMPLATE_ID"`, `"` + deleted.ID + `"`, 40037, muban.RuleTemplateUnknown},
		{"seed 002, 41030", "page unknown", `"page": "index"`, `"page": "pages/none?a=1"`, 41030, muban.RulePageUnknown},
		{"seed 002, 41028", "no form_id", `"form_id": "FORMID",`, ``, 41028, muban.RuleGrantMissing},
		{"seed 002, 41028", "form_id empty", `"FORMID"`, `""`, 41028, muban.RuleGrantMissing},
		{"seed 002, 41028", "form_id unknown", `"FORMID"`, `"0123"`, 41028, muban.RuleGrantUnknown},
		{"protocol.md §7", "the devtools' form_id", `"FORMID"`, `"the formId is a mock one"`, 41028, muban.RuleGrantMock},
		{"protocol.md §7", "another user's form_id", `"FORMID"`, `"` + w.grantTo(appID, neighbour.OpenID, muban.GrantForm) + `"`, 41028, muban.RuleGrantOwner},
		{"protocol.md §7", "another app's form_id", `"FORMID"`, `"` + w.grantTo(other.ID, stranger.OpenID, muban.GrantForm) + `"`, 41028, muban.RuleGrantApp},
		{"seed 002, 41029", "form_id spent", `"FORMID"`, `"` + spent + `"`, 41029, muban.RuleGrantSpent},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(seed002, test.right) {
				t.Fatalf("the sample has no %s", test.right)
			}
			body := w.fill(strings.Replace(seed002, test.right, test.wrong, 1), formID)
			w.in(t).post(sendPath, body).wants(test.code, test.rule)
		})
	}
	w.post(sendPath, w.fill(seed002, formID)).is(accepted)
}

// A grant lives seven days to the millisecond (protocol.md §7).
func TestFormIDExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	early, late := w.grant(muban.GrantForm), w.grant(muban.GrantForm)
	w.clock.advance(muban.Week - time.Millisecond)
	w.token = w.get(tokenURL).accessToken()
	w.post(sendPath, w.fill(seed002, early)).is(accepted)
	w.clock.advance(time.Millisecond)
	w.post(sendPath, w.fill(seed002, late)).wants(41028, muban.RuleGrantExpired)
}

// Seed 002, 45009. The day is that of UTC+8 (decisions.md): the world begins
// at noon there.
func TestDailyLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	limit := int64(1)
	w.set(func(a *muban.App) { a.DailyLimit = &limit })
	prepayID := w.grant(muban.GrantPayment)
	w.post(sendPath, w.fill(seed002, prepayID)).is(accepted)
	w.post(sendPath, w.fill(seed002, prepayID)).wants(45009, muban.RuleDailyLimit)
	w.clock.advance(12*time.Hour - time.Millisecond)
	w.token = w.get(tokenURL).accessToken()
	w.post(sendPath, w.fill(seed002, prepayID)).wants(45009, muban.RuleDailyLimit)
	w.clock.advance(time.Millisecond)
	w.post(sendPath, w.fill(seed002, prepayID)).is(accepted)
}

// Design.md §5, "WeChat mini: order of checks": a request in which everything
// is wrong is put right one thing at a time.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	none := int64(0)
	w.set(func(a *muban.App) { a.Pages, a.DailyLimit = []string{"index"}, &none })
	expired := w.get(tokenURL).accessToken()
	w.clock.advance(2 * time.Hour)
	w.token = w.get(tokenURL).accessToken()
	formID := w.grant(muban.GrantForm)

	method, token, body := http.MethodGet, "", strings.Repeat(" ", 1<<20+1)
	member := map[string]string{"touser": "onobody", "template_id": "", "page": "nowhere", "form_id": ""}
	text := func() string {
		return `{"touser":"` + member["touser"] + `","template_id":"` + member["template_id"] +
			`","page":"` + member["page"] + `","form_id":"` + member["form_id"] + `"}`
	}
	for _, step := range []struct {
		code int
		next func() // puts right what the code complains of
	}{
		{41001, func() { token = "77_nonsense" }},
		{40001, func() { token = expired }},
		{42001, func() { token = w.token }},
		{43002, func() { method = http.MethodPost }},
		{45002, func() { body = " " }},
		{44002, func() { body = "{" }},
		{47001, func() { body = text() }},
		{40003, func() { member["touser"] = openID; body = text() }},
		{40036, func() { member["template_id"] = "none"; body = text() }},
		{40037, func() { member["template_id"] = w.template.ID; body = text() }},
		{41030, func() { member["page"] = "/index?foo=bar"; body = text() }},
		{41028, func() { member["form_id"] = formID; body = text() }},
		{45009, func() { w.set(func(a *muban.App) { a.DailyLimit = nil }) }},
		{0, func() {}},
		{41029, func() {}},
	} {
		w.do(method, sendPath+"?access_token="+url.QueryEscape(token), body).wants(step.code, "")
		step.next()
	}
}

// The bodies that client libraries send, byte for byte but for the ids, and
// what must have been understood of them.
func TestClientsAreUnderstood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := map[string]muban.Value{"keyword1": {Text: "339208499"}, "keyword2": {Text: "广州 <&>"}}
	for _, test := range []struct {
		client, contentType, body string
		data                      map[string]muban.Value
		page                      string
	}{
		{
			"weapp v1.5.1: members sorted, < as \\u003c, page and emphasis_keyword always", "application/json",
			`{"data":{"keyword1":{"value":"339208499"},"keyword2":{"value":"广州 \u003c\u0026\u003e"}},"emphasis_keyword":"","form_id":"FORMID","page":"","template_id":"TEMPLATE_ID","touser":"OPENID"}`,
			plain, "",
		},
		{
			"weapp v1.5.1: a nil Message", "application/json",
			`{"data":null,"emphasis_keyword":"","form_id":"FORMID","page":"","template_id":"TEMPLATE_ID","touser":"OPENID"}`,
			nil, "",
		},
		{
			"EasyWeChat 5: [] for no data, escaped slashes", "application/json",
			`{"touser":"OPENID","template_id":"TEMPLATE_ID","page":"pages\/index\/index","form_id":"FORMID","data":[],"emphasis_keyword":""}`,
			nil, "pages/index/index",
		},
		{
			"EasyWeChat 5: value and color", "application/json",
			`{"touser":"OPENID","template_id":"TEMPLATE_ID","page":"","form_id":"FORMID","data":{"keyword1":{"value":"339208499","color":"#173177"}},"emphasis_keyword":""}`,
			map[string]muban.Value{"keyword1": {Text: "339208499", Color: "#173177"}},
			"",
		},
		{
			"wechatpy: no Content-Type, spaces after separators", "",
			`{"touser": "OPENID", "template_id": "TEMPLATE_ID", "page": "index", "form_id": "FORMID", "data": {"keyword1": {"value": "339208499"}, "keyword2": {"value": "广州 <&>"}}}`,
			plain, "index",
		},
		{
			"co-wechat-api 3.11.0: color null", "application/json",
			`{"touser":"OPENID","template_id":"TEMPLATE_ID","page":"index","form_id":"FORMID","data":{"keyword1":{"value":"339208499"},"keyword2":{"value":"广州 <&>"}},"color":null,"emphasis_keyword":"keyword1.DATA"}`,
			plain, "index",
		},
		{
			"uni-app's sample (seed 003): Baidu's scene_type too", "application/json;charset=utf-8",
			`{"touser": "OPENID","template_id": "TEMPLATE_ID","page": "/pages/index/index","form_id": "FORMID","data": {"keyword1": {"value": "339208499"}},"scene_type": 1,"emphasis_keyword": "keyword1.DATA"}`,
			map[string]muban.Value{"keyword1": {Text: "339208499"}},
			"/pages/index/index",
		},
		{
			"curl -d: another Content-Type", "application/x-www-form-urlencoded",
			`{"touser":"OPENID","template_id":"TEMPLATE_ID","form_id":"FORMID","data":{"keyword1":{"value":339208499},"keyword2":{"value":1.50},"keyword3":{"value":12345678901234567890}}}`,
			map[string]muban.Value{"keyword1": {Text: "339208499"}, "keyword2": {Text: "1.50"}, "keyword3": {Text: "12345678901234567890"}},
			"",
		},
		{
			"a byte order mark", "text/plain",
			"\xef\xbb\xbf" + `{"touser":"OPENID","template_id":"TEMPLATE_ID","form_id":"FORMID","page":null,"data":"","emphasis_keyword":null}`,
			nil, "",
		},
	} {
		t.Run(test.client, func(t *testing.T) {
			w := w.in(t)
			formID := w.grant(muban.GrantForm)
			// Unknown query parameters are ignored, the first access_token
			// counts, and it may be percent-encoded (protocol.md §10 no. 4).
			target := w.url + sendPath + "?debug=1&access_token=" + percentEncoded(w.token) + "&access_token=other&neededText="
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(w.fill(test.body, formID)))
			must(t, err)
			if test.contentType != "" {
				req.Header.Set("Content-Type", test.contentType)
			}
			call(t, req).is(accepted)
			m := w.message(formID)
			if m.Page != test.page || !maps.Equal(m.Data, test.data) {
				t.Errorf("understood page %q and data %v, want %q and %v", m.Page, m.Data, test.page, test.data)
			}
		})
	}
}

func percentEncoded(text string) string {
	var out bytes.Buffer
	for _, c := range []byte(text) {
		out.WriteString("%" + string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15]))
	}
	return out.String()
}
