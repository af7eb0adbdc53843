package inspect

import (
	"encoding/base64"
	"maps"
	"net/http"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
)

// entry is one call that is kept. It is masked when it is looked at first,
// which most calls never are.
type entry struct {
	seq     int64
	size    int // bytes of memory, by and large
	refused bool
	// call is complete but for its texts, until once has masked them.
	call muban.Call
	once sync.Once
	raw  raw
}

// raw are the texts of a call as they came and went.
type raw struct {
	query          string
	sent, answered []byte
	headers        map[string]string
	refusal        *muban.Refusal
	asked, told    string // in words, where the bytes do not show it
}

func (r *raw) bytes() int {
	return len(r.query) + len(r.sent) + len(r.answered) + len(r.asked) + len(r.told)
}

// entryBytes is what an entry takes besides its texts.
const entryBytes = 1500

func newEntry(x httpx.Exchanged) *entry {
	r := x.Request
	e := &entry{
		refused: x.Refusal != nil,
		call: muban.Call{
			ID: x.RID(), At: x.At, Took: x.Took, Dialect: x.Dialect, Name: x.Call,
			AppID: x.AppID, Platform: x.Platform, User: x.User, GrantID: x.GrantID, TemplateID: x.TemplateID, MessageID: x.MessageID,
			Code: x.Code,
			Request: muban.CallRequest{
				Method: r.Method, Path: r.URL.EscapedPath(),
				Body: muban.CallBody{Size: x.SentSize, Truncated: x.SentSize > len(x.Sent)},
			},
			Answer: muban.CallAnswer{
				Status: x.Status, Headers: headersOf(x.Header, answerHeaders),
				Body: muban.CallBody{Size: x.AnsweredSize, Truncated: x.AnsweredSize > len(x.Answered)},
			},
		},
		raw: raw{query: r.URL.RawQuery, sent: x.Sent, answered: x.Answered, headers: headersOf(r.Header, requestHeaders), refusal: x.Refusal},
	}
	e.raw.headers["Host"] = r.Host
	if x.Plain != nil {
		asked, told := x.Plain()
		e.raw.asked, e.raw.told = cut(asked, httpx.MostKept), cut(told, httpx.MostKept)
	}
	if x.Refusal != nil && e.call.AppID == "" {
		e.call.AppID = x.Refusal.Values["app_id"]
	}
	e.size = entryBytes + e.raw.bytes() + len(e.call.Request.Path)
	for _, value := range e.raw.headers {
		e.size += len(value)
	}
	if x.Refusal != nil {
		for _, value := range x.Refusal.Values {
			e.size += len(value)
		}
	}
	return e
}

// The headers that matter to a call; others, cookies among them, are not kept.
var (
	requestHeaders = []string{
		"Accept", "Authorization", "Content-Encoding", "Content-Length", "Content-Type", "Forwarded", "Origin", "Sec-Fetch-Site",
		"Transfer-Encoding", "User-Agent", "Via", "X-Forwarded-For", "X-Real-Ip", "X-Signature-Expires", "X-Timestamp",
		"Alipay-App-Auth-Token", "Alipay-Encrypt-Type", "Alipay-Request-Id", "Alipay-Root-Cert-Sn",
	}
	answerHeaders = []string{
		"Cache-Control", "Content-Length", "Content-Type", "Date", "trace_id", "X-Openapi-Seqid",
		"alipay-nonce", "alipay-signature", "alipay-sn", "alipay-timestamp", "alipay-trace-id",
	}
)

func headersOf(all http.Header, wanted []string) map[string]string {
	kept := make(map[string]string, 8)
	for _, name := range wanted {
		if values := all[name]; len(values) > 0 {
			kept[name] = cut(strings.Join(values, ", "), longestHeader)
		}
	}
	return kept
}

// longestHeader bounds what is kept of one header, in bytes.
const longestHeader = 2000

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// masked is the call as anybody may see it, and by how many bytes it grew when
// it was masked, which happens once.
func (e *entry) masked(m *masker) (call muban.Call, grown int) {
	e.once.Do(func() {
		before := e.raw.bytes()
		e.mask(m)
		grown = len(e.call.Request.Query) - before
		for _, body := range []muban.CallBody{e.call.Request.Body, e.call.Answer.Body} {
			grown += len(body.Text) + len(body.Decoded)
		}
		e.raw = raw{}
	})
	call = e.call
	call.Seq = e.seq
	return call, grown
}

func (e *entry) mask(m *masker) {
	found := m.begin()
	query := found.form(e.raw.query)
	headers := found.headers(e.raw.headers)
	sent := found.body(e.raw.sent, e.call.Request.Body.Truncated)
	e.call.Token = found.first
	answered := found.body(e.raw.answered, e.call.Answer.Body.Truncated)
	asked, told := found.body([]byte(e.raw.asked), false), found.body([]byte(e.raw.told), false)

	// What was recognised in one place is masked in every other: a refusal may
	// quote it, a path may hold it.
	e.call.Request.Query = found.everywhere(query)
	e.call.Request.Path = found.everywhere(e.call.Request.Path)
	for name, value := range headers {
		headers[name] = found.everywhere(value)
	}
	e.call.Request.Headers = headers
	setText(&e.call.Request.Body, found.everywhere(sent))
	setText(&e.call.Answer.Body, found.everywhere(answered))
	e.call.Request.Body.Decoded = cut(found.everywhere(asked), httpx.MostKept)
	e.call.Answer.Body.Decoded = cut(found.everywhere(told), httpx.MostKept)
	if refusal := e.raw.refusal; refusal != nil {
		own := *refusal
		own.Values = maps.Clone(refusal.Values)
		for name, value := range own.Values {
			own.Values[name] = found.everywhere(value)
		}
		e.call.Refusal = &own
	}
}

// setText gives a body its text or, where it is none, base64 of it. What was
// cut may end within a character.
func setText(b *muban.CallBody, body string) {
	if len(body) > httpx.MostKept { // by its masking
		body, b.Truncated = strings.Clone(body[:httpx.MostKept]), true // lets go of the rest
	}
	if b.Truncated {
		for range utf8.UTFMax - 1 {
			if r, size := utf8.DecodeLastRuneInString(body); r != utf8.RuneError || size != 1 {
				break
			}
			body = body[:len(body)-1]
		}
	}
	if utf8.ValidString(body) && !strings.ContainsRune(body, 0) {
		b.Text = body
		return
	}
	b.Text, b.Base64 = base64.StdEncoding.EncodeToString([]byte(body)), true
}
