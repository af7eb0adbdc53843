package delivery

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/wechat"
)

// push makes one attempt. It goes to the app's URL of now, in the app's mode of
// now: who mends the settings and resends gets what the new ones say.
func (p *Pusher) push(ctx context.Context, app muban.App, c muban.Callback) muban.Attempt {
	attempt := muban.Attempt{At: p.options.Clock.Now(), URL: app.Callback.URL}
	if app.Callback.URL == "" {
		attempt.URL, attempt.Error = c.URL, "the app has no callback URL any more"
		return attempt
	}
	codec, err := codecOf(app)
	if err != nil {
		attempt.Error = "the callback settings cannot be used: " + err.Error()
		return attempt
	}
	event := eventOf(app, c.Event)
	push := codec.Push(event, wechat.NewStamp(attempt.At))
	attempt.Sent = muban.Sent{Query: push.Query.Encode(), Body: string(push.Body)}
	if app.Callback.Mode != muban.CallbackPlain {
		attempt.Sent.Plain = string(event.XML())
	}
	answer, err := p.http.ask(ctx, http.MethodPost, app.Callback.URL, push.Query, wechat.PushContentType, push.Body)
	attempt.Status, attempt.Took, attempt.Response = answer.status, answer.took.Round(time.Microsecond), excerpt(answer.body)
	if err == nil && answer.status != http.StatusOK {
		err = fmt.Errorf("the answer's status is %d; it must be 200", answer.status)
	}
	if err == nil {
		err = codec.ReadReply(answer.body)
	}
	if err != nil {
		attempt.Error = err.Error()
	}
	return attempt
}

func codecOf(app muban.App) (*wechat.Codec, error) {
	return wechat.NewCodec(wechat.CallbackSettings{
		AppID: app.ID, Token: app.Callback.Token, AESKey: app.Callback.AESKey, Mode: wechat.Mode(app.Callback.Mode),
	})
}

// eventOf is the event as it goes over the wire (seed 004, 事件推送).
func eventOf(app muban.App, e muban.Event) wechat.Event {
	return wechat.TemplateSendJobFinish{
		Header: wechat.Header{ToUserName: app.OriginalID, FromUserName: e.UserID, CreateTime: e.At.Unix()},
		MsgID:  int64(e.MessageID), Status: statusOf(e),
	}
}

func statusOf(e muban.Event) string {
	switch {
	case e.State == muban.StateDelivered:
		return wechat.SendStatusSuccess
	case e.Reason == muban.ReasonUserBlock:
		return wechat.SendStatusUserBlock
	default:
		return wechat.SendStatusSystemFailed
	}
}
