package server

import (
	"context"
	"errors"
	"fmt"
)

// cleanups undo what was started, the last first.
type cleanups struct {
	steps []cleanup
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
	var problems []error
	for len(c.steps) > 0 {
		last := c.steps[len(c.steps)-1]
		c.steps = c.steps[:len(c.steps)-1]
		if err := last.do(ctx); err != nil {
			problems = append(problems, fmt.Errorf("stopping %s: %w", last.name, err))
		}
	}
	return errors.Join(problems...)
}
