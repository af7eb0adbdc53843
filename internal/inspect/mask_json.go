package inspect

import (
	"encoding/json"
	"regexp"
	"strings"
)

// json masks the values of JSON members, whatever stands around them: it also
// reads JSON that was cut, or that is none. whole says that the text is JSON.
func (m *masking) json(text string) (masked string, whole bool) {
	var out strings.Builder
	rest := text
	for {
		start := strings.IndexByte(rest, '"')
		if start < 0 {
			break
		}
		literal := stringLiteral(rest[start:])
		after := rest[start+len(literal):]
		out.WriteString(rest[:start+len(literal)])
		rest = after
		gap := valueGap.FindString(after)
		if gap == "" || !secretNamed.MatchString(strings.TrimSpace(unquoted(literal))) {
			continue
		}
		out.WriteString(gap)
		rest = after[len(gap):]
		value := scalar(rest)
		rest = rest[len(value):]
		if strings.HasPrefix(value, `"`) {
			out.WriteString(`"` + m.found(unquoted(value)) + `"`)
		} else {
			out.WriteString(m.number(value))
		}
	}
	return out.String() + rest, json.Valid([]byte(text))
}

// valueGap is what stands between a member's name and its value.
var valueGap = regexp.MustCompile(`^\s*:\s*`)

// stringLiteral is the string that a text begins with, to its end where it is
// not closed.
func stringLiteral(text string) string {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[:i+1]
		}
	}
	return text
}

// scalar is the string, number or word that a text begins with; empty before
// an object or an array, whose members are looked at by themselves.
func scalar(text string) string {
	if strings.HasPrefix(text, `"`) {
		return stringLiteral(text)
	}
	if end := strings.IndexAny(text, "{}[],\" \t\r\n"); end >= 0 {
		return text[:end]
	}
	return text
}

// number masks a number as a string, so that JSON stays JSON; true, false and
// null are no secrets.
func (m *masking) number(value string) string {
	switch value {
	case "", "true", "false", "null":
		return value
	}
	return `"` + m.found(value) + `"`
}

// unquoted is what a string literal says; of one that is not closed or wrong,
// what stands in it.
func unquoted(literal string) string {
	var text string
	if json.Unmarshal([]byte(literal), &text) == nil {
		return text
	}
	return strings.Trim(literal, `"`)
}
