package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
)

// follower is a send to an official account, which is repeated.
var follower = client.SendRequest{To: "user", Template: "t"}

// A context that was ended for a reason, as errgroup ends that of all when one
// fails, has ended all the same; the reason is not taken for the platform's
// answer.
func TestContextEndsForAReason(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 1)
	i := newImpostor(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body) // so that the server sees the client leave
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	c := i.client(t, muban.WeChatOA)
	reason := &client.Error{Kind: muban.KindRecipientUnknown, Op: client.OpSend, Code: "40003"}
	check := func(ctx context.Context, err error) {
		t.Helper()
		e := errorOf(t, err)
		if e.Kind != client.KindOutcomeUnknown || e.Code != "" || !errors.Is(err, ctx.Err()) || !errors.Is(err, reason) {
			t.Errorf("code %q, as the context's end %t: %v", e.Code, errors.Is(err, ctx.Err()), err)
		}
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-arrived
		cancel(reason)
	}()
	_, err := c.Send(ctx, follower)
	check(ctx, err)

	// It ends while the repeat of a send whose answer was lost is dialing.
	i = newImpostor(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	dials := 0
	ctx, cancel = context.WithCancelCause(t.Context())
	c = i.client(t, muban.WeChatOA, func(c *client.Config) {
		c.HTTPClient = &http.Client{Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if dials++; dials < 3 { // the token's, and the send's
					return (&net.Dialer{}).DialContext(ctx, network, address)
				}
				cancel(reason)
				<-ctx.Done()
				return nil, ctx.Err()
			},
		}}
	})
	_, err = c.Send(ctx, follower)
	check(ctx, err)
}

// pausing is a clock in whose first pause the caller leaves.
type pausing struct {
	client.Clock
	leave context.CancelFunc
}

func (p pausing) Sleep(ctx context.Context, _ time.Duration) error {
	p.leave()
	return ctx.Err()
}

func TestContextEndsInThePause(t *testing.T) {
	t.Parallel()
	gone := newImpostor(t, nil)
	gone.Close()
	for name, test := range map[string]struct {
		at   *impostor
		kind muban.Kind
	}{
		"not arrived": {gone, client.KindCanceled},
		"no answer":   {newImpostor(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), client.KindOutcomeUnknown},
		"busy":        {newImpostor(t, say(200, `{"errcode":-1,"errmsg":"system error"}`)), muban.KindBusy},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		c := test.at.client(t, muban.WeChatOA, func(c *client.Config) { c.Clock = pausing{c.Clock, cancel} })
		_, err := c.Send(ctx, follower)
		if client.KindOf(err) != test.kind || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: kind %q, canceled %t: %v", name, client.KindOf(err), errors.Is(err, context.Canceled), err)
		}
	}
}
