package wechat

import (
	"bytes"
	"encoding/json"
)

// The functions here cut JSON into its parts without copying. They rely on
// json.Valid having accepted it, and do not check again.

// eachMember calls visit for the members of an object, in order, until one
// fails: the name, unescaped, and the value as it stands.
func eachMember(object []byte, visit func(name, value []byte) error) error {
	rest := skipSpace(object[1:])
	for rest[0] != '}' {
		var name, value []byte
		name, rest = cutValue(rest)
		rest = skipSpace(rest)
		value, rest = cutValue(skipSpace(rest[1:])) // after the colon
		if err := visit(unquote(name), value); err != nil {
			return err
		}
		rest = nextItem(rest)
	}
	return nil
}

// eachElement calls visit for the elements of an array, in order.
func eachElement(array []byte, visit func(value []byte)) {
	rest := skipSpace(array[1:])
	for rest[0] != ']' {
		var value []byte
		value, rest = cutValue(rest)
		visit(value)
		rest = nextItem(rest)
	}
}

// nextItem moves behind the comma that follows an item, if there is one.
func nextItem(rest []byte) []byte {
	rest = skipSpace(rest)
	if rest[0] == ',' {
		rest = skipSpace(rest[1:])
	}
	return rest
}

func skipSpace(raw []byte) []byte {
	for i, c := range raw {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return raw[i:]
		}
	}
	return nil
}

// cutValue cuts the value that raw begins with from the rest.
func cutValue(raw []byte) (value, rest []byte) {
	end := valueEnd(raw)
	return raw[:end], raw[end:]
}

func valueEnd(raw []byte) int {
	switch raw[0] {
	case '"':
		return stringEnd(raw)
	case '{', '[':
		return nestedEnd(raw)
	}
	for i, c := range raw {
		switch c {
		case ',', '}', ']', ' ', '\t', '\n', '\r':
			return i
		}
	}
	return len(raw)
}

// stringEnd is the length of the string that raw begins with.
func stringEnd(raw []byte) int {
	for i := 1; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++ // what follows is escaped
		case '"':
			return i + 1
		}
	}
	return len(raw)
}

// nestedEnd is the length of the object or array that raw begins with.
func nestedEnd(raw []byte) int {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			i += stringEnd(raw[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(raw)
}

// unquote is the text of a JSON string.
func unquote(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var text string
	_ = json.Unmarshal(raw, &text) // valid, as all that comes here
	return []byte(text)
}
