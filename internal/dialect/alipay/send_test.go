package alipay_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

const responseName = "alipay_open_app_mini_templatemessage_send_response"

func TestSend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := w.form()
	got := w.send(w.sending(form)).wants("", "").named(responseName)
	if want := `{"` + responseName + `":{"code":"10000","msg":"Success"},"sign":"` + got.envelope.Sign + `"}`; got.body != want {
		t.Errorf("answer %s, want %s", got.body, want)
	}
	message := w.message(appID, form)
	if message.UserID != w.user.OpenID || message.TemplateID != w.template.ID || message.Page != "pages/index/index?id=7" || message.GrantKind != muban.GrantForm {
		t.Errorf("message %+v", message)
	}
	if message.Data["keyword1"].Text != "12:00 & <later>" || message.Data["keyword2"].Text != "支付宝{+}" || !strings.Contains(message.Rendered, "支付宝{+}") {
		t.Errorf("data %v, shown as %q", message.Data, message.Rendered)
	}
	w.send(w.sending(form)).wants("FORM_ID_OVER_TIME", muban.RuleGrantSpent).named(responseName)
}

// Protocol.md §5.1: parameters from the query and from the body alike, data as
// text or as an object, either id of the recipient.
func TestShapesOfASend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const asObject = `{"keyword1":{"value":"x"},"keyword2":{"value":20180808}}`
	content := func(p params, data string) string {
		return strings.Replace(p.but(params{"data": "-"}).json(), "{", `{"data":`+data+",", 1)
	}
	for _, test := range []struct {
		name string
		send func(w *world, form string) reply
	}{
		{"all in the query, by GET", func(w *world, form string) reply {
			return w.do(http.MethodGet, "/gateway.do?"+w.sending(form).values().Encode(), "", "")
		}},
		{"all in the query, by POST", func(w *world, form string) reply {
			return w.do(http.MethodPost, "/gateway.do?"+w.sending(form).values().Encode(), formType, "")
		}},
		{"all in a form", func(w *world, form string) reply {
			return w.do(http.MethodPost, "/gateway.do", formType, w.sending(form).values().Encode())
		}},
		{"all in a form, charset in the query too", func(w *world, form string) reply {
			return w.do(http.MethodPost, "/gateway.do?charset=utf-8", formType, w.sending(form).values().Encode())
		}},
		{"all in JSON", func(w *world, form string) reply {
			return w.do(http.MethodPost, "/gateway.do", "application/json", w.sending(form).json())
		}},
		{"biz_content an object in JSON", func(w *world, form string) reply {
			p := w.sending(form)
			body := strings.Replace(p.but(params{"biz_content": "-"}).json(), "{", `{"biz_content":`+p["biz_content"]+",", 1)
			return w.do(http.MethodPost, "/gateway.do", "application/json", body)
		}},
		{"a base URL that ends in a slash", func(w *world, form string) reply {
			return w.do(http.MethodPost, "//gateway.do", formType, w.sending(form).values().Encode())
		}},
		{"biz_content a text that holds the object", func(w *world, form string) reply {
			return w.send(common(alipay.MethodSend, quoted(w.content(form).json())).signedBy(appKey()))
		}},
		{"data as an object", func(w *world, form string) reply {
			return w.send(common(alipay.MethodSend, content(w.content(form), asObject)).signedBy(appKey()))
		}},
		{"to_open_id", func(w *world, form string) reply {
			p := w.content(form).but(params{"to_user_id": "-", "to_open_id": w.user.AlipayOpenID})
			return w.send(common(alipay.MethodSend, p.json()).signedBy(appKey()))
		}},
		{"both ids: to_user_id counts", func(w *world, form string) reply {
			p := w.content(form).but(params{"to_open_id": "nobody"})
			return w.send(common(alipay.MethodSend, p.json()).signedBy(appKey()))
		}},
		{"no format", func(w *world, form string) reply {
			return w.send(w.sending(form).but(params{"format": "-"}).signedBy(appKey()))
		}},
		{"format in small letters", func(w *world, form string) reply {
			return w.send(w.sending(form).but(params{"format": "json"}).signedBy(appKey()))
		}},
		{"charset in capitals", func(w *world, form string) reply {
			return w.send(w.sending(form).but(params{"charset": "UTF-8"}).signedBy(appKey()))
		}},
		{"SHA1withRSA", func(w *world, form string) reply {
			return w.send(w.sending(form).but(params{"sign_type": "RSA"}).signedBy(appKey()))
		}},
		{"parameters that nobody knows", func(w *world, form string) reply {
			return w.send(w.sending(form).but(params{"alipay_sdk": "alipay-sdk-java", "notify_url": "https://x.example/?a=b&c=d"}).signedBy(appKey()))
		}},
		{"blank parameters, not signed", func(w *world, form string) reply {
			return w.send(w.sending(form).but(params{"app_auth_token": "", "return_url": " "}))
		}},
		{"a signature in lines", func(w *world, form string) reply {
			p := w.sending(form)
			return w.send(p.but(params{"sign": p["sign"][:76] + "\r\n" + p["sign"][76:] + "\n"}))
		}},
		{"a timestamp of another year", func(w *world, form string) reply {
			return w.send(w.sending(form).but(params{"timestamp": "1999-12-31 23:59:59"}).signedBy(appKey()))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := w.in(t)
			form := w.form()
			test.send(w, form).wants("", "").named(responseName)
			w.message(appID, form)
		})
	}
}

// quoted is a JSON text that holds another.
func quoted(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}

// closingBrace is where a client that counts braces, whatever they stand in,
// finds the end of an object.
func closingBrace(raw string) int {
	depth := 0
	for i, c := range raw {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// Protocol.md §5.3: the request, the signature and the answer are in the
// request's charset.
func TestCharsets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// The second byte of these is in GBK that of \ { } and |.
	const trails = "誠衶衹衺"
	for charset, text := range map[string]string{
		"utf-8": "支付宝 {" + trails + "😀", "GBK": "支付宝 " + trails, "gb2312": "支付宝", "GB18030": "支付宝 " + trails + "㐀😀",
	} {
		t.Run(charset, func(t *testing.T) {
			w := w.in(t)
			form := w.form()
			content := w.content(form).but(params{"data": `{"keyword1":{"value":` + quoted(text) + `},"keyword2":{"value":"2"}}`})
			p := common(alipay.MethodSend, content.json()).but(params{"charset": charset}).signedBy(appKey())
			answered := w.send(p).wants("", "")
			if answered.charset != alipay.Charset(strings.ToLower(charset)) {
				t.Errorf("the answer is in %s", answered.charset)
			}
			if got := w.message(appID, form).Data["keyword1"].Text; got != text {
				t.Errorf("%q arrived as %q", text, got)
			}
			w.send(p).wants("FORM_ID_OVER_TIME", muban.RuleGrantSpent)
			// The refusal of a signature shows what was verified.
			refused := w.send(p.signedBy(otherKey())).wants("isv.invalid-signature", muban.RuleSignatureWrong)
			if !strings.Contains(refused.failure().SubMsg, strings.ReplaceAll(text, "&", "&amp;")) {
				t.Errorf("sub_msg %s does not show %s", refused.failure().SubMsg, text)
			}
			if raw := refused.response(); closingBrace(raw) != len(raw)-1 {
				t.Errorf("a client that counts braces cannot verify %s", raw)
			}
			if raw := refused.response(); !strings.Contains(text, "{") && strings.Contains(raw, `\u007`) {
				t.Errorf("alipay-sdk-java misreads the escapes of %s", raw)
			}
		})
	}
	// What the charset does not have arrives as JSON's escape: here in the
	// text that was signed in UTF-8.
	p := w.sending(w.form())
	values := p.but(params{"charset": "gb2312"}).values()
	values.Set("biz_content", "{\"a\":\"誠\xff\"}")
	w.do(http.MethodPost, "/gateway.do?"+values.Encode(), "", "").wants("isv.invalid-signature", muban.RuleSignatureWrong)
}

// A content that is not in the charset it says.
func TestAnotherCharset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.sending(w.form())
	gbk := p.but(params{"charset": "gbk"}).values()
	gbk.Set("charset", "utf-8")
	var pairs []string
	for _, name := range []string{"app_id", "biz_content", "charset", "format", "method", "sign_type", "timestamp", "version"} {
		pairs = append(pairs, name+"="+gbk.Get(name))
	}
	gbk.Set("sign", sign(appKey(), alipay.RSA2, strings.Join(pairs, "&")))
	got := w.do(http.MethodPost, "/gateway.do", formType, gbk.Encode()).wants("isv.invalid-parameter", muban.RuleRequestParameter)
	if got.failure().SubMsg != "参数无效：biz_content" {
		t.Errorf("sub_msg %q", got.failure().SubMsg)
	}
}

// The business failures (protocol.md §5.4); rules are tested in messaging.
func TestBusinessFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.newApp("2021000000000002", &otherKey().PublicKey)
	stranger := w.newUser(other.ID)
	neighbour := w.newUser(appID)
	zero := int64(0)
	for _, test := range []struct {
		name    string
		change  params
		subCode string
		rule    muban.Rule
		subMsg  string
	}{
		{"no recipient", params{"to_user_id": "-"}, "isv.invalid-parameter", muban.RuleRequestMissing, "参数无效：to_user_id"},
		{"no template", params{"user_template_id": ""}, "isv.invalid-parameter", muban.RuleRequestMissing, "参数无效：user_template_id"},
		{"no form", params{"form_id": ""}, "isv.invalid-parameter", muban.RuleRequestMissing, "参数无效：form_id"},
		{"no data", params{"data": "-"}, "isv.invalid-parameter", muban.RuleRequestParameter, "参数无效：data"},
		{"a long page", params{"page": strings.Repeat("p", 129)}, "isv.invalid-parameter", muban.RuleRequestParameter, "参数无效：page"},
		{"a keyword that is null", params{"data": `{"keyword1":{"value":null},"keyword2":{"value":"x"}}`}, "isv.invalid-parameter", muban.RuleDataText, ""},
		{"an unknown template", params{"user_template_id": "none"}, "USER_TEMPLATE_ILLEGAL", muban.RuleTemplateUnknown, ""},
		{"a keyword less", params{"data": `{"keyword1":{"value":"x"}}`}, "USER_TEMPLATE_LACK_KEYWORD", muban.RuleKeywordsMatch, ""},
		{"a keyword without its value", params{"data": `{"keyword1":{"value":"x"},"keyword2":{"Value":"x"}}`}, "USER_TEMPLATE_LACK_KEYWORD", muban.RuleKeywordsMatch, ""},
		{"a long keyword", params{"data": `{"keyword1":{"value":"` + strings.Repeat("x", 51) + `"},"keyword2":{"value":"x"}}`}, "USER_KEYWORD_LENGTH_ERROR", muban.RuleKeywordLength, ""},
		{"an unknown form", params{"form_id": "bm9uZQ=="}, "FORM_ID_NOT_MATCH_APPID", muban.RuleGrantUnknown, ""},
		{"an unknown trade number", params{"form_id": "2017010100000000580012345678"}, "TRADE_NO_NOT_MATCH_USERID", muban.RuleGrantUnknown, ""},
		{"another app's form", params{"form_id": w.mint(other.ID, stranger, muban.GrantForm)}, "FORM_ID_NOT_MATCH_APPID", muban.RuleGrantApp, ""},
		{"another app's trade number", params{"form_id": w.mint(other.ID, stranger, muban.GrantPayment)}, "FORM_ID_NOT_MATCH_APPID", muban.RuleGrantApp, ""},
		{"another user's trade number", params{"form_id": w.mint(appID, neighbour, muban.GrantPayment)}, "TRADE_NO_NOT_MATCH_USERID", muban.RuleGrantOwner, ""},
		{"another user's form", params{"form_id": w.mint(appID, neighbour, muban.GrantForm)}, "TRADE_NO_NOT_MATCH_USERID", muban.RuleGrantOwner, ""},
		{"an unknown user", params{"to_user_id": "2088000000000000"}, "TRADE_NO_NOT_MATCH_USERID", muban.RuleGrantOwner, ""},
	} {
		got := w.send(common(alipay.MethodSend, w.content(w.form()).but(test.change).json()).signedBy(appKey())).wants(test.subCode, test.rule)
		if msg := got.failure().SubMsg; test.subMsg != "" && msg != test.subMsg {
			t.Errorf("%s: sub_msg %q, want %q", test.name, msg, test.subMsg)
		}
		if t.Failed() {
			t.Fatal(test.name)
		}
	}
	expired := w.form()
	w.clock.advance(muban.Week)
	w.send(w.sending(expired)).wants("FORM_ID_OVER_TIME", muban.RuleGrantExpired)
	trade := w.grant(muban.GrantPayment)
	for range 3 {
		w.send(w.sending(trade)).wants("", "")
	}
	w.send(w.sending(trade)).wants("FORM_ID_OVER_TIME", muban.RuleGrantSpent)
	form := w.form()
	w.set(func(a *muban.App) { a.Pages = []string{"pages/other"} })
	w.send(w.sending(form)).wants("isv.invalid-parameter", muban.RulePageUnknown)
	w.set(func(a *muban.App) { a.Pages, a.DailyLimit = nil, &zero })
	w.send(w.sending(form)).wants("isv.app-call-limited", muban.RuleDailyLimit)
	w.set(func(a *muban.App) { a.DailyLimit, a.PushAllowed = nil, false })
	w.send(w.sending(form)).wants("isv.insufficient-isv-permissions", muban.RulePushAllowed)
	w.set(func(a *muban.App) { a.PushAllowed = true })
	w.send(w.sending(form)).wants("", "")
}

// Protocol.md §5.6, app_auth_token: a call of one app for another.
func TestActingForAnotherApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agent := w.newApp("2021000000000002", &otherKey().PublicKey)
	issued, err := w.service.AuthorizeAgent(t.Context(), appID, agent.ID)
	must(t, err)
	acting := func(form string, change params) params {
		return w.sending(form).but(params{"app_id": agent.ID, "app_auth_token": issued.Token}).but(change).signedBy(otherKey())
	}
	form := w.form()
	w.send(acting(form, nil)).wants("", "").named(responseName)
	w.message(appID, form)

	form = w.form()
	w.send(acting(form, params{"app_auth_token": "-"})).wants("USER_TEMPLATE_ILLEGAL", muban.RuleTemplateUnknown)
	w.send(acting(form, params{"app_auth_token": issued.Token[:39] + "*"})).wants("aop.invalid-app-auth-token", muban.RuleAuthorizationUnknown)
	w.send(w.sending(form).but(params{"app_auth_token": issued.Token}).signedBy(appKey())).wants("aop.invalid-app-auth-token", muban.RuleAuthorizationUnknown)
	w.set(func(a *muban.App) { a.PushAllowed = false })
	w.send(acting(form, nil)).wants("isv.insufficient-user-permissions", muban.RulePushDelegated)
	mayAgentPush := func(may bool) {
		_, err := w.service.UpdateApp(t.Context(), agent.ID, func(a *muban.App) error { a.PushAllowed = may; return nil })
		must(t, err)
	}
	mayAgentPush(false) // an agent needs the permission itself, whoever it acts for
	w.send(acting(form, nil)).wants("isv.insufficient-isv-permissions", muban.RulePushAllowed)
	w.set(func(a *muban.App) { a.PushAllowed = true })
	w.send(acting(form, nil)).wants("isv.insufficient-isv-permissions", muban.RulePushAllowed)
	mayAgentPush(true)
	w.send(acting(form, nil)).wants("", "")
	w.clock.advance(365 * 24 * 60 * 60 * 1e9)
	w.send(acting(w.form(), nil)).wants("aop.app-auth-token-time-out", muban.RuleAuthorizationExpired)
}

// Whatever the query and the body hold, a name counts once.
func TestAParameterCountsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.sending(w.form())
	body := url.Values{"method": {"alipay.other"}, "biz_content": {p["biz_content"]}, "sign": {"x"}}
	got := w.do(http.MethodPost, "/gateway.do?"+p.but(params{"biz_content": "-"}).values().Encode(), formType, body.Encode())
	got.wants("", "").named(responseName)
}
