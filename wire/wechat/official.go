package wechat

import (
	"errors"
)

// OfficialSendRequest is the body of /cgi-bin/message/template/send, the send
// of an official account (seed 004, 请求接口; protocol.md §3.2).
type OfficialSendRequest struct {
	ToUser string `json:"touser"`
	OfficialMessage
	// ClientMsgID is the sender's own id, by which a repeated send is known.
	ClientMsgID string `json:"client_msg_id,omitempty"`
}

// OfficialMessage is an official account's template message: the body of its
// send but for recipient and client_msg_id, and mp_template_msg of
// uniform_send but for the account.
type OfficialMessage struct {
	TemplateID  string      `json:"template_id"`
	URL         string      `json:"url,omitempty"`
	MiniProgram MiniProgram `json:"miniprogram,omitzero"`
	// Data has free keys: first, keyword1, remark, or whatever the template
	// names.
	Data Data `json:"data,omitempty"`
	// Color is the text's colour; where it is absent it is topcolor, which
	// seed 004 has in its place.
	Color string `json:"color,omitempty"`
}

// MiniProgram is where a tap on an official account's message leads. The zero
// value is nowhere.
type MiniProgram struct {
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
}

// ArgumentError says that an entry of an official account's data is no text
// (errcode 47003; of a mini program it is a [DataError] and 47001).
type ArgumentError struct {
	// Key is the entry; Value what stands in the place of its text, as in
	// a [DataError].
	Key, Value string
}

func (e *ArgumentError) Error() string { return (*DataError)(e).Error() }

// DecodeOfficialSend reads the body of an official account's send.
func DecodeOfficialSend(body []byte) (OfficialSendRequest, error) {
	var req OfficialSendRequest
	var parts officialParts
	err := decodeObject(body, func(name, value []byte) (err error) {
		switch string(name) {
		case "touser":
			req.ToUser, err = text("touser", value)
		case "client_msg_id":
			req.ClientMsgID, err = text("client_msg_id", value)
		default:
			err = parts.set(name, value)
		}
		return err
	})
	if err != nil {
		return OfficialSendRequest{}, err
	}
	req.OfficialMessage = parts.message()
	return req, nil
}

// officialParts is an official account's message while it is read: what has
// two names is kept apart until the end.
type officialParts struct {
	OfficialMessage
	topColor string
}

func (p *officialParts) set(name, value []byte) (err error) {
	switch string(name) {
	case "template_id":
		p.TemplateID, err = text("template_id", value)
	case "url":
		p.URL, err = text("url", value)
	case "miniprogram":
		p.MiniProgram, err = decodeMiniProgram(value)
	case "data":
		p.Data, err = decodeArguments(value)
	case "color":
		p.Color = color(value)
	case "topcolor":
		p.topColor = color(value)
	}
	return err
}

func (p *officialParts) message() OfficialMessage {
	m := p.OfficialMessage
	if m.Color == "" {
		m.Color = p.topColor
	}
	return m
}

// empty reports whether the message says nothing, as weapp v1.5.1 sends the
// half of uniform_send that was not filled in.
func (m *OfficialMessage) empty() bool {
	return m.TemplateID == "" && m.URL == "" && m.MiniProgram == MiniProgram{} && len(m.Data) == 0
}

// decodeMiniProgram reads miniprogram. Clients that mean none send "", [], {},
// null or an object with an empty appid (protocol.md §3.5). WxJava can write
// path for pagepath, and in uniform_send pagePath.
func decodeMiniProgram(raw []byte) (MiniProgram, error) {
	if blank(raw) {
		return MiniProgram{}, nil
	}
	if raw[0] != '{' {
		return MiniProgram{}, &BodyError{"miniprogram is " + shape(raw) + `; it must be an object like {"appid":"wx…","pagepath":"index"}`}
	}
	var m MiniProgram
	var other string
	err := eachMember(raw, func(name, value []byte) (err error) {
		switch string(name) {
		case "appid":
			m.AppID, err = text("miniprogram.appid", value)
		case "pagepath":
			m.PagePath, err = text("miniprogram.pagepath", value)
		case "path", "pagePath":
			other, err = text("miniprogram."+string(name), value)
		}
		return err
	})
	if err != nil || m.AppID == "" {
		return MiniProgram{}, err
	}
	if m.PagePath == "" {
		m.PagePath = other
	}
	return m, nil
}

// decodeArguments reads the data of an official account's message.
func decodeArguments(raw []byte) (Data, error) {
	data, err := decodeData(raw)
	if entry, ok := errors.AsType[*DataError](err); ok {
		return nil, (*ArgumentError)(entry)
	}
	return data, err
}

// OfficialSendAnswer is what an official account's send answers (seed 004,
// 返回码说明).
type OfficialSendAnswer struct {
	Status
	MsgID int64 `json:"msgid"` // up to 63 bits (protocol.md §3.2)
}
