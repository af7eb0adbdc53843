package cloudcall

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strings"

	"github.com/muban-dev/muban/wire"
)

// Form is the body of a cloud call: multipart/form-data with the fields
// action, apiName, requestData, envName and a few tokens. Names are compared
// without case, since the signature covers them in lower case.
type Form struct {
	fields map[string]formField
}

type formField struct {
	value []byte
	// binary: the field has a Content-Type of its own, which the SDK gives to
	// what it does not send as text.
	binary bool
}

// mostFields bounds a form; the SDK sends nine.
const mostFields = 32

// ReadForm reads a body by its Content-Type. A field that is there twice is a
// [FormatError]: a signature covers one of them and would not say which.
func ReadForm(contentType string, body []byte) (Form, error) {
	media, boundary := wire.MediaType(contentType)
	if media != "multipart/form-data" || boundary == "" {
		return Form{}, &FormatError{"its Content-Type must be multipart/form-data with a boundary"}
	}
	form := Form{map[string]formField{}}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF && len(form.fields) > 0 { //nolint:errorlint // a wrapped EOF is a body that breaks off
			return form, nil
		}
		if err == nil {
			err = form.add(part)
		}
		if err != nil {
			return Form{}, formatError(err)
		}
	}
}

func formatError(err error) error {
	if own, ok := errors.AsType[*FormatError](err); ok {
		return own
	}
	// The text of the standard library's errors may quote the body.
	return &FormatError{"its multipart body is broken or breaks off"}
}

func (f Form) add(part *multipart.Part) error {
	name := strings.ToLower(part.FormName())
	if name == "" {
		return &FormatError{"a part of its body has no name"}
	}
	if _, twice := f.fields[name]; twice {
		return &FormatError{fmt.Sprintf("it has the field %.40q twice", name)}
	}
	if len(f.fields) == mostFields {
		return &FormatError{fmt.Sprintf("it has more than %d fields", mostFields)}
	}
	value, err := io.ReadAll(part)
	f.fields[name] = formField{value, part.Header.Get("Content-Type") != ""}
	return err
}

// Text is a field as text, without white space around it; empty where the form
// does not have it.
func (f Form) Text(name string) string {
	return string(bytes.TrimSpace(f.fields[strings.ToLower(name)].value))
}

// Bytes is a field as it came; nil where the form does not have it.
func (f Form) Bytes(name string) []byte { return f.fields[strings.ToLower(name)].value }

// signed is a field as the signature covers it: text without white space
// around it, anything else as it is. A field that the form does not have is
// an empty text.
func (f Form) signed(name string) (value []byte, isText bool) {
	field := f.fields[name]
	if field.binary {
		return field.value, false
	}
	return bytes.TrimSpace(field.value), true
}
