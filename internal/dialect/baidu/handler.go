package baidu

import (
	"context"
	"net/http"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/baidu"
)

// Service is what the dialect needs of messaging.
type Service interface {
	Tokens
	Library
	Templates
	Logins
	// MayPush refuses an app without push permission.
	MayPush(app muban.App) error
	// Send accepts or refuses a message; it may answer muban.ErrOutcomeUnknown.
	Send(ctx context.Context, app muban.App, req muban.SendRequest) (muban.Message, error)
}

// Tokens issues access tokens and recognises them.
type Tokens interface {
	IssueToken(ctx context.Context, req messaging.TokenRequest) (messaging.IssuedToken, error)
	Authorize(ctx context.Context, text string, wanted ...muban.Platform) (muban.App, error)
}

// Logins exchange a login code for its user.
type Logins interface {
	// SignInByCode is for who shows the app's id and secret.
	SignInByCode(ctx context.Context, req messaging.SignIn) (messaging.SignedIn, error)
	// SignInTo is for who shows an access token of the app.
	SignInTo(ctx context.Context, app muban.App, code string) (messaging.SignedIn, error)
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

var _ Service = (*messaging.Service)(nil)

// Handler serves the dialect. It must not stand behind an http.ServeMux,
// which answers paths with a double slash by a redirect: ask [Owns] instead.
type Handler struct {
	service Service
	calls   map[string]call
}

// call serves one path. It returns the answer to encode, or a refusal or
// another error.
type call func(r *http.Request, x *httpx.Exchange) (answer any, err error)

// New makes the handler of the dialect.
func New(service Service) *Handler {
	h := &Handler{service: service}
	h.calls = h.routes()
	return h
}

func (h *Handler) routes() map[string]call {
	return map[string]call{
		baidu.TokenPath:      h.token,
		baidu.SessionKeyPath: h.sessionKey,

		baidu.RestRoot + baidu.CallLibraryList:    h.withApp(h.libraryList),
		baidu.RestRoot + baidu.CallLibraryGet:     h.withApp(h.libraryGet),
		baidu.RestRoot + baidu.CallAddTemplate:    h.withApp(h.addTemplate),
		baidu.RestRoot + baidu.CallListTemplates:  h.withApp(h.listTemplates),
		baidu.RestRoot + baidu.CallDeleteTemplate: h.withApp(h.deleteTemplate),
		baidu.RestRoot + baidu.CallSend:           h.withApp(h.send, h.service.MayPush),
		baidu.RestRoot + baidu.CallGetSessionKey:  h.withApp(h.getSessionKey),
	}
}

// Owns reports whether a path belongs to the dialect, also where there is no
// call at it: everything below /rest/ and /oauth/.
func Owns(path string) bool {
	path = singleSlashes(path) + "/"
	return strings.HasPrefix(path, "/rest/") || strings.HasPrefix(path, "/oauth/")
}

// ServeHTTP answers every request in Baidu's shape.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := httpx.Of(r)
	x.Dialect = "baidu"
	oauth := strings.HasPrefix(singleSlashes(r.URL.Path), "/oauth")
	if oauth {
		w.Header().Set("Cache-Control", "no-store") // protocol.md §1.5
	}
	var answer any
	err := httpx.Guard(func() (err error) {
		answer, err = h.route(x, r)(r, x)
		return err
	})
	if err != nil {
		answer = failure(w, x, oauth, err)
	} else {
		x.Code = "0"
	}
	// All answers can be encoded, so what fails here is the connection.
	_ = httpx.JSON(w, answer)
}

func (h *Handler) route(x *httpx.Exchange, r *http.Request) call {
	path := singleSlashes(r.URL.Path)
	serve, known := h.calls[path]
	if !known {
		x.Call = "unknown"
		return refuse(muban.RuleRequestPath, "path", r.URL.EscapedPath())
	}
	x.Call = strings.TrimPrefix(strings.TrimPrefix(path, baidu.RestRoot), "/")
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return refuse(muban.RuleRequestMethod, "method", r.Method)
	}
	return serve
}

func refuse(rule muban.Rule, pairs ...string) call {
	return func(*http.Request, *httpx.Exchange) (any, error) { return nil, muban.Refuse(rule, pairs...) }
}

// singleSlashes serves a client whose base URL ends in a slash.
func singleSlashes(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// appCall serves a path for the app whose access token was sent.
type appCall func(ctx context.Context, app muban.App, params baidu.Params) (answer any, err error)

// withApp checks what all calls of an app have in common: access_token, then
// what the app must be allowed to, then that the body could be read at all.
func (h *Handler) withApp(serve appCall, allowed ...func(muban.App) error) call {
	return func(r *http.Request, x *httpx.Exchange) (any, error) {
		params, unread := readParams(r)
		token := params.AccessToken()
		if httpx.ClientGone(unread) || token == "" && unread != nil {
			return nil, unread // the token may stand in what could not be read
		}
		app, err := h.service.Authorize(r.Context(), token, muban.Baidu)
		if err != nil {
			return nil, err
		}
		x.CalledBy(app)
		for _, check := range allowed {
			if err := check(app); err != nil {
				return nil, err
			}
		}
		if unread != nil {
			return nil, unread
		}
		return serve(r.Context(), app, params)
	}
}

// readParams merges query and body. Where the body cannot be read the error
// says why, and the parameters are the query's.
func readParams(r *http.Request) (baidu.Params, error) {
	body, unread := httpx.ReadBody(r)
	params, err := baidu.DecodeParams(r.URL.RawQuery, r.Header.Get("Content-Type"), body)
	if unread != nil {
		return params, unread
	}
	return params, err
}
