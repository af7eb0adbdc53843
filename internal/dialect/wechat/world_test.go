package wechat_test

import (
	"encoding/json"
	"errors"
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
	"github.com/muban-dev/muban/internal/dialect/wechat"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
	"github.com/muban-dev/muban/internal/zhtest"
)

// world is a running dialect over the real use cases and the real store, with
// one mini program in it: a user, a template, an access token. Time stands
// still unless a test moves it.
type world struct {
	*testing.T
	clock   *stoppedClock
	service *messaging.Service
	url     string

	app      muban.App
	user     muban.User
	template muban.Template
	token    string
}

type stoppedClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *stoppedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stoppedClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// The demo world's ids.
const (
	appID    = "wx0123456789abcdef"
	secret   = "0123456789abcdef0123456789abcdef"
	openID   = "oABCD_1234-abcdefghijklmnopqr"
	tokenURL = "/cgi-bin/token?grant_type=client_credential&appid=" + appID + "&secret=" + secret
	sendPath = "/cgi-bin/message/wxopen/template/send"
)

func newWorld(t *testing.T) *world {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{Dir: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	w := &world{T: t, clock: &stoppedClock{now: time.Date(2019, 5, 20, 4, 0, 0, 0, time.UTC)}}
	w.service = messaging.New(store, w.clock, messaging.Options{Stale: time.Minute})
	w.url = serve(t, wechat.New(w.service), w.clock)
	w.furnish()
	return w
}

// in is the same world, failing a subtest.
func (w *world) in(t *testing.T) *world {
	t.Helper()
	same := *w
	same.T = t
	return &same
}

// serve starts a server as the composition root does, with the explanations
// of the sandbox.
func serve(t *testing.T, handler http.Handler, clock messaging.Clock) string {
	t.Helper()
	server := httptest.NewServer(httpx.Wrap(handler, httpx.Options{
		Now: clock.Now, Explain: true, Log: silent(),
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// furnish makes the library of seed 003 and what the app has.
func (w *world) furnish() {
	w.Helper()
	ctx := w.Context()
	for _, title := range []muban.Title{
		{ID: "AT0002", Title: "购买成功通知", Keywords: []muban.Keyword{
			{ID: 3, Name: "购买地点", Example: "TIT造舰厂", Origin: muban.OriginPlatform},
			{ID: 4, Name: "购买时间", Example: "2016年6月6日", Origin: muban.OriginPlatform},
			{ID: 5, Name: "物品名称", Example: "咖啡", Origin: muban.OriginPlatform},
		}},
		{ID: "AT0003", Title: "交易提醒", Keywords: tenKeywords()},
	} {
		title.Platform = muban.WeChatMini
		_, err := w.service.CreateTitle(ctx, title)
		must(w.T, err)
	}
	w.app = w.newApp(muban.WeChatMini, appID)
	var err error
	w.user, err = w.service.CreateUser(ctx, appID, messaging.NewUser{OpenID: openID, UnionID: "o6unionid"})
	must(w.T, err)
	w.template, err = w.service.CreateTemplate(ctx, appID, messaging.NewTemplate{LibraryID: "AT0002", KeywordIDs: []int{3, 4, 5}})
	must(w.T, err)
	w.token = w.get(tokenURL).accessToken()
}

func tenKeywords() []muban.Keyword {
	keywords := make([]muban.Keyword, 11)
	for i := range keywords {
		keywords[i] = muban.Keyword{ID: i + 1, Name: "词", Example: "例", Origin: muban.OriginMuban}
	}
	return keywords
}

func (w *world) newApp(p muban.Platform, id string) muban.App {
	w.Helper()
	app, err := w.service.CreateApp(w.Context(), messaging.NewApp{
		Platform: p, ID: id, Secret: secret, Settings: messaging.DefaultSettings(p),
	})
	must(w.T, err)
	return app
}

// set changes the app's settings.
func (w *world) set(edit func(*muban.App)) {
	w.Helper()
	_, err := w.service.UpdateApp(w.Context(), appID, func(a *muban.App) error { edit(a); return nil })
	must(w.T, err)
}

// grant mints a form_id, or a prepay_id, for the demo user.
func (w *world) grant(kind muban.GrantKind) string { return w.grantTo(appID, openID, kind) }

func (w *world) grantTo(app, user string, kind muban.GrantKind) string {
	w.Helper()
	grants, _, err := w.service.MintGrants(w.Context(), app, messaging.MintRequest{User: user, Kind: kind, Count: 1})
	must(w.T, err)
	return grants[0].ID
}

// message is the one message that a grant paid for.
func (w *world) message(grantID string) muban.Message {
	w.Helper()
	found, err := w.service.Messages(w.Context(), messaging.MessageQuery{AppID: appID, GrantID: grantID}, muban.Page{Limit: 2}, messaging.Hold{})
	must(w.T, err)
	if len(found.Items) != 1 {
		w.Fatalf("grant %s paid for %d messages, want 1", grantID, len(found.Items))
	}
	return found.Items[0]
}

// fill puts the demo world's ids into a body.
func (w *world) fill(body, formID string) string {
	return strings.NewReplacer("OPENID", openID, "TEMPLATE_ID", w.template.ID, "FORMID", formID).Replace(body)
}

func (w *world) get(path string) reply { return w.do(http.MethodGet, path, "") }

// post calls a path with the app's access token.
func (w *world) post(path, body string) reply {
	return w.do(http.MethodPost, path+"?access_token="+url.QueryEscape(w.token), body)
}

func (w *world) do(method, path, body string) reply {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.url+path, strings.NewReader(body))
	must(w.T, err)
	return call(w.T, req)
}

// reply is an answer of the dialect.
type reply struct {
	t       *testing.T
	Body    string
	Rule    string // from the sandbox's explanation, as is See
	See     string
	ErrCode *int   `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

// call makes a request and checks what is true of every answer: status 200, a
// Content-Type that co-wechat-api accepts, JSON without any control character
// (protocol.md §10).
func call(t *testing.T, req *http.Request) reply {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("redirected") }}
	res, err := client.Do(req)
	must(t, err)
	defer func() { must(t, res.Body.Close()) }()
	raw, err := io.ReadAll(res.Body)
	must(t, err)
	got := reply{t: t, Body: string(raw)}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("status %d, Content-Type %q", res.StatusCode, res.Header.Get("Content-Type"))
	}
	var explained httpx.RefusalDoc
	if header := res.Header.Get(httpx.RefusalHeader); header != "" {
		must(t, json.Unmarshal([]byte(header), &explained))
	}
	zhtest.Check(t, req, explained)
	got.Rule, got.See = string(explained.Rule), explained.See
	if req.Method == http.MethodHead {
		return got
	}
	if strings.ContainsFunc(got.Body, func(r rune) bool { return r < ' ' }) {
		t.Errorf("control characters in %q", got.Body)
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatalf("answer %q: %v", got.Body, err)
	}
	return got
}

// code is the reply's errcode; a token answer has none, which counts as 0.
func (r reply) code() int {
	if r.ErrCode == nil {
		return 0
	}
	return *r.ErrCode
}

func (r reply) accessToken() string {
	r.t.Helper()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	must(r.t, json.Unmarshal([]byte(r.Body), &answer))
	if answer.AccessToken == "" {
		r.t.Fatalf("no access token in %s", r.Body)
	}
	return answer.AccessToken
}

// wants checks the errcode and, where one is given, the rule behind it.
func (r reply) wants(code int, rule muban.Rule) {
	r.t.Helper()
	if r.code() != code || rule != "" && r.Rule != string(rule) {
		r.t.Errorf("answer %s by rule %q, want errcode %d by rule %q", r.Body, r.Rule, code, rule)
	}
}

// is checks the whole answer.
func (r reply) is(want string) {
	r.t.Helper()
	if r.Body != want {
		r.t.Errorf("answer %s\nwant   %s", r.Body, want)
	}
}

const accepted = `{"errcode":0,"errmsg":"ok"}`

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
