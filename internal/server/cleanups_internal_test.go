package server

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestStopEndsThoughAStepDoesNot: what hangs is named, and the stop is over
// within the contract's ten seconds.
func TestStopEndsThoughAStepDoesNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &Server{beginStop: func() {}}
		hangs := make(chan struct{})
		defer close(hangs)
		closed := false
		s.cleanups.add("the folder's lock", func(context.Context) error { return nil })
		s.cleanups.add("the store", func(context.Context) error { <-hangs; return nil })
		s.cleanups.add("the HTTP server", func(context.Context) error { closed = true; return nil })
		began := time.Now()
		err := s.Stop()
		if err == nil || !strings.Contains(err.Error(), "stopping the store takes too long") || !closed {
			t.Errorf("the stop ended with %v, the HTTP server before it: %t", err, closed)
		}
		if took := time.Since(began); took >= 10*time.Second {
			t.Errorf("the stop took %v", took)
		}
	})
}
