package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func (a *api) callbackRoutes() {
	handle(a, "GET /api/v1/callbacks", doc{
		id: "listCallbacks", tag: "callbacks", summary: "List callbacks", answer: "A part of the list.",
		text: "The pushes of events to the apps' servers, newest first. An app without a callback has none.",
	}, a.listCallbacks)
	handle(a, "GET /api/v1/callbacks/{id}", doc{
		id: "getCallback", tag: "callbacks", summary: "Show a callback", answer: "The callback.",
		text: "With every attempt that was made.",
	}, a.getCallback)
	handle(a, "POST /api/v1/callbacks/{id}/resend", doc{
		id: "resendCallback", tag: "callbacks", summary: "Push a callback once more", status: http.StatusAccepted, answer: "The callback, which waits for its attempt.",
		text: "In any state: one more attempt is made at once, to the app's URL of now.",
	}, a.resendCallback)
	handle(a, "POST /api/v1/apps/{app_id}/callback/verify", doc{
		id: "verifyAppCallback", tag: "callbacks", summary: "Verify an app's callback URL", answer: "How the handshake ended, also where it failed.",
		text: "Asks the app's server, as the platform does when a URL is set, whether it knows the callback token. The result is kept with the app.",
	}, a.verifyCallback)
}

// CallbackFilter selects callbacks.
type CallbackFilter struct {
	AppID     string              `query:"app_id" doc:"Only this app's."`
	State     muban.CallbackState `query:"state" enum:"pending,delivered,failed" doc:"Only those in this state."`
	MessageID MessageID           `query:"message_id" doc:"Only those that tell of this message." example:"9007199254740993"`
	Paging
}

// Callback is the push of an event to an app's server.
type Callback struct {
	ID            string              `json:"id" doc:"Its id." example:"1234567891"`
	AppID         string              `json:"app_id" doc:"Whose server is told." example:"wx3f7a9c0d5e8b2146"`
	MessageID     string              `json:"message_id" doc:"The message it tells of; the event's MsgID." example:"9007199254740993"`
	Event         muban.EventKind     `json:"event" enum:"TEMPLATESENDJOBFINISH" doc:"What happened."`
	MessageState  muban.State         `json:"message_state" enum:"delivered,refused,failed" doc:"How the message ended; the event's Status says the same in the platform's words."`
	URL           string              `json:"url" doc:"Where it was pushed to last; before the first attempt, where it is to go." example:"https://example.com/wechat/events"`
	State         muban.CallbackState `json:"state" enum:"pending,delivered,failed" doc:"pending until an attempt succeeds or all have failed."`
	Attempts      []Attempt           `json:"attempts" nullable:"false" doc:"Oldest first; the last 50."`
	CreatedAt     Timestamp           `json:"created_at" doc:"When the event happened."`
	NextAttemptAt Timestamp           `json:"next_attempt_at,omitzero" doc:"When the next attempt is due; absent unless pending."`
}

// Attempt is one try to push an event.
type Attempt struct {
	At         Timestamp `json:"at" doc:"When it began."`
	URL        string    `json:"url" doc:"Where it went." example:"https://example.com/wechat/events"`
	Status     int       `json:"status,omitempty" doc:"The HTTP status that was answered; absent where none was." example:"200"`
	Error      string    `json:"error,omitempty" doc:"Why it failed; absent where it did not." example:"no answer within 5s"`
	DurationMS int64     `json:"duration_ms" doc:"How long it took, in milliseconds of real time." example:"12"`
	Response   string    `json:"response,omitempty" doc:"The beginning of the answer's body." example:"success"`
	Sent       *Sent     `json:"sent,omitempty" doc:"What was sent; absent where nothing was, and in all but the newest attempt, since they differ in their stamp."`
}

// Sent is a push as it went over the wire.
type Sent struct {
	Query string `json:"query" doc:"What was added to the URL's query: signature, timestamp and nonce; msg_signature where the body is encrypted. signature is the SHA-1 of token, timestamp and nonce, sorted and joined; msg_signature of these and the Encrypt of the body." example:"nonce=1372623149&signature=3fd9…&timestamp=1395658920"`
	Body  string `json:"body" doc:"The POST's body."`
	Plain string `json:"plain,omitempty" doc:"The event itself, where the body is not just that: in safe and compat mode."`
}

// Handshake is how the verification of a callback URL ended.
type Handshake struct {
	OK     bool   `json:"ok" doc:"Whether the server answered the echostr."`
	Status int    `json:"status,omitempty" doc:"The HTTP status that was answered; absent where none was." example:"200"`
	Body   string `json:"body,omitempty" doc:"The beginning of the answer."`
	Error  string `json:"error,omitempty" doc:"What was wrong, and what would be right; absent where ok."`
}

func showCallback(c muban.Callback) Callback {
	return Callback{
		ID: strconv.FormatInt(c.Seq, 10), AppID: c.AppID, MessageID: c.Event.MessageID.String(), Event: c.Event.Kind, MessageState: c.Event.State,
		URL: c.URL, State: c.State, CreatedAt: Timestamp{c.CreatedAt}, NextAttemptAt: Timestamp{c.DueAt},
		Attempts: each(c.Attempts, func(t muban.Attempt) Attempt {
			return Attempt{Timestamp{t.At}, t.URL, t.Status, t.Error, t.Took.Milliseconds(), t.Response, showSent(t.Sent)}
		}),
	}
}

func showSent(s muban.Sent) *Sent {
	if s == (muban.Sent{}) {
		return nil
	}
	return &Sent{s.Query, s.Body, s.Plain}
}

func (a *api) listCallbacks(ctx context.Context, in *CallbackFilter) (*Answer[List[Callback]], error) {
	callbacks, err := a.service.Callbacks(ctx, messaging.CallbackQuery{AppID: in.AppID, State: in.State, MessageID: in.MessageID.id}, in.page())
	return &Answer[List[Callback]]{listOf(callbacks, showCallback)}, err
}

// CallbackPath is the path of a callback.
type CallbackPath struct {
	ID string `path:"id" doc:"The callback's id." example:"1234567891"`
}

// seq reads the id in a path; what cannot be one is not found.
func (p *CallbackPath) seq() (int64, error) {
	id, ok := muban.ParseMessageID(p.ID)
	if !ok {
		return 0, muban.Refuse(muban.RuleNotFound, "object", "callback", "id", shorten(p.ID))
	}
	return int64(id), nil
}

func (a *api) getCallback(ctx context.Context, in *CallbackPath) (*Answer[Callback], error) {
	seq, err := in.seq()
	if err != nil {
		return nil, err
	}
	callback, err := a.service.Callback(ctx, seq)
	return &Answer[Callback]{showCallback(callback)}, err
}

func (a *api) resendCallback(ctx context.Context, in *CallbackPath) (*Answer[Callback], error) {
	seq, err := in.seq()
	if err != nil {
		return nil, err
	}
	callback, err := a.service.ResendCallback(ctx, seq)
	return &Answer[Callback]{showCallback(callback)}, err
}

func (a *api) verifyCallback(ctx context.Context, in *AppPath) (*Answer[Handshake], error) {
	app, err := a.service.App(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	if !appMembersOf(app.Platform).callback {
		return nil, muban.Refuse(muban.RuleNotOnPlatform, "platform", string(app.Platform), "object", "callback")
	}
	_, shake, err := a.service.VerifyCallback(ctx, in.AppID, a.options.Handshaker)
	return &Answer[Handshake]{Handshake{shake.OK, shake.Status, shake.Body, shake.Error}}, err
}

// verified asks the server of an app whose callback was just set whether it
// knows the token, unless that is known: the callback was repeated as it was.
// The settings are saved whatever it says.
func (a *api) verified(ctx context.Context, app muban.App, set bool) (muban.App, error) {
	if !set || app.Callback.Verified || app.Callback.URL == "" || !appMembersOf(app.Platform).callback {
		return app, nil
	}
	app, _, err := a.service.VerifyCallback(ctx, app.ID, a.options.Handshaker)
	return app, err
}
