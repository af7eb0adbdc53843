package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"code.dny.dev/ssrf"
)

const (
	// pushTimeout is how long a receiver may take for its whole answer
	// (protocol.md §3.7).
	pushTimeout = 5 * time.Second
	// longestReply bounds the answer that is read; more is no reply.
	longestReply = 64 << 10
	// longestExcerpt bounds what is kept of an answer.
	longestExcerpt = 1 << 10
	// mostIdle is how many connections are kept for later, over all receivers,
	// and mostIdleAHost to one host, which may be many apps'.
	mostIdle, mostIdleAHost = 256, 64
)

// receiver asks the apps' servers over HTTP. It goes through no proxy and
// follows no redirect: either could lead where a callback must not go.
type receiver struct {
	client *http.Client
	real   func() time.Time
}

func newReceiver(o Options) *receiver {
	dialer := &net.Dialer{Timeout: pushTimeout}
	if !o.AllowPrivate {
		// It looks at the address that the name resolved to.
		dialer.Control = ssrf.New(ssrf.WithAnyPort()).Safe
	}
	return &receiver{real: o.Real, client: &http.Client{
		Timeout: pushTimeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
			MaxIdleConns: mostIdle, MaxIdleConnsPerHost: mostIdleAHost, IdleConnTimeout: time.Minute,
			TLSHandshakeTimeout: pushTimeout, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is what an app's server answered.
type answer struct {
	status int
	body   []byte
	took   time.Duration
}

// ask sends a request to an app's URL with more query parameters, and reads the
// whole answer.
func (r *receiver) ask(ctx context.Context, method, address string, query url.Values, contentType string, body []byte) (a answer, err error) {
	began := r.real()
	defer func() { a.took = r.real().Sub(began) }()
	req, err := http.NewRequestWithContext(ctx, method, withQuery(address, query), strings.NewReader(string(body)))
	if err != nil {
		return a, errors.New("the callback URL cannot be called: " + reason(err))
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("User-Agent", "Muban")
	resp, err := r.client.Do(req)
	if err != nil {
		return a, errors.New(reason(err))
	}
	defer func() { _ = resp.Body.Close() }() // was read, or is of no use
	a.status = resp.StatusCode
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, longestReply+1))
	switch {
	case err != nil:
		return a, errors.New("reading the answer: " + reason(err))
	case len(a.body) > longestReply:
		return a, fmt.Errorf("the answer has over %d bytes", longestReply)
	}
	return a, nil
}

// withQuery adds parameters to an address. In its own query the bytes that no
// request line may hold, a blank and those beyond ASCII, are percent-encoded:
// net/http does so in a path and not in a query. What is encoded already stays.
func withQuery(address string, query url.Values) string {
	base, own, has := strings.Cut(address, "?")
	if !has {
		return base + "?" + query.Encode()
	}
	var out strings.Builder
	for _, b := range []byte(own) {
		if b <= ' ' || b >= 0x7f {
			fmt.Fprintf(&out, "%%%02X", b)
		} else {
			out.WriteByte(b)
		}
	}
	return base + "?" + out.String() + "&" + query.Encode()
}

// reason says why a receiver did not answer, in the words of the app's
// developer.
func reason(err error) string {
	var timeout net.Error
	var lookup *net.DNSError
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return "the callback URL leads to a private, loopback or link-local address, which this server does not call; see --callback-private"
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("no answer within %s", pushTimeout)
	case errors.As(err, &lookup):
		return "the host " + lookup.Name + " cannot be found"
	case errors.Is(err, io.EOF):
		return "the server closed the connection and answered nothing"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection before its answer was complete"
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // the address stands elsewhere, and its query is signed
	}
	return err.Error()
}

// excerpt is the beginning of an answer, as text.
func excerpt(body []byte) string {
	text := strings.ToValidUTF8(string(body[:min(len(body), longestExcerpt)]), "\uFFFD")
	if len(body) > longestExcerpt {
		text += "…"
	}
	return strings.ReplaceAll(text, "\x00", "\uFFFD")
}
