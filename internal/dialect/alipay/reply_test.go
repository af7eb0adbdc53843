package alipay_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire/alipay"
)

// elsewhere are other platforms' documents.
var elsewhere = regexp.MustCompile(`WeChat|Baidu|seed 00[0124]|protocol\.md §(1\.[1-6]|[2346])\b`)

// reply is an answer, taken apart.
type reply struct {
	*testing.T
	header   http.Header
	body     string
	charset  alipay.Charset
	envelope alipay.Envelope
	httpx.RefusalDoc
}

func newReply(t *testing.T, header http.Header, body []byte) reply {
	t.Helper()
	r := reply{T: t, header: header, body: string(body)}
	if len(body) == 0 {
		return r
	}
	_, name, _ := strings.Cut(header.Get("Content-Type"), "charset=")
	charset, known := alipay.ParseCharset(name)
	if !known {
		t.Fatalf("the answer is in %q", name)
	}
	r.charset = charset
	var err error
	if r.envelope, err = alipay.Cut(body, charset); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if text := header.Get(httpx.RefusalHeader); text != "" {
		must(t, json.Unmarshal([]byte(text), &r.RefusalDoc))
		if len(text) > 8<<10 {
			t.Errorf("the refusal's header has %d bytes", len(text))
		}
	}
	return r
}

// response is the content as text in UTF-8.
func (r reply) response() string {
	if enc := encodings[string(r.charset)]; enc != nil {
		text, err := enc.NewDecoder().String(string(r.envelope.Content))
		must(r.T, err)
		return text
	}
	return string(r.envelope.Content)
}

// failure reads the content; of a success the sub members are empty.
func (r reply) failure() alipay.Failure {
	r.Helper()
	var f alipay.Failure
	if err := json.Unmarshal([]byte(r.response()), &f); err != nil {
		r.Fatalf("%v: %s", err, r.body)
	}
	return f
}

// wants checks the sub code ("" is success), the rule behind it, that the codes
// and texts are those of the table, and that the platform signed it.
func (r reply) wants(subCode string, rule muban.Rule) reply {
	r.Helper()
	r.is(subCode, rule)
	t := alipay.RSA2
	if len(r.envelope.Sign) == 0 {
		r.Errorf("nobody signed %s", r.body)
	} else if alipay.Verify(&platformKey().PublicKey, t, r.envelope.Content, r.envelope.Sign) != nil &&
		alipay.Verify(&platformKey().PublicKey, alipay.RSA, r.envelope.Content, r.envelope.Sign) != nil {
		r.Errorf("the signature of %s does not fit", r.body)
	}
	return r
}

// wantsUnsigned is wants where nobody can sign, since it is not known for whom.
func (r reply) wantsUnsigned(subCode string, rule muban.Rule) reply {
	r.Helper()
	if r.envelope.Sign != "" {
		r.Errorf("somebody signed %s", r.body)
	}
	return r.is(subCode, rule)
}

func (r reply) is(subCode string, rule muban.Rule) reply {
	r.Helper()
	got := r.failure()
	want := alipay.Failure{Code: "10000", Msg: "Success"}
	if subCode != "" {
		row, known := alipay.ErrorOf(subCode)
		if !known {
			r.Fatalf("%s is in no table", subCode)
		}
		want = row.Failure()
	}
	if got.Code != want.Code || got.Msg != want.Msg || got.SubCode != want.SubCode || r.Rule != rule {
		r.Errorf("answer %s by %q (%s), want %q by %q", r.response(), r.Rule, r.Detail, subCode, rule)
	}
	if elsewhere.MatchString(r.See) || r.See == "" && r.Rule != "" {
		r.Errorf("rule %s is explained by %q, which is no document of Alipay or of ours", r.Rule, r.See)
	}
	if !strings.HasPrefix(got.SubMsg, want.SubMsg) && rule != muban.RuleSignatureWrong {
		r.Errorf("sub_msg %q, want %q", got.SubMsg, want.SubMsg)
	}
	return r
}

// opened is an encrypted answer with its content in the clear.
func (r reply) opened(key []byte) reply {
	r.Helper()
	if alipay.Verify(&platformKey().PublicKey, alipay.RSA2, r.envelope.Content, r.envelope.Sign) != nil {
		r.Errorf("the signature of %s does not fit", r.body)
	}
	var text string
	must(r.T, json.Unmarshal(r.envelope.Content, &text))
	content, err := alipay.DecryptContent(key, text)
	must(r.T, err)
	r.envelope.Content = content
	return r
}

// named checks the member that the response stands in.
func (r reply) named(member string) reply {
	r.Helper()
	if r.envelope.Name != member {
		r.Errorf("the response stands in %s, want %s", r.envelope.Name, member)
	}
	return r
}
