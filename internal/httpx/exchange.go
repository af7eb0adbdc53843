package httpx

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// Exchange is one request and its answer while it is being served. Handlers
// fill it in; the middleware logs and counts it at the end. It is used by the
// request's own goroutine only.
type Exchange struct {
	// At is when the call came, by Options.Now.
	At time.Time
	// Dialect and Call name what was asked, from small fixed sets, so that
	// they can label metrics: "wechat", "message/wxopen/template/send".
	Dialect, Call string
	AppID         string
	// Hosted: the call came from WeChat's cloud hosting, without an access
	// token.
	Hosted bool
	// Code is what the dialect answered: "0", "41028"; empty on success where
	// the dialect has no code for it.
	Code string
	// Refusal is why the call was not accepted; Err is what went wrong inside.
	Refusal *muban.Refusal
	Err     error

	// Platform is the app's, where that is known. User, GrantID and TemplateID
	// are what a send named, MessageID the message that it became.
	Platform                  muban.Platform
	User, GrantID, TemplateID string
	MessageID                 muban.MessageID
	// Plain says as JSON in UTF-8 what was asked and what was answered, where
	// their bytes do not show it: encrypted, in another charset, or no text. It
	// is called once the call is over, where it is inspected; nil elsewhere.
	Plain func() (asked, answered string)

	rid     string // made when it is first asked for
	explain bool
	// inspected is set where what was asked and answered is to be kept.
	inspected    bool
	bodyRead     bool
	sent         []byte // the request's body as far as it was read
	sentSize     int
	answered     []byte
	answeredSize int
}

// IsPlatformCall reports whether a platform was called, not the native API or
// what is for operators.
func (x *Exchange) IsPlatformCall() bool { return x.Dialect != "" && x.Dialect != APIDialect }

// CalledBy notes the app that called, or that a call was made for.
func (x *Exchange) CalledBy(app muban.App) { x.AppID, x.Platform = app.ID, app.Platform }

// APIDialect is the native API as a Dialect.
const APIDialect = "api"

// RID is the request's id, in the form WeChat shows it:
// xxxxxxxx-xxxxxxxx-xxxxxxxx.
func (x *Exchange) RID() string {
	if x.rid == "" {
		x.rid = newRID()
	}
	return x.rid
}

type exchangeKey struct{}

// exchangeContext is a request's context together with its exchange.
type exchangeContext struct {
	context.Context
	exchange *Exchange
}

func (c *exchangeContext) Value(key any) any {
	if key == (exchangeKey{}) {
		return c.exchange
	}
	return c.Context.Value(key)
}

// Of returns the exchange of a request that came through [Wrap]; for any
// other request a fresh one that nobody reads.
func Of(r *http.Request) *Exchange { return From(r.Context()) }

// From is [Of] for who has only the request's context.
func From(ctx context.Context) *Exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*Exchange); ok {
		return x
	}
	return &Exchange{At: time.Now()}
}

func newRID() string {
	//nolint:gosec // a name to find a request by, not a secret
	return fmt.Sprintf("%08x-%08x-%08x", rand.Uint32(), rand.Uint32(), rand.Uint32())
}

// RefusalHeader carries, in the sandbox only, the refusal behind a platform's
// error code as a JSON object of kind, rule, detail, values and see.
const RefusalHeader = "Muban-Refusal"

// RefusalDoc is the form of [RefusalHeader].
type RefusalDoc struct {
	Kind   muban.Kind        `json:"kind"`
	Rule   muban.Rule        `json:"rule"`
	Detail string            `json:"detail"`
	Values map[string]string `json:"values"`
	See    string            `json:"see,omitempty"`
}

// Refused notes the refusal that a dialect is about to answer with, and the
// dialect's code for it. Call it before the answer is written.
func (x *Exchange) Refused(w http.ResponseWriter, refusal *muban.Refusal, code string) {
	x.Refusal, x.Code = refusal, code
	if !x.explain {
		return
	}
	values := make(map[string]string, len(refusal.Values))
	for name, value := range refusal.Values {
		values[name] = cut(value, longestHeaderValue)
	}
	doc, err := json.Marshal(RefusalDoc{refusal.Kind, refusal.Rule, cut(refusal.Error(), longestHeaderDetail), values, refusal.See})
	if err == nil {
		w.Header().Set(RefusalHeader, asciiJSON(doc))
	}
}

// A header must stay far below what clients read (Node's take 16 KiB in all),
// whatever a refusal's values hold; the inspector keeps them whole.
const (
	longestHeaderValue  = 200
	longestHeaderDetail = 1000
)

// cut shortens a text to that many bytes.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// asciiJSON escapes what a header cannot carry; inside JSON that is always
// possible, since such characters stand in strings only. U+007F is one of them:
// Node.js gives up on an answer that has it in a header.
func asciiJSON(doc []byte) string {
	out := make([]byte, 0, len(doc))
	for _, r := range string(doc) {
		switch {
		case r < 0x7f:
			out = append(out, byte(r))
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
	}
	return string(out)
}
