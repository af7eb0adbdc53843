package apiclient

import (
	"context"
	"net/http"
	"time"
)

// Clock is sandbox time.
type Clock struct {
	Mode ClockMode `json:"mode"`
	Now  time.Time `json:"now"`
}

// ClockMode is whether the clock runs.
type ClockMode string

// The modes of the clock.
const (
	ClockRunning ClockMode = "running"
	ClockFrozen  ClockMode = "frozen"
)

// ClockSetting is where the clock is to be set; what is zero stays as it is.
type ClockSetting struct {
	Mode ClockMode `json:"mode,omitempty"`
	Now  time.Time `json:"now,omitzero"`
}

// Clock tells sandbox time. Only `muban dev` has it.
func (c *Client) Clock(ctx context.Context) (Answer[Clock], error) {
	return do[Clock](ctx, c, call{method: http.MethodGet, path: []string{"clock"}})
}

// SetClock moves sandbox time forward or changes its mode.
func (c *Client) SetClock(ctx context.Context, s ClockSetting) (Answer[Clock], error) {
	return do[Clock](ctx, c, call{method: http.MethodPut, path: []string{"clock"}, body: s, patient: true})
}

// AdvanceClock moves sandbox time forward and returns once everything that
// fell due was attempted.
func (c *Client) AdvanceClock(ctx context.Context, by time.Duration) (Answer[Clock], error) {
	body := Members{"by": by.String()}
	return do[Clock](ctx, c, call{method: http.MethodPost, path: []string{"clock", "advance"}, body: body, patient: true})
}

// Reset begins the sandbox anew.
func (c *Client) Reset(ctx context.Context) error {
	_, err := c.send(ctx, call{method: http.MethodPost, path: []string{"reset"}})
	return err
}
