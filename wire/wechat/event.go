package wechat

import (
	"strconv"
	"strings"
)

// Event is something that the platform tells an account's server by a push: a
// [TemplateSendJobFinish], or [Other] for all that has no type here.
type Event interface {
	// Base is what every push begins with.
	Base() Header
	// XML is the event as the platform writes it; it ends in </xml>.
	XML() []byte
}

// Header is what every push begins with (seed 004, 事件推送).
type Header struct {
	ToUserName   string // the account's original id, gh_…
	FromUserName string // the user's openid
	CreateTime   int64  // Unix time in seconds
	MsgType      string // "event", or that of a message from the user
	Event        string // of an event: which one
}

// Base returns the header itself, for the types that embed it.
func (h Header) Base() Header { return h }

// MsgTypeEvent is the MsgType of every event.
const MsgTypeEvent = "event"

// EventTemplateSendJobFinish is the name of [TemplateSendJobFinish].
const EventTemplateSendJobFinish = "TEMPLATESENDJOBFINISH"

// TemplateSendJobFinish tells how the sending of a template message ended
// (seed 004, 事件推送). Its Header needs no MsgType and Event to be written.
type TemplateSendJobFinish struct {
	Header
	// MsgID is what the send answered as msgid.
	MsgID int64
	// Status is how it ended: one of the SendStatus constants, or, of the real
	// platform, another text that begins with failed (protocol.md §3.6).
	Status string
}

// The endings of a template message, with the platform's own spaces.
const (
	SendStatusSuccess      = "success"
	SendStatusUserBlock    = "failed:user block"
	SendStatusSystemFailed = "failed: system failed"
)

// Succeeded reports whether the message reached its user.
func (e TemplateSendJobFinish) Succeeded() bool { return e.Status == SendStatusSuccess }

// XML implements [Event].
func (e TemplateSendJobFinish) XML() []byte {
	var w xmlWriter
	w.begin()
	w.text("ToUserName", e.ToUserName)
	w.text("FromUserName", e.FromUserName)
	w.number("CreateTime", e.CreateTime)
	w.text("MsgType", MsgTypeEvent)
	w.text("Event", EventTemplateSendJobFinish)
	w.number("MsgID", e.MsgID)
	w.text("Status", e.Status)
	return w.finish()
}

// Other is a push that has no type here: another event, or a message from a
// user. Its document can be decoded by whoever knows it.
type Other struct {
	Header
	Document string
}

// XML implements [Event].
func (o Other) XML() []byte { return []byte(o.Document) }

// ParseEvent reads an event that was verified and decrypted. Its errors are a
// [PushError].
func ParseEvent(document []byte) (Event, error) {
	texts, err := readXML(document)
	if err != nil {
		return nil, &PushError{err.Error()}
	}
	header := Header{
		ToUserName: texts["ToUserName"], FromUserName: texts["FromUserName"],
		MsgType: texts["MsgType"], Event: texts["Event"],
	}
	if header.MsgType == "" {
		return nil, &PushError{"it has no MsgType"}
	}
	if header.CreateTime, err = xmlNumber(texts, "CreateTime"); err != nil {
		return nil, err
	}
	if header.MsgType != MsgTypeEvent || header.Event != EventTemplateSendJobFinish {
		return Other{header, string(document)}, nil
	}
	finished := TemplateSendJobFinish{Header: header, Status: texts["Status"]}
	if finished.MsgID, err = xmlNumber(texts, "MsgID"); err != nil {
		return nil, err
	}
	if finished.Status == "" {
		return nil, &PushError{"it has no Status"}
	}
	return finished, nil
}

// xmlNumber reads an element that must be a whole number from 0.
func xmlNumber(texts map[string]string, name string) (int64, error) {
	text, there := texts[name]
	if !there {
		return 0, &PushError{"it has no " + name}
	}
	number, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || number < 0 {
		return 0, &PushError{name + " is " + strconv.Quote(excerpt([]byte(text))) + "; it must be a whole number"}
	}
	return number, nil
}
