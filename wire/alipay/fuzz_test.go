package alipay_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/muban-dev/muban/wire/alipay"
)

// FuzzDecodeParams: what is read can be written, read again and signed, and
// forms are read as the standard library reads them.
func FuzzDecodeParams(f *testing.F) {
	for _, vector := range readVectors(f).Requests {
		f.Add(vector.Query, vector.ContentType, []byte(vector.Body))
	}
	for _, body := range []string{`{"a":{"b":[1,"}"]},"a":null}`, `{"a":"\ud800"}`, "--x\r\n\r\n", "a=1;b=2&%zz=1", "\xef\xbb\xbf{}"} {
		f.Add("a=%c3%c0&=&a", "multipart/form-data; boundary=x", []byte(body))
	}
	f.Fuzz(func(t *testing.T, query, contentType string, body []byte) {
		before := bytes.Clone(body)
		params, err := alipay.DecodeParams(query, contentType, body)
		if !bytes.Equal(body, before) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			checkReadable(t, err)
		}
		names := namesOf(params)
		slices.Sort(names)
		if len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("a name counts twice: %q", names)
		}
		checkSigned(t, params, names)
		again, err := alipay.DecodeParams(params.Form(), "", nil)
		if err != nil || again.Form() != params.Form() {
			// A blank name that only a body in JSON or multipart can have is
			// nobody's parameter in a form.
			if !slices.Contains(names, "") {
				t.Errorf("%q became %q, error %v", params.Form(), again.Form(), err)
			}
		}
		if len(body) == 0 {
			checkForm(t, params, query)
		}
	})
}

// checkSigned builds the signed text from the names in order.
func checkSigned(t *testing.T, params alipay.Params, sorted []string) {
	t.Helper()
	var pairs []string
	for _, name := range sorted {
		if value := params.Get(name); name != alipay.ParamSign && strings.TrimSpace(value) != "" {
			pairs = append(pairs, name+"="+value)
		}
	}
	if got, want := string(params.SignedText()), strings.Join(pairs, "&"); got != want {
		t.Errorf("the signed text is %q, want %q", got, want)
	}
}

// checkForm compares with the standard library, which takes no semicolons.
func checkForm(t *testing.T, params alipay.Params, query string) {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		return
	}
	for name, given := range values {
		want := given[0]
		if i := slices.IndexFunc(given, func(v string) bool { return strings.TrimSpace(v) != "" }); i > 0 {
			want = given[i]
		}
		if got := params.Get(name); name != "" && got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// FuzzCut compares Cut with the standard library on what both can read, and
// takes apart what was put together.
func FuzzCut(f *testing.F) {
	for _, vector := range readVectors(f).Answers {
		charset, _ := alipay.ParseCharset(vector.Charset)
		raw, _ := hex.DecodeString(vector.Answer)
		f.Add(raw, slices.Index(alipay.Charsets(), charset))
	}
	for _, answer := range []string{
		`{"a_response":{"b":"}\""},"sign":"eA=="}`, `{"a_response" : "eA==" , "x":[{"]":"["}],"y":1.5e3,"z":null}`,
		"{\"a_response\":{\"b\":\"\xd0\\\xd0{\xd0}\"}}", `{"a_response":1,"a_response":2}`, ` { } `, `{"a_response":tru}`,
	} {
		f.Add([]byte(answer), 0)
		f.Add([]byte(answer), 1)
	}
	f.Fuzz(func(t *testing.T, answer []byte, charset int) {
		charsets := alipay.Charsets()
		if charset < 0 || charset >= len(charsets) {
			return
		}
		before := bytes.Clone(answer)
		cut, err := alipay.Cut(answer, charsets[charset])
		if !bytes.Equal(answer, before) {
			t.Fatal("the answer was changed")
		}
		if err == nil {
			if !strings.HasSuffix(cut.Name, "_response") || !bytes.Contains(answer, cut.Content) || len(cut.Content) == 0 {
				t.Errorf("%q was cut to %+v", answer, cut)
			}
		} else if cut.Name != "" || cut.Content != nil || cut.Sign != "" {
			t.Errorf("error %v with %+v", err, cut)
		}
		if charsets[charset] == alipay.UTF8 && utf8.Valid(answer) && json.Valid(answer) && !bytes.ContainsAny(answer, `\`) {
			checkCut(t, answer, cut, err)
		}
	})
}

// checkCut compares with the standard library, on JSON without escapes.
func checkCut(t *testing.T, answer []byte, cut alipay.Envelope, err error) {
	t.Helper()
	var members map[string]json.RawMessage
	if json.Unmarshal(answer, &members) != nil || members == nil {
		if err == nil {
			t.Errorf("%q is no object and was cut to %+v", answer, cut)
		}
		return
	}
	if err != nil {
		return // no response, or something twice: the library tells neither
	}
	raw := bytes.Trim(members[cut.Name], " \t\r\n")
	if string(raw) != string(cut.Content) {
		t.Errorf("the content is %q, want %q", cut.Content, raw)
	}
}
