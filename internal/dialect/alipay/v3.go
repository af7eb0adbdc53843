package alipay

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/alipay"
)

// V3 serves OpenAPI V3, the platform's other protocol (protocol.md §5.8): a
// path for each method, JSON in bodies, everything else in headers, and
// statuses of HTTP. What a method does, the gateway's does. It must not stand
// behind an http.ServeMux: ask [OwnsV3] instead.
type V3 struct {
	service Service
	clocks  []messaging.Clock
	calls   map[string]v3Serve
}

// v3Serve serves a call whose signature fits. It returns the body to encode,
// or a refusal or another error.
type v3Serve func(ctx context.Context, c *v3Call) (response any, err error)

// NewV3 makes the handler of V3. A request's timestamp is fresh if it is so by
// one of the clocks; answers have that of the first.
func NewV3(service Service, clock messaging.Clock, others ...messaging.Clock) *V3 {
	h := &V3{service: service, clocks: append([]messaging.Clock{clock}, others...)}
	h.calls = map[string]v3Serve{
		alipay.V3PathSend:       h.send,
		alipay.V3PathOAuthToken: h.oauthToken,
	}
	return h
}

// OwnsV3 reports whether a path is V3's, also where there is nothing at it.
func OwnsV3(path string) bool {
	return strings.HasPrefix(singleSlashes(path)+"/", alipay.V3Prefix+"/")
}

// ServeHTTP answers every request in V3's shape.
func (h *V3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := httpx.Of(r)
	x.Dialect, x.Call = "alipay", "unknown"
	w.Header()[alipay.V3TraceID] = []string{x.RID()}
	c := newV3Call(r)
	var response any
	err := httpx.Guard(func() (err error) {
		response, err = h.serve(r, x, c)
		return err
	})
	status := http.StatusOK
	if err != nil {
		status, response = v3Failure(w, r, x, err)
	}
	h.answer(w, x, c, status, response)
}

// serve checks what all calls have in common, then asks the one at the path.
func (h *V3) serve(r *http.Request, x *httpx.Exchange, c *v3Call) (any, error) {
	path := singleSlashes(r.URL.Path)
	serve := h.calls[path]
	if serve != nil {
		x.Call = strings.TrimPrefix(path, "/")
	}
	body, unread := httpx.ReadBody(r)
	if httpx.ClientGone(unread) {
		return nil, unread
	}
	c.request.Body = body
	// Who asks comes before what is wrong, so that the answer can be signed.
	identified := h.identify(r.Context(), c)
	x.CalledBy(c.agent)
	switch {
	case serve == nil:
		return nil, muban.Refuse(muban.RuleRequestPath, "path", r.URL.EscapedPath())
	case r.Method != http.MethodPost:
		return nil, muban.Refuse(muban.RuleRequestPost, "method", r.Method)
	case unread != nil:
		return nil, unread
	case identified != nil:
		return nil, identified
	}
	if err := h.check(r.Context(), c); err != nil {
		return nil, err
	}
	x.CalledBy(c.app) // as the gateway notes it
	return serve(r.Context(), c)
}

// identify finds out who asks.
//
// Refusals: the header Authorization missing, or of another scheme; timestamp
// missing or none; app_id missing or unknown. The live platform, too, misses
// the timestamp first.
func (h *V3) identify(ctx context.Context, c *v3Call) error {
	agent, err := h.service.AlipayApp(ctx, c.auth.AppID)
	if err == nil {
		c.agent, c.app = agent, agent
		c.platformKey, err = h.service.PlatformKey(ctx, agent.ID)
	}
	if refusal := c.checkAuth(); refusal != nil {
		return refusal
	}
	return err
}

// v3Tolerance is how far a request's timestamp may be from ours.
const v3Tolerance = 10 * time.Minute

// check checks the signature and who may ask.
func (h *V3) check(ctx context.Context, c *v3Call) error {
	if c.auth.Sign == "" {
		return unfit(alipay.ParamSign, "", "the request's signature")
	}
	key, certSN, err := appKey(ctx, h.service, c.agent, certNumbers{
		app: c.auth.AppCertSN, root: c.rootCertSN,
		rootName: alipay.V3RootCertSN, // which gopay never sends
	})
	c.certSN = certSN
	if err != nil {
		return err
	}
	if err := messaging.Fresh(c.timestamp, v3Tolerance, h.clocks...); err != nil {
		return err
	}
	if alipay.Verify(key, alipay.RSA2, c.request.SignedText(), c.auth.Sign) != nil {
		others, err := h.service.OtherAlipayApps(ctx, c.agent.ID)
		if err != nil {
			return err
		}
		return diagnose(c.claim(), key, others)
	}
	if token := c.request.AppAuthToken; token != "" {
		if c.app, err = h.service.ActFor(ctx, c.agent, token); err != nil {
			return err
		}
	}
	return nil
}

// send is alipay.open.app.mini.templatemessage.send.
func (h *V3) send(ctx context.Context, c *v3Call) (any, error) {
	if err := mayPush(h.service, c.agent, c.app); err != nil {
		return nil, err
	}
	content, _, err := c.content()
	if err != nil {
		return nil, err
	}
	return alipay.V3Success{}, accept(ctx, h.service, c.app, content)
}

// oauthToken is alipay.system.oauth.token.
func (h *V3) oauthToken(ctx context.Context, c *v3Call) (any, error) {
	_, members, err := c.content()
	if err != nil {
		return nil, err
	}
	return userToken(ctx, h.service, c.app, messaging.UserTokenRequest{
		GrantType:    members.Get(alipay.ParamGrantType),
		Code:         members.Get(alipay.ParamCode),
		RefreshToken: members.Get(alipay.ParamRefreshToken),
	})
}
