package wechat

import "bytes"

// SendRequest is the body of /cgi-bin/message/wxopen/template/send (seed 002,
// 请求参数).
type SendRequest struct {
	ToUser string `json:"touser"`
	MiniMessage
}

// MiniMessage is a mini program's template message: the body of send but for
// its recipient, and weapp_template_msg of uniform_send.
type MiniMessage struct {
	TemplateID      string `json:"template_id"`
	Page            string `json:"page,omitempty"`
	FormID          string `json:"form_id"` // also a prepay_id
	Data            Data   `json:"data,omitempty"`
	EmphasisKeyword string `json:"emphasis_keyword,omitempty"`
	Color           string `json:"color,omitempty"` // deprecated (protocol.md §2.1)
}

// Data are the values of a template's keywords, by key: keyword1, keyword2.
type Data map[string]Value

// Value is what one keyword shows.
type Value struct {
	Value string `json:"value"`
	Color string `json:"color,omitempty"` // deprecated (protocol.md §2.1)
}

// DecodeSend reads the body of send. That a member is there at all is for the
// call's own checks: each has its own errcode.
func DecodeSend(body []byte) (SendRequest, error) {
	var req SendRequest
	err := decodeObject(body, func(name, value []byte) (err error) {
		if string(name) == "touser" {
			req.ToUser, err = text("touser", value)
			return err
		}
		return req.set(name, value)
	})
	if err != nil {
		return SendRequest{}, err
	}
	return req, nil
}

func (m *MiniMessage) set(name, value []byte) (err error) {
	switch string(name) {
	case "template_id":
		m.TemplateID, err = text("template_id", value)
	case "page":
		m.Page, err = text("page", value)
	case "form_id":
		m.FormID, err = text("form_id", value)
	case "data":
		m.Data, err = decodeData(value)
	case "emphasis_keyword":
		m.EmphasisKeyword, err = text("emphasis_keyword", value)
	case "color":
		m.Color = color(value)
	}
	return err
}

// empty reports whether the message says nothing, as weapp v1.5.1 sends the
// half of uniform_send that was not filled in.
func (m *MiniMessage) empty() bool {
	return m.TemplateID == "" && m.Page == "" && m.FormID == "" && len(m.Data) == 0 && m.EmphasisKeyword == ""
}

// decodeData reads data: nil where it says nothing, which sends an empty
// template (seed 002, data).
func decodeData(raw []byte) (Data, error) {
	if blank(raw) {
		return nil, nil
	}
	if raw[0] != '{' {
		return nil, &BodyError{"data is " + shape(raw) + `; it must be an object like {"keyword1":{"value":"…"}}`}
	}
	data := make(Data)
	err := eachMember(raw, func(key, entry []byte) error {
		value, err := decodeValue(key, entry)
		data[string(key)] = value
		return err
	})
	if err != nil {
		return nil, err
	}
	return data, nil
}

// decodeValue reads one entry of data. Template messages carry text only
// (seed 001, 使用场景); numbers count as text, a missing value as empty. As in
// any text, U+0000 is refused, in the key too.
func decodeValue(key, entry []byte) (Value, error) {
	if bytes.IndexByte(key, 0) >= 0 {
		return Value{}, &DataError{string(key), "an entry with the character U+0000 in its name"}
	}
	if entry[0] != '{' {
		return Value{}, &DataError{string(key), excerpt(entry)}
	}
	var v Value
	err := eachMember(entry, func(name, value []byte) (err error) {
		switch string(name) {
		case "value":
			if v.Value, err = text("value", value); err != nil || value[0] == 'n' {
				return &DataError{string(key), noText(value)}
			}
		case "color":
			v.Color = color(value)
		}
		return nil
	})
	return v, err
}

// noText shows what text did not take; of a string only U+0000 can be the cause.
func noText(raw []byte) string {
	if raw[0] == '"' {
		return "a text with the character U+0000"
	}
	return excerpt(raw)
}

// color reads a colour. It is decoration that the platform has given up, so
// what is no text counts as none.
func color(raw []byte) string {
	if raw[0] != '"' {
		return ""
	}
	c, err := text("color", raw)
	if err != nil {
		return ""
	}
	return c
}
