package wechat_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

const sessionURL = "/sns/jscode2session?appid=" + appID + "&secret=" + secret + "&grant_type=authorization_code&js_code="

// loginCode is what wx.login gives the demo user.
func (w *world) loginCode() string {
	w.Helper()
	issued, err := w.service.IssueLoginCode(w.Context(), appID, openID)
	must(w.T, err)
	return issued.Code
}

// Protocol.md §1.7: no errcode; unionid where the user has one; a code of 32
// characters, good once.
func TestCodeToSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shape := regexp.MustCompile(`^{"session_key":"([A-Za-z0-9+/]{22}==)","openid":"` + openID + `","unionid":"o6unionid"}$`)
	keys := make(map[string]bool)
	for _, ask := range []func(code string) reply{
		func(code string) reply { return w.get(sessionURL + code) },
		func(code string) reply { return w.get("/" + sessionURL + code) }, // a base URL that ends in a slash
		func(code string) reply { return w.do(http.MethodPost, sessionURL+code, "") },
		func(code string) reply { // protocol.md §1.7: served without grant_type
			return w.get("/sns/jscode2session?appid=" + appID + "&secret=" + secret + "&js_code=" + code)
		},
	} {
		code := w.loginCode()
		if !regexp.MustCompile(`^0[A-Za-z0-9]{31}$`).MatchString(code) {
			t.Errorf("login code %q", code)
		}
		got := ask(code)
		found := shape.FindStringSubmatch(got.Body)
		if found == nil || keys[found[1]] {
			t.Errorf("answer %s", got.Body)
			continue
		}
		keys[found[1]] = true
		w.get(sessionURL+code).wants(40163, muban.RuleLoginUsed)
	}

	_, err := w.service.UpdateUser(w.Context(), appID, openID, func(u *muban.User) error { u.UnionID = ""; return nil })
	must(t, err)
	var answer map[string]string
	must(t, json.Unmarshal([]byte(w.get(sessionURL+w.loginCode()).Body), &answer))
	if _, has := answer["unionid"]; has || answer["openid"] != openID {
		t.Errorf("answer %v, want no unionid", answer)
	}
}

// Every refusal of the call, in the order in which they are checked: each
// request has all the later faults as well.
func TestCodeToSessionRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newApp(muban.WeChatOA, "wxofficial")
	other := w.newApp(muban.WeChatMini, "wxother")
	_, err := w.service.CreateUser(t.Context(), other.ID, messaging.NewUser{OpenID: "oOther"})
	must(t, err)
	foreign, err := w.service.IssueLoginCode(t.Context(), other.ID, "oOther")
	must(t, err)
	good := "appid=" + appID + "&secret=" + secret
	for _, test := range []struct {
		method, query, body string
		code                int
		rule                muban.Rule
	}{
		{"PUT", "grant_type=x", "", 43001, muban.RuleRequestGet},
		{"GET", "grant_type=client_credential", "", 40002, muban.RuleAuthGrantType},
		{"GET", "", "", 41002, muban.RuleAuthAppMissing},
		{"POST", "", good + "&js_code=x", 41002, muban.RuleAuthAppMissing}, // the query alone is read
		{"GET", "appid=wxnone", "", 40013, muban.RuleAuthAppUnknown},
		{"GET", "appid=wxofficial&secret=" + secret, "", 40013, muban.RuleAuthAppUnknown}, // has no wx.login
		{"GET", "appid=" + appID, "", 41004, muban.RuleAuthNoSecret},
		{"GET", "appid=" + appID + "&secret=wrong", "", 40125, muban.RuleAuthSecret},
		{"GET", good, "", 41008, muban.RuleLoginMissing},
		{"GET", good + "&js_code=", "", 41008, muban.RuleLoginMissing},
		{"GET", good + "&js_code=the+code+is+a+mock+one", "", 40029, muban.RuleLoginUnknown}, // what the developer tools give
		{"GET", good + "&js_code=" + foreign.Code, "", 40029, muban.RuleLoginUnknown},
		{"GET", good + "&js_code=%00%ff", "", 40029, muban.RuleLoginUnknown},
	} {
		t.Run(test.method+" "+test.query, func(t *testing.T) {
			w.in(t).do(test.method, "/sns/jscode2session?"+test.query, test.body).wants(test.code, test.rule)
		})
	}
	// The other app's code was not used up by it.
	w.get("/sns/jscode2session?appid=wxother&secret="+secret+"&js_code="+foreign.Code).wants(0, "")
}

// A code is good for five minutes, to the millisecond; one that was used stays
// "used" after that.
func TestLoginCodesExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	used, early, late := w.loginCode(), w.loginCode(), w.loginCode()
	w.get(sessionURL+used).wants(0, "")
	w.clock.advance(5*time.Minute - time.Millisecond)
	w.get(sessionURL+early).wants(0, "")
	w.clock.advance(time.Millisecond)
	w.get(sessionURL+late).wants(40029, muban.RuleLoginExpired)
	w.get(sessionURL+used).wants(40163, muban.RuleLoginUsed)

	// Codes are forgotten a day later, and go with their user.
	w.clock.advance(25 * time.Hour)
	fresh := w.loginCode()
	w.get(sessionURL+used).wants(40029, muban.RuleLoginUnknown)
	must(t, w.service.DeleteUser(t.Context(), appID, openID))
	w.get(sessionURL+url.QueryEscape(fresh)).wants(40029, muban.RuleLoginUnknown)
}
