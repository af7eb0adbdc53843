package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Keyword is what a send says that one placeholder of a template shows.
type Keyword struct {
	Value string
	Color string // deprecated on WeChat, unknown elsewhere
	// NoValue says that the entry came without a value: Value is empty.
	NoValue bool
}

// KeywordsError says that a map of keywords cannot be read as a whole. Its
// text may be shown to the app's developer.
type KeywordsError struct {
	Problem string
}

func (e *KeywordsError) Error() string { return e.Problem }

// KeywordError says that one entry of a map of keywords is no text.
type KeywordError struct {
	// Key is the entry; Value the beginning of what stands in the place of
	// its text, as JSON, or in words where U+0000 is in it or in the key.
	Key, Value string
}

func (e *KeywordError) Error() string {
	return "data." + e.Key + " is " + e.Value + ", which no template message can carry"
}

// DecodeKeywords reads the data of a template message, the same on every
// platform: {"keyword1":{"value":"339208499"}} (seed 000 and 002, data). It
// must be one JSON object in UTF-8 and nothing else; [] is the empty one,
// since PHP's json_encode cannot tell the two apart.
//
// Template messages carry text only (seed 001, 使用场景): a value is a text, or
// a number, which keeps its digits. One that is absent is empty, which
// NoValue says; anything else, null among it, is a [KeywordError], as is the
// character U+0000, in an entry's name too, which no screen can show and
// PostgreSQL cannot store. A color that is no text counts as none. All other failures are a [KeywordsError]. Names are case
// sensitive, and of those repeated the last one counts.
//
// That raw is blank, which means something else on each platform, is for the
// caller to tell; here it is a KeywordsError.
func DecodeKeywords(raw []byte) (map[string]Keyword, error) {
	raw = bytes.Trim(raw, " \t\r\n")
	if !utf8.Valid(raw) {
		return nil, &KeywordsError{"it is not UTF-8"}
	}
	// The standard library also bounds the nesting.
	if problem := notJSON(raw); problem != "" {
		return nil, &KeywordsError{problem}
	}
	if raw[0] == '[' && len(bytes.TrimSpace(raw[1:len(raw)-1])) == 0 {
		return map[string]Keyword{}, nil
	}
	if raw[0] != '{' {
		return nil, &KeywordsError{`it must be an object like {"keyword1":{"value":"…"}}`}
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, &KeywordsError{err.Error()}
	}
	keywords := make(map[string]Keyword, len(entries))
	for key, entry := range entries {
		keyword, err := decodeKeyword(key, entry)
		if err != nil {
			return nil, err
		}
		keywords[key] = keyword
	}
	return keywords, nil
}

func notJSON(raw []byte) string {
	if json.Valid(raw) {
		return ""
	}
	var ignored json.RawMessage
	err := json.Unmarshal(raw, &ignored)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("it cannot be read as JSON, at byte %d: %s", syntax.Offset, syntax)
	}
	return "it cannot be read as JSON"
}

func decodeKeyword(key string, entry json.RawMessage) (Keyword, error) {
	var members map[string]json.RawMessage
	if entry[0] != '{' || json.Unmarshal(entry, &members) != nil {
		return Keyword{}, &KeywordError{key, excerpt(entry)}
	}
	if strings.Contains(key, "\x00") {
		return Keyword{}, &KeywordError{key, "an entry with the character U+0000 in its name"}
	}
	value, given := members["value"]
	keyword := Keyword{NoValue: !given}
	if given {
		text, ok := scalarText(value)
		switch {
		case !ok || value[0] == 'n':
			return Keyword{}, &KeywordError{key, excerpt(value)}
		case strings.Contains(text, "\x00"):
			return Keyword{}, &KeywordError{key, "a text with the character U+0000"}
		}
		keyword.Value = text
	}
	if color, ok := scalarText(members["color"]); ok && !strings.Contains(color, "\x00") {
		keyword.Color = color
	}
	return keyword, nil
}

// excerpt shows the beginning of what a client sent.
func excerpt(raw []byte) string {
	const most = 60
	if len(raw) <= most {
		return string(raw)
	}
	return strings.ToValidUTF8(string(raw[:most]), "") + "…"
}
