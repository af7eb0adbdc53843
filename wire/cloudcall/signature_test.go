package cloudcall

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRecordedSignaturesFit(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"send.http", "add.http", "send-3.0.4.http"} {
		r := recorded(t, name)
		if r.auth.SecretID != "wx0123456789abcdef" {
			t.Errorf("%s: SecretId %q", name, r.auth.SecretID)
		}
		if !r.auth.Verify(recordedSecret, r.signed, r.at) {
			t.Errorf("%s: the signature does not fit", name)
		}
		must(t, r.auth.Covers(r.signed.Form, "action", "apiName", "requestData"))
	}
}

// Whatever of a request is changed, its signature fits no more.
func TestChangedRequestsDoNotFit(t *testing.T) {
	t.Parallel()
	field := func(name string, change func([]byte) []byte) func(*recording) {
		return func(r *recording) {
			f := r.signed.Form.fields[name]
			f.value = change(bytes.Clone(f.value))
			r.signed.Form.fields[name] = f
		}
	}
	flip := func(value []byte) []byte { value[len(value)-1] ^= 1; return value }
	for name, change := range map[string]func(*recording){
		"the body":                field("requestdata", flip),
		"a byte more in the body": field("requestdata", func(v []byte) []byte { return append(v, ' ') }),
		"the call":                field("apiname", flip),
		"the env":                 field("envname", flip),
		"a field that is gone":    func(r *recording) { delete(r.signed.Form.fields, "envname") },
		"the host":                func(r *recording) { r.signed.Host = "127.0.0.1:8080" },
		"the path":                func(r *recording) { r.signed.Path = "/other" },
		"the query":               func(r *recording) { r.signed.Query += "&a=b" },
		"the method":              func(r *recording) { r.signed.Method = http.MethodPut },
		"a header":                func(r *recording) { r.signed.Header.Set("User-Agent", "curl") },
		"the content type":        func(r *recording) { r.signed.Header.Set("Content-Type", "application/json") },
		"the time":                func(r *recording) { r.at = r.at.Add(time.Second) },
		"the date":                func(r *recording) { r.auth.Date = "2026-11-24" },
		"the signature":           func(r *recording) { r.auth.Signature = flip(r.auth.Signature) },
		"a shorter signature":     func(r *recording) { r.auth.Signature = r.auth.Signature[:31] },
		"what is covered":         func(r *recording) { r.auth.SignedHeaders = r.auth.SignedHeaders[1:] },
		"which params are":        func(r *recording) { r.auth.SignedParams = r.auth.SignedParams[1:] },
	} {
		r := recorded(t, "send.http")
		change(&r)
		if r.auth.Verify(recordedSecret, r.signed, r.at) {
			t.Errorf("%s was changed, and the signature fits", name)
		}
	}
	r := recorded(t, "send.http")
	for _, secret := range []string{"", recordedSecret[1:], recordedSecret + "0"} {
		if r.auth.Verify(secret, r.signed, r.at) {
			t.Errorf("the signature fits the secret %q", secret)
		}
	}
}

// wx-server-sdk 3 says that fields are signed that are empty, and leaves them
// out of what it hashes. A value in one of them is no longer what was signed.
func TestEmptyFieldsAreNotSigned(t *testing.T) {
	t.Parallel()
	const name = "wxcloudapitoken"
	r := recorded(t, "send-3.0.4.http")
	if !slices.Contains(r.auth.SignedParams, name) {
		t.Fatalf("the recording signs %q, want %s among them", r.auth.SignedParams, name)
	}
	delete(r.signed.Form.fields, name)
	if !r.auth.Verify(recordedSecret, r.signed, r.at) {
		t.Error("an empty field is gone, and the signature does not fit")
	}
	r.signed.Form.fields[name] = formField{value: []byte("x")}
	if r.auth.Verify(recordedSecret, r.signed, r.at) {
		t.Error("an empty field got a value, and the signature fits")
	}
}

// What the SDK does not sign may change: its tokens that are empty, and
// headers that proxies add.
func TestWhatIsNotSignedMayChange(t *testing.T) {
	t.Parallel()
	r := recorded(t, "send.http")
	r.signed.Header.Set("X-Forwarded-For", "10.0.0.1")
	r.signed.Header.Set("User-Agent", " TCB-node-SDK/3.17.2")
	r.signed.Header.Set("Content-Type", "multipart/form-data; boundary=other")
	delete(r.signed.Form.fields, "wxcloudapitoken")
	if !r.auth.Verify(recordedSecret, r.signed, r.at) {
		t.Error("the signature does not fit")
	}
}

func TestParseAuthorizationErrors(t *testing.T) {
	t.Parallel()
	signature := strings.Repeat("0a", 32)
	good := "TC3-HMAC-SHA256 Credential=id/2026-11-25/tcb/tc3_request, SignedParams=a;b, SignedHeaders=c;d, Signature=" + signature
	a, err := ParseAuthorization(good)
	must(t, err)
	if a.SecretID != "id" || a.Date != "2026-11-25" || len(a.SignedParams) != 2 || a.SignedHeaders[1] != "d" || len(a.Signature) != 32 {
		t.Errorf("parsed %+v", a)
	}
	for name, header := range map[string]string{
		"none":               "",
		"a bearer token":     "Bearer abc",
		"another algorithm":  strings.Replace(good, "SHA256", "SHA1", 1),
		"no credential":      strings.Replace(good, "Credential", "Kredential", 1),
		"no signature":       strings.Replace(good, "Signature=", "S=", 1),
		"no id":              strings.Replace(good, "=id/", "=/", 1),
		"another service":    strings.Replace(good, "/tcb/", "/cvm/", 1),
		"another end":        strings.Replace(good, "tc3_request", "tc4_request", 1),
		"a scope too long":   strings.Replace(good, "=id/", "=i/d/", 1),
		"a short signature":  strings.TrimSuffix(good, "0a"),
		"a signature of zz":  strings.Replace(good, "0a0a", "zz0a", 1),
		"the algorithm only": "TC3-HMAC-SHA256 ",
	} {
		_, err := ParseAuthorization(header)
		var problem *SignatureError
		if !errors.As(err, &problem) || problem.Problem == "" {
			t.Errorf("%s: %v, want a SignatureError", name, err)
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	a := Authorization{Date: "2026-11-25"}
	for _, test := range []struct {
		timestamp string
		good      bool
	}{
		{"1795645649", true},
		{"1795564800", true},  // 2026-11-25T00:00:00Z
		{"1795564799", false}, // a second before
		{"1795651199", true},  // 2026-11-25T23:59:59Z
		{"1795651200", false}, // the day after
		{"1795645649000", false},
		{"", false},
		{"-1", false},
		{"now", false},
		{"99999999999999999999", false},
		{"9223372036854775807", false},
	} {
		header := http.Header{"X-Timestamp": {test.timestamp}}
		at, err := a.Time(header)
		if (err == nil) != test.good || test.good && at.Format(time.DateOnly) != a.Date {
			t.Errorf("%s: %v, %v", test.timestamp, at, err)
		}
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	form := Form{map[string]formField{"action": {value: []byte("a")}, "empty": {}}}
	all := Authorization{SignedParams: []string{"action"}, SignedHeaders: []string{"content-type", "host"}}
	must(t, all.Covers(form, "action", "empty", "absent"))
	for _, a := range []Authorization{
		{SignedParams: all.SignedParams, SignedHeaders: []string{"host"}},
		{SignedParams: all.SignedParams, SignedHeaders: []string{"content-type"}},
		{SignedParams: []string{""}, SignedHeaders: all.SignedHeaders},
	} {
		if a.Covers(form, "action") == nil {
			t.Errorf("%+v is enough", a)
		}
	}
}
