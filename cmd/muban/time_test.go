package main

import (
	"encoding/json"
	"net/http"
	"testing"
)

// TestTimeRulesFromOutside moves the sandbox clock through the native API and
// looks at what a client sees: 7 days, 2 hours, 5 minutes, 30 seconds, the
// next day.
func TestTimeRulesFromOutside(t *testing.T) {
	t.Parallel()
	s := newShop(start(t, "dev", "--empty"))
	s.native(http.MethodPut, "/api/v1/clock", map[string]any{"mode": "frozen", "now": "2040-01-01T04:00:00Z"}, nil)
	s.token = s.plainToken() // the one from before has expired by 2040

	t.Log("a form id lives seven days")
	grants := s.mint("form", 2)
	s.advance("167h59m59.999s")
	s.token = s.plainToken()
	s.want("in the last millisecond", s.send(grants[0]), 0)
	s.advance("1ms")
	s.want("after seven days", s.send(grants[1]), 41028)

	t.Log("an access token lives two hours; the one before it five minutes more")
	fresh := s.mint("form", 8)
	old := s.plainToken()
	s.advance("1h")
	newer := s.plainToken()
	s.want("old one within the overlap", s.sendWith(old, fresh[0]), 0)
	s.advance("4m59.999s")
	s.want("old one at its last", s.sendWith(old, fresh[1]), 0)
	s.advance("1ms")
	s.want("old one after five minutes", s.sendWith(old, fresh[2]), 40001)
	s.advance("1h54m59.999s")
	s.want("newer one in its last millisecond", s.sendWith(newer, fresh[2]), 0)
	s.advance("1ms")
	s.want("newer one after two hours", s.sendWith(newer, fresh[3]), 42001)

	t.Log("force_refresh works every 30 seconds")
	first := s.stableToken(false)
	second := s.stableToken(true)
	if first == second {
		t.Error("force_refresh gave the same token")
	}
	s.advance("29.999s")
	if s.stableToken(true) != second {
		t.Error("force_refresh had an effect within 30 seconds")
	}
	s.want("the first one, in its overlap", s.sendWith(first, fresh[3]), 0)
	s.advance("1ms")
	third := s.stableToken(true)
	if third == second {
		t.Error("force_refresh had no effect after 30 seconds")
	}
	s.want("the first one, after two refreshes", s.sendWith(first, fresh[4]), 40001)
	s.want("the second one, in its overlap", s.sendWith(second, fresh[4]), 0)

	t.Log("a day's limit ends with the day in UTC+8")
	s.token = third
	s.native(http.MethodPatch, "/api/v1/apps/"+s.app, map[string]any{"daily_limit": 1}, nil)
	s.advanceTo("2040-01-10T15:59:58Z")
	s.token = s.plainToken()
	days := s.mint("form", 3)
	s.want("the day's only one", s.send(days[0]), 0)
	s.want("past the limit", s.send(days[1]), 45009)
	s.advance("2s")
	s.want("on the next day", s.send(days[1]), 0)
}

func (s *shop) want(what string, got, want int) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("%s: errcode %d, want %d", what, got, want)
	}
}

func (s *shop) advance(by string) {
	s.t.Helper()
	s.native(http.MethodPost, "/api/v1/clock/advance", map[string]any{"by": by}, nil)
}

func (s *shop) advanceTo(now string) {
	s.t.Helper()
	s.native(http.MethodPut, "/api/v1/clock", map[string]any{"mode": "frozen", "now": now}, nil)
}

func (s *shop) sendWith(token, grant string) int {
	s.t.Helper()
	before := s.token
	defer func() { s.token = before }()
	s.token = token
	return s.send(grant)
}

func (s *shop) plainToken() string {
	s.t.Helper()
	return s.tokenFrom(http.MethodGet, "/cgi-bin/token?grant_type=client_credential&appid="+s.app+"&secret="+s.secret, nil)
}

func (s *shop) stableToken(force bool) string {
	s.t.Helper()
	return s.tokenFrom(http.MethodPost, "/cgi-bin/stable_token",
		map[string]any{"grant_type": "client_credential", "appid": s.app, "secret": s.secret, "force_refresh": force})
}

func (s *shop) tokenFrom(method, path string, body any) string {
	s.t.Helper()
	_, answer := s.call(method, path, body)
	var token struct {
		Text string `json:"access_token"`
	}
	if err := json.Unmarshal(answer, &token); err != nil || token.Text == "" {
		s.t.Fatalf("no token: %s (%v)", answer, err)
	}
	return token.Text
}
