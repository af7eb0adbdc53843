package server

import (
	"context"

	"github.com/muban-dev/muban/internal/api"
	"github.com/muban-dev/muban/internal/sqlstore"
	"github.com/muban-dev/muban/internal/stream"
)

var _ stream.Tail = (*sqlstore.Tail)(nil)

// openStream makes the hub of events; it is fed once the server has started.
func (s *Server) openStream() *stream.Hub {
	o := stream.Options{
		Tail:    func(ctx context.Context) (stream.Tail, error) { return s.store.Tail(ctx) },
		Changed: s.store.Changed,
		Show:    api.Show{},
		Log:     s.options.Log,
	}
	if s.inspector != nil {
		o.Calls = s.inspector.Calls
	}
	return stream.New(o)
}
