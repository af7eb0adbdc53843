package alipay_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban/wire/alipay"
)

// v3Vector is a request as an unmodified SDK sent it, signed with the key of
// vectors.json.
type v3Vector struct {
	Name, Method, URI, Body string
	Headers                 map[string]string
}

func v3Vectors(tb testing.TB) (vectors []v3Vector) {
	tb.Helper()
	raw, err := os.ReadFile("testdata/v3.json")
	if err == nil {
		err = json.Unmarshal(raw, &vectors)
	}
	if err != nil || len(vectors) == 0 {
		tb.Fatalf("%d vectors, %v", len(vectors), err)
	}
	return vectors
}

func TestV3RequestsOfSDKs(t *testing.T) {
	t.Parallel()
	key, err := alipay.ParsePublicKey(readVectors(t).Keys.PKIX)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := alipay.ParseContentKey("MDEyMzQ1Njc4OTAxMjM0NQ==")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range v3Vectors(t) {
		auth := alipay.ParseV3Auth(v.Headers[alipay.V3Authorization])
		r := alipay.V3Request{Auth: auth.Signed, Method: v.Method, URI: v.URI, Body: []byte(v.Body), AppAuthToken: v.Headers[alipay.V3AppAuthToken]}
		if auth.Scheme != alipay.V3Scheme || auth.AppID != "2021000000000001" || alipay.Verify(key, alipay.RSA2, r.SignedText(), auth.Sign) != nil {
			t.Errorf("%s: %+v does not fit", v.Name, auth)
		}
		if at, err := alipay.ParseV3Timestamp(auth.Timestamp); err != nil || alipay.FormatV3Timestamp(at) != auth.Timestamp || at.Year() < 2026 {
			t.Errorf("%s: signed at %v, %v", v.Name, at, err)
		}
		if certified := strings.Contains(v.Name, "certificates"); (auth.AppCertSN != "") != certified {
			t.Errorf("%s: certificate %q", v.Name, auth.AppCertSN)
		}
		content := []byte(v.Body)
		if v.Headers[alipay.V3EncryptType] != "" {
			if content, err = alipay.DecryptContent(secret, v.Body); err != nil {
				t.Errorf("%s: %v", v.Name, err)
			}
		}
		members, err := alipay.DecodeV3Body(content)
		if err != nil || members.Get("to_user_id") != "2088000000000001" && members.Get(alipay.ParamGrantType) == "" {
			t.Errorf("%s: %s is %v, %v", v.Name, content, members, err)
		}
	}
}

func TestV3Auth(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]alipay.V3Auth{
		"":       {},
		" ":      {},
		"Bearer": {Scheme: "Bearer"},
		"ALIPAY-SHA256withRSA app_id=1,app_cert_sn=2,nonce=3,timestamp=4,expired_seconds=5,sign=a=b==": {
			"ALIPAY-SHA256withRSA", "app_id=1,app_cert_sn=2,nonce=3,timestamp=4,expired_seconds=5", "1", "2", "4", "a=b==",
		},
		"X sign=s,timestamp=4,app_id=1":               {"X", "timestamp=4,app_id=1", "1", "", "4", "s"},
		"X app_id=1, timestamp = 4 ,app_id=2, sign=s": {"X", "app_id=1, timestamp = 4 ,app_id=2", "1", "", "4", "s"},
		"X app_id=,app_id=2,sign=,sign=s,app_cert_sn": {"X", "app_id=,app_id=2,app_cert_sn", "2", "", "", "s"},
	} {
		if got := alipay.ParseV3Auth(header); got != want {
			t.Errorf("%q is %+v, want %+v", header, got, want)
		}
	}
}

// The example of the platform's document (open-v3/054q58, protocol.md §5.8).
func TestV3SignedText(t *testing.T) {
	t.Parallel()
	r := alipay.V3Request{
		Auth:   "app_id=2014060600164699,timestamp=1655869956477,nonce=eb4ade8f-8cfa-4ebf-a048-7eb52684ab32,expired_seconds=120",
		Method: "GET", URI: "/v3/alipay/marketing/activity/ordervoucher?id=123",
	}
	want := r.Auth + "\nGET\n/v3/alipay/marketing/activity/ordervoucher?id=123\n\n"
	if got := string(r.SignedText()); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	r.AppAuthToken = "202212BB_D64b2be8afd4b6c8468cf585bd05E50"
	if got := string(r.SignedText()); got != want+r.AppAuthToken+"\n" {
		t.Errorf("%q", got)
	}
	if got := string(alipay.V3Answer{Timestamp: "1", Nonce: "2", Body: []byte("{}")}.SignedText()); got != "1\n2\n{}\n" {
		t.Errorf("%q", got)
	}
}

func TestV3Timestamps(t *testing.T) {
	t.Parallel()
	if got, err := alipay.ParseV3Timestamp("1655869956477"); err != nil || !got.Equal(time.Date(2022, 6, 22, 3, 52, 36, 477e6, time.UTC)) {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"", "now", "-1", "1.5", "2022-06-22 11:52:36", "253402300800000", "99999999999999999999", " 1"} {
		if got, err := alipay.ParseV3Timestamp(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestV3Bodies(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"": "", " \r\n": "", "{}": "", `{"a":null}`: "", `{"a":"x"}`: "x", `{"a":7}`: "7", ` {"a":{"b":[1]}} `: `{"b":[1]}`, `{"a":"","a":"y"}`: "y",
	} {
		members, err := alipay.DecodeV3Body([]byte(body))
		if got := members.Get("a"); err != nil || got != want {
			t.Errorf("%s: a is %q, %v; want %q", body, got, err, want)
		}
	}
	for _, body := range []string{"{", "[]", "null", "7", `"{}"`, "a=b", "{}{}", "{\"a\":\"\xff\"}", `{"a":` + strings.Repeat("[", 20_000)} {
		if members, err := alipay.DecodeV3Body([]byte(body)); !isBodyError(err) {
			t.Errorf("%.20s is %v, %v", body, members, err)
		}
	}
}

func isBodyError(err error) bool {
	_, is := errors.AsType[*alipay.BodyError](err)
	return is
}

// The texts are the gateway's, and a name means what it means there.
func TestV3Errors(t *testing.T) {
	t.Parallel()
	own := []string{"illegal-json", "illegal-timestamp", "invalid-http-method"} // the gateway has none of these
	var names []string
	for _, row := range alipay.V3Errors() {
		names = append(names, row.Code)
		if row.Status < 400 || row.Message == "" || row.Meaning == "" || len(row.Kinds) == 0 {
			t.Errorf("%+v lacks something", row)
		}
		if slices.Contains(own, row.Code) {
			continue
		}
		same := slices.IndexFunc(alipay.Errors(), func(e alipay.Error) bool {
			_, name, _ := strings.Cut(e.SubCode, ".")
			return (e.SubCode == row.Code || name == row.Code) && e.SubMsg == row.Message
		})
		if same < 0 {
			t.Errorf("the gateway has no %s with the text %s", row.Code, row.Message)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("a code has two rows: %v", names)
	}
	if _, known := alipay.V3ErrorOf("none"); known {
		t.Error("none is known")
	}
}

// FuzzV3: what is read of a request is what was signed, whoever wrote it.
func FuzzV3(f *testing.F) {
	for _, v := range v3Vectors(f) {
		f.Add(v.Headers[alipay.V3Authorization], []byte(v.Body))
	}
	f.Add("X sign=,a, =,app_id=\x00,sign", []byte(`{"a":{"b":1},"a":null}`))
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		a := alipay.ParseV3Auth(header)
		if strings.Contains(a.Scheme, " ") {
			t.Errorf("the scheme is %q", a.Scheme)
		}
		// Without sign it reads the same, and with one behind it, as it is sent.
		again := alipay.ParseV3Auth(a.Scheme + " " + a.Signed + ",sign=x")
		bare := a
		bare.Sign = "x"
		if a.Scheme != "" && a.Signed != "" && strings.Trim(a.Signed, " ") == a.Signed && again != bare {
			t.Errorf("%q became %+v, then %+v", header, a, again)
		}
		members, err := alipay.DecodeV3Body(body)
		if err != nil && !isBodyError(err) {
			t.Errorf("error %T: %v", err, err)
		}
		var object map[string]json.RawMessage
		if isObject := json.Unmarshal(body, &object) == nil && object != nil; err == nil && len(strings.Trim(string(body), " \t\r\n")) > 0 && !isObject {
			t.Errorf("%q was read as %v", body, members)
		}
	})
}
