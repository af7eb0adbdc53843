package cloudcall

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"testing"
	"time"
	"unicode/utf8"
)

// What DecodeRequest accepts it reads again, when it is written anew, as the
// same; and what JSON makes of it is an object of the parameters' values.
func FuzzDecodeRequest(f *testing.F) {
	for _, name := range []string{"send.http", "add.http", "send-3.0.4.http"} {
		f.Add(recorded(f, name).signed.Form.Bytes("requestData"))
	}
	f.Add(encode(Request{Type: 2, Pairs: []Pair{{Key: "media", Value: []byte("abc"), FileName: "media.png"}}}))
	f.Add(encode(Request{Pairs: pairs("a", "null", "a", "[1]", "", `"x"`, "b", "1,2")}))
	f.Add([]byte{8, 0, 18, 4, 10, 2, 18, 0, 0x80, 0x80, 1})
	f.Fuzz(func(t *testing.T, message []byte) {
		before := bytes.Clone(message)
		request, err := DecodeRequest(message)
		if !bytes.Equal(message, before) {
			t.Fatal("the message was changed")
		}
		if err != nil {
			var problem *FormatError
			if !errors.As(err, &problem) || problem.Problem == "" {
				t.Fatalf("%v is no FormatError", err)
			}
			return
		}
		if len(request.Pairs) > mostPairs || !utf8.ValidString(request.AppID) {
			t.Fatalf("%d parameters for %q", len(request.Pairs), request.AppID)
		}
		again, err := DecodeRequest(encode(request))
		if err != nil || !same(again, request) {
			t.Fatalf("%+v became %+v, %v", request, again, err)
		}
		checkJSON(t, request)
	})
}

func same(a, b Request) bool {
	for i := range a.Pairs {
		if i < len(b.Pairs) && len(a.Pairs[i].Value)+len(b.Pairs[i].Value) == 0 {
			a.Pairs[i].Value = b.Pairs[i].Value // nil or empty
		}
	}
	return reflect.DeepEqual(a, b)
}

func checkJSON(t *testing.T, request Request) {
	t.Helper()
	body, err := request.JSON()
	if err != nil {
		if _, ok := errors.AsType[*ValueError](err); !ok {
			t.Fatalf("%v is no ValueError", err)
		}
		return
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	last := map[string][]byte{}
	for _, p := range request.Pairs {
		last[p.Key] = bytes.TrimSpace(p.Value)
	}
	for key, value := range last {
		if !bytes.Equal(members[key], value) {
			t.Fatalf("%s: %q is %s, want %s", body, key, members[key], value)
		}
	}
	if len(members) != len(last) {
		t.Fatalf("%s has other members than %q", body, last)
	}
}

// A form is read or refused, and then asked for fields without harm.
func FuzzReadForm(f *testing.F) {
	const boundary = "multipart/form-data; boundary=x"
	f.Add(boundary, []byte("--x\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\nwx.openApi\r\n--x--\r\n"))
	f.Add(boundary, []byte("--x\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: b/c\r\n\r\n\x00\r\n--x--"))
	f.Add(boundary, []byte("--x\nContent-Disposition: form-data; name=a; filename=b\nContent-Transfer-Encoding: quoted-printable\n\n=\n--x--"))
	f.Add("multipart/form-data", []byte("--\r\n\r\n"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		form, err := ReadForm(contentType, body)
		if err != nil {
			var problem *FormatError
			if !errors.As(err, &problem) || form.fields != nil {
				t.Fatalf("%v with %v", err, form)
			}
			return
		}
		if len(form.fields) > mostFields {
			t.Fatalf("%d fields", len(form.fields))
		}
		for name := range form.fields {
			if signed, _ := form.signed(name); len(signed) > len(body) || !bytes.Contains(body, form.Bytes(name)) {
				t.Fatalf("field %q is nothing of the body", name)
			}
		}
	})
}

// No header makes a signature fit that nobody made.
func FuzzAuthorization(f *testing.F) {
	r := recorded(f, "send.http")
	f.Add(r.signed.Header.Get("Authorization"), r.signed.Header.Get("X-Timestamp"), r.signed.Query)
	f.Add("TC3-HMAC-SHA256 Credential=a/b/tcb/tc3_request,Signature=", "-1", "%")
	f.Add("TC3-HMAC-SHA256 ,=,==;", "253402300800", "%e4%bd%A0%zz%4")
	f.Fuzz(func(t *testing.T, header, timestamp, query string) {
		auth, err := ParseAuthorization(header)
		var problem *SignatureError
		if err != nil {
			if !errors.As(err, &problem) {
				t.Fatalf("%v is no SignatureError", err)
			}
			return
		}
		at, err := auth.Time(http.Header{"X-Timestamp": {timestamp}})
		if err != nil && !errors.As(err, &problem) || err == nil && at.Format(time.DateOnly) != auth.Date {
			t.Fatalf("%v, %v", at, err)
		}
		_ = auth.Covers(r.signed.Form, "action")
		signed := r.signed
		signed.Query = query
		if auth.Verify("another secret", signed, at) {
			t.Fatal("the signature fits")
		}
	})
}
