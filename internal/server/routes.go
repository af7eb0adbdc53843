package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/muban-dev/muban/internal/api"
	"github.com/muban-dev/muban/internal/console"
	"github.com/muban-dev/muban/internal/dialect/alipay"
	"github.com/muban-dev/muban/internal/dialect/baidu"
	"github.com/muban-dev/muban/internal/dialect/cloudcall"
	"github.com/muban-dev/muban/internal/dialect/wechat"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sandbox"
)

// routes gives each surface its paths. It is not a ServeMux, which would
// redirect unclean paths: platforms answer, they never redirect.
func (s *Server) routes(clock messaging.Clock) http.Handler {
	sends := noting{s.service}
	weChat, baiduDialect, alipayDialect := s.weChat(sends), baidu.New(sends), alipay.New(sends)
	alipayV3 := alipay.NewV3(sends, clock, wallClock{})
	cloudCalls := cloudcall.New(weChat, s.service, clock, wallClock{})
	native := api.New(s.service, s.apiOptions())
	web := s.console()
	operating, receiver := s.operating(), sandbox.NewReceiver(s.service, s.options.Log)
	all := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case wechat.Owns(path):
			weChat.ServeHTTP(w, r)
		case cloudcall.Owns(path):
			cloudCalls.ServeHTTP(w, r)
		case baidu.Owns(path):
			baiduDialect.ServeHTTP(w, r)
		case alipay.Owns(path):
			alipayDialect.ServeHTTP(w, r)
		case alipay.OwnsV3(path):
			alipayV3.ServeHTTP(w, r)
		case path == "/healthz" || path == "/readyz" || path == "/metrics" || strings.HasPrefix(path, profiles):
			operating.ServeHTTP(w, r)
		case s.options.Sandbox && strings.HasPrefix(path, sandbox.ReceiverPath):
			receiver.ServeHTTP(w, r)
		case console.Owns(r):
			web.ServeHTTP(w, r)
		default: // also what nobody knows: a problem document says so
			native.ServeHTTP(w, r)
		}
	})
	o := httpx.Options{
		Now: clock.Now, Log: s.options.Log, Observe: s.observe(clock), Explain: s.options.Sandbox,
	}
	if s.inspector != nil {
		o.Inspect = s.inspector.Record
	}
	return httpx.Wrap(all, o)
}

// observe counts what happened: for metrics, and refused platform calls by when
// it was in the sandbox.
func (s *Server) observe(clock messaging.Clock) func(*httpx.Exchange, int, time.Duration) {
	return func(x *httpx.Exchange, status int, took time.Duration) {
		s.metrics.observe(x, status, took)
		if x.Refusal != nil && x.Dialect != "api" {
			s.refusals.Count(clock.Now(), x.AppID, x.Refusal.Kind)
		}
	}
}

func (s *Server) weChat(service wechat.Service) *wechat.Handler {
	if s.hosting == nil {
		return wechat.New(service)
	}
	return wechat.NewHosted(service, s.hosting)
}

func (s *Server) apiOptions() api.Options {
	host, _, _ := net.SplitHostPort(s.options.Listen) // was validated
	o := api.Options{
		AdminToken: s.options.AdminToken, LocalOnly: s.options.Sandbox, ListenHost: host,
		ShowSecrets: s.options.Sandbox, Stopping: s.stopping, Handshaker: s.pusher, Hosting: s.hosting, Refusals: s.refusals, Stream: s.stream,
	}
	if s.inspector != nil {
		o.Inspector = s.inspector
	}
	if s.sandbox != nil {
		o.Clock = sandboxClock{s.sandbox, settler{s.pusher, s.store}, s.forget}
		o.Reset = s.Reset
	}
	return o
}

// console is the web console. Its files hold no secrets: in `muban serve` they
// are open, and what they then ask of the native API needs the token.
func (s *Server) console() http.Handler {
	if s.options.Sandbox {
		return api.LocalOnly(console.New(), s.apiOptions().ListenHost)
	}
	return console.New()
}

// forget deletes at once what is older than what is kept.
func (s *Server) forget(ctx context.Context) error {
	if s.keeper == nil {
		return nil
	}
	return s.keeper.Sweep(ctx)
}

// operating answers those who run the program.
func (s *Server) operating() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "alive\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.store.Ping(r.Context()); err != nil {
			s.options.Log.ErrorContext(r.Context(), "not ready", "error", err)
			say(w, http.StatusServiceUnavailable, "the database does not answer\n")
			return
		}
		say(w, http.StatusOK, "ready\n")
	})
	mux.Handle("GET /metrics", s.forOperators(s.metrics.handler()))
	mux.Handle("GET "+profiles+"profile", s.forOperators(s.untilStop(http.HandlerFunc(pprof.Profile))))
	mux.Handle("GET "+profiles+"heap", s.forOperators(pprof.Handler("heap")))
	mux.Handle("GET "+profiles+"goroutine", s.forOperators(pprof.Handler("goroutine")))
	return mux
}

// profiles is where Go's profiles of the running program are.
const profiles = "/debug/pprof/"

// forOperators lets only those pass who may use the native API.
func (s *Server) forOperators(next http.Handler) http.Handler {
	if s.options.Sandbox {
		return api.LocalOnly(next, s.apiOptions().ListenHost)
	}
	return api.RequireToken(next, s.options.AdminToken)
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.Copy(w, strings.NewReader(text)) // a client that left is no error
}
