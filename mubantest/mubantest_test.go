package mubantest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/client/callback"
	"github.com/muban-dev/muban/mubantest"
)

func TestHelpersDoWhatTheySay(t *testing.T) {
	t.Parallel()
	m := mubantest.Start(t)
	for _, p := range []muban.Platform{muban.WeChatMini, muban.Baidu, muban.Alipay} { // those whose grants pay three times
		app := m.NewApp(p)
		user := app.NewUser()
		template := app.NewTemplate("t", "a{{keyword1.DATA}}")
		c := app.Client()
		send := func(g client.Grant, text string) error {
			_, err := c.Send(t.Context(), client.SendRequest{
				To: user.OpenID, Template: template, Data: map[string]muban.Value{"keyword1": {Text: text}}, Grant: g,
			})
			return err
		}
		if len(app.Messages()) != 0 {
			t.Error("an app begins with messages")
		}
		grant := user.MintGrant(muban.GrantPayment)
		for _, text := range []string{"1", "2", "3"} {
			if err := send(grant, text); err != nil {
				t.Fatalf("%s: %v", p, err)
			}
		}
		// They come one by one, in their order, each with its end.
		for _, text := range []string{"1", "2", "3"} {
			got := app.WaitMessage()
			if got.Rendered != "a"+text || got.Data["keyword1"].Text != text || got.State != muban.StateDelivered || got.UserID != user.OpenID ||
				got.Platform != p || got.AppID != app.ID || got.TemplateID != template || got.GrantID != grant.ID || got.GrantKind != muban.GrantPayment {
				t.Errorf("%s: message %+v", p, got)
			}
		}
		listed := app.Messages()
		g := app.Grant(grant.ID)
		ids := make([]muban.MessageID, 0, len(listed))
		for _, message := range listed {
			ids = append(ids, message.ID)
		}
		if g.Remaining != 0 || g.Uses != 3 || !slices.Equal(g.SpentBy, ids) || len(ids) != 3 {
			t.Errorf("%s: grant %+v, messages %v", p, g, ids)
		}

		user.Set("delivery", "fail")
		if err := send(user.MintGrant(muban.GrantForm), "x"); err != nil || app.WaitMessage().State != muban.StateFailed {
			t.Errorf("%s: delivery fail: %v", p, err)
		}
		user.Set("delivery", "ok")
		user.Block()
		if err := send(user.MintGrant(muban.GrantForm), "x"); err != nil || app.WaitMessage().State != muban.StateRefused {
			t.Errorf("%s: blocked: %v", p, err)
		}
		user.Unblock()
		if err := send(user.MintGrant(muban.GrantForm), "x"); err != nil || app.WaitMessage().State != muban.StateDelivered {
			t.Errorf("%s: unblocked: %v", p, err)
		}

		app.Set("daily_limit", 0)
		if err := send(user.MintGrant(muban.GrantForm), "x"); client.KindOf(err) != muban.KindDailyLimit {
			t.Errorf("%s: daily limit 0: %v", p, err)
		}
	}
}

// Signed events are what a handler takes, in every mode, and nothing else is.
func TestSignedEvents(t *testing.T) {
	t.Parallel()
	m := mubantest.Start(t)
	app := m.NewApp(muban.WeChatOA)
	for _, mode := range []muban.CallbackMode{muban.CallbackPlain, muban.CallbackCompat, muban.CallbackSafe} {
		m.Advance(time.Hour) // the handler goes by the server's time
		config := app.Callback(mode)
		var got callback.Finished
		config.Finished = func(_ context.Context, f callback.Finished) error {
			got = f
			return nil
		}
		handler, err := callback.New(config)
		if err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		event := callback.Finished{OpenID: "o1", MessageID: 7, State: muban.StateRefused}
		handler.ServeHTTP(answer, app.SignedEvent("/events", event))
		if answer.Code != http.StatusOK || got.OpenID != "o1" || got.MessageID != 7 || got.State != muban.StateRefused || got.Status != "failed:user block" {
			t.Errorf("%s: %d, event %+v", mode, answer.Code, got)
		}
		target := "/events?account=7"
		answer = httptest.NewRecorder()
		request := app.SignedEvent(target, callback.Finished{OpenID: "o2", MessageID: 8, State: muban.StateDelivered})
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK || got.MessageID != 8 || request.URL.Query().Get("account") != "7" {
			t.Errorf("%s: to %s: %d, event %+v", mode, target, answer.Code, got)
		}
		other := m.NewApp(muban.WeChatOA)
		other.Callback(mode)
		answer = httptest.NewRecorder()
		handler.ServeHTTP(answer, other.SignedEvent("/events", event))
		if answer.Code != http.StatusForbidden {
			t.Errorf("%s: another app's event: %d", mode, answer.Code)
		}
		if err := handler.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestAdvanceAndNow(t *testing.T) {
	t.Parallel()
	m := mubantest.Start(t)
	before := m.Now()
	m.Advance(48 * time.Hour)
	if moved := m.Now().Sub(before); moved < 48*time.Hour || moved > 49*time.Hour {
		t.Errorf("it moved by %v", moved)
	}
}

// An embedded TB is a test that fails without failing this one.
type failed struct {
	testing.TB
	said string
	end  []func()
}

func (f *failed) Helper() {}

func (f *failed) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (f *failed) Cleanup(do func()) { f.end = append(f.end, do) }

// What fails ends the test, and says what it was about.
func TestFailuresAreTheTests(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		do   func(m *mubantest.Server)
		said string
	}{
		"a platform that is none": {func(m *mubantest.Server) { m.NewApp("qq") }, "making an app"},
		"a template that is none": {func(m *mubantest.Server) { m.NewApp(muban.Baidu).NewTemplate("t", "{{x}}") }, "making a template"},
		"a setting that is none":  {func(m *mubantest.Server) { m.NewApp(muban.Baidu).Set("colour", 1) }, "changing colour"},
		"a grant that is none":    {func(m *mubantest.Server) { m.NewApp(muban.Baidu).Grant("g") }, "reading grant g"},
		"a kind that is none":     {func(m *mubantest.Server) { m.NewApp(muban.WeChatMini).NewUser().MintGrant(muban.GrantOrder) }, "minting a grant"},
		"a user setting":          {func(m *mubantest.Server) { m.NewApp(muban.WeChatMini).NewUser().Set("blocked", "x") }, "changing blocked"},
		"a URL that does not answer": {func(m *mubantest.Server) {
			app := m.NewApp(muban.WeChatOA)
			app.Callback(muban.CallbackPlain)
			app.PushTo("http://127.0.0.1:1/")
		}, "does not answer the verification"},
		"an event without a token": {func(m *mubantest.Server) { m.NewApp(muban.WeChatOA).SignedEvent("/", callback.Finished{}) }, "signing an event"},
		"an event without an end": {func(m *mubantest.Server) {
			app := m.NewApp(muban.WeChatOA)
			app.Callback(muban.CallbackPlain)
			app.SignedEvent("/", callback.Finished{State: muban.StateAccepted})
		}, `its State is "accepted"`},
		"a callback without events": {func(m *mubantest.Server) { m.NewApp(muban.Baidu).Callback(muban.CallbackPlain) }, "changing callback"},
		"time that does not go on":  {func(m *mubantest.Server) { m.Advance(-time.Hour) }, "moving the clock"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tb := &failed{TB: t}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				row.do(mubantest.Start(tb))
			}()
			<-ended
			for _, do := range slices.Backward(tb.end) {
				do()
			}
			if !strings.Contains(tb.said, row.said) {
				t.Errorf("it said %q, want %q", tb.said, row.said)
			}
		})
	}
}

// Parallel tests may share an app: each message is waited for once.
func TestWaitMessageFromParallelTests(t *testing.T) {
	t.Parallel()
	const tests = 8
	m := mubantest.Start(t)
	app := m.NewApp(muban.WeChatMini)
	user, template, c := app.NewUser(), app.NewTemplate("t", "{{keyword1.DATA}}"), app.Client()
	got := make(chan muban.MessageID, tests)
	t.Run("together", func(t *testing.T) {
		for range tests {
			t.Run("one", func(t *testing.T) {
				t.Parallel()
				_, err := c.Send(t.Context(), client.SendRequest{To: user.OpenID, Template: template, Grant: user.MintGrant(muban.GrantForm)})
				if err != nil {
					t.Fatal(err)
				}
				got <- app.WaitMessage().ID
			})
		}
	})
	close(got)
	seen := map[muban.MessageID]bool{}
	for id := range got {
		seen[id] = true
	}
	if len(seen) != tests {
		t.Errorf("%d messages for %d tests", len(seen), tests)
	}
}

// A server that is closed is gone, with its data; outside a test its helpers
// panic.
func TestNewAndClose(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	m := mubantest.New()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("its data is %v, error %v", left, err)
	}
	m.Close()
	m.Close()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("it left %v, error %v", left, err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.DefaultClient.Do(request); err == nil {
		_ = response.Body.Close()
		t.Error("it still answers")
	}
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, "making an app") {
			t.Errorf("it panicked with %q", said)
		}
	}()
	m.NewApp(muban.WeChatMini)
}

// After a reset nothing is there, and the same can be made again.
func TestReset(t *testing.T) {
	t.Parallel()
	m := mubantest.Start(t)
	app := m.NewApp(muban.WeChatMini)
	m.Advance(24 * time.Hour)
	m.Reset()
	if ahead := time.Until(m.Now()); ahead > time.Hour {
		t.Errorf("time is %v ahead", ahead)
	}
	_, err := app.Client().Send(t.Context(), client.SendRequest{To: "oUser", Template: "t", Grant: client.Grant{ID: "g", Kind: muban.GrantForm}})
	if err == nil || !strings.Contains(err.Error(), "40013") {
		t.Errorf("the app that is gone sends: %v", err)
	}
	m.NewApp(muban.WeChatMini).NewUser()
}
