package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// cleanups undo what was started, the last first.
type cleanups struct {
	mu    sync.Mutex // held while they run
	steps []cleanup
	now   atomic.Pointer[string] // the name of the step that was begun last
}

type cleanup struct {
	name string
	do   func(context.Context) error
}

func (c *cleanups) add(name string, do func(context.Context) error) {
	c.steps = append(c.steps, cleanup{name, do})
}

// run takes every step once, also when some fail; a second run does nothing.
func (c *cleanups) run(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var problems []error
	for len(c.steps) > 0 {
		last := c.steps[len(c.steps)-1]
		c.steps = c.steps[:len(c.steps)-1]
		c.now.Store(&last.name)
		if err := last.do(ctx); err != nil {
			problems = append(problems, fmt.Errorf("stopping %s: %w", last.name, err))
		}
	}
	return errors.Join(problems...)
}

// runWithin is run that leaves a step which does not end in time to itself: a
// database that hangs, for instance, must not keep the process from its end.
func (c *cleanups) runWithin(ctx context.Context) error {
	over := make(chan error, 1)
	go func() { over <- c.run(ctx) }()
	select {
	case err := <-over:
		return err
	case <-ctx.Done():
		return fmt.Errorf("stopping %s takes too long: it was left as it is", *c.now.Load())
	}
}
