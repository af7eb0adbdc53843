package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/muban-dev/muban/internal/httpx"
)

// answerWithin is how long requests in flight may take once the server stops:
// longer than a handshake with an app's server, and so short that the store
// can still be closed in time.
const answerWithin = 7 * time.Second

// newWeb is the HTTP server around the handler, with its limits.
func newWeb(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       httpx.RequestWithin,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// closeWeb lets requests in flight be answered until ctx ends. Those that are
// not, of clients that send them too slowly for instance, lose their
// connection: nobody outside keeps the server from a clean stop.
func closeWeb(ctx context.Context, web *http.Server, log *slog.Logger) error {
	err := web.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		log.WarnContext(ctx, "connections were closed while their requests were in flight")
		return web.Close()
	}
	return err
}

// untilStop ends a request's context when the server begins to stop.
func (s *Server) untilStop(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(s.stopping, cancel)()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
