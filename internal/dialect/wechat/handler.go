package wechat

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/wechat"
)

// Service is what the dialect needs of messaging.
type Service interface {
	Tokens
	Library
	Templates
	Official
	// SignInByCode exchanges a login code for its user.
	SignInByCode(ctx context.Context, req messaging.SignIn) (messaging.SignedIn, error)
	// Send accepts or refuses a message; it may answer muban.ErrOutcomeUnknown.
	Send(ctx context.Context, app muban.App, req muban.SendRequest) (muban.Message, error)
}

// Tokens issues access tokens and recognises them.
type Tokens interface {
	IssueToken(ctx context.Context, req messaging.TokenRequest) (messaging.IssuedToken, error)
	Authorize(ctx context.Context, text string, wanted ...muban.Platform) (muban.App, error)
}

// Library is the public template library.
type Library interface {
	LibraryRange(ctx context.Context, platform muban.Platform, offset, count messaging.Number) ([]muban.Title, int64, error)
	LibraryTitle(ctx context.Context, platform muban.Platform, id string) (muban.Title, error)
}

// Templates are the apps' own templates.
type Templates interface {
	AddTemplate(ctx context.Context, app muban.App, libraryID string, keywordIDs []messaging.Number) (muban.Template, error)
	TemplateRange(ctx context.Context, app muban.App, offset, count messaging.Number) ([]muban.Template, int64, error)
	DeleteTemplate(ctx context.Context, appID, id string) error
}

// Official is what only official accounts have.
type Official interface {
	// SendLinked sends a linked account's message; it may answer
	// muban.ErrOutcomeUnknown.
	SendLinked(ctx context.Context, mini muban.App, officialID string, req muban.SendRequest) (muban.Message, error)
	SetIndustries(ctx context.Context, app muban.App, primary, secondary messaging.Number) error
	Industries(app muban.App) (primary, secondary muban.Industry)
	AddOfficialTemplate(ctx context.Context, app muban.App, number string, names []string) (muban.Template, error)
	OwnTemplates(ctx context.Context, app muban.App) ([]muban.Template, error)
}

var _ Service = (*messaging.Service)(nil)

// Handler serves the dialect. It must not stand behind an http.ServeMux,
// which answers paths with a double slash by a redirect: ask [Owns] instead.
type Handler struct {
	service Service
	// hosting serves what has no access token; nil refuses it.
	hosting  Hosting
	calls    map[string]call
	appCalls map[string]appCall
}

// call serves one path. It returns the answer to encode, or a refusal or
// another error.
type call func(r *http.Request, x *httpx.Exchange) (answer any, err error)

// New makes the handler of the dialect.
func New(service Service) *Handler { return NewHosted(service, nil) }

// NewHosted makes the handler of the dialect with cloud hosting: see
// [Hosting].
func NewHosted(service Service, hosting Hosting) *Handler {
	h := &Handler{service: service, hosting: hosting}
	h.appCalls = h.appRoutes()
	h.calls = map[string]call{
		"/cgi-bin/token":        h.token,
		"/cgi-bin/stable_token": h.stableToken,
		"/sns/jscode2session":   h.codeToSession,
	}
	for path, c := range h.appCalls {
		h.calls[path] = h.withApp(path, c)
	}
	return h
}

// appRoutes are the calls of an app, by path.
func (h *Handler) appRoutes() map[string]appCall {
	const mini, official = muban.WeChatMini, muban.WeChatOA
	return map[string]appCall{
		"/cgi-bin/wxopen/template/library/list": posted(mini, h.libraryList),
		"/cgi-bin/wxopen/template/library/get":  posted(mini, h.libraryGet),
		"/cgi-bin/wxopen/template/add":          posted(mini, h.addTemplate),
		"/cgi-bin/wxopen/template/list":         posted(mini, h.listTemplates),
		"/cgi-bin/wxopen/template/del":          posted(mini, h.deleteTemplate),

		"/cgi-bin/message/wxopen/template/send":         posted(mini, h.send),
		"/cgi-bin/message/wxopen/template/uniform_send": posted(mini, h.uniformSend),

		"/cgi-bin/message/template/send":             posted(official, h.sendOfficial),
		"/cgi-bin/template/api_set_industry":         posted(official, h.setIndustry),
		"/cgi-bin/template/get_industry":             read(official, h.getIndustry),
		"/cgi-bin/template/api_add_template":         posted(official, h.addOfficialTemplate),
		"/cgi-bin/template/get_all_private_template": read(official, h.privateTemplates),
		"/cgi-bin/template/del_private_template":     posted(official, h.deleteTemplate),
	}
}

// Owns reports whether a path belongs to the dialect, also where there is no
// call at it: everything below /cgi-bin/ and /sns/ and all that begins with /wxa.
func Owns(path string) bool {
	path = singleSlashes(path)
	return isBelow(path, "/cgi-bin") || isBelow(path, "/sns") || strings.HasPrefix(path, "/wxa")
}

func isBelow(path, folder string) bool {
	rest, found := strings.CutPrefix(path, folder)
	return found && (rest == "" || rest[0] == '/')
}

// ServeHTTP answers every request in WeChat's shape.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := httpx.Of(r)
	x.Dialect = "wechat"
	var answer any
	err := httpx.Guard(func() (err error) {
		answer, err = h.route(x, r.URL.Path)(r, x)
		return err
	})
	if err != nil {
		answer = h.Failure(w, x, err)
	} else {
		x.Code = "0"
	}
	if x.Hosted {
		w.Header().Set("X-Openapi-Seqid", x.RID())
	}
	// All answers can be encoded, so what fails here is the connection.
	if answer == any(wechat.OK()) {
		_ = httpx.EncodedJSON(w, []byte(served))
		return
	}
	_ = httpx.JSON(w, answer)
}

// served is what most calls are answered.
const served = `{"errcode":0,"errmsg":"ok"}`

func (h *Handler) route(x *httpx.Exchange, path string) call {
	path = singleSlashes(path)
	if serve, known := h.calls[path]; known {
		x.Call = strings.TrimPrefix(strings.TrimPrefix(path, "/cgi-bin"), "/")
		return serve
	}
	x.Call = "unknown"
	return func(r *http.Request, _ *httpx.Exchange) (any, error) {
		return nil, muban.Refuse(muban.RuleRequestPath, "path", r.URL.EscapedPath())
	}
}

// singleSlashes serves a client whose base URL ends in a slash.
func singleSlashes(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// appCall is a call that is made for an app.
type appCall struct {
	// platform is where the app must be.
	platform muban.Platform
	// token reads the access token; empty where there is none.
	token func(*http.Request) (string, error)
	// body checks the method and reads what the call takes.
	body  func(*http.Request) ([]byte, error)
	serve postCall
}

// postCall serves a call by which an app asks for something.
type postCall func(ctx context.Context, app muban.App, body []byte) (answer any, err error)

func posted(platform muban.Platform, serve postCall) appCall {
	return appCall{platform, queryToken, postBody, serve}
}

// readCall serves a call that takes nothing.
type readCall func(ctx context.Context, app muban.App) (answer any, err error)

func read(platform muban.Platform, serve readCall) appCall {
	return appCall{platform, anyToken, anyBody, func(ctx context.Context, app muban.App, _ []byte) (any, error) {
		return serve(ctx, app)
	}}
}

// withApp checks what all calls of an app have in common: access_token, then
// the method, then that the body can be read at all.
func (h *Handler) withApp(path string, c appCall) call {
	return func(r *http.Request, x *httpx.Exchange) (any, error) {
		token, err := c.token(r)
		if err != nil {
			return nil, err
		}
		app, err := h.authorize(r, x, token, path, c.platform)
		if err != nil {
			return nil, err
		}
		x.CalledBy(app)
		body, err := c.body(r)
		if err != nil {
			return nil, err
		}
		return c.serve(r.Context(), app, body)
	}
}

func queryToken(r *http.Request) (string, error) {
	return httpx.QueryValue(r, "access_token"), nil
}

// anyToken takes the query's token, and where the query has none that of a form
// that is posted, in which weixin-popular has it (protocol.md §3.5). The body
// can be read once more.
func anyToken(r *http.Request) (string, error) {
	token := httpx.QueryValue(r, "access_token")
	if token != "" || r.Method != http.MethodPost {
		return token, nil
	}
	body, err := httpx.ReadBody(r)
	if err != nil {
		return "", err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body)) // what of it can be read
	return form.Get("access_token"), nil
}

func postBody(r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, muban.Refuse(muban.RuleRequestPost, "method", r.Method)
	}
	return httpx.ReadBody(r)
}

// anyBody takes GET, and POST, by which some clients make these calls, with or
// without a body (protocol.md §3.5). What else is in the body says nothing.
func anyBody(r *http.Request) ([]byte, error) {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return httpx.ReadBody(r)
	}
	return nil, muban.Refuse(muban.RuleRequestGet, "method", r.Method)
}

// Platform is where the app of the call at a path must be; empty where there
// is no such call of an app.
func (h *Handler) Platform(path string) muban.Platform { return h.appCalls[path].platform }

// Call serves the call at a path for an app that was recognised otherwise than
// by an access token and is on the call's platform; [Handler.Failure] is the
// answer to an error.
func (h *Handler) Call(ctx context.Context, app muban.App, path string, body []byte) (answer any, err error) {
	c, known := h.appCalls[path]
	if !known {
		return nil, muban.Refuse(muban.RuleRequestPath, "path", path)
	}
	return c.serve(ctx, app, body)
}
