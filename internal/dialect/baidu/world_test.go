package baidu_test

import (
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/dialect/baidu"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// world is a running dialect over the real use cases and the real store, with
// one Smart Program in it: a member, a guest, a template, an access token.
// Time stands still unless a test moves it.
type world struct {
	*testing.T
	clock   *stoppedClock
	service *messaging.Service
	url     string

	app      muban.App
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

// The world's ids.
const (
	appKey = "Va5yQRHlA4Fq4eR3LT0vuXV4"
	secret = "0rDSjzQ20XUj5itV6WRtznPQSzr5pVw2"
	openID = "Mx7ZhoqPTCLKlBm3u0CQ8vzD"
	swanID = "SL9aK4AETi6bpnzaBVSMgfcTPfkUuNKuvKbyLZmNLKfxanvypng1UCzjgn5VG82QbFeiRdhdsa1q1JnV279RWu8pA"
	// guestID is the swan_id of a user without open_id.
	guestID = "guest6bpnzaBVSMgfcTPfkUuNKuvKbyLZmNLKfxanvypng1UCzjgn5VG82QbFeiRdhdsa1q1JnV279RWu8pA"

	tokenPath = "/oauth/2.0/token"
	tokenURL  = tokenPath + "?grant_type=client_credentials&client_id=" + appKey +
		"&client_secret=" + secret + "&scope=smartapp_snsapi_base"
	templatePath = "/rest/2.0/smartapp/template/"
	sendPath     = templatePath + "send"
)

func newWorld(t *testing.T) *world {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{Dir: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	w := &world{T: t, clock: &stoppedClock{now: time.Date(2019, 10, 23, 4, 0, 0, 0, time.UTC)}}
	w.service = messaging.New(store, w.clock, messaging.Options{Stale: time.Minute})
	w.url = serve(t, baidu.New(w.service), w.clock)
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
		Now: clock.Now, Explain: true, Log: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// furnish makes the library of seed 001 and what the app has.
func (w *world) furnish() {
	w.Helper()
	ctx := w.Context()
	for _, title := range []muban.Title{
		{ID: "BD0001", Title: "订单支付成功通知", Keywords: sevenKeywords()},
		{ID: "BD0016", Title: "取票成功通知", Keywords: []muban.Keyword{
			{ID: 1, Name: "金额", Example: "300元", Origin: muban.OriginPlatform},
			{ID: 2, Name: "订单号", Example: "321254555", Origin: muban.OriginPlatform},
			{ID: 3, Name: "预订时间", Example: "2016年9月9日 10：10", Origin: muban.OriginPlatform},
		}},
	} {
		title.Platform = muban.Baidu
		_, err := w.service.CreateTitle(ctx, title)
		must(w.T, err)
	}
	w.app = w.newApp(muban.Baidu, appKey)
	w.newUser(appKey, messaging.NewUser{OpenID: openID, SwanID: swanID, UnionID: "union"})
	w.newUser(appKey, messaging.NewUser{SwanID: guestID})
	var err error
	w.template, err = w.service.CreateTemplate(ctx, appKey, messaging.NewTemplate{LibraryID: "BD0016", KeywordIDs: []int{2, 1}})
	must(w.T, err)
	w.renew()
}

// renew fetches a new access token.
func (w *world) renew() {
	w.Helper()
	w.token = w.get(tokenURL).wantsToken().AccessToken
}

func sevenKeywords() []muban.Keyword {
	keywords := make([]muban.Keyword, 7)
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

func (w *world) newUser(app string, user messaging.NewUser) muban.User {
	w.Helper()
	made, err := w.service.CreateUser(w.Context(), app, user)
	must(w.T, err)
	return made
}

// set changes the app's settings.
func (w *world) set(edit func(*muban.App)) {
	w.Helper()
	_, err := w.service.UpdateApp(w.Context(), appKey, func(a *muban.App) error { edit(a); return nil })
	must(w.T, err)
}

// grant mints a scene for one of the app's users.
func (w *world) grant(user string, kind muban.GrantKind) string {
	w.Helper()
	return w.mint(appKey, messaging.MintRequest{User: user, Kind: kind, Count: 1})
}

func (w *world) mint(app string, req messaging.MintRequest) string {
	w.Helper()
	grants, _, err := w.service.MintGrants(w.Context(), app, req)
	must(w.T, err)
	return grants[0].ID
}

// paidFor are the messages that a scene paid for, newest first.
func (w *world) paidFor(sceneID string) []muban.Message {
	w.Helper()
	found, err := w.service.Messages(w.Context(), messaging.MessageQuery{AppID: appKey, GrantID: sceneID}, muban.Page{Limit: 10}, messaging.Hold{})
	must(w.T, err)
	return found.Items
}

// message is the one message that a scene paid for.
func (w *world) message(sceneID string) muban.Message {
	w.Helper()
	messages := w.paidFor(sceneID)
	if len(messages) != 1 {
		w.Fatalf("scene %s paid for %d messages, want 1", sceneID, len(messages))
	}
	return messages[0]
}

// params are a call's parameters by name.
type params map[string]string

// but is p with some parameters changed; "-" takes one away.
func (p params) but(changes params) params {
	changed := maps.Clone(p)
	for name, value := range changes {
		if changed[name] = value; value == "-" {
			delete(changed, name)
		}
	}
	return changed
}

func (p params) encode() string {
	values := make(url.Values, len(p))
	for name, value := range p {
		values.Set(name, value)
	}
	return values.Encode()
}

// toMember are the parameters of seed 000's sample for a logged-in user.
func (w *world) toMember(sceneID string) params {
	return params{
		"template_id":   w.template.ID,
		"touser_openId": openID,
		"touser":        "",
		"data":          `{"keyword1":{"value":"16601213222"},"keyword2":{"value":"2019年10月23日 12:30"}}`,
		"page":          "pages/home/home",
		"scene_id":      sceneID,
		"scene_type":    "1",
	}
}

const formType = "application/x-www-form-urlencoded"

// post calls as the seeds do: access_token in the query, the rest in a form.
func (w *world) post(path string, p params) reply {
	w.Helper()
	return w.do(http.MethodPost, path+"?access_token="+url.QueryEscape(w.token), formType, p.encode())
}

func (w *world) get(path string) reply {
	w.Helper()
	return w.do(http.MethodGet, path, "", "")
}

func (w *world) do(method, path, contentType, body string) reply {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.url+path, strings.NewReader(body))
	must(w.T, err)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return call(w.T, req)
}

// call makes a request and checks what is true of every answer: status 200,
// no redirect, JSON, not over several lines (protocol.md §10).
func call(t *testing.T, req *http.Request) reply {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("redirected") }}
	res, err := client.Do(req)
	must(t, err)
	defer func() { must(t, res.Body.Close()) }()
	raw, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("status %d, Content-Type %q", res.StatusCode, res.Header.Get("Content-Type"))
	}
	return newReply(t, res.Header, raw)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
