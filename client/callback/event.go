package callback

import (
	"encoding/xml"
	"strconv"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/wechat"
)

// Finished tells how the sending of a template message ended
// (TEMPLATESENDJOBFINISH, seed 004).
type Finished struct {
	// Account is the account's original id, gh_…; OpenID is the recipient.
	Account, OpenID string
	// MessageID is what the send answered: client.Sent.MessageID.
	MessageID muban.MessageID
	// State is muban.StateDelivered, StateRefused (the user refuses the
	// account's messages) or StateFailed.
	State muban.State
	// Status is the platform's own word: "success", "failed:user block",
	// "failed: system failed", or another that it has come to use.
	Status string
	At     time.Time
}

// Other is a push that has no type here.
type Other struct {
	Account, OpenID string
	// MsgType is "event", or that of a message from a user; Event names an event.
	MsgType, Event string
	At             time.Time
	// Document is the whole push as XML, decrypted, for who knows it.
	Document string
}

func finished(e wechat.TemplateSendJobFinish) Finished {
	f := Finished{
		Account: e.ToUserName, OpenID: e.FromUserName, MessageID: muban.MessageID(e.MsgID),
		State: muban.StateFailed, Status: e.Status, At: time.Unix(e.CreateTime, 0).UTC(),
	}
	switch e.Status {
	case wechat.SendStatusSuccess:
		f.State = muban.StateDelivered
	case wechat.SendStatusUserBlock:
		f.State = muban.StateRefused
	}
	return f
}

func other(e wechat.Other) Other {
	return Other{
		Account: e.ToUserName, OpenID: e.FromUserName, MsgType: e.MsgType, Event: e.Event,
		At: time.Unix(e.CreateTime, 0).UTC(), Document: e.Document,
	}
}

// keyOf names an event, the same each time that it is pushed: a message by its
// id, an event by user and time, as the platform advises (protocol.md §3.7).
// What a send ended as is one for each message.
func keyOf(event wechat.Event) string {
	head := event.Base()
	if e, ok := event.(wechat.TemplateSendJobFinish); ok {
		return head.ToUserName + " " + e.Base().Event + " " + strconv.FormatInt(e.MsgID, 10)
	}
	var message struct {
		MsgID string `xml:"MsgId"`
	}
	if o, ok := event.(wechat.Other); ok && xml.Unmarshal([]byte(o.Document), &message) == nil && message.MsgID != "" {
		return head.ToUserName + " message " + message.MsgID
	}
	return head.ToUserName + " " + head.FromUserName + " " + head.MsgType + " " + head.Event + " " + strconv.FormatInt(head.CreateTime, 10)
}
