package alipay_test

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	dialect "github.com/muban-dev/muban/internal/dialect/alipay"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/zhtest"
	"github.com/muban-dev/muban/wire/alipay"
)

// newV3World is a world whose server speaks V3.
func newV3World(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.url = serve(t, dialect.NewV3(w.service, w.clock), w.clock)
	return w
}

// v3 is a request of V3. Auth are the members of Authorization but for sign, in
// the order in which SDKs write them; one that is empty is left out.
type v3 struct {
	method, uri, body string
	auth              [4]string // app_id, app_cert_sn, nonce, timestamp
	headers           map[string]string
	scheme            string
	sign              string
}

// v3Sending is a good send, not signed yet; its content is the gateway's.
func (w *world) v3Sending(form string) v3 {
	w.Helper()
	return w.v3Asking(alipay.V3PathSend, w.content(form).json())
}

func (w *world) v3Asking(uri, body string) v3 {
	return v3{
		method: http.MethodPost, uri: uri, body: body, scheme: alipay.V3Scheme,
		auth: [4]string{appID, "", "5f9fba93-bbb2-40f0-b328-04d5ead3e131", strconv.FormatInt(w.clock.Now().UnixMilli(), 10)},
	}
}

// with is r with a header; "" takes one away.
func (r v3) with(name, value string) v3 {
	headers := maps.Clone(r.headers)
	if headers == nil {
		headers = map[string]string{}
	}
	if headers[name] = value; value == "" {
		delete(headers, name)
	}
	r.headers = headers
	return r
}

func (r v3) as(n int, value string) v3 {
	r.auth[n] = value
	return r
}

func (r v3) authString() string {
	var members []string
	for n, name := range []string{"app_id", "app_cert_sn", "nonce", "timestamp"} {
		if r.auth[n] != "" {
			members = append(members, name+"="+r.auth[n])
		}
	}
	return strings.Join(members, ",")
}

// text is what is signed, made here once more by what the documents say.
func (r v3) text() string {
	text := r.authString() + "\n" + r.method + "\n" + r.uri + "\n" + r.body + "\n"
	if token := r.headers[alipay.V3AppAuthToken]; token != "" {
		text += token + "\n"
	}
	return text
}

func (r v3) signedBy(key *rsa.PrivateKey) v3 {
	r.sign = sign(key, alipay.RSA2, r.text())
	return r
}

// v3Reply is an answer of V3.
type v3Reply struct {
	*testing.T
	status int
	header http.Header
	body   string
	alipay.V3Failure
	httpx.RefusalDoc
}

// ask3 sends a request as it stands.
func (w *world) ask3(r v3) v3Reply {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), r.method, w.url+r.uri, strings.NewReader(r.body))
	must(w.T, err)
	req.Header.Set("Content-Type", "application/json")
	if auth := r.authString(); r.scheme != "" || auth != "" {
		if r.sign != "" {
			auth += ",sign=" + r.sign
		}
		req.Header.Set("Authorization", r.scheme+" "+auth)
	}
	for name, value := range r.headers {
		req.Header.Set(name, value)
	}
	return v3Call(w.T, req)
}

// v3Call makes a request and checks what is true of every answer.
func v3Call(t *testing.T, req *http.Request) v3Reply {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("redirected") }}
	res, err := client.Do(req)
	must(t, err)
	defer func() { must(t, res.Body.Close()) }()
	raw, err := io.ReadAll(res.Body)
	must(t, err)
	got := v3Reply{T: t, status: res.StatusCode, header: res.Header, body: string(raw)}
	if got.header.Get(alipay.V3TraceID) == "" {
		t.Errorf("headers %v, without %s", got.header, alipay.V3TraceID)
	}
	if got.status != http.StatusOK && got.body != "" {
		if got.header.Get("Content-Type") != "application/json;charset=UTF-8" {
			t.Errorf("Content-Type %q", got.header.Get("Content-Type"))
		}
		must(t, json.Unmarshal(raw, &got.V3Failure))
		want := "http://" + req.Host + "/calls/" + got.header.Get(alipay.V3TraceID)
		if len(got.Links) != 1 || got.Links[0].Link != want || got.Links[0].Desc == "" {
			t.Errorf("links %v, want %s", got.Links, want)
		}
	}
	if text := got.header.Get(httpx.RefusalHeader); text != "" {
		must(t, json.Unmarshal([]byte(text), &got.RefusalDoc))
		zhtest.Check(t, req, got.RefusalDoc)
	}
	return got
}

// wants checks code and status ("" is success), the rule behind it, and that the
// platform signed the answer.
func (r v3Reply) wants(code string, rule muban.Rule) v3Reply {
	r.Helper()
	signed := alipay.V3Answer{Timestamp: r.header.Get(alipay.V3Timestamp), Nonce: r.header.Get(alipay.V3Nonce), Body: []byte(r.body)}
	if signed.Nonce == "" || alipay.Verify(&platformKey().PublicKey, alipay.RSA2, signed.SignedText(), r.header.Get(alipay.V3Signature)) != nil {
		r.Errorf("the signature of %s does not fit: %v", r.body, r.header)
	}
	return r.is(code, rule)
}

// wantsUnsigned is wants where it is not known for whom to sign.
func (r v3Reply) wantsUnsigned(code string, rule muban.Rule) v3Reply {
	r.Helper()
	for _, name := range []string{alipay.V3Timestamp, alipay.V3Nonce, alipay.V3Signature, alipay.V3CertSN} {
		if r.header.Get(name) != "" {
			r.Errorf("%s is %q", name, r.header.Get(name))
		}
	}
	return r.is(code, rule)
}

func (r v3Reply) is(code string, rule muban.Rule) v3Reply {
	r.Helper()
	want := alipay.V3Error{Status: http.StatusOK}
	if code != "" {
		row, known := alipay.V3ErrorOf(code)
		if !known {
			r.Fatalf("%s is in no table", code)
		}
		want = row
	}
	if r.status != want.Status || r.Code != want.Code || r.Rule != rule {
		r.Errorf("answer %d %s by %q (%s), want %d %q by %q", r.status, r.body, r.Rule, r.Detail, want.Status, code, rule)
	}
	if !strings.HasPrefix(r.Message, want.Message) && rule != muban.RuleSignatureWrong {
		r.Errorf("message %q, want %q", r.Message, want.Message)
	}
	if elsewhere.MatchString(r.See) || r.See == "" && r.Rule != "" {
		r.Errorf("rule %s is explained by %q, which is no document of Alipay or of ours", r.Rule, r.See)
	}
	return r
}
