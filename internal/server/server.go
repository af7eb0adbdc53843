package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/muban-dev/muban/internal/api"
	"github.com/muban-dev/muban/internal/datadir"
	"github.com/muban-dev/muban/internal/delivery"
	"github.com/muban-dev/muban/internal/inspect"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/overview"
	"github.com/muban-dev/muban/internal/retention"
	"github.com/muban-dev/muban/internal/sandbox"
	"github.com/muban-dev/muban/internal/sqlstore"
	"github.com/muban-dev/muban/internal/stream"
	"github.com/muban-dev/muban/library"
)

var (
	_ messaging.Store      = (*sqlstore.Store)(nil)
	_ delivery.Outbox      = (*sqlstore.Store)(nil)
	_ delivery.Apps        = (*sqlstore.Store)(nil)
	_ retention.Store      = (*sqlstore.Store)(nil)
	_ messaging.Handshaker = (*delivery.Pusher)(nil)
	_ sandbox.ClockStore   = (*sqlstore.Store)(nil)
	_ messaging.Clock      = (*sandbox.Clock)(nil)
	_ sandbox.Settler      = settler{}
	_ api.Inspector        = (*inspect.Inspector)(nil)
)

// Server is the whole program behind one port.
type Server struct {
	options  Options
	store    *sqlstore.Store
	service  *messaging.Service
	hosting  *messaging.Hosting // nil where there is no cloud hosting
	pusher   *delivery.Pusher
	keeper   *retention.Keeper // nil where everything is kept
	metrics  *metrics
	refusals *overview.Refusals
	// resetting serialises resets of the sandbox.
	resetting sync.Mutex
	stream    *stream.Hub
	// inspector is nil where no calls are kept.
	inspector *inspect.Inspector
	sandbox   *sandbox.Clock // nil in `muban serve`
	handler   http.Handler
	listener  net.Listener
	// stopping ends when the server begins to stop; long polls listen to it.
	stopping     context.Context
	beginStop    context.CancelFunc
	cleanups     cleanups
	serveFailure chan error
}

// stopWithin bounds a stop: the contract gives it ten seconds.
const stopWithin = 9 * time.Second

// How long hot reads are served from memory. Nobody else writes to the embedded
// store, so that only memory bounds it; what another node changes in a shared
// one has to be seen within a second.
const (
	staleAtMost       = time.Minute
	staleAtMostShared = 500 * time.Millisecond
)

// ErrStopped is what [New] ends with where it was told to stop meanwhile.
var ErrStopped = errors.New("the server was told to stop while it started")

// New opens the store, applies what its schema lacks, binds the port and
// wires everything. Nothing is answered before [Server.Start]. If New fails,
// what it had begun is undone. If it fails after ctx ended, the error is
// ErrStopped, or says what could not be undone.
func New(ctx context.Context, o Options) (_ *Server, err error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	s := &Server{options: o, metrics: newMetrics(), refusals: overview.NewRefusals(), serveFailure: make(chan error, 1)}
	s.stopping, s.beginStop = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			err = s.abandon(ctx, err)
		}
	}()
	if err := s.openStore(ctx); err != nil {
		return nil, err
	}
	clock, err := s.openClock(ctx)
	if err != nil {
		return nil, err
	}
	pace := delivery.NewPace(time.Now)
	s.service = messaging.New(s.store, clock, messaging.Options{Stale: s.stale(), Pace: pace})
	s.openHosting(ctx)
	if o.Sandbox || o.Inspect {
		s.inspector = inspect.New(inspect.Options{Ledger: s.service, Now: clock.Now})
	}
	s.metrics.watch(s.store, pace)
	s.pusher = delivery.New(s.store, s.store, delivery.Options{
		Clock: clock, Log: o.Log, Real: time.Now, Abreast: s.abreast(), Pace: pace, AllowPrivate: o.Sandbox || o.CallbackPrivate, Observe: s.metrics.observeAttempt,
	})
	if o.Keep > 0 {
		s.keeper = retention.New(s.store, retention.Options{Keep: o.Keep, Clock: clock, Log: o.Log, Observe: s.metrics.observeForgotten})
	}
	s.stream = s.openStream()
	s.handler = s.routes(clock)
	return s, s.listen(ctx)
}

// abandon undoes what a start that failed had begun.
func (s *Server) abandon(ctx context.Context, failed error) error {
	left := s.Stop()
	switch {
	case ctx.Err() == nil:
		return errors.Join(failed, left)
	case left != nil:
		return left
	default:
		return ErrStopped
	}
}

// mostAbreast is how many events of one app are pushed at once at most.
const mostAbreast = 32

// abreast: who tests against the sandbox sees events in the order of their
// messages, however many there are.
func (s *Server) abreast() int {
	if s.options.Sandbox {
		return 1
	}
	return mostAbreast
}

func (s *Server) stale() time.Duration {
	if s.options.Database != "" {
		return staleAtMostShared
	}
	return staleAtMost
}

func (s *Server) openStore(ctx context.Context) error {
	if s.options.Database == "" {
		lock, err := datadir.Acquire(s.options.Data)
		if err != nil {
			return err
		}
		s.cleanups.add("the data folder", func(context.Context) error { return lock.Release() })
	}
	starter, err := library.Starter()
	if err != nil {
		return err
	}
	s.store, err = sqlstore.Open(ctx, sqlstore.Options{
		Dir: s.options.Data, Database: s.options.Database, Log: s.options.Log, Starter: starter, ObserveGroup: s.metrics.observeGroup,
		ObserveMessage: s.metrics.observeMessage,
	})
	if err != nil {
		return err
	}
	s.options.Log.InfoContext(ctx, "store open", "engine", s.store.Engine())
	s.cleanups.add("the store", func(context.Context) error { return s.store.Close() })
	return nil
}

func (s *Server) openClock(ctx context.Context) (messaging.Clock, error) {
	if !s.options.Sandbox {
		return wallClock{}, nil
	}
	clock, err := sandbox.OpenClock(ctx, s.store, time.Now)
	s.sandbox = clock
	return clock, err
}

// openHosting lets requests without an access token in, where that is asked
// for.
func (s *Server) openHosting(ctx context.Context) {
	if s.options.CloudApp == "" {
		return
	}
	s.hosting = messaging.NewHosting(s.service, s.options.CloudApp)
	if !s.options.Loopback() {
		s.options.Log.WarnContext(ctx, "WeChat calls without an access token are served to every private network that reaches this port",
			"listen", s.options.Listen, "cloud_app", s.options.CloudApp)
	}
}

func (s *Server) listen(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.options.Listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", s.options.Listen, err)
	}
	s.listener = listener
	s.cleanups.add("the listener", func(context.Context) error {
		if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil // the HTTP server closed it
	})
	return nil
}

// Addr is the address that is listened on, with the port that was picked.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Service is the use cases of the running server.
func (s *Server) Service() *messaging.Service { return s.service }

// Handler answers as the server's port does.
func (s *Server) Handler() http.Handler { return s.handler }

// Start begins to answer and to deliver. A connection that came since New is
// answered now.
func (s *Server) Start() {
	var running sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	running.Go(func() { s.pusher.Run(ctx) })
	running.Go(func() { s.stream.Run(ctx) })
	if s.keeper != nil {
		running.Go(func() { s.keeper.Run(ctx) })
	}
	s.cleanups.add("the callbacks' pusher and what deletes old messages", func(context.Context) error {
		running.Wait()
		return nil
	})

	web := newWeb(s.handler, s.options.Log)
	go func() {
		if err := web.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.serveFailure <- fmt.Errorf("serving: %w", err)
		}
	}()
	s.cleanups.add("the HTTP server", func(ctx context.Context) error {
		s.beginStop()
		cancel() // what was begun ends beside the requests in flight: each may take seconds
		ctx, done := context.WithTimeout(ctx, answerWithin)
		defer done()
		return closeWeb(ctx, web, s.options.Log)
	})
}

// Wait returns when ctx ends, or with what made the server stop by itself.
func (s *Server) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.serveFailure:
		return err
	case err := <-s.store.Ended():
		return err
	}
}

// Stop answers what is in flight, ends long polls, finishes the deliveries
// that were begun and closes the store, within nine seconds: what has not ended
// by then is named in the error. It may be called more than once.
func (s *Server) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	defer s.beginStop()
	return s.cleanups.runWithin(ctx)
}

// wallClock is the clock of `muban serve`.
type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// settler lets the sandbox clock wait for what falls due.
type settler struct {
	*delivery.Pusher
	*sqlstore.Store
}
