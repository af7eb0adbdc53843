package apiclient

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/muban-dev/muban"
)

// Call is one platform request and its answer. What it does not have is zero.
type Call struct {
	ID          string         `json:"id"`
	RID         string         `json:"rid"`
	At          time.Time      `json:"at"`
	DurationMS  float64        `json:"duration_ms"`
	Dialect     string         `json:"dialect"`
	Call        string         `json:"call"`
	AppID       string         `json:"app_id"`
	Platform    muban.Platform `json:"platform"`
	User        string         `json:"user"`
	TemplateID  string         `json:"template_id"`
	GrantID     string         `json:"grant_id"`
	MessageID   string         `json:"message_id"`
	Code        string         `json:"code"`
	Refused     bool           `json:"refused"`
	Request     CallRequest    `json:"request"`
	Answer      *CallAnswer    `json:"answer"`
	Explanation *Explanation   `json:"explanation"`
}

// CallRequest is what was asked.
type CallRequest struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Query   string            `json:"query"`
	Headers map[string]string `json:"headers"`
	CallBody
}

// CallAnswer is what was answered.
type CallAnswer struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	CallBody
}

// CallBody is the body of a request or an answer, or its beginning.
type CallBody struct {
	Body      string `json:"body"`
	Encoding  string `json:"encoding"` // base64 where Body is no text
	Decoded   string `json:"decoded"`
	BodySize  int    `json:"body_size"`
	Truncated bool   `json:"truncated"`
}

// Explanation is why a platform call was refused.
type Explanation struct {
	Kind       string            `json:"kind"`
	Rule       string            `json:"rule"`
	Detail     string            `json:"detail"`
	DetailZh   string            `json:"detail_zh"`
	Values     map[string]string `json:"values"`
	See        string            `json:"see"`
	Accepted   string            `json:"accepted"`
	AcceptedZh string            `json:"accepted_zh"`
	Story      []CallEvent       `json:"story"`
}

// CallEvent is something that happened to the grant or token of a refused call.
type CallEvent struct {
	At        time.Time `json:"at"`
	Text      string    `json:"text"`
	TextZh    string    `json:"text_zh"`
	MessageID string    `json:"message_id"`
	CallID    string    `json:"call_id"`
}

// CallQuery selects calls; zero members select everything.
type CallQuery struct {
	AppID, RID, Code, User, MessageID, GrantID string
	Refused                                    string // true, false or empty
	Text                                       string // that stands anywhere in it
	After                                      string // only calls newer than this one
}

func (q CallQuery) values() url.Values {
	values := url.Values{}
	for name, value := range map[string]string{
		"app_id": q.AppID, "rid": q.RID, "code": q.Code, "user": q.User, "message_id": q.MessageID,
		"grant_id": q.GrantID, "refused": q.Refused, "q": q.Text, "after": q.After,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	return values
}

// Calls lists platform calls.
func (c *Client) Calls(ctx context.Context, q CallQuery, limit int) (Answer[List[Call]], error) {
	return follow[List[Call]](ctx, c, call{path: []string{"calls"}, query: q.values()}, limit)
}

// Call shows a platform call; its Explanation is nil where it was not refused.
func (c *Client) Call(ctx context.Context, id string) (Answer[Call], error) {
	return do[Call](ctx, c, call{method: http.MethodGet, path: []string{"calls", id}})
}
