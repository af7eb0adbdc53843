package inspect

import (
	"slices"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// token tells what became of an access token: what the refusal compared, and
// the kept calls by which it and its successor were issued.
func (e *explaining) token() {
	values := e.call.Refusal.Values
	issued := e.issues()
	own := slices.IndexFunc(issued, func(c muban.Call) bool {
		return e.call.Token != "" && strings.Contains(c.Answer.Body.Text, e.call.Token)
	})
	switch at, known := instant(values["issued_at"]); {
	case own >= 0:
		e.happened(issued[own].At, "issued by "+issued[own].Name, "由 "+issued[own].Name+" 签发", muban.StoryEvent{CallID: issued[own].ID})
	case known:
		e.happened(at, "issued", "签发", muban.StoryEvent{})
	}
	switch {
	case values["dead_at"] != "":
		if own > 0 { // they are newest first
			next := issued[own-1]
			e.happened(next.At, "replaced: "+next.Name+" issued a newer one", "被顶替："+next.Name+" 签发了新的", muban.StoryEvent{CallID: next.ID})
		}
		if at, ok := instant(values["dead_at"]); ok {
			e.happened(at, "ended, after the time that an old token lives beside a new one", "与新令牌并存的时间结束，失效", muban.StoryEvent{})
		}
	case values["expires_at"] != "":
		if at, ok := instant(values["expires_at"]); ok {
			e.happened(at, "expired", "过期", muban.StoryEvent{})
		}
	}
	e.accepted = e.tokenCall()
}

// issues are the calls that issued tokens of the call's kind to its app,
// newest first.
func (e *explaining) issues() []muban.Call {
	var found []muban.Call
	for _, one := range e.newestFirst("", 0) {
		c := &one.call
		if c.Dialect == e.call.Dialect && strings.HasSuffix(c.Name, "token") && c.Code == "0" && c.AppID == e.call.AppID && c.AppID != "" {
			found = append(found, e.show(one))
		}
	}
	return found
}

// tokenCall says how to get a token that the call takes: for the app whose
// token was sent, unless that is on another platform.
func (e *explaining) tokenCall() muban.Words {
	app := e.call.AppID
	var of muban.Words
	if rule := e.call.Refusal.Rule; rule == muban.RuleTokenPlatform || rule == muban.RuleTokenStranger {
		app = ""
		of = muban.Words{English: ", with an app of the call's platform", Chinese: "，APP_ID 填该接口所属平台的应用"}
	}
	if app == "" {
		app = "APP_ID"
	}
	call := "GET /cgi-bin/token?grant_type=client_credential&appid=" + app + "&secret=…"
	if e.call.Dialect == "baidu" {
		call = "POST /oauth/2.0/token?grant_type=client_credentials&client_id=" + app + "&client_secret=…"
	}
	return muban.Words{English: "the access_token that this answers: " + call + of.English, Chinese: "用这个接口返回的 access_token：" + call + of.Chinese}
}

// login tells of a login code or a refresh token what the refusal compared.
func (e *explaining) login() {
	e.moments("issued_at", "issued", "签发")
	e.moments("used_at", "used", "已使用")
	e.moments("expires_at", "expired", "过期")
	if strings.HasPrefix(string(e.call.Refusal.Rule), "login.") {
		e.accepted = muban.Words{
			English: "a new login code, within 5 minutes and once: muban user login-code, or a button on the console's phone",
			Chinese: "新的登录凭证，5 分钟内用一次：muban user login-code，或控制台手机上的登录按钮",
		}
	}
}

// authorization tells of an app_auth_token what the refusal compared.
func (e *explaining) authorization() {
	e.moments("expires_at", "expired", "过期")
	e.accepted = muban.Words{
		English: "the app_auth_token of a new authorization: POST /api/v1/apps/{app_id}/authorizations of the app to act for",
		Chinese: "重新授权得到的 app_auth_token：对被代理的应用调用 POST /api/v1/apps/{app_id}/authorizations",
	}
}

// moments adds what happened at the time of a value, where there is one.
func (e *explaining) moments(value, english, chinese string) {
	if at, ok := instant(e.call.Refusal.Values[value]); ok {
		e.happened(at, english, chinese, muban.StoryEvent{})
	}
}

// stampLayout is how times stand in refusals, for people, in the zone that the
// platforms count in.
const stampLayout = "2006-01-02 15:04:05.000 -0700"

func stamp(t time.Time) string { return muban.PlatformTime(t).Format(stampLayout) }

func instant(text string) (time.Time, bool) {
	at, err := time.Parse(stampLayout, text)
	return at, err == nil
}
