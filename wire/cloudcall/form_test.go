package cloudcall

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"
)

// formOf writes a form with fields of text.
func formOf(t *testing.T, namesAndValues ...string) (contentType string, body []byte) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for i := 0; i < len(namesAndValues); i += 2 {
		must(t, w.WriteField(namesAndValues[i], namesAndValues[i+1]))
	}
	must(t, w.Close())
	return w.FormDataContentType(), buf.Bytes()
}

func TestReadForm(t *testing.T) {
	t.Parallel()
	contentType, body := formOf(t, "apiName", " templateMessage.send\n", "requestData", " x ")
	form, err := ReadForm(contentType, body)
	must(t, err)
	if form.Text("APINAME") != "templateMessage.send" || string(form.Bytes("requestData")) != " x " || form.Text("none") != "" {
		t.Errorf("read %v", form.fields)
	}
}

func TestReadFormErrors(t *testing.T) {
	t.Parallel()
	contentType, body := formOf(t, "a", "1", "b", "2")
	twiceType, twice := formOf(t, "action", "wx.openApi", "Action", "other")
	var names []string
	for i := range mostFields + 1 {
		names = append(names, fmt.Sprint("field", i), "")
	}
	manyType, many := formOf(t, names...)
	for _, test := range []struct {
		name, contentType string
		body              []byte
	}{
		{"no content type", "", body},
		{"JSON", "application/json", []byte(`{"action":"database.getDocument"}`)},
		{"no boundary", "multipart/form-data", body},
		{"another multipart", strings.Replace(contentType, "form-data", "mixed", 1), body},
		{"a content type that is none", "multipart/form-data; boundary=\"", body},
		{"another boundary", "multipart/form-data; boundary=x", body},
		{"an empty body", contentType, nil},
		{"a body that breaks off", contentType, body[:len(body)-20]},
		{"a body that breaks off in a header", contentType, body[:70]},
		{"a part without a name", contentType, bytes.ReplaceAll(body, []byte(`name="a"`), []byte(`x="a"`))},
		{"a part that is no form's", contentType, bytes.ReplaceAll(body, []byte("form-data;"), []byte("attachment;"))},
		{"a field twice", twiceType, twice},
		{"33 fields", manyType, many},
	} {
		form, err := ReadForm(test.contentType, test.body)
		var problem *FormatError
		if !errors.As(err, &problem) || problem.Problem == "" || form.fields != nil {
			t.Errorf("%s: %v, %v; want a FormatError alone", test.name, form, err)
		}
	}
}
