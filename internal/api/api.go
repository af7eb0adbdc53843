package api

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
)

// Options say how the API behaves; the zero value asks for no login, shows no
// secrets and has no sandbox clock.
type Options struct {
	// AdminToken is what every /api/v1 request must carry as
	// "Authorization: Bearer …"; empty asks for no login (muban dev).
	AdminToken string
	// LocalOnly refuses what a web page could have sent: see [LocalOnly].
	LocalOnly bool
	// ListenHost is the host of the listen address, for LocalOnly.
	ListenHost string
	// ShowSecrets answers secrets wherever an app is shown, not only where
	// they are made.
	ShowSecrets bool
	// Clock is the sandbox clock; nil where time cannot be moved.
	Clock Clock
	// Handshaker verifies callback URLs.
	Handshaker messaging.Handshaker
	// Hosting issues cloudbase_access_tokens; nil where there is no cloud
	// hosting.
	Hosting *messaging.Hosting
	// Inspector keeps the platforms' calls; nil where nothing does.
	Inspector Inspector
	// Refusals are the refused platform calls of an overview; nil counts none.
	Refusals Refusals
	// Reset begins the sandbox anew; nil where there is none.
	Reset func(ctx context.Context) error
	// Stream is what the stream of events reads; nil where there is none.
	Stream Stream
	// Stopping ends when the server begins to stop: held answers are given
	// with what there is. nil never ends.
	Stopping context.Context
}

// DocumentPath is where the OpenAPI document is served.
const DocumentPath = "/api/openapi.json"

type api struct {
	service  *messaging.Service
	options  Options
	mux      *http.ServeMux
	huma     huma.API
	document []byte
}

// New makes the handler of everything below /api/. It expects to be called
// with the request's path as it came, and through [httpx.Wrap].
func New(service *messaging.Service, o Options) http.Handler {
	a := &api{service: service, options: o, mux: http.NewServeMux()}
	a.huma = humago.New(a.mux, humaConfig())
	a.huma.UseMiddleware(prepare)
	a.routes()
	a.serveDocument()

	handler := http.Handler(http.HandlerFunc(a.route))
	if o.AdminToken != "" {
		handler = RequireToken(handler, o.AdminToken)
	}
	if o.LocalOnly {
		handler = LocalOnly(handler, o.ListenHost)
	}
	return guarded(handler)
}

// routes registers every call, object by object.
func (a *api) routes() {
	a.appRoutes()
	a.alipayRoutes()
	a.cloudTokenRoutes()
	a.userRoutes()
	a.templateRoutes()
	a.grantRoutes()
	a.messageRoutes()
	a.inboxRoutes()
	a.callbackRoutes()
	a.callRoutes()
	a.libraryRoutes()
	a.keywordRequestRoutes()
	a.clockRoutes()
	a.overviewRoutes()
	a.streamRoutes()
	a.resetRoutes()
}

// guarded is the outermost layer: it names the surface for log and metrics
// and answers a panic in the API's own shape.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := httpx.Of(r)
		x.Dialect, x.Call = httpx.APIDialect, "none"
		w.Header().Set("Cache-Control", "no-store")
		if err := httpx.Guard(func() error { next.ServeHTTP(w, r); return nil }); err != nil {
			answerProblem(w, r, internalProblem(fmt.Errorf("native API: %w", err)))
		}
	})
}

// route hands the request to its operation. What has none is answered here,
// because ServeMux would answer it in plain text or with a redirect.
func (a *api) route(w http.ResponseWriter, r *http.Request) {
	if escaped := r.URL.EscapedPath(); path.Clean(escaped) != escaped {
		answerProblem(w, r, routeProblem(r))
		return
	}
	if _, pattern := a.mux.Handler(r); pattern != "" {
		a.mux.ServeHTTP(w, r)
		return
	}
	if allowed := a.allowedMethods(r); len(allowed) > 0 {
		answerProblem(w, r, methodProblem(r.Method, allowed))
		return
	}
	answerProblem(w, r, routeProblem(r))
}

// allowedMethods lists the methods that the request's path can be called
// with.
func (a *api) allowedMethods(r *http.Request) []string {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := r.WithContext(r.Context())
		probe.Method = method
		if _, pattern := a.mux.Handler(probe); pattern != "" {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

func methodProblem(method string, allowed []string) *Problem {
	list := strings.Join(allowed, ", ")
	p := newProblem(http.StatusMethodNotAllowed, CodeInvalidRequest,
		fmt.Sprintf("this path cannot be called with %s; it takes %s", method, list))
	p.header.Set("Allow", list)
	return p
}

func routeProblem(r *http.Request) *Problem {
	return newProblem(http.StatusNotFound, CodeNotFound,
		fmt.Sprintf("the native API has no call at %s; %s lists all of them, and ids in paths are percent-encoded", shorten(r.URL.EscapedPath()), DocumentPath))
}
