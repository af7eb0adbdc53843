package alipay_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/muban-dev/muban"
	dialect "github.com/muban-dev/muban/internal/dialect/alipay"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
	"github.com/muban-dev/muban/wire/alipay"
)

// world is a running dialect over the real use cases and the real store, with
// one app in it that has a key, a user and a template. Time stands still unless
// a test moves it.
type world struct {
	*testing.T
	clock   *stoppedClock
	service *messaging.Service
	url     string

	app      muban.App
	user     muban.User
	template muban.Template
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

// The world's keys, which take long to make: the app's, the platform's for it,
// and another.
var (
	appKey      = sync.OnceValue(newKey)
	platformKey = sync.OnceValue(newKey)
	otherKey    = sync.OnceValue(newKey)
)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

const appID = "2021000000000001"

func newWorld(t *testing.T) *world {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{Dir: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	w := &world{T: t, clock: &stoppedClock{now: time.Date(2019, 1, 11, 2, 2, 34, 0, time.UTC)}}
	w.service = messaging.New(store, w.clock, messaging.Options{Stale: time.Minute})
	w.url = serve(t, dialect.New(w.service), w.clock)
	_, err = w.service.CreateTitle(t.Context(), muban.Title{
		Platform: muban.Alipay, ID: "AP0001", Title: "预约成功通知",
		Keywords: []muban.Keyword{
			{ID: 1, Name: "预约时间", Example: "12:00", Origin: muban.OriginMuban},
			{ID: 2, Name: "预约地点", Example: "支付宝", Origin: muban.OriginMuban},
		},
	})
	must(t, err)
	w.app = w.newApp(appID, &appKey().PublicKey)
	w.user = w.newUser(appID)
	w.template = w.newTemplate(appID)
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

// newApp makes an app that signs with the other half of key.
func (w *world) newApp(id string, key *rsa.PublicKey) muban.App {
	w.Helper()
	settings := messaging.DefaultSettings(muban.Alipay)
	if key != nil {
		settings.AppPublicKey = alipay.PublicKeyText(key)
	}
	app, err := w.service.CreateApp(w.Context(), messaging.NewApp{
		Platform: muban.Alipay, ID: id, Name: id, Settings: settings, PlatformKey: platformKey(),
	})
	must(w.T, err)
	return app
}

func (w *world) newUser(app string) muban.User {
	w.Helper()
	user, err := w.service.CreateUser(w.Context(), app, messaging.NewUser{})
	must(w.T, err)
	return user
}

func (w *world) newTemplate(app string) muban.Template {
	w.Helper()
	template, err := w.service.CreateTemplate(w.Context(), app, messaging.NewTemplate{LibraryID: "AP0001", KeywordIDs: []int{1, 2}})
	must(w.T, err)
	return template
}

// set changes the app's settings.
func (w *world) set(edit func(*muban.App)) {
	w.Helper()
	_, err := w.service.UpdateApp(w.Context(), appID, func(a *muban.App) error { edit(a); return nil })
	must(w.T, err)
}

// grant mints a form's id or a trade number for the app's user.
func (w *world) grant(kind muban.GrantKind) string {
	w.Helper()
	return w.mint(appID, w.user, kind)
}

func (w *world) mint(app string, user muban.User, kind muban.GrantKind) string {
	w.Helper()
	grants, _, err := w.service.MintGrants(w.Context(), app, messaging.MintRequest{User: user.OpenID, Kind: kind, Count: 1})
	must(w.T, err)
	return grants[0].ID
}

func (w *world) form() string { return w.grant(muban.GrantForm) }

// message is the one message that a grant paid for.
func (w *world) message(app, grant string) muban.Message {
	w.Helper()
	found, err := w.service.Messages(w.Context(), messaging.MessageQuery{AppID: app, GrantID: grant}, muban.Page{Limit: 10}, messaging.Hold{})
	must(w.T, err)
	if len(found.Items) != 1 {
		w.Fatalf("grant %s paid for %d messages, want 1", grant, len(found.Items))
	}
	return found.Items[0]
}

// params are a request's parameters, or the members of its content; in UTF-8.
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

func (p params) json() string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(p) // a map of texts can be written
	return strings.TrimSuffix(out.String(), "\n")
}

// values are the bytes that are sent, in the request's charset.
func (p params) values() url.Values {
	values := make(url.Values, len(p))
	for name, value := range p {
		if enc := encodings[strings.ToLower(p["charset"])]; enc != nil {
			value, _ = enc.NewEncoder().String(value)
		}
		values.Set(name, value)
	}
	return values
}

var encodings = map[string]encoding.Encoding{
	"gbk": simplifiedchinese.GBK, "gb2312": simplifiedchinese.GBK, "gb18030": simplifiedchinese.GB18030,
}

// signedBy is p with the signature of a key, which is made here once more, by
// what the documents say.
func (p params) signedBy(key *rsa.PrivateKey) params {
	t, known := alipay.ParseSignType(p["sign_type"])
	if !known {
		t = alipay.RSA2
	}
	return p.but(params{"sign": sign(key, t, p.text())})
}

// text is the string to be signed.
func (p params) text() string {
	values := p.values()
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if value := values.Get(name); strings.TrimSpace(value) != "" && name != "sign" {
			pairs = append(pairs, name+"="+value)
		}
	}
	return strings.Join(pairs, "&")
}

func sign(key *rsa.PrivateKey, t alipay.SignType, text string) string {
	signature, err := alipay.Sign(key, t, []byte(text))
	if err != nil {
		panic(err)
	}
	return signature
}

// data is data of a good send.
const data = `{"keyword1":{"value":"12:00 & <later>"},"keyword2":{"value":"支付宝{+}"}}`

// content is the content of a good send.
func (w *world) content(form string) params {
	return params{
		"to_user_id": w.user.OpenID, "form_id": form, "user_template_id": w.template.ID,
		"page": "pages/index/index?id=7", "data": data,
	}
}

// common are the common parameters and a content.
func common(method, content string) params {
	return params{
		"app_id": appID, "method": method, "format": "JSON", "charset": "utf-8", "sign_type": "RSA2",
		"timestamp": "2019-01-11 10:02:34", "version": "1.0", "biz_content": content,
	}
}

// sending is a good send, signed.
func (w *world) sending(form string) params {
	return common(alipay.MethodSend, w.content(form).json()).signedBy(appKey())
}

// send makes a send as most clients do: the content in the body, the rest in
// the query.
func (w *world) send(p params) reply {
	w.Helper()
	values := p.values()
	body := url.Values{}
	if content, given := values["biz_content"]; given {
		body["biz_content"] = content
		values.Del("biz_content")
	}
	return w.do(http.MethodPost, "/gateway.do?"+values.Encode(), formType, body.Encode())
}

const formType = "application/x-www-form-urlencoded"

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
// no redirect, named by a trace_id (protocol.md §10).
func call(t *testing.T, req *http.Request) reply {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("redirected") }}
	res, err := client.Do(req)
	must(t, err)
	defer func() { must(t, res.Body.Close()) }()
	raw, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json;charset=") {
		t.Errorf("status %d, Content-Type %q", res.StatusCode, res.Header.Get("Content-Type"))
	}
	if len(res.Header["Trace_id"]) != 1 || res.Header["Trace_id"][0] == "" {
		t.Errorf("headers %v, without trace_id", res.Header)
	}
	return newReply(t, res.Header, raw)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
