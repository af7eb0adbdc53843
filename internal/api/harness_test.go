package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/api"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// world is a running API over the real use cases and the real store.
type world struct {
	t       *testing.T
	service *messaging.Service
	store   *sqlstore.Store
	clock   *testClock
	handler http.Handler
	server  *httptest.Server
	// exchanges are what httpx was told of each request, in order.
	exchanges *exchanges
}

// began is when sandbox time begins in every test.
var began = time.Date(2026, 11, 21, 2, 14, 0, 0, time.UTC)

// newWorld starts the API as muban dev has it: no login, secrets shown, a
// clock. Options can be changed.
func newWorld(t *testing.T, change ...func(*api.Options)) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatalf("opening the store: %v", err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	w := &world{t: t, store: store, clock: &testClock{now: began, frozen: true}, exchanges: &exchanges{}}
	w.service = messaging.New(store, w.clock, messaging.Options{Stale: time.Minute})
	options := api.Options{ShowSecrets: true, Clock: w.clock, Handshaker: knows("t"), Hosting: messaging.NewHosting(w.service, "wx1")}
	for _, f := range change {
		f(&options)
	}
	w.handler = httpx.Wrap(api.New(w.service, options), httpx.Options{
		Now: w.clock.Now, Log: log, Observe: w.exchanges.add, Explain: true,
	})
	w.server = httptest.NewServer(w.handler)
	t.Cleanup(w.server.Close)
	return w
}

// knows stands for an app's server that knows one token.
type knows string

func (k knows) Handshake(_ context.Context, app muban.App) muban.Handshake {
	if app.Callback.Token == string(k) {
		return muban.Handshake{OK: true, Status: 200, Body: "echo"}
	}
	return muban.Handshake{Status: 200, Body: "wrong", Error: "the answer is wrong"}
}

// in is the same world for a sub-test, which must leave it as it was or use
// objects of its own.
func (w *world) in(t *testing.T) *world {
	t.Helper()
	sub := *w
	sub.t = t
	return &sub
}

// answer is what a call was answered.
type answer struct {
	t      *testing.T
	call   string
	status int
	header http.Header
	body   []byte
}

// call makes a request. body is JSON text; empty for none. Headers come in
// pairs.
func (w *world) call(method, path, body string, headers ...string) answer {
	w.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, reader)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // follows no redirect
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatalf("%s %s: reading the answer: %v", method, path, err)
	}
	a := answer{w.t, method + " " + path, resp.StatusCode, resp.Header, got}
	a.wantDocumented(method, path)
	return a
}

// must is a call that has to succeed with that status.
func (w *world) must(status int, method, path, body string) answer {
	w.t.Helper()
	got := w.call(method, path, body)
	got.wantStatus(status)
	return got
}

func (a answer) wantStatus(status int) {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d; body %s", a.call, a.status, status, a.body)
	}
}

// object is the answer as a JSON object.
func (a answer) object() map[string]any {
	a.t.Helper()
	var object map[string]any
	if err := json.Unmarshal(a.body, &object); err != nil {
		a.t.Fatalf("%s: the answer is no JSON object: %v\n%s", a.call, err, a.body)
	}
	return object
}

// text is a string member of the answer.
func (a answer) text(member string) string {
	a.t.Helper()
	text, ok := a.object()[member].(string)
	if !ok {
		a.t.Fatalf("%s: no text %q in %s", a.call, member, a.body)
	}
	return text
}

// items are the members of a list.
func (a answer) items() []map[string]any {
	a.t.Helper()
	var list struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(a.body, &list); err != nil || list.Items == nil {
		a.t.Fatalf("%s: no list: %v\n%s", a.call, err, a.body)
	}
	return list.Items
}

// wantJSON compares the whole answer.
func (a answer) wantJSON(want string) {
	a.t.Helper()
	if got, want := tidy(a.t, a.body), tidy(a.t, []byte(want)); got != want {
		a.t.Errorf("%s answered\n%s\nwant\n%s", a.call, got, want)
	}
}

// tidy writes JSON with sorted members and indentation.
func tidy(t *testing.T, raw []byte) string {
	t.Helper()
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatalf("no JSON: %v\n%s", err, raw)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// problem is the form of every error.
type problem struct {
	Type, Title, Detail, Code string
	Status                    int
	Errors                    []struct{ Location, Message string }
}

// wantProblem checks the whole form of an error answer.
func (a answer) wantProblem(status int, code string) problem {
	a.t.Helper()
	a.wantStatus(status)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Errorf("%s: Content-Type %q, want application/problem+json", a.call, got)
	}
	for member := range a.object() {
		if !strings.Contains(" type title status detail code errors ", " "+member+" ") {
			a.t.Errorf("%s: the problem has the member %q", a.call, member)
		}
	}
	var p problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		a.t.Fatalf("%s: %v\n%s", a.call, err, a.body)
	}
	if p.Status != status || p.Code != code || p.Type != "about:blank" || p.Title != http.StatusText(status) || p.Detail == "" {
		a.t.Errorf("%s: problem %s, want status %d, code %s", a.call, a.body, status, code)
	}
	return p
}

// wantFields checks that a problem lists exactly these errors: pairs of
// location and a part of the message.
func (a answer) wantFields(pairs ...string) {
	a.t.Helper()
	var p problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		a.t.Fatal(err)
	}
	if len(p.Errors) != len(pairs)/2 {
		a.t.Errorf("%s: %d errors, want %d: %s", a.call, len(p.Errors), len(pairs)/2, a.body)
		return
	}
	for i, e := range p.Errors {
		if e.Location != pairs[2*i] || !strings.Contains(e.Message, pairs[2*i+1]) {
			a.t.Errorf("%s: error %d is %q %q, want %q with %q", a.call, i, e.Location, e.Message, pairs[2*i], pairs[2*i+1])
		}
	}
}

// app creates an app and returns its id. settings are further members.
func (w *world) app(platform, settings string) string {
	w.t.Helper()
	if settings != "" {
		settings = "," + settings
	}
	return w.must(201, "POST", "/api/v1/apps", `{"platform":"`+platform+`","name":"n"`+settings+`}`).text("app_id")
}

// send mints a form and sends a message with it, as the platform's endpoint
// would.
func (w *world) send(appID, user, templateID string) muban.Message {
	w.t.Helper()
	ctx := context.Background()
	app, err := w.service.App(ctx, appID)
	if err != nil {
		w.t.Fatal(err)
	}
	grants, _, err := w.service.MintGrants(ctx, appID, messaging.MintRequest{User: user, Kind: muban.GrantForm, Count: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	message, err := w.service.Send(ctx, app, muban.SendRequest{
		To: muban.Recipient{ID: user}, TemplateID: templateID, Page: "pages/index?x=1",
		Data:    map[string]muban.Value{"keyword1": {Text: "值", Color: "#173177"}},
		GrantID: grants[0].ID, GrantKind: muban.GrantForm,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return message
}

// testClock is a sandbox clock that only moves when told to.
type testClock struct {
	mu       sync.Mutex
	now      time.Time
	frozen   bool
	advanced []time.Duration
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *testClock) State() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now, c.frozen
}

func (c *testClock) Set(_ context.Context, to time.Time, frozen bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !to.IsZero() {
		if to.Before(c.now) {
			return muban.Refuse(muban.RuleClockBackwards, "now", c.now.String(), "wanted", to.String())
		}
		c.now = to
	}
	c.frozen = frozen
	return nil
}

func (c *testClock) Advance(_ context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.advanced = append(c.advanced, d)
	return nil
}

// exchanges keeps what httpx was told.
type exchanges struct {
	mu   sync.Mutex
	seen []httpx.Exchange
}

func (e *exchanges) add(x *httpx.Exchange, _ int, _ time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen = append(e.seen, *x)
}

func (e *exchanges) last() httpx.Exchange {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.seen[len(e.seen)-1]
}

func mustMarshal(t *testing.T, value any) []byte {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// escape is an id or a text as it stands in a path or a query.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
