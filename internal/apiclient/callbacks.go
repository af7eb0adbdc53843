package apiclient

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/muban-dev/muban"
)

// Callback is the push of an event to an app's server.
type Callback struct {
	ID            string              `json:"id"`
	AppID         string              `json:"app_id"`
	MessageID     string              `json:"message_id"`
	Event         muban.EventKind     `json:"event"`
	MessageState  muban.State         `json:"message_state"`
	URL           string              `json:"url"`
	State         muban.CallbackState `json:"state"`
	Attempts      []Attempt           `json:"attempts"`
	CreatedAt     time.Time           `json:"created_at"`
	NextAttemptAt time.Time           `json:"next_attempt_at"`
}

// Attempt is one try to push an event.
type Attempt struct {
	At         time.Time `json:"at"`
	URL        string    `json:"url"`
	Status     int       `json:"status"`
	Error      string    `json:"error"`
	DurationMS int64     `json:"duration_ms"`
	Response   string    `json:"response"`
	Sent       *Sent     `json:"sent"`
}

// Sent is a push as it went over the wire.
type Sent struct {
	Query string `json:"query"`
	Body  string `json:"body"`
	Plain string `json:"plain"`
}

// Handshake is how the verification of a callback URL ended.
type Handshake struct {
	OK     bool   `json:"ok"`
	Status int    `json:"status"`
	Body   string `json:"body"`
	Error  string `json:"error"`
}

// CallbackQuery selects callbacks; zero members select everything.
type CallbackQuery struct {
	AppID     string
	State     muban.CallbackState
	MessageID string
}

// Callbacks lists callbacks.
func (c *Client) Callbacks(ctx context.Context, q CallbackQuery, limit int) (Answer[List[Callback]], error) {
	values := url.Values{}
	for name, value := range map[string]string{"app_id": q.AppID, "state": string(q.State), "message_id": q.MessageID} {
		if value != "" {
			values.Set(name, value)
		}
	}
	return follow[List[Callback]](ctx, c, call{path: []string{"callbacks"}, query: values}, limit)
}

// Callback shows a callback.
func (c *Client) Callback(ctx context.Context, id string) (Answer[Callback], error) {
	return do[Callback](ctx, c, call{method: http.MethodGet, path: []string{"callbacks", id}})
}

// ResendCallback has one more attempt made.
func (c *Client) ResendCallback(ctx context.Context, id string) (Answer[Callback], error) {
	return do[Callback](ctx, c, call{method: http.MethodPost, path: []string{"callbacks", id, "resend"}})
}

// VerifyCallback asks an app's server whether it knows the callback token.
func (c *Client) VerifyCallback(ctx context.Context, appID string) (Answer[Handshake], error) {
	return do[Handshake](ctx, c, call{method: http.MethodPost, path: appPath(appID, "callback", "verify")})
}
