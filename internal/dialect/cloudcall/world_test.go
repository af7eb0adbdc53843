package cloudcall_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/dialect/cloudcall"
	"github.com/muban-dev/muban/internal/dialect/wechat"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
	"github.com/muban-dev/muban/internal/zhtest"
	wire "github.com/muban-dev/muban/wire/cloudcall"
)

// world is the dialect over WeChat's, the real use cases and the real store,
// with one mini program in it: a user, a template. Time stands still unless a
// test moves it.
type world struct {
	*testing.T
	clock   *stoppedClock
	service *messaging.Service
	url     string

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

// The demo world's ids.
const (
	appID  = "wx0123456789abcdef"
	secret = "0123456789abcdef0123456789abcdef"
	openID = "oABCD_1234-abcdefghijklmnopqr"
)

// began is when the world's clock stands.
var began = time.Date(2019, 5, 20, 4, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, clocks ...messaging.Clock) *world {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{Dir: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	w := &world{T: t, clock: &stoppedClock{now: began}}
	w.service = messaging.New(store, w.clock, messaging.Options{Stale: time.Minute})
	w.url = serve(t, cloudcall.New(wechat.New(w.service), w.service, w.clock, clocks...))

	_, err = w.service.CreateTitle(t.Context(), muban.Title{
		Platform: muban.WeChatMini, ID: "AT0002", Title: "购买成功通知", Keywords: []muban.Keyword{
			{ID: 3, Name: "购买地点", Example: "TIT造舰厂", Origin: muban.OriginPlatform},
			{ID: 4, Name: "购买时间", Example: "2016年6月6日", Origin: muban.OriginPlatform},
			{ID: 5, Name: "物品名称", Example: "咖啡", Origin: muban.OriginPlatform},
		},
	})
	must(t, err)
	w.newApp(muban.WeChatMini, appID)
	_, err = w.service.CreateUser(t.Context(), appID, messaging.NewUser{OpenID: openID})
	must(t, err)
	w.template, err = w.service.CreateTemplate(t.Context(), appID, messaging.NewTemplate{LibraryID: "AT0002", KeywordIDs: []int{3, 4, 5}})
	must(t, err)
	return w
}

// in is the same world, failing a subtest.
func (w *world) in(t *testing.T) *world {
	t.Helper()
	same := *w
	same.T = t
	return &same
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(httpx.Wrap(handler, httpx.Options{
		Now: time.Now, Explain: true, Log: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (w *world) newApp(p muban.Platform, id string) {
	w.Helper()
	_, err := w.service.CreateApp(w.Context(), messaging.NewApp{
		Platform: p, ID: id, Secret: secret, Settings: messaging.DefaultSettings(p),
	})
	must(w.T, err)
}

// set changes the app's settings.
func (w *world) set(edit func(*muban.App)) {
	w.Helper()
	_, err := w.service.UpdateApp(w.Context(), appID, func(a *muban.App) error { edit(a); return nil })
	must(w.T, err)
}

func (w *world) form() string {
	w.Helper()
	grants, _, err := w.service.MintGrants(w.Context(), appID, messaging.MintRequest{User: openID, Kind: muban.GrantForm, Count: 1})
	must(w.T, err)
	return grants[0].ID
}

// messages counts what the app has sent.
func (w *world) messages() int {
	w.Helper()
	found, err := w.service.Messages(w.Context(), messaging.MessageQuery{AppID: appID}, muban.Page{Limit: 100}, messaging.Hold{})
	must(w.T, err)
	return len(found.Items)
}

// sent is a cloud call as a client would send it. Zero members are as the SDK
// has them.
type sent struct {
	call   string
	params string // a JSON object
	forApp string

	action, secretID, secret string
	at                       time.Time
	method                   string
	path                     string
	message                  []byte // instead of params
	// change is the last hand on the request; what it changes is not signed.
	change func(*http.Request)
	// unsigned are fields that the signature leaves out.
	unsigned []string
}

// call makes a cloud call with parameters.
func (w *world) call(name, params string) reply { return w.send(sent{call: name, params: params}) }

func (w *world) send(s sent) reply {
	w.Helper()
	return do(w.T, w.request(s))
}

func (w *world) request(s sent) *http.Request {
	w.Helper()
	if s.at.IsZero() {
		s.at = w.clock.Now()
	}
	return request(w.T, w.url, s)
}

// request writes and signs a call as wx-server-sdk does.
func request(t *testing.T, base string, s sent) *http.Request {
	t.Helper()
	or := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	if s.message == nil {
		s.message = encode(t, s.params, s.forApp)
	}
	contentType, body := formOf(t, or(s.action, "wx.openApi"), s.call, s.message)
	r, err := http.NewRequestWithContext(t.Context(), or(s.method, http.MethodPost), base+or(s.path, "/admin")+"?env=demo&seqId=1", bytes.NewReader(body))
	must(t, err)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Timestamp", strconv.FormatInt(s.at.Unix(), 10))
	form, err := wire.ReadForm(contentType, body)
	must(t, err)
	auth := wire.Authorization{
		SecretID: or(s.secretID, appID), Date: s.at.UTC().Format(time.DateOnly),
		SignedHeaders: []string{"content-type", "host"},
	}
	for _, field := range []string{"action", "apiname", "envname", "requestdata"} {
		if len(form.Bytes(field)) > 0 && !strings.Contains(strings.Join(s.unsigned, ";"), field) {
			auth.SignedParams = append(auth.SignedParams, field)
		}
	}
	signature := auth.Sign(or(s.secret, secret), wire.Signed{
		Method: "post", Host: r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: r.Header, Form: form,
	}, s.at)
	r.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential="+auth.SecretID+"/"+auth.Date+"/tcb/tc3_request, SignedParams="+strings.Join(auth.SignedParams, ";")+
		", SignedHeaders="+strings.Join(auth.SignedHeaders, ";")+", Signature="+hex.EncodeToString(signature))
	if s.change != nil {
		s.change(r)
	}
	return r
}

// formOf writes the form of a call.
func formOf(t *testing.T, action, call string, message []byte) (contentType string, body []byte) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for _, field := range [][2]string{{"action", action}, {"apiName", call}, {"envName", "demo"}, {"wxCloudApiToken", ""}} {
		must(t, w.WriteField(field[0], field[1]))
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="requestData"`}, "Content-Type": {"application/octet-stream"},
	})
	must(t, err)
	_, err = part.Write(message)
	must(t, err)
	must(t, w.Close())
	return w.FormDataContentType(), buf.Bytes()
}

// encode writes a CommApiData whose parameters are the members of an object,
// each as JSON text; what is no object is one parameter, x.
func encode(t *testing.T, params, forApp string) []byte {
	t.Helper()
	var members map[string]json.RawMessage
	if params != "" && json.Unmarshal([]byte(params), &members) != nil {
		members = map[string]json.RawMessage{"x": json.RawMessage(params)}
	}
	var data []byte
	for key, value := range members {
		data = appendField(data, 1, appendField(appendField(nil, 1, []byte(key)), 2, value))
	}
	message := appendField([]byte{8, 0}, 2, data)
	if forApp != "" {
		message = appendField(message, 6, []byte(forApp))
	}
	return message
}

func appendField(message []byte, number uint64, value []byte) []byte {
	message = binary.AppendUvarint(message, number<<3|2)
	message = binary.AppendUvarint(message, uint64(len(value)))
	return append(message, value...)
}

// reply is an answer as the SDK understands it: an error of the gateway, a
// code of WeChat's, or what the API answered.
type reply struct {
	t       *testing.T
	gateway wire.Error
	system  int
	Body    string
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
	Rule    string `json:"-"` // from the sandbox's explanation
}

// do makes a request and checks what is true of every answer: status 200 and
// one of the two content types, each with a body of its own form.
func do(t *testing.T, r *http.Request) reply {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("redirected") }}
	res, err := client.Do(r)
	must(t, err)
	defer func() { must(t, res.Body.Close()) }()
	raw, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != http.StatusOK {
		t.Errorf("status %d", res.StatusCode)
	}
	got := reply{t: t}
	switch res.Header.Get("Content-Type") {
	case "application/json; charset=utf-8":
		must(t, json.Unmarshal(raw, &got.gateway))
		if got.gateway.Code == "" || got.gateway.Message == "" || got.gateway.RequestID == "" {
			t.Errorf("gateway error %s", raw)
		}
	case "application/octet-stream":
		decode(&got, raw)
	default:
		t.Fatalf("Content-Type %q: %s", res.Header.Get("Content-Type"), raw)
	}
	var explained httpx.RefusalDoc
	if header := res.Header.Get(httpx.RefusalHeader); header != "" {
		must(t, json.Unmarshal([]byte(header), &explained))
	}
	zhtest.Check(t, r, explained)
	got.Rule = string(explained.Rule)
	return got
}

// decode reads a CommOpenApiResp. An empty one would be a success to the SDK.
func decode(r *reply, message []byte) {
	r.t.Helper()
	var contentType string
	if len(message) == 0 {
		r.t.Error("the answer is empty")
	}
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		value, m := binary.Uvarint(message[n:])
		message = message[n+m:]
		switch tag {
		case 1<<3 | 2:
			r.Body, message = string(message[:value]), message[value:]
		case 2<<3 | 2:
			contentType, message = string(message[:value]), message[value:]
		case 3 << 3:
			r.system = int(int32(value))
		case 4 << 3:
			if value != 200 {
				r.t.Errorf("httpCode %d", value)
			}
		default:
			r.t.Fatalf("tag %d", tag)
		}
	}
	if r.system != 0 {
		return
	}
	if !strings.Contains(contentType, "application/json") {
		r.t.Errorf("contentType %q", contentType)
	}
	must(r.t, json.Unmarshal([]byte(r.Body), r))
}

// is checks the whole of what the API answered.
func (r reply) is(want string) {
	r.t.Helper()
	if r.Body != want {
		r.t.Errorf("answer %s\nwant   %s", r.Body, want)
	}
}

// outcome is the code, whoever gave it.
func (r reply) outcome() string {
	switch {
	case r.gateway.Code != "":
		return r.gateway.Code + " " + r.gateway.Message
	case r.system != 0:
		return strconv.Itoa(r.system)
	}
	return strconv.Itoa(r.ErrCode)
}

// wants checks the code and the rule behind it.
func (r reply) wants(outcome string, rule muban.Rule) {
	r.t.Helper()
	if r.outcome() != outcome || r.Rule != string(rule) {
		r.t.Errorf("answer %q by rule %q, want %q by rule %q (%s)", r.outcome(), r.Rule, outcome, rule, r.Body)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
