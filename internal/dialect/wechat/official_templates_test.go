package wechat_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

// The life of an account's templates, with whole answers (protocol.md §3.1).
func TestOfficialTemplates(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.post(official+"del_private_template", `{"template_id":"`+a.template.ID+`"}`).is(accepted)
	const unset = `{"primary_industry":{"first_class":"","second_class":""},"secondary_industry":{"first_class":"","second_class":""}}`
	a.list("get_industry").is(unset)
	a.post(official+"api_set_industry", `{ "industry_id1":"1", "industry_id2":"4" }`).is(accepted)
	a.list("get_industry").is(`{"primary_industry":{"first_class":"IT科技","second_class":"互联网|电子商务"},"secondary_industry":{"first_class":"IT科技","second_class":"电子技术"}}`)
	a.list("get_all_private_template").is(`{"template_list":[]}`)

	a.post(official+"api_add_template", `{"template_id_short":"TM00015"}`).wants(0, "")
	first := a.only()
	a.list("get_all_private_template").is(`{"template_list":[{"template_id":"` + first.ID + `","title":"订单支付成功","primary_industry":"IT科技","deputy_industry":"互联网|电子商务",` +
		`"content":"{{first.DATA}}\n支付金额：{{orderMoneySum.DATA}}","example":"您好\n支付金额：30.00元"}]}`)
	a.post(official+"del_private_template", `{"template_id":"`+first.ID+`"}`).is(accepted)
	a.post(official+"del_private_template", `{"template_id":"`+first.ID+`"}`).wants(40037, muban.RuleTemplateUnknown)

	r := a.post(official+"api_add_template", `{"template_id_short":47123,"keyword_name_list":["地点","时间"]}`)
	class := a.only()
	r.is(`{"errcode":0,"errmsg":"ok","template_id":"` + class.ID + `"}`)
	if class.Content != "地点：{{thing2.DATA}}\n时间：{{time1.DATA}}" || class.Example != "地点：广州\n时间：今天" {
		t.Errorf("added %+v", class)
	}
	a.post(officialSend, `{"touser":"`+followerID+`","template_id":"`+class.ID+`","data":{"thing2":{"value":"北京"}}}`).msgID()
	if m := a.newest(); m.Rendered != "地点：北京\n时间：" {
		t.Errorf("rendered %q", m.Rendered)
	}
}

// only is the account's only template.
func (a *account) only() muban.Template {
	a.Helper()
	found, err := a.service.Templates(a.Context(), officialID, muban.Page{Limit: 2})
	must(a.T, err)
	if len(found.Items) != 1 {
		a.Fatalf("the account has %d templates, want 1", len(found.Items))
	}
	return found.Items[0]
}

// list makes one of the calls that take nothing.
func (a *account) list(call string) reply {
	a.Helper()
	return a.get(official + call + "?access_token=" + url.QueryEscape(a.token))
}

// Protocol.md §3.5: EasyWeChat 5 posts [], PowerWeChat nothing; whatever a
// body says, it says nothing.
func TestReadingCallsTakeGetAndPost(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	for _, call := range []string{"get_industry", "get_all_private_template"} {
		want := a.list(call).Body
		if strings.Contains(want, "errcode") { // protocol.md §3.1
			t.Errorf("%s: %s", call, want)
		}
		for _, body := range []string{"", "[]", "{}", "null", " ", "{", "\xff", `{"access_token":"x"}`} {
			a.post(official+call, body).is(want)
		}
		a.post(official+call, strings.Repeat(" ", 2<<20)).wants(45002, muban.RuleRequestTooLarge)
		a.do(http.MethodGet, official+call+"?debug=1&access_token="+url.QueryEscape(a.token), "x").is(want)
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, "PROPFIND"} {
			a.do(method, official+call+"?access_token="+url.QueryEscape(a.token), "").wants(43001, muban.RuleRequestGet)
		}
	}
}

// Protocol.md §3.5: weixin-popular posts the token of these calls in a form, as
// Apache's HttpClient writes one.
func TestReadingCallsTakeTheTokenInAForm(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	form := "access_token=" + url.QueryEscape(a.token)
	for _, call := range []string{"get_industry", "get_all_private_template"} {
		path, want := official+call, a.list(call).Body
		a.do(http.MethodPost, path, form).is(want)
		a.do(http.MethodPost, path, "debug=1&"+form+"&x=%zz").is(want)
		a.do(http.MethodPost, path+"?debug=1&access_token=", form).is(want)
		a.post(path, "access_token=77_x").is(want) // the query's counts
		a.do(http.MethodPost, path+"?access_token=77_x", form).wants(40001, muban.RuleTokenUnknown)
		a.do(http.MethodPost, path, "access_token=77_x").wants(40001, muban.RuleTokenUnknown)
		a.do(http.MethodPost, path, "access_token="+url.QueryEscape(a.get(tokenURL).accessToken())).wants(48001, muban.RuleTokenPlatform)
		for _, body := range []string{"", "access_token=", "access_token=%zz", "Access_token=" + a.token, `{"access_token":"` + a.token + `"}`} {
			a.do(http.MethodPost, path, body).wants(41001, muban.RuleTokenMissing)
		}
		a.do(http.MethodGet, path, form).wants(41001, muban.RuleTokenMissing)
		a.do(http.MethodPost, path, form+strings.Repeat(" ", 2<<20)).wants(45002, muban.RuleRequestTooLarge)
	}
	a.do(http.MethodPost, official+"del_private_template", form).wants(41001, muban.RuleTokenMissing)
}

// All of an account's calls take its token, and those that ask for something
// POST and a body, checked in this order; a mini program's token is refused on
// all of them, and an account's on all of a mini program's.
func TestEveryCallOfAnAccount(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	expired := a.token
	a.clock.advance(2 * time.Hour)
	a.renew()
	a.miniToken = a.get(tokenURL).accessToken()
	posted := []string{officialSend, official + "api_set_industry", official + "api_add_template", official + "del_private_template"}
	for _, path := range append(posted, official+"get_industry", official+"get_all_private_template") {
		a.do(http.MethodPost, path, "{}").wants(41001, muban.RuleTokenMissing)
		a.do(http.MethodPost, path+"?access_token=77_x", "{}").wants(40001, muban.RuleTokenUnknown)
		a.do(http.MethodPost, path+"?access_token="+expired, "{}").wants(42001, muban.RuleTokenExpired)
		a.asMini(path, "{}").wants(48001, muban.RuleTokenPlatform)
		a.do(http.MethodGet, path+"?access_token="+a.miniToken, "").wants(48001, muban.RuleTokenPlatform)
	}
	for _, path := range posted {
		a.do(http.MethodGet, path+"?access_token="+a.token, "").wants(43002, muban.RuleRequestPost)
		a.post(path, "").wants(44002, muban.RuleRequestEmpty)
		a.post(path, "[]").wants(47001, muban.RuleRequestMalformed)
		a.post(path, "<xml/>").wants(47001, muban.RuleRequestMalformed)
	}
	for _, path := range []string{
		wxopen + "library/list", wxopen + "library/get", wxopen + "add", wxopen + "list", wxopen + "del", sendPath, uniformSend,
	} {
		a.post(path, "{}").wants(48001, muban.RuleTokenPlatform)
	}
}

// Every refusal and what clients send that is not one.
func TestOfficialTemplateCallRefusals(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	for _, test := range []struct {
		source, call, body string
		code               int
		rule               muban.Rule
	}{
		{"protocol.md §3.4, 40103: a form, which is no JSON, has none", "api_set_industry", `{}`, 40103, muban.RuleIndustryMissing},
		{"protocol.md §3.4, 40103", "api_set_industry", `{"industry_id1":"1"}`, 40103, muban.RuleIndustryMissing},
		{"protocol.md §3.4, 40103", "api_set_industry", `{"industry_id2":"1","industry_id1":""}`, 40103, muban.RuleIndustryMissing},
		{"protocol.md §3.4, 40103", "api_set_industry", `{"industry_id1":null,"industry_id2":4}`, 40103, muban.RuleIndustryMissing},
		{"protocol.md §3.4, 40102", "api_set_industry", `{"industry_id1":0,"industry_id2":4}`, 40102, muban.RuleIndustryUnknown},
		{"protocol.md §3.4, 40102", "api_set_industry", `{"industry_id1":1,"industry_id2":42}`, 40102, muban.RuleIndustryUnknown},
		{"protocol.md §3.4, 40102", "api_set_industry", `{"industry_id1":-1,"industry_id2":4}`, 40102, muban.RuleIndustryUnknown},
		{"protocol.md §3.4, 40102", "api_set_industry", `{"industry_id1":1.5,"industry_id2":4}`, 40102, muban.RuleIndustryUnknown},
		{"protocol.md §3.4, 40102", "api_set_industry", `{"industry_id1":"IT科技","industry_id2":4}`, 40102, muban.RuleIndustryUnknown},
		{"protocol.md §3.4, 40102", "api_set_industry", `{"industry_id1":[1],"industry_id2":{}}`, 40102, muban.RuleIndustryUnknown},
		{"bad input: 2^64 + 1", "api_set_industry", `{"industry_id1":18446744073709551617,"industry_id2":4}`, 40102, muban.RuleIndustryUnknown},
		{"bad input: a huge exponent", "api_set_industry", `{"industry_id1":1e999999999,"industry_id2":4}`, 40102, muban.RuleIndustryUnknown},
		{"bad input: control characters", "api_set_industry", `{"industry_id1":"\u001b[2J\u0000","industry_id2":4}`, 40102, muban.RuleIndustryUnknown},

		{"protocol.md §3.4, 40037", "api_add_template", `{}`, 40037, muban.RuleTemplateNumber},
		{"protocol.md §3.4, 40037", "api_add_template", `{"template_id_short":""}`, 40037, muban.RuleTemplateNumber},
		{"protocol.md §3.4, 40037", "api_add_template", `{"template_id_short":"TM99999"}`, 40037, muban.RuleTemplateNumber},
		{"protocol.md §3.4, 40037: letters count", "api_add_template", `{"template_id_short":"tm00015"}`, 40037, muban.RuleTemplateNumber},
		{"bad input: a control character", "api_add_template", `{"template_id_short":"TM00015\u0007"}`, 40037, muban.RuleTemplateNumber},
		{"bad input: 1000 characters", "api_add_template", `{"template_id_short":"` + strings.Repeat("7", 1000) + `"}`, 40037, muban.RuleTemplateNumber},
		{"bad input: another type", "api_add_template", `{"template_id_short":["TM00015"]}`, 47001, muban.RuleRequestMalformed},
		{"bad input: U+0000", "api_add_template", `{"template_id_short":"TM00015\u0000"}`, 47001, muban.RuleRequestMalformed},
		{"silenceper: null names", "api_add_template", `{"template_id_short":"TM00015","keyword_name_list":null}`, 0, ""},
		{"WxJava: no names", "api_add_template", `{"template_id_short":"TM00015","keyword_name_list":[]}`, 0, ""},
		{"names count for no TM number", "api_add_template", `{"template_id_short":"TM00015","keyword_name_list":7}`, 0, ""},
		{"protocol.md §3.4, 40246", "api_add_template", `{"template_id_short":"47123"}`, 40246, muban.RuleKeywordName},
		{"protocol.md §3.4, 40246", "api_add_template", `{"template_id_short":"47123","keyword_name_list":[]}`, 40246, muban.RuleKeywordName},
		{"protocol.md §3.4, 40246", "api_add_template", `{"template_id_short":"47123","keyword_name_list":["时间","别的"]}`, 40246, muban.RuleKeywordName},
		{"live: a text that holds a list", "api_add_template", `{"template_id_short":"47123","keyword_name_list":"[\"时间\"]"}`, 40246, muban.RuleKeywordName},
		{"bad input: names of other types", "api_add_template", `{"template_id_short":"47123","keyword_name_list":[null]}`, 40246, muban.RuleKeywordName},
		{"bad input: names of other types", "api_add_template", `{"template_id_short":"47123","keyword_name_list":[{"name":"时间"}]}`, 40246, muban.RuleKeywordName},
		{"bad input: control characters", "api_add_template", `{"template_id_short":"47123","keyword_name_list":["\u0000\u001b"]}`, 40246, muban.RuleKeywordName},
		{"bad input: 10,000 names", "api_add_template", `{"template_id_short":"47123","keyword_name_list":["x"` + strings.Repeat(`,"时间"`, 10_000) + `]}`, 40246, muban.RuleKeywordName},
		{"of a class", "api_add_template", `{"template_id_short":"47123","keyword_name_list":["时间"]}`, 0, ""},

		{"protocol.md §3.4, 40037", "del_private_template", `{}`, 40037, muban.RuleTemplateUnknown},
		{"protocol.md §3.4, 40037", "del_private_template", `{"template_id":"none"}`, 40037, muban.RuleTemplateUnknown},
		{"the library's number", "del_private_template", `{"template_id":"TM00015"}`, 40037, muban.RuleTemplateUnknown},
		{"the mini program's", "del_private_template", `{"template_id":"` + a.world.template.ID + `"}`, 40037, muban.RuleTemplateUnknown},
		{"bad input: another type", "del_private_template", `{"template_id":{}}`, 47001, muban.RuleRequestMalformed},
	} {
		t.Run(test.call+" "+test.source, func(t *testing.T) {
			a.in(t).post(official+test.call, test.body).wants(test.code, test.rule)
		})
	}
}

// Protocol.md §3.3: once a month, by the clock; and what it costs.
func TestIndustriesOnTheWire(t *testing.T) {
	t.Parallel()
	a := newAccount(t) // noon of May 20th in UTC+8
	a.post(official+"api_add_template", `{"template_id_short":"TM00015"}`).wants(0, "")
	a.post(official+"api_set_industry", `{"industry_id1":"10","industry_id2":"4"}`).is(accepted)
	if kept := a.only(); kept.ID != a.template.ID { // TM00015 is of another industry
		t.Errorf("kept %+v", kept)
	}
	a.post(official+"api_add_template", `{"template_id_short":"TM00015"}`).wants(45027, muban.RuleTemplateIndustry)
	a.post(official+"api_set_industry", `{"industry_id1":"1","industry_id2":"4"}`).wants(43100, muban.RuleIndustryMonth)
	a.clock.advance(11*24*time.Hour + 12*time.Hour) // May 31st, 24:00
	a.renew()
	a.post(official+"api_set_industry", `{"industry_id1":"1","industry_id2":"4"}`).is(accepted)
	a.post(official+"api_add_template", `{"template_id_short":"TM00015"}`).wants(0, "")
	a.post(official+"api_set_industry", `{"industry_id1":"1","industry_id2":"4"}`).wants(43100, muban.RuleIndustryMonth)
}

// Protocol.md §3.3: 25 templates.
func TestOfficialTemplateLimit(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	for range 24 {
		a.post(official+"api_add_template", `{"template_id_short":"TM00015"}`).wants(0, "")
	}
	a.post(official+"api_add_template", `{"template_id_short":"TM00015"}`).wants(45026, muban.RuleTemplateLimit)
	if n := strings.Count(a.list("get_all_private_template").Body, `"template_id"`); n != 25 {
		t.Errorf("%d templates are listed, want 25", n)
	}
	a.post(official+"del_private_template", `{"template_id":"`+a.template.ID+`"}`).is(accepted)
	a.post(official+"api_add_template", `{"template_id_short":"TM00015"}`).wants(0, "")
}

// An account may hold more than the platform's 25 if it is told so; all are
// listed.
func TestAllPrivateTemplatesAreListed(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.set(func(app *muban.App) { app.TemplateLimit = nil })
	for i := range 60 {
		_, err := a.service.CreateTemplate(t.Context(), officialID, messaging.NewTemplate{Title: "t", Content: strconv.Itoa(i) + "{{first.DATA}}"})
		must(t, err)
	}
	body := a.list("get_all_private_template").Body
	if n := strings.Count(body, `"template_id"`); n != 61 || strings.Index(body, `"59{{first`) < strings.Index(body, `"0{{first`) {
		t.Errorf("%d templates are listed, want 61 in the order they were made", n)
	}
}
