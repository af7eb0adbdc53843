package wechat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/muban-dev/muban/wire"
)

// ErrEmptyBody says that a request has no body, or one of white space only
// (errcode 44002).
var ErrEmptyBody = errors.New("the body is empty")

// BodyError says that a body cannot be read (errcode 47001).
type BodyError struct {
	// Problem says what is wrong, and with which member.
	Problem string
}

func (e *BodyError) Error() string { return e.Problem }

// DataError says that an entry of data is no text (errcode 47001).
type DataError struct {
	// Key is the entry; Value what stands in the place of its text, as JSON, or
	// in words where that is a text with U+0000.
	Key, Value string
}

func (e *DataError) Error() string {
	return "data." + e.Key + " is " + e.Value + ", which no template message can carry"
}

// decodeObject reads a body that must be one JSON object in UTF-8 and nothing
// else, and hands each member to set: its name, and its value as JSON.
func decodeObject(body []byte, set func(name, value []byte) error) error {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark))
	if len(body) == 0 {
		return ErrEmptyBody
	}
	// The standard library decides what is JSON; everything after this line
	// relies on it and only cuts. It also bounds the nesting.
	if !utf8.Valid(body) || body[0] != '{' || !json.Valid(body) {
		return &BodyError{bodyProblem(body)}
	}
	return eachMember(body, set)
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// bodyProblem says why a body is not what decodeObject wants. It shows no
// more of the body than one character, since a secret may stand in it.
func bodyProblem(body []byte) string {
	if n := validPrefix(body); n < len(body) {
		return fmt.Sprintf("it is not UTF-8 from byte %d on", n)
	}
	if body[0] != '{' && body[0] != '[' && !json.Valid(body) {
		first, _ := utf8.DecodeRune(body)
		return fmt.Sprintf("it must be a JSON object; it begins with %q", first)
	}
	var ignored json.RawMessage
	err := json.Unmarshal(body, &ignored)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("it cannot be read as JSON, at byte %d: %s", syntax.Offset, syntax)
	}
	return "it must be a JSON object, not " + shape(body)
}

// validPrefix is how many bytes of body are UTF-8.
func validPrefix(body []byte) int {
	n := 0
	for n < len(body) {
		r, size := utf8.DecodeRune(body[n:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		n += size
	}
	return n
}

// text reads a member that is a text: a string, a number, which keeps its
// digits, or null, which is empty. Character U+0000 is refused, since no
// screen can show it and PostgreSQL cannot store it.
func text(member string, raw []byte) (string, error) {
	if raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), nil // nothing to unescape
	}
	var t wire.Text
	if t.UnmarshalJSON(raw) != nil {
		return "", &BodyError{member + " is " + shape(raw) + "; it must be a text"}
	}
	if strings.Contains(string(t), "\x00") {
		return "", &BodyError{member + " contains the character U+0000"}
	}
	return string(t), nil
}

// number reads a member that is a whole number. It never fails: the call's
// own check names what is no number.
func number(raw []byte) wire.Number {
	var n wire.Number
	if n.UnmarshalJSON(raw) != nil {
		return wire.Number{Text: string(raw)}
	}
	return n
}

// blank reports whether a member says nothing: absent, null, an empty text,
// or [] or {}, of which PHP's json_encode cannot tell the empty ones apart.
func blank(raw []byte) bool {
	switch {
	case len(raw) == 0:
		return true
	case raw[0] == '[' || raw[0] == '{':
		return len(bytes.TrimSpace(raw[1:len(raw)-1])) == 0
	}
	return string(raw) == "null" || string(raw) == `""`
}

// shape names what stands in the place of something else.
func shape(raw []byte) string {
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a text"
	case 't', 'f', 'n':
		return string(raw)
	}
	return "a number"
}

// excerpt shows the beginning of what a client sent.
func excerpt(raw []byte) string {
	const most = 60
	if len(raw) <= most {
		return string(raw)
	}
	return strings.ToValidUTF8(string(raw[:most]), "") + "…"
}
