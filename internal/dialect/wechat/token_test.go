package wechat_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// The two token calls as a client makes them.
func (w *world) plain() reply { return w.get(tokenURL) }

func (w *world) stable(force string) reply {
	w.Helper()
	return w.do(http.MethodPost, "/cgi-bin/stable_token",
		`{"grant_type":"client_credential","appid":"`+appID+`","secret":"`+w.app.Secret+`","force_refresh":`+force+`}`)
}

// alive checks what an API call answers to the token: 0, 40001 or 42001.
func (w *world) alive(token string, code int) {
	w.Helper()
	w.do(http.MethodPost, "/cgi-bin/wxopen/template/list?access_token="+url.QueryEscape(token), `{"offset":0,"count":1}`).wants(code, "")
}

func (r reply) expiresIn() int64 {
	r.t.Helper()
	var answer struct {
		ExpiresIn int64 `json:"expires_in"`
	}
	must(r.t, json.Unmarshal([]byte(r.Body), &answer))
	return answer.ExpiresIn
}

// Protocol.md §1.1: two members, no errcode, 7200 as a number.
func TestTokenAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shape := regexp.MustCompile(`^{"access_token":"[A-Za-z0-9_-]+","expires_in":7200}$`)
	for _, r := range []reply{w.plain(), w.stable("false"), w.get("/cgi-bin/token?neededText=&debug=1&" + tokenURL[len("/cgi-bin/token?"):])} {
		if !shape.MatchString(r.Body) {
			t.Errorf("answer %s", r.Body)
		}
		w.alive(r.accessToken(), 0)
	}
}

// HEAD asks for nothing that could be handed over, so it neither ends the
// token that stands nor uses a login code up.
func TestHeadChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.loginCode()
	for _, path := range []string{tokenURL, sessionURL + code} {
		w.do(http.MethodHead, path, "").wants(0, muban.RuleRequestGet) // no body, no errcode
	}
	w.get(sessionURL+code).wants(0, "")
	w.clock.advance(5 * time.Minute)
	w.alive(w.token, 0)
}

// Every refusal of the token calls, in the order in which they are checked:
// each request has all the later faults as well.
func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newApp(muban.Baidu, "baiduappkey")
	w.newApp(muban.WeChatOA, "wxofficial")
	for _, test := range []struct {
		source, method, path, body string
		code                       int
		rule                       muban.Rule
	}{
		{"protocol.md §1.3, 43001", "PUT", "token?grant_type=x", "", 43001, muban.RuleRequestGet},
		{"protocol.md §1.1: the query alone is read", "POST", "token", "grant_type=client_credential&appid=" + appID + "&secret=" + secret, 40002, muban.RuleAuthGrantType},
		{"protocol.md §1.1: by POST too", "POST", "token?grant_type=client_credential&secret=wrong&appid=" + appID, "{}", 40125, muban.RuleAuthSecret},
		{"protocol.md §1.1: by POST too", "POST", "token?grant_type=client_credential&appid=wxofficial&secret=" + secret, "", 0, ""},
		{"protocol.md §1.3, 40002", "GET", "token?grant_type=authorization_code", "", 40002, muban.RuleAuthGrantType},
		{"protocol.md §1.3, 40002", "GET", "token", "", 40002, muban.RuleAuthGrantType},
		{"protocol.md §1.3, 41002", "GET", "token?grant_type=client_credential&secret=x", "", 41002, muban.RuleAuthAppMissing},
		{"protocol.md §1.3, 40013", "GET", "token?grant_type=client_credential&appid=wxnone", "", 40013, muban.RuleAuthAppUnknown},
		{"protocol.md §1.3, 40013", "GET", "token?grant_type=client_credential&appid=wx%00%ff", "", 40013, muban.RuleAuthAppUnknown},
		{"protocol.md §1.3, 40013: an app of Baidu", "GET", "token?grant_type=client_credential&appid=baiduappkey&secret=" + secret, "", 40013, muban.RuleAuthAppUnknown},
		{"protocol.md §1.3, 41004", "GET", "token?grant_type=client_credential&appid=" + appID, "", 41004, muban.RuleAuthNoSecret},
		{"protocol.md §1.3, 40125", "GET", "token?grant_type=client_credential&secret=wrong&appid=" + appID, "", 40125, muban.RuleAuthSecret},
		{"protocol.md §1.1: official accounts fetch theirs here too", "GET", "token?grant_type=client_credential&appid=wxofficial&secret=" + secret, "", 0, ""},

		{"protocol.md §1.3, 43002", "GET", "stable_token", "", 43002, muban.RuleRequestPost},
		{"protocol.md §1.3, 44002", "POST", "stable_token", "", 44002, muban.RuleRequestEmpty},
		{"protocol.md §1.3, 44002", "POST", "stable_token", " \r\n\t", 44002, muban.RuleRequestEmpty},
		{"protocol.md §1.2: JSON only", "POST", "stable_token", "grant_type=client_credential&secret=" + secret, 47001, muban.RuleRequestMalformed},
		{"protocol.md §1.2", "POST", "stable_token", `{"force_refresh":"perhaps"}`, 47001, muban.RuleRequestMalformed},
		{"protocol.md §1.2", "POST", "stable_token", `{"secret":["` + secret + `"]}`, 47001, muban.RuleRequestMalformed},
		{"protocol.md §1.3, 40002", "POST", "stable_token", `{}`, 40002, muban.RuleAuthGrantType},
		{"protocol.md §1.3, 41002", "POST", "stable_token", `{"grant_type":"client_credential"}`, 41002, muban.RuleAuthAppMissing},
		{"protocol.md §1.3, 40013", "POST", "stable_token", `{"grant_type":"client_credential","appid":7}`, 40013, muban.RuleAuthAppUnknown},
		{"protocol.md §1.3, 41004", "POST", "stable_token", `{"grant_type":"client_credential","appid":"` + appID + `"}`, 41004, muban.RuleAuthNoSecret},
		{"protocol.md §1.3, 40125", "POST", "stable_token", `{"grant_type":"client_credential","appid":"` + appID + `","secret":"no"}`, 40125, muban.RuleAuthSecret},
	} {
		t.Run(test.method+" "+test.path+" "+test.body, func(t *testing.T) {
			w.in(t).do(test.method, "/cgi-bin/"+test.path, test.body).wants(test.code, test.rule)
		})
	}
}

// Protocol.md §1.1: 7200 s; a new token leaves the old one alive for five
// minutes.
func TestPlainTokenLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.plain().accessToken()
	w.clock.advance(time.Hour)
	fresh := w.plain().accessToken()
	if fresh == old {
		t.Error("the second call answered the first token")
	}
	w.clock.advance(5*time.Minute - time.Millisecond)
	w.alive(old, 0)
	w.alive(fresh, 0)
	w.clock.advance(time.Millisecond)
	w.alive(old, 40001)
	w.alive(fresh, 0)
	w.clock.advance(115*time.Minute - time.Millisecond)
	w.alive(fresh, 0)
	w.clock.advance(time.Millisecond)
	w.alive(fresh, 42001)
	w.alive(old, 40001)
}

// A token that was replaced in its last five minutes lived to its own end: it
// is expired, also once its five minutes beside the newer one would be over.
func TestTokenReplacedAtItsEnd(t *testing.T) {
	t.Parallel()
	for _, issue := range []func(*world) reply{(*world).plain, func(w *world) reply { return w.stable("false") }} {
		w := newWorld(t)
		old := issue(w).accessToken()
		w.clock.advance(118 * time.Minute)
		if issue(w).accessToken() == old {
			t.Fatal("the token was not replaced")
		}
		for _, step := range []time.Duration{2 * time.Minute, 3*time.Minute - time.Millisecond, time.Millisecond, time.Hour} {
			w.clock.advance(step)
			w.alive(old, 42001)
		}
	}
}

// Protocol.md §1.2: neither call's tokens touch the other's.
func TestTokenCallsAreIsolated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain, stable := w.plain().accessToken(), w.stable("false").accessToken()
	for range 3 {
		w.plain().accessToken()
	}
	w.clock.advance(10 * time.Minute)
	w.alive(plain, 40001)
	w.alive(stable, 0)
	plain = w.plain().accessToken()
	w.stable("true").accessToken()
	w.clock.advance(time.Minute)
	w.stable("true").accessToken()
	w.alive(plain, 0)
	w.alive(stable, 40001)
}

// Protocol.md §1.2, ordinary mode: the same token with a falling expires_in,
// a new one only in the last five minutes, and the old one good to its end.
func TestStableTokenStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.stable("false")
	token := first.accessToken()
	w.clock.advance(1500 * time.Millisecond)
	for _, force := range []string{"false", `"false"`, "0", "null"} {
		again := w.stable(force)
		if again.accessToken() != token || again.expiresIn() != 7198 {
			t.Errorf("force_refresh %s: answered %s", force, again.Body)
		}
	}
	w.clock.advance(115*time.Minute - 1500*time.Millisecond - time.Millisecond)
	if last := w.stable("false"); last.accessToken() != token || last.expiresIn() != 300 {
		t.Errorf("just before the last five minutes: %s", last.Body)
	}
	w.clock.advance(time.Second)
	next := w.stable("false")
	if next.accessToken() == token || next.expiresIn() != 7200 {
		t.Errorf("in the last five minutes: %s", next.Body)
	}
	w.clock.advance(5*time.Minute - time.Second)
	w.alive(token, 0)
	w.clock.advance(time.Millisecond)
	w.alive(token, 42001)
	w.alive(next.accessToken(), 0)
}

// Protocol.md §1.2: force_refresh has an effect 30 s after the one before.
func TestForceRefreshGap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaked := w.stable("false").accessToken()
	second := w.stable("true").accessToken()
	if second == leaked {
		t.Fatal("the first force_refresh had no effect")
	}
	w.alive(leaked, 0)
	w.clock.advance(30*time.Second - time.Millisecond)
	if early := w.stable("true").accessToken(); early != second {
		t.Error("force_refresh had an effect before 30 s were over")
	}
	w.alive(leaked, 0)
	w.clock.advance(time.Millisecond)
	third := w.stable(`"true"`).accessToken()
	if third == second {
		t.Error("force_refresh had no effect after 30 s")
	}
	// Two forced refreshes make a leaked token useless at once; the one
	// before the newest has its five minutes.
	w.alive(leaked, 40001)
	w.alive(second, 0)
	w.alive(third, 0)
	w.clock.advance(5 * time.Minute)
	w.alive(second, 40001)
	w.alive(third, 0)
}

// Protocol.md §1.2: 20 a day, and then the token that stands is answered.
func TestForceRefreshADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := ""
	for range 20 {
		fresh := w.stable("true").accessToken()
		if fresh == token {
			t.Fatal("force_refresh had no effect within the day's 20")
		}
		token = fresh
		w.clock.advance(30 * time.Second)
	}
	if w.stable("true").accessToken() != token {
		t.Error("the 21st force_refresh of a day had an effect")
	}
	w.clock.advance(12 * time.Hour) // past midnight in UTC+8
	w.stable("false").accessToken()
	w.clock.advance(time.Minute)
	before := w.stable("false").accessToken()
	if w.stable("true").accessToken() == before {
		t.Error("force_refresh had no effect on the next day")
	}
}

// What stands after a forced refresh is the new token, also when the clock
// has not moved since the one before was issued.
func TestStableTokenOnAStoppedClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stable("false").accessToken()
	forced := w.stable("true").accessToken()
	for range 8 {
		if again := w.stable("false").accessToken(); again != forced {
			t.Fatal("a third token was issued though the second stands")
		}
	}
}

// Contract.md §4, secret/reset and tokens/revoke: tokens survive the one and
// not the other.
func TestTokensAndTheSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain, stable := w.plain().accessToken(), w.stable("false").accessToken()
	app, err := w.service.ResetSecret(t.Context(), appID)
	must(t, err)
	w.plain().wants(40125, muban.RuleAuthSecret)
	w.alive(plain, 0)
	w.alive(stable, 0)
	w.app = app
	fresh := w.stable("false").accessToken()
	w.alive(fresh, 0)
	w.alive(stable, 0)
	must(t, w.service.RevokeTokens(t.Context(), appID))
	for _, token := range []string{plain, stable, fresh} {
		w.alive(token, 40001)
	}
}

// Protocol.md §1.3, 48001: the token of an official account.
func TestTokenOfAnotherKindOfApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newApp(muban.WeChatOA, "wxofficial")
	token := w.get("/cgi-bin/token?grant_type=client_credential&appid=wxofficial&secret=" + secret).accessToken()
	w.alive(token, 48001)
}
