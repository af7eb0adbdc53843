package alipay_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/muban-dev/muban/wire/alipay"
)

const form = "application/x-www-form-urlencoded"

func TestDecodeParams(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, query, contentType, body string
		want                           string // the signed text
		inBody                         string // names, joined
	}{
		{name: "nothing"},
		{name: "the query alone", query: "b=2&a=1", want: "a=1&b=2"},
		{name: "the body alone", contentType: form, body: "b=2&a=1", want: "a=1&b=2", inBody: "b,a"},
		{name: "both", query: "b=2", contentType: form, body: "a=1", want: "a=1&b=2", inBody: "a"},
		{name: "in both: the query's", query: "a=q", contentType: form, body: "a=b", want: "a=q"},
		{name: "in both, blank in the query", query: "a=+", contentType: form, body: "a=b", want: "a=b", inBody: "a"},
		{name: "twice: the first", query: "a=1&a=2", want: "a=1"},
		{name: "no content type", body: "a=1", want: "a=1", inBody: "a"},
		{name: "a content type that is none", contentType: ";;", body: "a=1", want: "a=1", inBody: "a"},
		{name: "a form with a charset", contentType: form + ";charset=GBK", body: "a=%C3%C0", want: "a=\xc3\xc0", inBody: "a"},
		{name: "a form that ends in a line break", contentType: form, body: "a=1\r\n", want: "a=1", inBody: "a"},
		{name: "a semicolon and an equals sign", query: "a=x;y=z", want: "a=x;y=z"},
		{name: "plus is a space", query: "a=1+2%2B3", want: "a=1 2+3"},
		{name: "no value", query: "a&b=&c=1", want: "c=1"},
		{name: "no name", query: "=1&&a=2", want: "a=2"},
		{name: "sign is not signed", query: "sign=x&sign_type=RSA2", want: "sign_type=RSA2"},
		{name: "JSON without a header", body: ` {"a":"1","b":{"c": 2}}`, want: `a=1&b={"c": 2}`, inBody: "a,b"},
		{name: "JSON with a byte order mark", contentType: "application/json", body: "\xef\xbb\xbf{\"a\":1.50}", want: "a=1.50", inBody: "a"},
		{name: "null and false", body: `{"a":null,"b":false,"c":[1, 2]}`, want: "b=false&c=[1, 2]", inBody: "a,b,c"},
		{name: "escapes in JSON", body: `{"a":"\u7f8e\"\n"}`, want: "a=美\"\n", inBody: "a"},
		{
			name: "a form in multipart", contentType: "multipart/form-data; boundary=x",
			body: "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1+2\r\n--x--\r\n", want: "a=1+2", inBody: "a",
		},
		{
			name: "a boundary that lacks its quotes", contentType: "multipart/form-data; boundary====1===",
			body: "--===1===\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--===1===--\r\n", want: "a=1", inBody: "a",
		},
		{
			name: "100 parts", query: "a=1", contentType: "multipart/form-data; boundary=x",
			body: strings.Repeat("--x\r\n\r\n1\r\n", 100) + "--x--\r\n", want: "a=1",
		},
		{name: "white space only", contentType: "application/json", body: " \n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			params, err := alipay.DecodeParams(tc.query, tc.contentType, []byte(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(params.SignedText()); got != tc.want {
				t.Errorf("signed text %q, want %q", got, tc.want)
			}
			var inBody []string
			for one := range params.All() {
				if one.InBody {
					inBody = append(inBody, one.Name)
				}
			}
			if got := strings.Join(inBody, ","); got != tc.inBody {
				t.Errorf("in the body %q, want %q", got, tc.inBody)
			}
		})
	}
}

func TestParamsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	const multipart = "multipart/form-data; boundary=x"
	for _, tc := range []struct {
		name, query, contentType, body string
		problem                        string
		kept                           string // what could be read all the same
	}{
		{"no percent-encoding in the query", "app_id=1&a=%zz", "", "", "parameter a is not readable", "app_id=1"},
		{"none in the body", "app_id=1", form, "a=%", "parameter a is not readable", "app_id=1"},
		{"broken JSON", "app_id=1", "", `{"a":`, "cannot be read as JSON: at byte 5", "app_id=1"},
		{"a list", "app_id=1", "application/json", `[1]`, "must be a JSON object", "app_id=1"},
		{"a form that says it is JSON", "app_id=1", "application/json", `a=1`, "cannot be read as JSON", "app_id=1"},
		{"JSON that is not UTF-8", "app_id=1", "", "{\"a\":\"\xc3\xc0\"}", "not UTF-8", "app_id=1"},
		{"deep JSON", "app_id=1", "", `{"a":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, "cannot be read as JSON", "app_id=1"},
		{"multipart without its boundary", "app_id=1", "multipart/form-data", "--x", "multipart/form-data", "app_id=1"},
		{"multipart that breaks off", "app_id=1", multipart, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", "breaks off", "app_id=1"},
		{"too many parts", "app_id=1", multipart, strings.Repeat("--x\r\n\r\n1\r\n", 101) + "--x--", "more than 100 parts", "app_id=1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			params, err := alipay.DecodeParams(tc.query, tc.contentType, []byte(tc.body))
			if err == nil || !strings.Contains(err.Error(), tc.problem) {
				t.Errorf("error %v, want %q", err, tc.problem)
			}
			checkReadable(t, err)
			if got := string(params.SignedText()); got != tc.kept {
				t.Errorf("kept %q, want %q", got, tc.kept)
			}
		})
	}
}

// checkReadable: every error is one of those that the package names.
func checkReadable(t *testing.T, err error) {
	t.Helper()
	_, isBody := errors.AsType[*alipay.BodyError](err)
	_, isParam := errors.AsType[*alipay.ParamError](err)
	if !isBody && !isParam {
		t.Errorf("error %T: %v", err, err)
	}
}

// What a client builds reads the same at the other end.
func TestParamsOfAClient(t *testing.T) {
	t.Parallel()
	key, err := alipay.ParsePrivateKey(readVectors(t).Keys.PKCS1)
	if err != nil {
		t.Fatal(err)
	}
	var params alipay.Params
	for _, pair := range [][2]string{{"method", "m"}, {"app_id", "1"}, {"biz_content", `{"a":"美式 & 糖=1+1%;"}`}, {"app_id", "2"}} {
		params.Set(pair[0], pair[1])
	}
	if err := params.Sign(key, alipay.RSA); err != nil {
		t.Fatal(err)
	}
	if want := []string{"method", "app_id", "biz_content", "sign_type", "sign"}; !slices.Equal(namesOf(params), want) {
		t.Errorf("names %v, want %v", namesOf(params), want)
	}
	for _, in := range []string{"query", "body"} {
		query, body := params.Form(), ""
		if in == "body" {
			query, body = "", params.Form()
		}
		read, err := alipay.DecodeParams(query, form, []byte(body))
		if err != nil || read.Form() != params.Form() || read.Get("app_id") != "2" {
			t.Errorf("%s: read %q, want %q (%v)", in, read.Form(), params.Form(), err)
		}
		if err := alipay.Verify(&key.PublicKey, alipay.RSA, read.SignedText(), read.Get(alipay.ParamSign)); err != nil {
			t.Errorf("%s: %v", in, err)
		}
	}
	if params.Get("nothing") != "" {
		t.Error("a parameter is where it is not")
	}
}

func namesOf(params alipay.Params) (names []string) {
	for one := range params.All() {
		names = append(names, one.Name)
	}
	return names
}
