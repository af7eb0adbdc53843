package api

import (
	"context"
	"errors"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func (a *api) messageRoutes() {
	handle(a, "GET /api/v1/messages", doc{
		id: "listMessages", tag: "messages", summary: "List messages", answer: "A part of the list.",
		text: "All parameters must match. With `wait` the answer is held until at least one message matches, or the time is over.",
	}, a.listMessages)
	handle(a, "GET /api/v1/messages/{id}", doc{
		id: "getMessage", tag: "messages", summary: "Show a message", answer: "The message.",
		text: "By the id that the platform's send answered.",
	}, a.getMessage)
}

// MessageFilter selects messages.
type MessageFilter struct {
	AppID      string      `query:"app_id" doc:"Only this app's."`
	User       string      `query:"user" doc:"Only this user's: any of its ids. Needs app_id."`
	State      muban.State `query:"state" enum:"accepted,delivered,refused,failed" doc:"Only those in this state."`
	TemplateID string      `query:"template_id" doc:"Only those of this template."`
	GrantID    string      `query:"grant_id" doc:"Only those that this grant paid for."`
	After      MessageID   `query:"after" doc:"Only those newer than this message." example:"1234567890"`
	From       Moment      `query:"from" doc:"Only those accepted then or later, in sandbox time." example:"2026-11-21T00:00:00Z"`
	To         Moment      `query:"to" doc:"Only those accepted before, in sandbox time." example:"2026-11-22T00:00:00Z"`
	Wait       Wait        `query:"wait" doc:"How long to hold the answer, as a Go duration up to 60s; real time." example:"10s"`
	Paging
}

// MessageID is a message's id as a parameter.
type MessageID struct{ id muban.MessageID }

var errMessageID = errors.New("it must be a message's id: digits only")

// UnmarshalText reads an id as the API writes it.
func (m *MessageID) UnmarshalText(text []byte) error {
	id, ok := muban.ParseMessageID(string(text))
	if !ok {
		return errMessageID
	}
	m.id = id
	return nil
}

// Wait is how long a list may be held.
type Wait struct{ time.Duration }

// longestWait bounds a long poll.
const longestWait = 60 * time.Second

var errWait = errors.New("it must be a Go duration from 0s to 60s, like 10s")

// UnmarshalText reads a Go duration.
func (w *Wait) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d < 0 || d > longestWait {
		return errWait
	}
	w.Duration = d
	return nil
}

// Message is a send that was accepted, as the API shows it. What it does not
// have, or not yet, is absent.
type Message struct {
	ID              string                  `json:"id" doc:"What the platform's send answered as msgid or msg_key." example:"1234567890"`
	AppID           string                  `json:"app_id" doc:"The app that sent it." example:"wx3f7a9c0d5e8b2146"`
	Platform        muban.Platform          `json:"platform" enum:"wechat-mini,wechat-oa,baidu,alipay" doc:"The app's platform."`
	User            string                  `json:"user" doc:"The id it was addressed by." example:"o6_bmjrPTlm6_2sgVt7hMZOPfL2M"`
	TemplateID      string                  `json:"template_id" doc:"The template it was sent with." example:"ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY"`
	Title           string                  `json:"title" doc:"The template's title." example:"购买成功通知"`
	Data            map[string]MessageValue `json:"data" doc:"The keywords' values, by key."`
	Rendered        string                  `json:"rendered" doc:"The template's text with the data filled in." example:"购买地点TIT造舰厂\n"`
	Page            string                  `json:"page,omitempty" doc:"The page a tap leads to." example:"pages/index/index?id=1"`
	URL             string                  `json:"url,omitempty" doc:"Official account: where a tap leads to." example:"https://example.com/order/1"`
	MiniProgram     *MiniProgram            `json:"miniprogram,omitempty" doc:"Official account: the mini program that a tap leads to."`
	EmphasisKeyword string                  `json:"emphasis_keyword,omitempty" doc:"The keyword shown larger." example:"keyword1.DATA"`
	Color           string                  `json:"color,omitempty" doc:"The text's colour." example:"#173177"`
	Ext             string                  `json:"ext,omitempty" doc:"Baidu: the review service's ext, as sent."`
	ClientMsgID     string                  `json:"client_msg_id,omitempty" doc:"Official account: the sender's own id."`
	GrantID         string                  `json:"grant_id,omitempty" doc:"The grant that paid for it." example:"e8a1c0f5b7d94f2c8a3b6d1e0f9c7a52"`
	GrantKind       muban.GrantKind         `json:"grant_kind,omitempty" enum:"form,payment,order" doc:"What the user had done."`
	State           muban.State             `json:"state" enum:"accepted,delivered,refused,failed" doc:"Every state but accepted is final."`
	Reason          muban.Reason            `json:"reason,omitempty" enum:"user_block,system_failed" doc:"Why it was refused or failed."`
	Channels        []muban.Channel         `json:"channels,omitempty" nullable:"false" enum:"message_center,search_panel,notification_bar" doc:"Baidu: where the user meets it."`
	AcceptedAt      Timestamp               `json:"accepted_at" doc:"When the send was answered."`
	DeliveredAt     Timestamp               `json:"delivered_at,omitzero" doc:"When it reached the user's message centre."`
	FinishedAt      Timestamp               `json:"finished_at,omitzero" doc:"When it reached its final state."`
	ReadAt          Timestamp               `json:"read_at,omitzero" doc:"When the user read it first."`
}

// MessageValue is one keyword's text and colour.
type MessageValue struct {
	Value string `json:"value" doc:"The text." example:"TIT造舰厂"`
	Color string `json:"color,omitempty" doc:"The text's colour." example:"#173177"`
}

// MiniProgram is where a tap leads.
type MiniProgram struct {
	AppID    string `json:"appid" doc:"Its appid." example:"wx3f7a9c0d5e8b2146"`
	PagePath string `json:"pagepath,omitempty" doc:"Its page." example:"pages/index/index"`
}

func showMessage(m muban.Message) Message {
	shown := Message{
		ID: m.ID.String(), AppID: m.AppID, Platform: m.Platform, User: m.UserID,
		TemplateID: m.TemplateID, Title: m.Title, Data: make(map[string]MessageValue, len(m.Data)), Rendered: m.Rendered,
		Page: m.Page, URL: m.URL, EmphasisKeyword: m.EmphasisKeyword, Color: m.Color, Ext: m.Ext,
		ClientMsgID: m.ClientMsgID, GrantID: m.GrantID, GrantKind: m.GrantKind,
		State: m.State, Reason: m.Reason, Channels: m.Channels,
		AcceptedAt: Timestamp{m.AcceptedAt}, DeliveredAt: Timestamp{m.DeliveredAt},
		FinishedAt: Timestamp{m.FinishedAt}, ReadAt: Timestamp{m.ReadAt},
	}
	for key, value := range m.Data {
		shown.Data[key] = MessageValue{Value: value.Text, Color: value.Color}
	}
	if m.MiniProgram != (muban.MiniProgram{}) {
		shown.MiniProgram = &MiniProgram{AppID: m.MiniProgram.AppID, PagePath: m.MiniProgram.PagePath}
	}
	return shown
}

func (a *api) listMessages(ctx context.Context, in *MessageFilter) (*Answer[List[Message]], error) {
	hold := messaging.Hold{For: in.Wait.Duration}
	if a.options.Stopping != nil {
		hold.Stop = a.options.Stopping.Done()
	}
	messages, err := a.service.Messages(ctx, messaging.MessageQuery{
		AppID: in.AppID, User: in.User, State: in.State,
		TemplateID: in.TemplateID, GrantID: in.GrantID, After: in.After.id, From: in.From.Time, To: in.To.Time,
	}, in.page(), hold)
	return &Answer[List[Message]]{listOf(messages, showMessage)}, err
}

func (a *api) getMessage(ctx context.Context, in *struct {
	ID string `path:"id" doc:"The message's id." example:"1234567890"`
},
) (*Answer[Message], error) {
	id, err := messageID(in.ID)
	if err != nil {
		return nil, err
	}
	message, err := a.service.Message(ctx, id)
	return &Answer[Message]{showMessage(message)}, err
}

// messageID reads the id in a path; what cannot be one is not found.
func messageID(text string) (muban.MessageID, error) {
	id, ok := muban.ParseMessageID(text)
	if !ok {
		return 0, muban.Refuse(muban.RuleNotFound, "object", "message", "id", shorten(text))
	}
	return id, nil
}
