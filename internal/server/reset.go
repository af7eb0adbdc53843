package server

import (
	"context"
	"fmt"

	"github.com/muban-dev/muban/library"
)

// Reset makes the sandbox what it was when it began: everything that was stored
// is gone, the library is the starter library, time is the machine's, the
// inspector is empty and streams are told; then Options.Refill fills it. Ids do
// not come a second time. Resets wait for each other.
func (s *Server) Reset(ctx context.Context) error {
	s.resetting.Lock()
	defer s.resetting.Unlock()
	ctx = context.WithoutCancel(ctx) // half a reset is of use to nobody
	starter, err := library.Starter()
	if err != nil {
		return err
	}
	if err := s.store.Reset(ctx, starter); err != nil {
		return err
	}
	s.service.ForgetAll()
	if err := s.sandbox.Reset(ctx); err != nil {
		return err
	}
	if s.inspector != nil {
		s.inspector.Clear()
	}
	s.refusals.Clear()
	if s.options.Refill != nil {
		if err := s.options.Refill(ctx, s); err != nil {
			return fmt.Errorf("filling the sandbox again: %w", err)
		}
	}
	s.stream.Reset("the sandbox was reset")
	return nil
}
