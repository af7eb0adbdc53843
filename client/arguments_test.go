package client_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
)

// What cannot be right is refused before anything leaves, with its field.
func TestBadCombinationsAreRefused(t *testing.T) {
	t.Parallel()
	i := newImpostor(t, say(200, `{"errcode":0,"errmsg":"ok","errno":0}`))
	good := map[muban.Platform]client.SendRequest{
		muban.WeChatMini: {
			To: "o1", Template: "t", Page: "index", Data: map[string]muban.Value{"keyword1": {Text: "x", Color: "#173177"}},
			Grant: client.Grant{ID: "g", Kind: muban.GrantForm}, WeChatMini: &client.WeChatMini{EmphasisKeyword: "keyword1.DATA"},
		},
		muban.Baidu: {
			To: "o1", Template: "t", Page: "index", Data: map[string]muban.Value{"keyword1": {Text: "x"}},
			Grant: client.Grant{ID: "g.1", Kind: muban.GrantForm}, Baidu: &client.Baidu{Review: &client.BaiduReview{XzhID: "111", CategoryID: "15"}},
		},
	}
	good[muban.WeChatOA] = client.SendRequest{
		To: "o1", Template: "t", Data: map[string]muban.Value{"first": {Text: "x", Color: "#173177"}},
		WeChatOA: &client.WeChatOA{URL: "https://example.com", MiniProgram: muban.MiniProgram{AppID: "wx1"}},
	}
	good[muban.Alipay] = client.SendRequest{
		To: "2088", Template: "t", Data: map[string]muban.Value{"keyword1": {Text: "x"}}, Grant: client.Grant{ID: "g", Kind: muban.GrantForm},
	}
	type change = func(*client.SendRequest)
	everywhere := map[string]change{
		"Template":    func(r *client.SendRequest) { r.Template = "" },
		"Data":        func(r *client.SendRequest) { r.Data = map[string]muban.Value{"": {Text: "x"}} },
		"To":          func(r *client.SendRequest) { r.To, r.Baidu, r.Alipay = "", nil, nil },
		"Data[first]": func(r *client.SendRequest) { r.Data = texts("first", "\xbf\xa7\xb7\xc8") }, // 咖啡 in GBK
	}
	type row struct {
		platform muban.Platform
		field    string
		change   change
	}
	rows := []row{
		{muban.WeChatMini, "Alipay", func(r *client.SendRequest) { r.Alipay = &client.Alipay{} }},
		{muban.Alipay, "Alipay.OpenID", func(r *client.SendRequest) { r.Alipay = &client.Alipay{OpenID: "o"} }}, // and To
		{muban.Alipay, "Data[keyword1].Color", func(r *client.SendRequest) { r.Data = map[string]muban.Value{"keyword1": {Color: "#173177"}} }},
		{muban.Alipay, "Grant.Kind", func(r *client.SendRequest) { r.Grant.Kind = muban.GrantOrder }},
		{muban.Alipay, "Baidu", func(r *client.SendRequest) { r.Baidu = &client.Baidu{} }},
		{muban.WeChatOA, "WeChatMini", func(r *client.SendRequest) { r.WeChatMini = &client.WeChatMini{} }},
		{muban.WeChatOA, "Grant", func(r *client.SendRequest) { r.Grant.ID = "g" }},
		{muban.WeChatOA, "Grant", func(r *client.SendRequest) { r.Grant.Kind = muban.GrantForm }},
		{muban.WeChatOA, "Page", func(r *client.SendRequest) { r.Page = "index" }},
		{muban.WeChatOA, "WeChatOA.MiniProgram.AppID", func(r *client.SendRequest) {
			r.WeChatOA = &client.WeChatOA{MiniProgram: muban.MiniProgram{PagePath: "index"}}
		}},
		{muban.WeChatOA, "WeChatOA.ClientMsgID", func(r *client.SendRequest) { r.WeChatOA = &client.WeChatOA{ClientMsgID: "\xb6\xa9"} }},
		{muban.WeChatOA, "WeChatOA.MiniProgram.PagePath", func(r *client.SendRequest) {
			r.WeChatOA = &client.WeChatOA{MiniProgram: muban.MiniProgram{AppID: "wx1", PagePath: "index?of=\xb6\xa9"}}
		}},
		{muban.Baidu, "Data", func(r *client.SendRequest) { r.Data = texts("\xb6\xa9", "") }},
		{muban.WeChatMini, "WeChatOA", func(r *client.SendRequest) { r.WeChatOA = &client.WeChatOA{} }},
		{muban.Baidu, "WeChatOA", func(r *client.SendRequest) { r.WeChatOA = &client.WeChatOA{} }},
		{muban.WeChatMini, "Grant.ID", func(r *client.SendRequest) { r.Grant.ID = "" }},
		{muban.Baidu, "Grant.ID", func(r *client.SendRequest) { r.Grant.ID = "" }},
		{muban.WeChatMini, "Grant.Kind", func(r *client.SendRequest) { r.Grant.Kind = "" }},
		{muban.Baidu, "Grant.Kind", func(r *client.SendRequest) { r.Grant.Kind = "" }},
		{muban.WeChatMini, "Baidu", func(r *client.SendRequest) { r.Baidu = &client.Baidu{} }},
		{muban.WeChatMini, "Grant.Kind", func(r *client.SendRequest) { r.Grant.Kind = muban.GrantOrder }},
		{muban.Baidu, "WeChatMini", func(r *client.SendRequest) { r.WeChatMini = &client.WeChatMini{} }},
		{muban.Baidu, "Data[keyword1].Color", func(r *client.SendRequest) { r.Data = map[string]muban.Value{"keyword1": {Color: "#173177"}} }},
		{muban.Baidu, "Grant.Kind", func(r *client.SendRequest) { r.Grant.Kind = "gift" }},
		{muban.Baidu, "Baidu.SwanID", func(r *client.SendRequest) { r.Baidu = &client.Baidu{SwanID: "s"} }}, // and To
		{muban.Baidu, "Baidu.SwanID", func(r *client.SendRequest) { r.To, r.Baidu = "", &client.Baidu{SwanID: "s"} }},
		{muban.Baidu, "To", func(r *client.SendRequest) { r.Grant.ID = "g.0" }},
		{muban.Baidu, "Baidu.Review", func(r *client.SendRequest) { r.Baidu = &client.Baidu{Review: &client.BaiduReview{XzhID: "111"}} }},
		{muban.Baidu, "Baidu.Review", func(r *client.SendRequest) {
			r.To, r.Grant.ID = "", "g.0"
			r.Baidu = &client.Baidu{SwanID: "s", Review: &client.BaiduReview{XzhID: "1", CategoryID: "2"}}
		}},
	}
	for p := range good {
		for field, change := range everywhere {
			rows = append(rows, row{p, field, change})
		}
	}
	for _, row := range rows {
		req := good[row.platform]
		row.change(&req)
		_, err := i.client(t, row.platform).Send(t.Context(), req)
		e := errorOf(t, err)
		if e.Kind != client.KindArgument || e.Field != row.field || e.Op != client.OpSend || !strings.Contains(e.Error(), e.Field) || e.Retry.Can {
			t.Errorf("%s: %+v, want field %s", row.platform, e, row.field)
		}
	}
	if n := i.calls.Load() + i.tokens.Load(); n != 0 {
		t.Errorf("%d requests left", n)
	}
	delete(good, muban.Alipay) // whose answers nobody can make up
	for p, req := range good {
		if _, err := i.client(t, p).Send(t.Context(), req); err != nil {
			t.Errorf("%s: what is right: %v", p, err)
		}
	}
	// An order's id may end as it likes.
	order := good[muban.Baidu]
	order.Grant = client.Grant{ID: "20190910", Kind: muban.GrantOrder}
	if _, err := i.client(t, muban.Baidu).Send(t.Context(), order); err != nil {
		t.Errorf("an order: %v", err)
	}
}

func TestBadArgumentsOfOtherCalls(t *testing.T) {
	t.Parallel()
	i := newImpostor(t, func(http.ResponseWriter, *http.Request) {})
	oa := i.client(t, muban.WeChatOA)
	_, numbers := oa.AddTemplate(t.Context(), client.AddTemplateRequest{LibraryID: "TM00015", KeywordIDs: []int{1}})
	if e := errorOf(t, numbers); e.Kind != client.KindArgument || e.Field != "KeywordIDs" {
		t.Errorf("%+v", e)
	}
	for _, p := range []muban.Platform{muban.WeChatMini, muban.Baidu} {
		c := i.client(t, p)
		_, title := c.LibraryTitle(t.Context(), "")
		_, noTitle := c.AddTemplate(t.Context(), client.AddTemplateRequest{KeywordIDs: []int{1}})
		_, names := c.AddTemplate(t.Context(), client.AddTemplateRequest{LibraryID: "AT0002", KeywordNames: []string{"x"}})
		for field, err := range map[string]error{
			"id": title, "LibraryID": noTitle, "KeywordNames": names,
		} {
			if e := errorOf(t, err); e.Kind != client.KindArgument || e.Field != field {
				t.Errorf("%s: %+v, want field %s", p, e, field)
			}
		}
		if e := errorOf(t, c.DeleteTemplate(t.Context(), "")); e.Kind != client.KindArgument || e.Field != "id" {
			t.Errorf("%s: %+v", p, e)
		}
	}
	if n := i.calls.Load() + i.tokens.Load(); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

// A config's problems are reported all at once.
func TestBadConfigs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		config client.Config
		fields []string
	}{
		{client.Config{}, []string{"Platform", "AppID", "Secret"}},
		{client.Config{Platform: "qq", AppID: "a", Secret: "s", BaseURL: "127.0.0.1:8080", Timeout: -time.Second}, []string{"Platform", "BaseURL", "Timeout"}},
		{client.Config{Platform: muban.Baidu, AppID: "a", Secret: "s", BaseURL: "http://u:p@h/?q", PlainToken: true}, []string{"BaseURL", "PlainToken"}},
		{client.Config{Platform: muban.WeChatMini, AppID: "a", Secret: "s", BaseURL: "http://h?"}, []string{"BaseURL"}},
		{client.Config{Platform: muban.WeChatMini, AppID: "a", Secret: "s", BaseURL: "http://h/#"}, []string{"BaseURL"}},
		{
			client.Config{Platform: muban.Alipay, Secret: "s", Alipay: client.AlipayKeys{AlipayPublicKey: "x", ContentKey: "short"}},
			[]string{"AppID", "Secret", "Alipay.AppPrivateKey", "Alipay.AlipayPublicKey", "Alipay.ContentKey"},
		},
		// Read from files, with their ends of lines.
		{client.Config{Platform: muban.Baidu, AppID: "a\r\n", Secret: "s\n"}, []string{"AppID", "Secret"}},
		{client.Config{Platform: muban.WeChatOA, AppID: "a", Secret: "s", Limits: &client.Limits{}, TokenStore: &client.MemoryTokens{}}, []string{"Limits", "TokenStore"}},
		{client.Config{Platform: muban.WeChatOA, AppID: "a", Secret: "s", TokenStore: &client.FileTokens{}}, []string{"TokenStore"}},
		{client.Config{Platform: muban.WeChatOA, AppID: "a", Secret: "s", TokenStore: (*client.FileTokens)(nil)}, []string{"TokenStore"}},
	} {
		c, err := client.New(test.config)
		var fields []string
		joined, ok := err.(interface{ Unwrap() []error })
		if c != nil || !ok {
			t.Fatalf("%+v: %v", test.config, err)
		}
		for _, problem := range joined.Unwrap() {
			e := errorOf(t, problem)
			if e.Kind != client.KindArgument || e.Op != client.OpNew || strings.HasPrefix(e.Error(), " ") {
				t.Errorf("%+v", e)
			}
			fields = append(fields, e.Field)
		}
		if got, want := strings.Join(fields, " "), strings.Join(test.fields, " "); got != want {
			t.Errorf("fields %s, want %s", got, want)
		}
	}
	if _, err := client.New(client.Config{Platform: muban.WeChatMini, AppID: "a", Secret: "s"}); err != nil {
		t.Errorf("the real platform: %v", err)
	}
}

func TestErrorsSayWhatHappened(t *testing.T) {
	t.Parallel()
	behind := errors.New("connection reset")
	for want, e := range map[string]*client.Error{
		"baidu Send: grant_unknown (4003 表单无效): the form is unknown": {Kind: muban.KindGrantUnknown, Platform: muban.Baidu, Op: client.OpSend, Code: "4003", Text: "表单无效", Meaning: "the form is unknown"},
		"baidu Send: Grant.ID is empty":                              {Kind: client.KindArgument, Platform: muban.Baidu, Op: client.OpSend, Field: "Grant.ID", Text: "is empty"},
		"baidu Send: outcome_unknown: because: connection reset":     {Kind: client.KindOutcomeUnknown, Platform: muban.Baidu, Op: client.OpSend, Retry: client.Retry{Why: "because"}, Err: behind},
		"wechat-mini access token: secret_wrong (40125 invalid appsecret) [6385c6c1]": {
			Kind: muban.KindSecretWrong, Platform: muban.WeChatMini, Op: client.OpToken, Code: "40125", Text: "invalid appsecret", RequestID: "6385c6c1",
		},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if e.Err != nil && !errors.Is(e, behind) {
			t.Errorf("%q does not wrap what lies behind", e)
		}
	}
	if client.KindOf(behind) != "" || client.KindOf(nil) != "" {
		t.Error("other errors have a kind")
	}
}
