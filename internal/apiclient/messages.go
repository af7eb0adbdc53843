package apiclient

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/muban-dev/muban"
)

// Message is a send that was accepted. What it does not have, or not yet, is
// zero.
type Message struct {
	ID              string                  `json:"id"`
	AppID           string                  `json:"app_id"`
	Platform        muban.Platform          `json:"platform"`
	User            string                  `json:"user"`
	TemplateID      string                  `json:"template_id"`
	Title           string                  `json:"title"`
	Data            map[string]MessageValue `json:"data"`
	Rendered        string                  `json:"rendered"`
	Page            string                  `json:"page"`
	URL             string                  `json:"url"`
	MiniProgram     *MiniProgram            `json:"miniprogram"`
	EmphasisKeyword string                  `json:"emphasis_keyword"`
	Color           string                  `json:"color"`
	Ext             string                  `json:"ext"`
	ClientMsgID     string                  `json:"client_msg_id"`
	GrantID         string                  `json:"grant_id"`
	GrantKind       muban.GrantKind         `json:"grant_kind"`
	State           muban.State             `json:"state"`
	Reason          muban.Reason            `json:"reason"`
	Channels        []muban.Channel         `json:"channels"`
	AcceptedAt      time.Time               `json:"accepted_at"`
	DeliveredAt     time.Time               `json:"delivered_at"`
	FinishedAt      time.Time               `json:"finished_at"`
	ReadAt          time.Time               `json:"read_at"`
}

// MessageValue is one keyword's text and colour.
type MessageValue struct {
	Value string `json:"value"`
	Color string `json:"color"`
}

// MiniProgram is where a tap on a message leads.
type MiniProgram struct {
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
}

// MessageQuery selects messages; zero members select everything.
type MessageQuery struct {
	AppID      string
	User       string // any of the user's ids; needs AppID
	State      muban.State
	TemplateID string
	GrantID    string
	After      string // only messages newer than this one
	// Wait holds the answer until one matches, at most LongestWait.
	Wait time.Duration
}

// LongestWait is how long the API holds a list of messages at most.
const LongestWait = 60 * time.Second

func (q MessageQuery) values() url.Values {
	values := url.Values{}
	for name, value := range map[string]string{
		"app_id": q.AppID, "user": q.User, "state": string(q.State),
		"template_id": q.TemplateID, "grant_id": q.GrantID, "after": q.After,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if q.Wait > 0 {
		values.Set("wait", q.Wait.String())
	}
	return values
}

// Messages lists messages.
func (c *Client) Messages(ctx context.Context, q MessageQuery, limit int) (Answer[List[Message]], error) {
	return follow[List[Message]](ctx, c, call{path: []string{"messages"}, query: q.values(), wait: q.Wait}, limit)
}

// Message shows a message.
func (c *Client) Message(ctx context.Context, id string) (Answer[Message], error) {
	return do[Message](ctx, c, call{method: http.MethodGet, path: []string{"messages", id}})
}

// FinalMessage shows a message once its state is final, or as it is when the
// time is over.
func (c *Client) FinalMessage(ctx context.Context, id string, within time.Duration) (Answer[Message], error) {
	end := time.NewTimer(within)
	defer end.Stop()
	// Most messages are final within milliseconds.
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		message, err := c.Message(ctx, id)
		if err != nil || message.Value.State.Final() {
			return message, err
		}
		next := time.NewTimer(pause)
		select {
		case <-next.C:
		case <-end.C:
			next.Stop()
			return message, nil
		case <-ctx.Done():
			next.Stop()
			return message, ctx.Err()
		}
	}
}
