package baidu

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/muban-dev/muban/wire"
)

// Params are the parameters of one call, from its query and its body. Where a
// name is in both, the body's counts unless it is blank; where it is repeated
// in one of them, the first.
type Params struct {
	values map[string]value
}

// value is a parameter as it came.
type value struct {
	text string
	// composite: text is JSON of a JSON body that is neither text nor number.
	composite bool
	// undecoded: text is percent-encoding that cannot be read.
	undecoded bool
}

// ParamError says that one parameter cannot be read (errno 2002).
type ParamError struct {
	// Parameter is the name; Problem what it is, without showing it; Wanted
	// what it must be.
	Parameter, Problem, Wanted string
}

func (e *ParamError) Error() string {
	return "parameter " + e.Parameter + " is " + e.Problem + "; it must be " + e.Wanted
}

// known reports whether a call has a parameter of that name. Others are
// dropped while reading: clients send sp_sdk_ver, sdk.version and more
// (protocol.md §4.1).
func known(name string) bool {
	switch name {
	case "access_token",
		"grant_type", "client_id", "client_secret", "code", "sk",
		"offset", "count", "id", "keyword_id_list", "template_id",
		"touser", "touser_openId", "touser_openid",
		"data", "page", "scene_id", "scene_type", "ext":
		return true
	}
	return false
}

// AccessToken is access_token as it was sent; empty where it was not.
func (p Params) AccessToken() string { return p.values["access_token"].text }

// text is a parameter that is a text; empty where it was not sent. It must be
// UTF-8 without U+0000, which no screen can show and PostgreSQL cannot store.
func (p Params) text(name string) (string, error) {
	v := p.values[name]
	switch {
	case v.composite:
		return "", &ParamError{name, shape(v.text), "a text"}
	case v.unreadable():
		return "", &ParamError{name, "not readable", "percent-encoded UTF-8"}
	case strings.Contains(v.text, "\x00"):
		return "", &ParamError{name, "a text with the character U+0000", "a text without it"}
	}
	return v.text, nil
}

// texts reads parameters that are texts, one after the other, up to the first
// that is none.
type texts struct {
	Params
	err error
}

func (t *texts) next(name string) string {
	if t.err != nil {
		return ""
	}
	var text string
	text, t.err = t.text(name)
	return text
}

// number is a parameter that is a whole number. It never fails: the call's
// own check names what is no number.
func (p Params) number(name string) wire.Number {
	v := p.values[name]
	if v.composite || v.unreadable() {
		return wire.Number{Text: strconv.Quote(v.text)}
	}
	return wire.ParseNumber(v.text)
}

// json is a parameter that is JSON; nil where it is blank.
func (p Params) json(name string) ([]byte, error) {
	v := p.values[name]
	if v.unreadable() {
		return nil, &ParamError{name, "not readable", "percent-encoded UTF-8"}
	}
	if v.blank() {
		return nil, nil
	}
	return []byte(strings.Trim(v.text, jsonSpace)), nil
}

// jsonSpace is the white space of JSON, which is less than Unicode's.
const jsonSpace = " \t\r\n"

func (v value) unreadable() bool { return v.undecoded || !utf8.ValidString(v.text) }

func (v value) blank() bool { return strings.TrimSpace(v.text) == "" }

// shape names what stands in the place of something else.
func shape(raw string) string {
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a text"
	case 't', 'f', 'n':
		return raw
	}
	return "a number"
}
