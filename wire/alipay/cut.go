package alipay

import (
	"bytes"
	"errors"
	"strings"
)

var (
	errNotAnAnswer = errors.New("the answer is not one JSON object")
	errNoResponse  = errors.New("the answer has no member whose name ends in _response")
	errTwice       = errors.New("the answer has a member twice, so that it does not say which one is signed")
)

// Cut takes an answer apart without decoding its content, whose exact bytes
// the signature is over (protocol.md §5.5). White space and members in any
// order are accepted, other members ignored. c is the charset of the answer:
// in the GB encodings the second byte of a character may look like a quote's
// escape or a brace.
func Cut(answer []byte, c Charset) (Envelope, error) {
	s := scanner{rest: bytes.Trim(answer, jsonSpace), charset: c}
	var e Envelope
	seen := make(map[string]bool)
	for first := true; ; first = false {
		name, done, ok := s.member(first)
		if !ok {
			return Envelope{}, errNotAnAnswer
		}
		if done {
			break
		}
		value, ok := s.value()
		if !ok {
			return Envelope{}, errNotAnAnswer
		}
		if !keep(&e, name, value, seen) {
			return Envelope{}, errTwice
		}
	}
	if len(s.rest) > 0 {
		return Envelope{}, errNotAnAnswer
	}
	if e.Name == "" {
		return Envelope{}, errNoResponse
	}
	return e, nil
}

// keep takes a member that means something; false where it did so before.
func keep(e *Envelope, name string, value []byte, seen map[string]bool) bool {
	role := name
	switch {
	case strings.HasSuffix(name, "_response"):
		role = "_response" // whatever its method
		e.Name, e.Content = name, value
	case name == "sign":
		e.Sign = string(bytes.Trim(value, `"`))
	case name == "alipay_cert_sn":
		e.CertSN = string(bytes.Trim(value, `"`))
	default:
		return true
	}
	again := seen[role]
	seen[role] = true
	return !again
}

// scanner walks over the text of a JSON object. It checks no more of what is
// inside values than it takes to find their end.
type scanner struct {
	rest    []byte
	charset Charset
}

// member reads up to the next member's value. done says that the object ended
// instead.
func (s *scanner) member(first bool) (name string, done, ok bool) {
	if first && !s.take('{') {
		return "", false, false
	}
	if s.take('}') {
		return "", true, true // value lets none stand behind a comma
	}
	text, ok := s.text()
	if !ok || !s.take(':') {
		return "", false, false
	}
	return string(text[1 : len(text)-1]), false, true
}

// take skips white space and then a byte, if it is that one.
func (s *scanner) take(b byte) bool {
	s.rest = bytes.TrimLeft(s.rest, jsonSpace)
	if len(s.rest) == 0 || s.rest[0] != b {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// value reads a value and what follows it: a comma, or the brace that the next
// member finds.
func (s *scanner) value() (value []byte, ok bool) {
	s.rest = bytes.TrimLeft(s.rest, jsonSpace)
	begin := s.rest
	switch {
	case len(begin) == 0:
		return nil, false
	case begin[0] == '"':
		_, ok = s.text()
	case begin[0] == '{' || begin[0] == '[':
		ok = s.nested()
	default:
		end := bytes.IndexAny(begin, `,}`+jsonSpace)
		if ok = end > 0; ok {
			s.rest = begin[end:]
		}
	}
	if !ok {
		return nil, false
	}
	value = begin[:len(begin)-len(s.rest)]
	if s.take(',') {
		s.rest = bytes.TrimLeft(s.rest, jsonSpace)
		return value, len(s.rest) > 0 && s.rest[0] == '"' // another member must follow
	}
	return value, len(s.rest) > 0 && s.rest[0] == '}'
}

// nested skips an object or a list.
func (s *scanner) nested() bool {
	for depth := 0; len(s.rest) > 0; {
		switch s.rest[0] {
		case '"':
			if _, ok := s.text(); !ok {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.rest = s.rest[1:]
		if depth == 0 {
			return true
		}
	}
	return false
}

// text skips a text and returns it with its quotes.
func (s *scanner) text() (text []byte, ok bool) {
	s.rest = bytes.TrimLeft(s.rest, jsonSpace)
	if len(s.rest) == 0 || s.rest[0] != '"' {
		return nil, false
	}
	for i := 1; i < len(s.rest); i++ {
		switch b := s.rest[i]; {
		case b == '"':
			text, s.rest = s.rest[:i+1], s.rest[i+1:]
			return text, true
		case b == '\\' || s.charset.trails(b):
			i++
		}
	}
	return nil, false
}
