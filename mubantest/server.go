package mubantest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/apiclient"
	"github.com/muban-dev/muban/internal/server"
)

// Server is a Muban of its own, in its own port and with its own data.
type Server struct {
	// URL is where it listens: http://127.0.0.1:PORT.
	URL string

	to    reporter
	api   *apiclient.Client
	close func() error
}

// reporter is the part of testing.TB that the helpers need.
type reporter interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Start starts a Muban on a free port. It is stopped, and its data is deleted,
// when the test ends.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s, err := start(tb)
	if err != nil {
		tb.Fatalf("mubantest: starting Muban: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.close(); err != nil {
			tb.Errorf("mubantest: stopping Muban: %v", err)
		}
	})
	return s
}

// New starts a Muban where there is no test, in an example or in TestMain. Close
// it. It panics where it cannot start, and so do its helpers where they fail.
func New() *Server {
	s, err := start(panics{})
	if err != nil {
		panic(fmt.Sprintf("mubantest: starting Muban: %v", err))
	}
	return s
}

// panics reports to nobody.
type panics struct{}

func (panics) Helper() {}

func (panics) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func start(to reporter) (*Server, error) {
	dir, err := os.MkdirTemp("", "mubantest-")
	if err != nil {
		return nil, err
	}
	running, err := server.New(context.Background(), server.Options{
		Listen: "127.0.0.1:0", Data: dir, Sandbox: true, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	running.Start()
	stop := sync.OnceValue(func() error { return errors.Join(running.Stop(), os.RemoveAll(dir)) })
	s := &Server{URL: "http://" + running.Addr(), to: to, close: stop}
	if s.api, err = apiclient.New(s.URL, ""); err != nil {
		return nil, errors.Join(err, stop())
	}
	return s, nil
}

// Close stops the server and deletes its data. A server of [Start] closes by
// itself; closing twice does nothing.
func (s *Server) Close() {
	s.to.Helper()
	s.must("stopping Muban", s.close())
}

// Now is the server's time, which [Server.Advance] moves.
func (s *Server) Now() time.Time {
	s.to.Helper()
	clock, err := s.api.Clock(context.Background())
	s.must("reading the clock", err)
	return clock.Value.Now
}

// Advance moves the server's time forward. Grants and access tokens expire by
// it; it returns once everything that fell due was attempted.
func (s *Server) Advance(by time.Duration) {
	s.to.Helper()
	_, err := s.api.AdvanceClock(context.Background(), by)
	s.must("moving the clock", err)
}

// Reset deletes everything: apps, templates, messages, grants, tokens. Time is the
// machine's again. It is quicker than another server, where many tests share one;
// what was made before is of no use afterwards.
func (s *Server) Reset() {
	s.to.Helper()
	s.must("resetting Muban", s.api.Reset(context.Background()))
}

// must makes an error of the native API the test's.
func (s *Server) must(doing string, err error) {
	s.to.Helper()
	if err != nil {
		s.to.Fatalf("mubantest: %s: %v", doing, err)
	}
}
