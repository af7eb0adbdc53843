package sqlstore

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/muban-dev/muban"
)

// messageBody is what of a message no list is searched by, as it is read.
// [appendBody] and [closeBody] write it.
type messageBody struct {
	Platform        muban.Platform         `json:"platform"`
	UserID          string                 `json:"user"`
	Title           string                 `json:"title"`    // instead of the template's
	Rendered        string                 `json:"rendered"` // instead of the template's
	Data            map[string]muban.Value `json:"data"`
	Page            string                 `json:"page"`
	URL             string                 `json:"url"`
	MiniProgram     muban.MiniProgram      `json:"miniprogram"`
	EmphasisKeyword string                 `json:"emphasis_keyword"`
	Color           string                 `json:"color"`
	Ext             string                 `json:"ext"`
	ClientMsgID     string                 `json:"client_msg_id"`
	GrantID         string                 `json:"grant_id"`
	GrantKind       muban.GrantKind        `json:"grant_kind"`
	Reason          muban.Reason           `json:"reason"`
	Channels        string                 `json:"channels"`    // joined by commas
	FinishedAt      int64                  `json:"finished_at"` // where it is not accepted_at
}

// fill gives a message what is in its body.
func (b *messageBody) fill(m *muban.Message) {
	m.Platform, m.UserID, m.Data, m.Page, m.URL = b.Platform, b.UserID, b.Data, b.Page, b.URL
	m.MiniProgram, m.EmphasisKeyword, m.Color, m.Ext = b.MiniProgram, b.EmphasisKeyword, b.Color, b.Ext
	m.ClientMsgID, m.GrantID, m.GrantKind = b.ClientMsgID, b.GrantID, b.GrantKind
	m.Reason, m.Channels = b.Reason, splitChannels(b.Channels)
}

// appendBody writes what is known of a message's body before it is accepted. It
// does so by hand, since encoding/json showed in the profile of a send.
func appendBody(to []byte, m *muban.Message) []byte {
	to = append(to, `{"platform":`...)
	to = appendText(to, string(m.Platform))
	to = appendMember(to, "user", m.UserID)
	if len(m.Data) > 0 {
		to = append(to, `,"data":{`...)
		to = appendData(to, m.Data)
		to = append(to, '}')
	}
	to = appendMember(to, "page", m.Page)
	to = appendMember(to, "url", m.URL)
	if m.MiniProgram != (muban.MiniProgram{}) {
		to = append(to, `,"miniprogram":{"appid":`...)
		to = appendText(to, m.MiniProgram.AppID)
		to = appendMember(to, "pagepath", m.MiniProgram.PagePath)
		to = append(to, '}')
	}
	to = appendMember(to, "emphasis_keyword", m.EmphasisKeyword)
	to = appendMember(to, "color", m.Color)
	to = appendMember(to, "ext", m.Ext)
	to = appendMember(to, "client_msg_id", m.ClientMsgID)
	to = appendMember(to, "grant_id", m.GrantID)
	to = appendMember(to, "reason", string(m.Reason))
	to = appendMember(to, "channels", joinChannels(m.Channels))
	if !m.FinishedAt.Equal(m.AcceptedAt) {
		to = append(to, `,"finished_at":`...)
		to = strconv.AppendInt(to, millis(m.FinishedAt), 10)
	}
	return to
}

// closeBody is the whole body of an accepted message. begun stays as it is.
func closeBody(begun []byte, m *muban.Message) string {
	return string(append(appendMember(begun, "grant_kind", string(m.GrantKind)), '}'))
}

func appendData(to []byte, data map[string]muban.Value) []byte {
	first := true
	for key, value := range data {
		if !first {
			to = append(to, ',')
		}
		first = false
		to = appendText(to, key)
		to = append(to, `:{"value":`...)
		to = appendText(to, value.Text)
		to = appendMember(to, "color", value.Color)
		to = append(to, '}')
	}
	return to
}

// appendMember writes a further member of an object, nothing where it is empty.
func appendMember(to []byte, name, value string) []byte {
	if value == "" {
		return to
	}
	to = append(to, `,"`...)
	to = append(to, name...)
	to = append(to, `":`...)
	return appendText(to, value)
}

// appendText writes a JSON string: most texts need no escaping.
func appendText(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			return appendEscaped(to, text)
		}
	}
	if !utf8.ValidString(text) {
		return appendEscaped(to, text)
	}
	to = append(to, '"')
	to = append(to, text...)
	return append(to, '"')
}

func appendEscaped(to []byte, text string) []byte {
	escaped, _ := json.Marshal(text) // a string can always be encoded
	return append(to, escaped...)
}
