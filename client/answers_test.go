package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
)

// These are the answers that no real Muban can be brought to.

func TestAnswersToSends(t *testing.T) {
	t.Parallel()
	unknown := outcome{kind: client.KindOutcomeUnknown}
	for name, test := range map[string]struct {
		platform muban.Platform
		status   int
		body     string
		want     outcome
		text     string // within the error
	}{
		"accepted":                      {muban.WeChatMini, 200, `{"errcode":0,"errmsg":"ok"}`, fine, ""},
		"nothing":                       {muban.WeChatMini, 200, ``, unknown, "no JSON with an errcode"},
		"no errcode":                    {muban.WeChatMini, 200, `{}`, unknown, "no JSON with an errcode"},
		"an error page in JSON":         {muban.WeChatMini, 502, `{"message":"bad gateway"}`, unknown, "HTTP status 502"},
		"a web page":                    {muban.WeChatMini, 200, `<html>captive portal</html>`, unknown, "no JSON with an errcode"},
		"accepted with a strange HTTP":  {muban.WeChatMini, 500, `{"errcode":0,"errmsg":"ok"}`, unknown, "HTTP status 500"},
		"too much":                      {muban.WeChatMini, 200, `{"errcode":0,"errmsg":"` + strings.Repeat("x", 5<<20) + `"}`, unknown, "4194304 bytes"},
		"a refusal with a strange HTTP": {muban.WeChatMini, 500, `{"errcode":40037,"errmsg":"invalid template_id"}`, outcome{muban.KindTemplateUnknown, "40037"}, "invalid template_id"},
		"an unlisted code":              {muban.WeChatMini, 200, `{"errcode":12345,"errmsg":"what"}`, outcome{client.KindUnlisted, "12345"}, "what"},
		"a code of the real one alone":  {muban.WeChatMini, 200, `{"errcode":45011,"errmsg":"api minute-quota reach limit"}`, outcome{muban.KindBusy, "45011"}, ""},

		"Baidu: accepted":                    {muban.Baidu, 200, `{"errno":0,"msg":"success","data":{"msg_key":158}}`, fine, ""},
		"Baidu: nothing":                     {muban.Baidu, 200, `[]`, unknown, "no JSON with an errno"},
		"Baidu: no errno":                    {muban.Baidu, 200, `{"data":{"msg_key":1}}`, unknown, "no JSON with an errno"},
		"Baidu: accepted with strange HTTP":  {muban.Baidu, 503, `{"errno":0,"msg":"success"}`, unknown, "503"},
		"Baidu: the gateway":                 {muban.Baidu, 200, `{"error_code":17,"error_msg":"Open api daily request limit reached"}`, outcome{muban.KindDailyLimit, "17"}, ""},
		"Baidu: the gateway with its status": {muban.Baidu, 403, `{"error_code":6,"error_msg":"No permission"}`, outcome{muban.KindAPIUnauthorized, "6"}, ""},
		"Baidu: data of any form":            {muban.Baidu, 200, `{"errno":4001,"msg":"template_id 不正确","data":[]}`, outcome{muban.KindTemplateUnknown, "4001"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newImpostor(t, say(test.status, test.body))
			_, err := i.client(t, test.platform).Send(t.Context(), payment)
			got := outcome{kind: client.KindOf(err)}
			if e, ok := errors.AsType[*client.Error](err); ok {
				got.code = e.Code
				if !strings.Contains(err.Error(), test.text) || e.Platform != test.platform || e.Op != client.OpSend || e.Retry.Why == "" {
					t.Errorf("error %+v, want it to say %q", e, test.text)
				}
			}
			if got != test.want || (err == nil) != (test.want == fine) {
				t.Errorf("got %v (%v), want %v", got, err, test.want)
			}
			if n := i.calls.Load(); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// An unknown outcome is logged, once a call, and no other end is.
func TestUnknownOutcomesAreLogged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		platform muban.Platform
		status   int
		body     string
		lines    int
	}{
		{muban.WeChatMini, 502, "<html>", 1},
		{muban.WeChatOA, 502, "<html>", 1}, // after its repeats
		{muban.Baidu, 200, "{}", 1},
		{muban.Alipay, 200, "{}", 1},
		{muban.WeChatMini, 200, `{"errcode":0,"errmsg":"ok"}`, 0},
		{muban.WeChatMini, 200, `{"errcode":40037,"errmsg":"invalid template_id"}`, 0},
	} {
		var said lockedText
		i := newImpostor(t, say(test.status, test.body))
		_, err := i.client(t, test.platform, func(c *client.Config) { c.Logger = logTo(&said) }).Send(t.Context(), sendOn(test.platform))
		if got := strings.Count(said.String(), `level=WARN msg="it is not known whether a call was accepted"`); got != test.lines {
			t.Errorf("%s, %q: %v is logged %d times, want %d: %s", test.platform, test.body, err, got, test.lines, said.String())
		}
	}
}

// A message that was accepted stays accepted, whatever its id looks like.
func TestMessageIDs(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]muban.MessageID{
		`{"msg_key":4330862}`: 4330862, `{"msg_key":"4330862"}`: 4330862, `{"msg_key":9007199254740993}`: 9007199254740993,
		`{}`: 0, `[]`: 0, `null`: 0, `{"msg_key":{}}`: 0, `"x"`: 0,
	} {
		i := newImpostor(t, say(200, `{"errno":0,"msg":"success","data":`+data+`}`))
		sent, err := i.client(t, muban.Baidu).Send(t.Context(), payment)
		if err != nil || sent.MessageID != want || sent.Requests != 1 {
			t.Errorf("data %s: %+v, error %v; want the id %d", data, sent, err, want)
		}
	}
}

// What only reads fails as such, after its repeats, and adding a template that
// may have been added does not.
func TestAnswersToOtherCalls(t *testing.T) {
	t.Parallel()
	i := newImpostor(t, say(200, `{"errcode":0,"errmsg":"ok"}`))
	c := i.client(t, muban.WeChatMini)
	_, err := c.AddTemplate(t.Context(), client.AddTemplateRequest{LibraryID: "AT0002", KeywordIDs: []int{3}})
	if e := errorOf(t, err); e.Kind != client.KindOutcomeUnknown || e.Retry.Can || i.calls.Load() != 1 {
		t.Errorf("added without a template_id: %v after %d requests", e, i.calls.Load())
	}
	broken := newImpostor(t, say(200, `{"errcode":0,"errmsg":"ok","list":"none"}`))
	_, err = broken.client(t, muban.WeChatMini).LibraryTitles(t.Context(), muban.Range{Count: 1})
	if e := errorOf(t, err); e.Kind != client.KindUnreachable || !e.Retry.Can || broken.calls.Load() != 3 {
		t.Errorf("a list that is none: %v after %d requests", e, broken.calls.Load())
	}
}

// Every token is refused: the call ends, and so does the fetching.
func TestPlatformThatRefusesEveryToken(t *testing.T) {
	t.Parallel()
	for p, body := range map[muban.Platform]string{
		muban.WeChatMini: `{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest rid: 6385c6c1-0fcadca1-22c1fc91"}`,
		muban.Baidu:      `{"error_code":110,"error_msg":"Access token invalid or no longer valid"}`,
	} {
		i := newImpostor(t, say(401, body))
		c := i.client(t, p)
		for range 3 {
			for _, err := range together(many, func(int) error {
				_, err := c.Send(t.Context(), payment)
				return err
			}) {
				if e := errorOf(t, err); e.Kind != muban.KindTokenInvalid || e.Retry.Why == "" {
					t.Fatalf("%s: %+v", p, e)
				}
			}
		}
		// The impostor has one token only: fetched at first, fetched again when it
		// was refused, and on WeChat forced.
		want := map[muban.Platform]int64{muban.WeChatMini: 3, muban.Baidu: 3}[p]
		if n := i.tokens.Load(); n != want {
			t.Errorf("%s: %d token requests for %d calls, want %d", p, n, 3*many, want)
		}
	}
}

// A call renews its token once, however long its requests take.
func TestOneRenewalACall(t *testing.T) {
	t.Parallel()
	clock := newTestClock()
	i := newImpostor(t, func(w http.ResponseWriter, r *http.Request) {
		clock.advance(10 * time.Minute)
		say(200, `{"error_code":110,"error_msg":"Access token invalid or no longer valid"}`)(w, r)
	})
	i.numbered = true
	_, err := i.client(t, muban.Baidu, func(c *client.Config) { c.Clock = clock }).Send(t.Context(), payment)
	if client.KindOf(err) != muban.KindTokenInvalid || i.calls.Load() != 2 || i.tokens.Load() != 2 {
		t.Errorf("%v after %d calls and %d token calls", err, i.calls.Load(), i.tokens.Load())
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	i := newImpostor(t, say(200, `{"errcode":41028,"errmsg":"invalid form id rid: 6385c6c1-0fcadca1-22c1fc91"}`))
	_, err := i.client(t, muban.WeChatMini).Send(t.Context(), payment)
	e := errorOf(t, err)
	if e.Text != "invalid form id" || e.RequestID != "6385c6c1-0fcadca1-22c1fc91" || e.Kind != muban.KindGrantUnknown ||
		len(e.Also) != 2 || e.Also[0] != muban.KindGrantExpired || e.Meaning == "" || !strings.Contains(e.Error(), e.RequestID) {
		t.Errorf("%+v", e)
	}
}

// A redirect is not followed: the access token stays where it was sent.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	i := newImpostor(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	for _, given := range []*http.Client{nil, {}} {
		_, err := i.client(t, muban.WeChatMini, func(c *client.Config) { c.HTTPClient = given }).Send(t.Context(), payment)
		if client.KindOf(err) != client.KindOutcomeUnknown || elsewhere.Load() != 0 {
			t.Errorf("error %v, %d requests elsewhere", err, elsewhere.Load())
		}
	}
}

// What surely did not arrive is sent again, everywhere; the pauses double and
// have a random part.
func TestUnreachablePlatform(t *testing.T) {
	t.Parallel()
	for _, p := range []muban.Platform{muban.WeChatMini, muban.Baidu} {
		i := newImpostor(t, say(200, `{"errcode":0,"errmsg":"ok","errno":0}`))
		clock, tokens := newTestClock(), client.NewMemoryTokens()
		share := func(c *client.Config) { c.Clock, c.Retries, c.TokenStore = clock, 7, tokens }
		must(t, ignore(i.client(t, p, share).Send(t.Context(), payment)))
		i.Close()
		// Another client: of a connection that is kept open and breaks under a
		// request nobody can say whether that arrived.
		_, err := i.client(t, p, share).Send(t.Context(), payment)
		e := errorOf(t, err)
		if e.Kind != client.KindUnreachable || !e.Retry.Can || e.Op != client.OpSend {
			t.Errorf("%s: %+v", p, e)
		}
		if _, ok := errors.AsType[*net.OpError](err); !ok {
			t.Errorf("%s: %v does not wrap what the network said", p, err)
		}
		want := []time.Duration{
			200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond,
			1600 * time.Millisecond, 3200 * time.Millisecond, 5 * time.Second, 5 * time.Second,
		}
		if len(clock.pauses) != len(want) {
			t.Fatalf("%s: %d pauses", p, len(clock.pauses))
		}
		for n, pause := range clock.pauses {
			if most := want[n]; pause < most/2 || pause > most {
				t.Errorf("%s: pause %d is %v, want %v to %v", p, n+1, pause, most/2, most)
			}
		}
	}
}

func ignore(_ any, err error) error { return err }

func TestRetriesEndWithTheContext(t *testing.T) {
	t.Parallel()
	i := newImpostor(t, say(200, `{"errcode":-1,"errmsg":"system error"}`))
	clock := newTestClock()
	c := i.client(t, muban.WeChatMini, func(c *client.Config) { c.Clock = clock })
	ctx, cancel := context.WithDeadline(t.Context(), clock.Now().Add(90*time.Second))
	defer cancel()
	clock.advance(90*time.Second - 50*time.Millisecond) // less than any pause is left
	_, err := c.LibraryTitles(ctx, muban.Range{Count: 1})
	if e := errorOf(t, err); e.Kind != muban.KindBusy || !strings.Contains(e.Retry.Why, "its context would end") || i.calls.Load() != 1 {
		t.Errorf("%+v after %d requests", e, i.calls.Load())
	}
	never := i.client(t, muban.WeChatMini, func(c *client.Config) { c.Retries = -1 })
	_, err = never.LibraryTitles(t.Context(), muban.Range{Count: 1})
	if client.KindOf(err) != muban.KindBusy || i.calls.Load() != 2 {
		t.Errorf("without retries: %v after %d requests", err, i.calls.Load())
	}
}

// Where the caller's time ends on the way, the outcome is unknown.
func TestContextEndsUnderWay(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 2)
	i := newImpostor(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body) // so that the server sees the client leave
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	c := i.client(t, muban.WeChatMini)
	for _, form := range []bool{false, true} {
		req := payment
		if form {
			req.Grant.Kind = muban.GrantForm
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-arrived
			cancel()
		}()
		_, err := c.Send(ctx, req)
		if client.KindOf(err) != client.KindOutcomeUnknown || !errors.Is(err, context.Canceled) {
			t.Errorf("form %t: %v", form, err)
		}
	}
	if n := i.calls.Load(); n != 2 {
		t.Errorf("%d requests, want no repeats", n)
	}
}

// The time limit of one request says that it was its own.
func TestRequestTimeout(t *testing.T) {
	t.Parallel()
	tokens := client.NewMemoryTokens()
	share := func(c *client.Config) { c.TokenStore = tokens }
	first := true
	i := newImpostor(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if first {
			first = false
			say(200, `{"errno":0,"msg":"success"}`)(w, r)
			return
		}
		<-r.Context().Done()
	})
	must(t, ignore(i.client(t, muban.Baidu, share).Send(t.Context(), payment)))
	_, err := i.client(t, muban.Baidu, share, func(c *client.Config) { c.Timeout = time.Second }).Send(t.Context(), payment)
	if client.KindOf(err) != client.KindOutcomeUnknown || !strings.Contains(err.Error(), "within 1s") || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
