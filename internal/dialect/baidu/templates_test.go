package baidu_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func wechatTokenRequest(app muban.App) messaging.TokenRequest {
	return messaging.TokenRequest{Kind: muban.TokenPlain, GrantType: "client_credential", AppID: app.ID, Secret: app.Secret}
}

// Seed 001, getTemplateLibraryList, 返回值.
func TestLibraryList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := templatePath + "librarylist"
	w.bothWays(path, params{"offset": "0", "count": "20"}, func(r reply) {
		r.is(`{"errno":0,"msg":"success","data":{"total_count":2,"list":[{"id":"BD0001","title":"订单支付成功通知"},{"id":"BD0016","title":"取票成功通知"}]}}`)
		r.wants(0, "")
		if list := decode[sdkAnswer[sdkLibraryList]](r).Data; list.TotalCount != 2 || list.List[1].ID != "BD0016" {
			t.Errorf("decoded %+v", list)
		}
	})
	w.bothWays(path, params{"offset": "1", "count": "1"}, func(r reply) {
		r.is(`{"errno":0,"msg":"success","data":{"total_count":2,"list":[{"id":"BD0016","title":"取票成功通知"}]}}`)
	})
	w.bothWays(path, params{"offset": "9223372036854775807", "count": "20"}, func(r reply) {
		r.is(`{"errno":0,"msg":"success","data":{"total_count":2,"list":[]}}`)
	})
	// Numbers as numbers, in JSON (seed 003, getTemplateLibraryList).
	w.do(http.MethodPost, path+"?access_token="+w.token, "application/json", `{"offset":1,"count":5}`).
		is(`{"errno":0,"msg":"success","data":{"total_count":2,"list":[{"id":"BD0016","title":"取票成功通知"}]}}`)
}

// Seed 001, getTemplateLibraryList: offset and count are required, count is
// in (0, 20]; protocol.md §0 row 5 has the same for templatelist.
func TestOffsetAndCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, call := range []string{"librarylist", "templatelist"} {
		for _, test := range []struct {
			offset, count string
			code          int
			rule          muban.Rule
		}{
			{"0", "1", 0, ""},
			{"0", "20", 0, ""},
			{" 0 ", "5.0", 0, ""},
			{"-", "5", 2002, muban.RuleListOffset},
			{"", "5", 2002, muban.RuleListOffset},
			{"-1", "5", 2002, muban.RuleListOffset},
			{"-9223372036854775808", "5", 2002, muban.RuleListOffset},
			{"9223372036854775808", "5", 2002, muban.RuleListOffset},
			{"1.5", "5", 2002, muban.RuleListOffset},
			{"zero", "5", 2002, muban.RuleListOffset},
			{"[0]", "5", 2002, muban.RuleListOffset},
			{"0x10", "5", 2002, muban.RuleListOffset},
			{"1e999999999", "5", 2002, muban.RuleListOffset},
			{"\x00", "5", 2002, muban.RuleListOffset},
			{"\xff", "5", 2002, muban.RuleListOffset},
			{"0", "-", 2002, muban.RuleListCount},
			{"0", "", 2002, muban.RuleListCount},
			{"0", "0", 2002, muban.RuleListCount},
			{"0", "21", 2002, muban.RuleListCount},
			{"0", "-5", 2002, muban.RuleListCount},
			{"0", "9223372036854775808", 2002, muban.RuleListCount},
			{"0", "null", 2002, muban.RuleListCount},
		} {
			p := params{}.but(params{"offset": test.offset, "count": test.count})
			w.bothWays(templatePath+call, p, func(r reply) { r.wants(test.code, test.rule) })
		}
		for _, body := range []string{`{"offset":[0],"count":5}`, `{"offset":{},"count":5}`, `{"offset":true,"count":5}`, `{"offset":null,"count":5}`, `[]`, ``} {
			w.do(http.MethodPost, templatePath+call+"?access_token="+w.token, "application/json", body).wants(2002, muban.RuleListOffset)
		}
	}
}

// Seed 001, getTemplateLibraryById, 返回值: keyword_id is a number (protocol.md
// §0 row 4).
func TestLibraryGet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := templatePath + "libraryget"
	w.bothWays(path, params{"id": "BD0016"}, func(r reply) {
		r.is(`{"errno":0,"msg":"success","data":{"id":"BD0016","title":"取票成功通知","keyword_count":3,"keyword_list":[` +
			`{"keyword_id":1,"name":"金额","example":"300元"},{"keyword_id":2,"name":"订单号","example":"321254555"},` +
			`{"keyword_id":3,"name":"预订时间","example":"2016年9月9日 10：10"}]}}`)
		if entry := decode[sdkAnswer[sdkLibraryEntry]](r).Data; entry.KeywordCount != 3 || entry.KeywordList[2].KeywordID != 3 {
			t.Errorf("decoded %+v", entry)
		}
	})
	// swan-docs, getTemplateLibraryById, 错误码说明: 2002 参数错误.
	for id, rule := range map[string]muban.Rule{
		"-": muban.RuleRequestParameter, "": muban.RuleRequestParameter, "a\x00": muban.RuleRequestParameter, "\xff": muban.RuleRequestParameter,
		"BD9999": muban.RuleTitleUnknown, "AT0002": muban.RuleTitleUnknown, "bd0016": muban.RuleTitleUnknown,
		"BD0016\n": muban.RuleTitleUnknown, strings.Repeat("B", 300): muban.RuleTitleUnknown,
	} {
		w.bothWays(path, params{}.but(params{"id": id}), func(r reply) {
			r.wants(2002, rule)
			decode[sdkAnswer[sdkLibraryEntry]](r)
		})
	}
}

// Seed 001, addTemplate: 2 to 6 keywords, in the developer's order.
func TestAddTemplate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := templatePath + "templateadd"
	for _, list := range []string{"[2,1]", ` [ "2" , 1.0 ] `} {
		w.bothWays(path, params{"id": "BD0016", "keyword_id_list": list}, func(r reply) {
			id := decode[sdkAnswer[sdkAdded]](r.wants(0, "")).Data.TemplateID
			r.is(`{"errno":0,"msg":"success","data":{"template_id":"` + id + `"}}`)
			made, err := w.service.Template(t.Context(), appKey, id)
			must(t, err)
			if made.Content != "订单号{{keyword1.DATA}}\n金额{{keyword2.DATA}}" || made.Example != "订单号: 321254555\n金额: 300元" {
				t.Errorf("made %+v", made)
			}
		})
	}
	// Seed 003, addTemplate, request data example.
	w.do(http.MethodPost, path+"?access_token="+w.token, "application/json", `{"id":"BD0001","keyword_id_list":[3,4,5]}`).wants(0, "")
	w.do(http.MethodPost, path+"?access_token="+w.token, "application/json", `{"id":"BD0001","keyword_id_list":"[3,4,5]"}`).wants(0, "")
	w.post(path, params{"id": "BD0001", "keyword_id_list": "[1,2,3,4,5,6]"}).wants(0, "")

	for _, test := range []struct {
		source, id, list string
		rule             muban.Rule
	}{
		{"seed 001, id: 是", "-", "[1,2]", muban.RuleRequestParameter},
		{"seed 001, id: 是", "", "[1,2]", muban.RuleRequestParameter},
		{"seed 001, id", "BD9999", "[1,2]", muban.RuleTitleUnknown},
		{"seed 001, keyword_id_list: 是", "BD0001", "-", muban.RuleRequestParameter},
		{"seed 001, keyword_id_list: 是", "BD0001", "", muban.RuleRequestParameter},
		{"seed 001, keyword_id_list: json", "BD0001", "1,2", muban.RuleRequestParameter},
		{"seed 001, keyword_id_list: json", "BD0001", "[1,2", muban.RuleRequestParameter},
		{"seed 001, keyword_id_list: json", "BD0001", `{"0":1,"1":2}`, muban.RuleRequestParameter},
		{"seed 001, keyword_id_list: json", "BD0001", "12", muban.RuleRequestParameter},
		{"seed 001, keyword_id_list: json", "BD0001", "null", muban.RuleRequestParameter},
		{"seed 001, 取值区间[2,6]", "BD0001", "[]", muban.RuleKeywordCount},
		{"seed 001, 取值区间[2,6]", "BD0001", "[1]", muban.RuleKeywordCount},
		{"seed 001, 取值区间[2,6]; protocol.md §0 row 3", "BD0001", "[1,2,3,4,5,6,7]", muban.RuleKeywordCount},
		{"seed 001, keyword_id_list", "BD0016", "[1,99]", muban.RuleKeywordUnknown},
		{"seed 001, keyword_id_list", "BD0016", `[1,"x"]`, muban.RuleKeywordUnknown},
		{"seed 001, keyword_id_list", "BD0016", "[1,[2]]", muban.RuleKeywordUnknown},
		{"seed 001, keyword_id_list", "BD0016", "[1,null]", muban.RuleKeywordUnknown},
		{"seed 001, keyword_id_list", "BD0016", "[1,1.5]", muban.RuleKeywordUnknown},
		{"seed 001, keyword_id_list", "BD0016", "[1,-1]", muban.RuleKeywordUnknown},
		{"seed 001, keyword_id_list", "BD0016", "[1,4294967298]", muban.RuleKeywordUnknown},
		{"seed 001, keyword_id_list", "BD0016", "[1,2,1]", muban.RuleKeywordRepeated},
		{"seed 001, keyword_id_list", "BD0016", `[1,"1"]`, muban.RuleKeywordRepeated},
	} {
		w.bothWays(path, params{}.but(params{"id": test.id, "keyword_id_list": test.list}), func(r reply) {
			r.wants(2002, test.rule)
			decode[sdkAnswer[sdkAdded]](r)
		})
	}
}

// An entry that is no number at all is shown as what it is.
func TestEmptyKeywordIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.post(templatePath+"templateadd", params{"id": "BD0016", "keyword_id_list": "[1,null]"}).wants(2002, muban.RuleKeywordUnknown)
	if want := `title BD0016 has no keyword (empty)`; got.Detail != want {
		t.Errorf("explained by %q, want %q", got.Detail, want)
	}
}

// Protocol.md §4.3, 2003: an app may be given a limit.
func TestTemplateLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	two := int64(2)
	w.set(func(a *muban.App) { a.TemplateLimit = &two })
	p := params{"id": "BD0016", "keyword_id_list": "[1,2]"}
	made := decode[sdkAnswer[sdkAdded]](w.post(templatePath+"templateadd", p).wants(0, "")).Data.TemplateID
	w.post(templatePath+"templateadd", p).wants(2003, muban.RuleTemplateLimit)
	// Design.md §5, deleting a template: its place is free.
	w.post(templatePath+"templatedel", params{"template_id": made}).wants(0, "")
	w.post(templatePath+"templateadd", p).wants(0, "")
}

// Seed 001, getTemplateList and deleteTemplate, 返回值.
func TestListAndDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list, del := templatePath+"templatelist", templatePath+"templatedel"
	second := w.newTemplate()
	w.bothWays(list, params{"offset": "0", "count": "20"}, func(r reply) {
		r.is(`{"errno":0,"msg":"success","data":{"total_count":2,"list":[` +
			`{"template_id":"` + w.template.ID + `","title":"取票成功通知","content":"订单号{{keyword1.DATA}}\n金额{{keyword2.DATA}}","example":"订单号: 321254555\n金额: 300元"},` +
			`{"template_id":"` + second + `","title":"取票成功通知","content":"预订时间{{keyword1.DATA}}\n金额{{keyword2.DATA}}","example":"预订时间: 2016年9月9日 10：10\n金额: 300元"}]}}`)
		if data := decode[sdkAnswer[sdkTemplateList]](r).Data; data.TotalCount != 2 || data.List[1].TemplateID != second {
			t.Errorf("decoded %+v", data)
		}
	})
	w.post(del, params{"template_id": second}).is(`{"errno":0,"msg":"success","data":[]}`)
	w.bothWays(list, params{"offset": "1", "count": "20"}, func(r reply) {
		r.is(`{"errno":0,"msg":"success","data":{"total_count":1,"list":[]}}`)
	})
	other := w.newApp(muban.Baidu, "other")
	foreign, err := w.service.CreateTemplate(t.Context(), other.ID, messaging.NewTemplate{LibraryID: "BD0016", KeywordIDs: []int{1, 2}})
	must(t, err)
	// swan-docs, deleteTemplate, 错误码说明: 30001 参数错误.
	for _, id := range []string{second, foreign.ID, "none", "x\x01", strings.Repeat("x", 300)} {
		w.bothWays(del, params{"template_id": id}, func(r reply) { r.wants(30001, muban.RuleTemplateUnknown) })
	}
	for _, id := range []string{"-", "", "x\x00", "\xff"} {
		w.bothWays(del, params{}.but(params{"template_id": id}), func(r reply) { r.wants(2002, muban.RuleRequestParameter) })
	}
	// swan-docs, deleteTemplate, 请求参数: by GET, all in the query.
	w.do(http.MethodGet, del+w.withToken(params{"template_id": w.template.ID}), "", "").is(`{"errno":0,"msg":"success","data":[]}`)
}

// The calls about templates need no push permission (seed 000 has 6001 for
// send alone).
func TestTemplatesWithoutPushPermission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(func(a *muban.App) { a.PushAllowed = false })
	w.post(templatePath+"librarylist", params{"offset": "0", "count": "1"}).wants(0, "")
	w.post(templatePath+"templatedel", params{"template_id": w.newTemplate()}).wants(0, "")
	w.post(sendPath, w.toMember(w.grant(openID, muban.GrantForm))).wants(6001, muban.RulePushAllowed)
}
