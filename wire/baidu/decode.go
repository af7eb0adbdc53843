package baidu

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/muban-dev/muban/wire"
)

// BodyError says that a body cannot be read as a whole (errno 2002).
type BodyError struct {
	Problem string
}

func (e *BodyError) Error() string { return e.Problem }

// mostParts bounds a multipart body; no call has as many parameters.
const mostParts = 100

// DecodeParams reads the parameters of a call: rawQuery without its question
// mark, and a body, whose form contentType tells. A body that begins with {
// is JSON, whatever the header says. A body that cannot be read is a
// [BodyError], and Params holds what the query says all the same.
func DecodeParams(rawQuery, contentType string, body []byte) (Params, error) {
	p := Params{make(map[string]value)}
	p.addForm(rawQuery)
	inBody := Params{make(map[string]value)}
	if err := inBody.addBody(contentType, body); err != nil {
		return p, err
	}
	for name, v := range inBody.values {
		if _, inQuery := p.values[name]; !inQuery || !v.blank() {
			p.values[name] = v
		}
	}
	return p, nil
}

// set keeps the first value of a name.
func (p Params) set(name string, v value) {
	if _, repeated := p.values[name]; !repeated && known(name) {
		p.values[name] = v
	}
}

func (p Params) addBody(contentType string, body []byte) error {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) // byte order mark
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	media, boundary := wire.MediaType(contentType) // what is neither JSON nor multipart is a form
	asJSON := bytes.Trim(body, jsonSpace)
	switch {
	case asJSON[0] == '{', media == "application/json", media == "text/json":
		return p.addJSON(asJSON)
	case media == "multipart/form-data":
		return p.addMultipart(body, boundary)
	}
	p.addForm(strings.TrimRight(string(body), "\r\n"))
	return nil
}

// addForm reads pairs of name=value. Unlike url.ParseQuery it lets a
// semicolon stand in a value, since JSON that a client did not encode may hold
// one, and keeps a value that cannot be decoded, so that it can be named.
func (p Params) addForm(form string) {
	for pair := range strings.SplitSeq(form, "&") {
		name, text, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || !known(name) {
			continue
		}
		decoded, err := url.QueryUnescape(text)
		if err != nil {
			p.set(name, value{text: text, undecoded: true})
			continue
		}
		p.set(name, value{text: decoded})
	}
}

// addJSON reads the members of an object; null counts as blank. An empty
// array says nothing, as PHP writes an empty object.
func (p Params) addJSON(body []byte) error {
	// The standard library decides what is JSON, and bounds the nesting.
	if !utf8.Valid(body) {
		return &BodyError{"it is not UTF-8"}
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return &BodyError{"it cannot be read as JSON: " + jsonProblem(err)}
	}
	if body[0] == '[' && len(bytes.TrimSpace(body[1:len(body)-1])) == 0 {
		return nil
	}
	if body[0] != '{' {
		return &BodyError{"it must be a JSON object, not " + shape(string(body))}
	}
	members := json.NewDecoder(bytes.NewReader(body))
	_, err := members.Token() // the brace
	for err == nil && members.More() {
		var name json.Token
		var raw json.RawMessage
		if name, err = members.Token(); err == nil {
			err = members.Decode(&raw)
		}
		if err == nil {
			p.set(fmt.Sprint(name), jsonValue(raw))
		}
	}
	if err != nil {
		return &BodyError{"it cannot be read as JSON: " + jsonProblem(err)}
	}
	return nil
}

func jsonValue(raw json.RawMessage) value {
	switch raw[0] {
	case '"':
		var text string
		_ = json.Unmarshal(raw, &text) // valid, as all that comes here
		return value{text: text}
	case 'n':
		return value{}
	case '{', '[', 't', 'f':
		return value{text: string(raw), composite: true}
	}
	return value{text: string(raw)} // a number keeps its digits
}

// jsonProblem says where JSON breaks off. It shows no more of it than a
// character, since a secret may stand there.
func jsonProblem(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("at byte %d: %s", syntax.Offset, syntax)
	}
	return err.Error()
}

// addMultipart reads multipart/form-data; files in it are ignored.
func (p Params) addMultipart(body []byte, boundary string) error {
	if boundary == "" {
		return &BodyError{"its Content-Type must be multipart/form-data with a boundary"}
	}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for read := 0; ; read++ {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // a body that breaks off wraps it; the end is itself
			return nil
		}
		if err == nil && read == mostParts {
			return &BodyError{fmt.Sprintf("it has more than %d parts", mostParts)}
		}
		var text []byte
		if err == nil {
			text, err = io.ReadAll(part)
		}
		if err != nil {
			// The text of the standard library's errors may quote the body.
			return &BodyError{"its multipart body is broken or breaks off"}
		}
		if part.FileName() == "" {
			p.set(part.FormName(), value{text: string(text)})
		}
	}
}
