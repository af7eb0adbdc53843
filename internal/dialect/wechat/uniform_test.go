package wechat_test

import (
	"strings"
	"testing"

	"github.com/muban-dev/muban"
)

// uniform_send: protocol.md §2.3.
func TestUniformSend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const (
		mini   = `"weapp_template_msg":{"template_id":"TEMPLATE_ID","page":"","form_id":"FORMID","data":{"keyword1":{"value":"一","color":""}}}`
		hollow = `"weapp_template_msg":{"template_id":"","page":"","form_id":"","data":null}`
		// weapp v1.5.1 always sends both halves.
		mp       = `"mp_template_msg":{"appid":"wxofficial","template_id":"T","url":"","miniprogram":{"appid":"","pagepath":""},"data":null}`
		mpHollow = `"mp_template_msg":{"appid":"","template_id":"","url":"","miniprogram":{"appid":"","pagepath":""},"data":null}`
	)
	formID := w.grant(muban.GrantForm)
	for _, test := range []struct {
		name, members string
		code          int
		rule          muban.Rule
	}{
		{"the mini program's half", mini, 0, ""},
		{"as weapp v1.5.1 sends it", mpHollow + "," + mini, 0, ""},
		{"both: the official account's is ignored", mini + "," + mp, 0, ""},
		{"what is ignored may be anything", mini + `,"mp_template_msg":7`, 0, ""},
		{"the rules of send", strings.Replace(mini, "FORMID", "none", 1), 41028, muban.RuleGrantUnknown},
		{"the rules of send's data", strings.Replace(mini, `"一"`, `true`, 1), 47001, muban.RuleDataText},
		{"the official account's half", mp, 40013, muban.RuleAppLinked},
		{"the official account's half without appid", `"mp_template_msg":{"template_id":"T"}`, 40013, muban.RuleAppLinked},
		{"beside a half that says nothing: weapp v1.5.1", mp + "," + hollow, 40013, muban.RuleAppLinked},
		{"beside an empty text", mp + `,"weapp_template_msg":""`, 40013, muban.RuleAppLinked},
		{"beside PHP's empty object", mp + `,"weapp_template_msg":[]`, 40013, muban.RuleAppLinked},
		{"two that say nothing", mpHollow + "," + hollow, 40036, muban.RuleTemplateMissing},
		{"neither", `"data":{}`, 47001, muban.RuleRequestMalformed},
		{"neither, spelt out", `"weapp_template_msg":{},"mp_template_msg":null`, 47001, muban.RuleRequestMalformed},
		{"no object", mp + `,"weapp_template_msg":"x"`, 47001, muban.RuleRequestMalformed},
		{"no object either", `"mp_template_msg":[1]`, 47001, muban.RuleRequestMalformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.code == 0 {
				formID = w.in(t).grant(muban.GrantForm)
			}
			body := w.fill(`{"touser":"OPENID",`+test.members+`}`, formID)
			w.in(t).post("/cgi-bin/message/wxopen/template/uniform_send", body).wants(test.code, test.rule)
			if test.code == 0 && w.in(t).message(formID).Data["keyword1"].Text != "一" {
				t.Error("the mini program's half was not sent")
			}
		})
	}
}
