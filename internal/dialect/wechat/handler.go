package wechat

import (
	"context"
	"net/http"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
)

// Service is what the dialect needs of messaging.
type Service interface {
	Tokens
	Library
	Templates
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
		"/cgi-bin/token":        h.token,
		"/cgi-bin/stable_token": h.stableToken,

		"/cgi-bin/wxopen/template/library/list": h.withApp(h.libraryList),
		"/cgi-bin/wxopen/template/library/get":  h.withApp(h.libraryGet),
		"/cgi-bin/wxopen/template/add":          h.withApp(h.addTemplate),
		"/cgi-bin/wxopen/template/list":         h.withApp(h.listTemplates),
		"/cgi-bin/wxopen/template/del":          h.withApp(h.deleteTemplate),

		"/cgi-bin/message/wxopen/template/send":         h.withApp(h.send),
		"/cgi-bin/message/wxopen/template/uniform_send": h.withApp(h.uniformSend),
	}
}

// Owns reports whether a path belongs to the dialect, also where there is no
// call at it: everything below /cgi-bin/ and all that begins with /wxa.
func Owns(path string) bool {
	path = singleSlashes(path)
	return path == "/cgi-bin" || strings.HasPrefix(path, "/cgi-bin/") || strings.HasPrefix(path, "/wxa")
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
		answer = failure(w, x, err)
	} else {
		x.Code = "0"
	}
	// All answers can be encoded, so what fails here is the connection.
	_ = httpx.JSON(w, answer)
}

func (h *Handler) route(x *httpx.Exchange, path string) call {
	path = singleSlashes(path)
	if serve, known := h.calls[path]; known {
		x.Call = strings.TrimPrefix(path, "/cgi-bin/")
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

// appCall serves a path for the app whose access token was sent.
type appCall func(ctx context.Context, app muban.App, body []byte) (answer any, err error)

// withApp checks what all calls of an app have in common: access_token, then
// the method, then that the body can be read at all.
func (h *Handler) withApp(serve appCall) call {
	return func(r *http.Request, x *httpx.Exchange) (any, error) {
		token := r.URL.Query().Get("access_token")
		app, err := h.service.Authorize(r.Context(), token, muban.WeChatMini)
		if err != nil {
			return nil, err
		}
		x.AppID = app.ID
		body, err := postBody(r)
		if err != nil {
			return nil, err
		}
		return serve(r.Context(), app, body)
	}
}

func postBody(r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, muban.Refuse(muban.RuleRequestPost, "method", r.Method)
	}
	return httpx.ReadBody(r)
}
