package wechat_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
)

const wxopen = "/cgi-bin/wxopen/template/"

// The five calls with the samples of seed 003, and the answers byte for byte.
func TestTemplateCallsAnswerAsDocumented(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post(wxopen+"library/list", `{"offset": 0, "count": 5}`).
		is(`{"errcode":0,"errmsg":"ok","list":[{"id":"AT0002","title":"购买成功通知"},{"id":"AT0003","title":"交易提醒"}],"total_count":2}`)
	w.post(wxopen+"library/list", `{"offset": 1, "count": 1}`).
		is(`{"errcode":0,"errmsg":"ok","list":[{"id":"AT0003","title":"交易提醒"}],"total_count":2}`)
	w.post(wxopen+"library/list", `{"offset": 9223372036854775807, "count": 20}`).
		is(`{"errcode":0,"errmsg":"ok","list":[],"total_count":2}`)
	w.post(wxopen+"library/get", `{"id": "AT0002"}`).
		is(`{"errcode":0,"errmsg":"ok","id":"AT0002","title":"购买成功通知","keyword_list":[` +
			`{"keyword_id":3,"name":"购买地点","example":"TIT造舰厂"},{"keyword_id":4,"name":"购买时间","example":"2016年6月6日"},{"keyword_id":5,"name":"物品名称","example":"咖啡"}]}`)
	w.post(wxopen+"list", `{"offset": 0, "count": 1}`).
		is(`{"errcode":0,"errmsg":"ok","list":[{"template_id":"` + w.template.ID + `","title":"购买成功通知",` +
			`"content":"购买地点{{keyword1.DATA}}\n购买时间{{keyword2.DATA}}\n物品名称{{keyword3.DATA}}\n",` +
			`"example":"购买地点:TIT造舰厂\n购买时间:2016年6月6日\n物品名称:咖啡\n"}]}`)
	w.post(wxopen+"del", `{"template_id": "`+w.template.ID+`"}`).is(accepted)
	w.post(wxopen+"del", `{"template_id": "`+w.template.ID+`"}`).wants(40037, muban.RuleTemplateUnknown)
	w.post(wxopen+"list", `{"offset": 0, "count": 20}`).is(`{"errcode":0,"errmsg":"ok","list":[]}`)
}

// Seed 003, addTemplate: the order is the developer's.
func TestAddKeepsTheOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct{ source, list string }{
		{"seed 003, addTemplate", `[5, 3, 4]`},
		{"protocol.md §10 no. 5: numbers as text", `["5","3","4"]`},
		{"seed 001, addTemplate: Baidu's spelling", `" [5,3,4] "`},
	} {
		w.post(wxopen+"del", `{"template_id": "`+w.template.ID+`"}`)
		r := w.post(wxopen+"add", `{"id": "AT0002", "keyword_id_list": `+test.list+`}`)
		found, err := w.service.Templates(t.Context(), appID, muban.Page{Limit: 2})
		must(t, err)
		if len(found.Items) != 1 {
			t.Fatalf("%s: answer %s, %d templates", test.list, r.Body, len(found.Items))
		}
		w.template = found.Items[0]
		r.is(`{"errcode":0,"errmsg":"ok","template_id":"` + w.template.ID + `"}`)
		if want := "物品名称{{keyword1.DATA}}\n购买地点{{keyword2.DATA}}\n购买时间{{keyword3.DATA}}\n"; w.template.Content != want {
			t.Errorf("%s: content %q, want %q", test.list, w.template.Content, want)
		}
	}
}

// Every refusal of the five calls, and what clients send that is not one.
func TestTemplateCallRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.newApp(muban.WeChatMini, "wxffffffffffffffff")
	for _, test := range []struct {
		source, path, body string
		code               int
		rule               muban.Rule
	}{
		{"weapp v1.5.1: numbers as text", "library/list", `{"offset": "0","count":"5"}`, 0, ""},
		{"weapp v1.5.1: numbers as text", "list", `{"offset": "0","count":"20"}`, 0, ""},
		{"protocol.md §2.2, 45164", "list", `{"count":5}`, 45164, muban.RuleListOffset},
		{"protocol.md §2.2, 45164", "list", `{"offset":null,"count":5}`, 45164, muban.RuleListOffset},
		{"protocol.md §2.2, 45164", "list", `{"offset":-1,"count":5}`, 45164, muban.RuleListOffset},
		{"protocol.md §2.2, 45164", "list", `{"offset":0.5,"count":5}`, 45164, muban.RuleListOffset},
		{"protocol.md §2.2, 45164", "list", `{"offset":"","count":5}`, 45164, muban.RuleListOffset},
		{"protocol.md §2.2, 45164", "list", `{"offset":true,"count":5}`, 45164, muban.RuleListOffset},
		{"protocol.md §2.2, 45164", "list", `{"offset":[0],"count":5}`, 45164, muban.RuleListOffset},
		{"bad input: 2^63", "list", `{"offset":9223372036854775808,"count":5}`, 45164, muban.RuleListOffset},
		{"decisions.md: offset before count", "list", `{}`, 45164, muban.RuleListOffset},
		{"seed 003, count", "list", `{"offset":0}`, 45076, muban.RuleListCount},
		{"seed 003, count", "list", `{"offset":0,"count":0}`, 45076, muban.RuleListCount},
		{"seed 003, count: at most 20", "list", `{"offset":0,"count":20}`, 0, ""},
		{"seed 003, count: at most 20", "list", `{"offset":0,"count":21}`, 45076, muban.RuleListCount},
		{"seed 003, count: at most 20", "library/list", `{"offset":0,"count":21}`, 45076, muban.RuleListCount},
		{"bad input: negative", "library/list", `{"offset":0,"count":-5}`, 45076, muban.RuleListCount},
		{"bad input: 2^63", "library/list", `{"offset":0,"count":"9223372036854775808"}`, 45076, muban.RuleListCount},
		{"bad input: huge exponent", "library/list", `{"offset":0,"count":1e999999999}`, 45076, muban.RuleListCount},

		{"protocol.md §2.2, 40097", "library/get", `{}`, 40097, muban.RuleTitleUnknown},
		{"protocol.md §2.2, 40097", "library/get", `{"id":"AT9999"}`, 40097, muban.RuleTitleUnknown},
		{"protocol.md §2.2, 40097", "library/get", `{"id":2}`, 40097, muban.RuleTitleUnknown},
		{"protocol.md §2.2, 47001", "library/get", `{"id":["AT0002"]}`, 47001, muban.RuleRequestMalformed},

		{"protocol.md §2.2, 40097", "add", `{"id":"","keyword_id_list":[]}`, 40097, muban.RuleTitleUnknown},
		{"seed 003, keyword_id_list", "add", `{"id":"AT0002"}`, 45100, muban.RuleKeywordCount},
		{"seed 003, keyword_id_list", "add", `{"id":"AT0002","keyword_id_list":null}`, 45100, muban.RuleKeywordCount},
		{"seed 003, keyword_id_list", "add", `{"id":"AT0002","keyword_id_list":[]}`, 45100, muban.RuleKeywordCount},
		{"seed 003, keyword_id_list", "add", `{"id":"AT0002","keyword_id_list":""}`, 45100, muban.RuleKeywordCount},
		{"seed 003, keyword_id_list: up to 10", "add", `{"id":"AT0003","keyword_id_list":[1,2,3,4,5,6,7,8,9,10]}`, 0, ""},
		{"seed 003, keyword_id_list: up to 10", "add", `{"id":"AT0003","keyword_id_list":[1,2,3,4,5,6,7,8,9,10,11]}`, 45100, muban.RuleKeywordCount},
		{"protocol.md §2.2, 45075", "add", `{"id":"AT0002","keyword_id_list":[3,6]}`, 45075, muban.RuleKeywordUnknown},
		{"protocol.md §2.2, 45075", "add", `{"id":"AT0002","keyword_id_list":[3,"x"]}`, 45075, muban.RuleKeywordUnknown},
		{"protocol.md §2.2, 45075", "add", `{"id":"AT0002","keyword_id_list":[3,null,[4]]}`, 45075, muban.RuleKeywordUnknown},
		{"bad input: 2^63", "add", `{"id":"AT0002","keyword_id_list":[9223372036854775808]}`, 45075, muban.RuleKeywordUnknown},
		{"protocol.md §2.2, 45075", "add", `{"id":"AT0002","keyword_id_list":[3,4,3]}`, 45075, muban.RuleKeywordRepeated},
		{"protocol.md §2.2, 47001", "add", `{"id":"AT0002","keyword_id_list":"3,4"}`, 47001, muban.RuleRequestMalformed},
		{"protocol.md §2.2, 47001", "add", `{"id":"AT0002","keyword_id_list":3}`, 47001, muban.RuleRequestMalformed},
		{"protocol.md §2.2, 47001", "add", `{"id":"AT0002","keyword_id_list":{"0":3}}`, 47001, muban.RuleRequestMalformed},

		{"protocol.md §2.2, 40037", "del", `{}`, 40037, muban.RuleTemplateUnknown},
		{"protocol.md §2.2, 40037", "del", `{"template_id":"none"}`, 40037, muban.RuleTemplateUnknown},
		{"protocol.md §2.2, 44002", "del", ``, 44002, muban.RuleRequestEmpty},
	} {
		t.Run(test.path+" "+test.body, func(t *testing.T) {
			w.in(t).post(wxopen+test.path, test.body).wants(test.code, test.rule)
		})
	}
	// Another app's token does not reach this app's templates.
	w.token = w.get(strings.Replace(tokenURL, appID, other.ID, 1)).accessToken()
	w.post(wxopen+"del", `{"template_id":"`+w.template.ID+`"}`).wants(40037, muban.RuleTemplateUnknown)
	w.post(wxopen+"list", `{"offset":0,"count":1}`).is(`{"errcode":0,"errmsg":"ok","list":[]}`)
}

// Protocol.md §2.2: 25 templates are assumed.
func TestTemplateLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := 1; n < 25; n++ {
		w.post(wxopen+"add", `{"id":"AT0003","keyword_id_list":[`+strconv.Itoa(1+n%10)+`]}`).wants(0, "")
	}
	w.post(wxopen+"add", `{"id":"AT0003","keyword_id_list":[1]}`).wants(45026, muban.RuleTemplateLimit)
	w.post(wxopen+"del", `{"template_id":"`+w.template.ID+`"}`).is(accepted)
	w.post(wxopen+"add", `{"id":"AT0003","keyword_id_list":[1]}`).wants(0, "")
}

// All of an app's calls take a token, POST and a body, checked in this order.
func TestEveryCallOfAnApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{
		wxopen + "library/list", wxopen + "library/get", wxopen + "add", wxopen + "list", wxopen + "del",
		sendPath, strings.Replace(sendPath, "/send", "/uniform_send", 1),
	} {
		w.do(http.MethodGet, path, "").wants(41001, muban.RuleTokenMissing)
		w.do(http.MethodGet, path+"?access_token=", "").wants(41001, muban.RuleTokenMissing)
		w.do(http.MethodGet, path+"?access_token=77_x", "").wants(40001, muban.RuleTokenUnknown)
		w.do(http.MethodGet, path+"?access_token="+w.token, "").wants(43002, muban.RuleRequestPost)
		w.do(http.MethodPut, path+"?access_token="+w.token, "{}").wants(43002, muban.RuleRequestPost)
		w.post(path, "").wants(44002, muban.RuleRequestEmpty)
		w.post(path, "[]").wants(47001, muban.RuleRequestMalformed)
	}
}
