package delivery

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/wechat"
)

// Handshake asks the app's server, as the platform does when a URL is set,
// whether it knows the app's callback token: it must answer the echostr and
// nothing else (protocol.md §3.7).
func (p *Pusher) Handshake(ctx context.Context, app muban.App) muban.Handshake {
	codec, err := codecOf(app)
	if err != nil {
		return muban.Handshake{Error: "the callback settings cannot be used: " + err.Error()}
	}
	stamp := wechat.NewStamp(p.options.Clock.Now())
	echo := echostr(stamp)
	answer, err := p.http.ask(ctx, http.MethodGet, app.Callback.URL, codec.Verification(stamp, echo), "", nil)
	shake := muban.Handshake{Status: answer.status, Body: excerpt(answer.body)}
	switch {
	case err != nil:
		shake.Error = err.Error()
	case answer.status != http.StatusOK:
		shake.Error = fmt.Sprintf("the answer's status is %d; it must be 200 with the echostr as the whole body", answer.status)
	case string(answer.body) != echo:
		shake.Error = fmt.Sprintf("the answer is %s; it must be the echostr, %s, and nothing else", strconv.Quote(shake.Body), echo)
	default:
		shake.OK = true
	}
	return shake
}

// echostr is a number of up to 19 digits, as live ones are.
func echostr(s wechat.Stamp) string {
	n := uint64(0)
	for _, b := range s.Random[:8] {
		n = n<<8 | uint64(b)
	}
	return strconv.FormatUint(n>>1|1<<62, 10)
}
