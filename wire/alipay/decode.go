package alipay

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

// BodyError says that a body cannot be read as a whole.
type BodyError struct {
	Problem string
}

func (e *BodyError) Error() string { return e.Problem }

// mostParts bounds a multipart body; no call has as many parameters.
const mostParts = 100

// DecodeParams reads the parameters of a call: rawQuery without its question
// mark, and a body, whose form contentType tells. A body that begins with { is
// JSON, whatever the header says; the values of its members are their texts
// or, of objects and lists, their JSON as it came.
//
// A body that cannot be read is a [BodyError], percent-encoding that cannot be
// decoded a [ParamError]; Params then holds what could be read all the same.
func DecodeParams(rawQuery, contentType string, body []byte) (Params, error) {
	r := reader{at: make(map[string]int)}
	r.form(rawQuery)
	r.inBody = true
	err := r.body(contentType, body)
	if err == nil && r.undecoded != "" {
		err = &ParamError{r.undecoded, "not readable", "percent-encoded"}
	}
	return r.params, err
}

// reader gathers parameters; at is the place of each name.
type reader struct {
	params    Params
	at        map[string]int
	inBody    bool
	undecoded string
}

// add keeps the first value of a name that is not blank: as a servlet does,
// those of the query come first.
func (r *reader) add(name, value string) {
	i, known := r.at[name]
	switch {
	case !known:
		r.at[name] = len(r.params.list)
		r.params.list = append(r.params.list, Param{name, value, r.inBody})
	case blank(r.params.list[i].Value) && !blank(value):
		r.params.list[i] = Param{name, value, r.inBody}
	}
}

// form reads pairs of name=value. Unlike url.ParseQuery it lets a semicolon
// stand in a value, since JSON that a client did not encode may hold one.
func (r *reader) form(form string) {
	for pair := range strings.SplitSeq(form, "&") {
		name, value, _ := strings.Cut(pair, "=")
		decodedName, err := url.QueryUnescape(name)
		if err != nil || decodedName == "" {
			continue // nobody's parameter
		}
		decoded, err := url.QueryUnescape(value)
		if err != nil {
			r.undecoded = decodedName
			continue
		}
		r.add(decodedName, decoded)
	}
}

func (r *reader) body(contentType string, body []byte) error {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) // byte order mark
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	media, boundary := wire.MediaType(contentType) // what is neither JSON nor multipart is a form
	asJSON := bytes.Trim(body, jsonSpace)
	switch {
	case asJSON[0] == '{', media == "application/json", media == "text/json":
		return r.json(asJSON)
	case media == "multipart/form-data":
		return r.multipart(body, boundary)
	}
	r.form(strings.TrimRight(string(body), "\r\n"))
	return nil
}

// json reads the members of an object; null counts as blank.
func (r *reader) json(body []byte) error {
	if !utf8.Valid(body) {
		return &BodyError{"it is not UTF-8, as JSON must be"}
	}
	// The standard library decides what is JSON, and bounds the nesting.
	if !json.Valid(body) {
		var ignored json.RawMessage
		return &BodyError{"it cannot be read as JSON: " + jsonProblem(json.Unmarshal(body, &ignored))}
	}
	if body[0] != '{' {
		return &BodyError{"it must be a JSON object"}
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
			r.add(fmt.Sprint(name), jsonValue(raw))
		}
	}
	if err != nil {
		return &BodyError{"it cannot be read as JSON: " + jsonProblem(err)}
	}
	return nil
}

// jsonValue is the value of a member as it is signed.
func jsonValue(raw json.RawMessage) string {
	switch raw[0] {
	case '"':
		var text string
		_ = json.Unmarshal(raw, &text) // valid, as all that comes here
		return text
	case 'n':
		return ""
	}
	return string(raw)
}

// jsonProblem says where JSON breaks off.
func jsonProblem(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("at byte %d: %s", syntax.Offset, syntax)
	}
	return err.Error()
}

// multipart reads multipart/form-data, which the SDKs send where there are
// files; the files in it are no parameters, and nobody signs them.
func (r *reader) multipart(body []byte, boundary string) error {
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
		if part.FileName() == "" && part.FormName() != "" {
			r.add(part.FormName(), string(text))
		}
	}
}

// jsonSpace is the white space of JSON, which is less than Unicode's.
const jsonSpace = " \t\r\n"
