package alipay

import (
	"context"
	"crypto/rsa"
	"net/http"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/alipay"
)

// Service is what the dialect needs of messaging.
type Service interface {
	Apps
	// IssueUserToken exchanges a login code or a refresh token for its user.
	IssueUserToken(ctx context.Context, app muban.App, req messaging.UserTokenRequest) (messaging.UserToken, error)
	// MayPush refuses an app without push permission.
	MayPush(app muban.App) error
	// Send accepts or refuses a message; it may answer muban.ErrOutcomeUnknown.
	Send(ctx context.Context, app muban.App, req muban.SendRequest) (muban.Message, error)
}

// Apps knows the apps, their keys and who may act for whom.
type Apps interface {
	AlipayApp(ctx context.Context, appID string) (muban.App, error)
	OtherAlipayApps(ctx context.Context, appID string) ([]muban.App, error)
	PlatformKey(ctx context.Context, appID string) (*rsa.PrivateKey, error)
	Certificates(ctx context.Context, app muban.App, appKey *rsa.PublicKey) (messaging.Certificates, error)
	ActFor(ctx context.Context, agent muban.App, appAuthToken string) (muban.App, error)
}

var _ Service = (*messaging.Service)(nil)

// Handler serves the dialect. It must not stand behind an http.ServeMux,
// which answers unclean paths by a redirect: ask [Owns] instead.
type Handler struct {
	service Service
	methods map[string]method
	signer  *signer
}

// method serves one method of the gateway. It returns the response to encode,
// or a refusal or another error.
type method func(ctx context.Context, c *call) (response any, err error)

// New makes the handler of the dialect.
func New(service Service) *Handler {
	h := &Handler{service: service, signer: newSigner()}
	h.methods = map[string]method{
		alipay.MethodSend:         h.send,
		alipay.MethodCertDownload: h.certDownload,
		alipay.MethodOAuthToken:   h.oauthToken,
	}
	return h
}

// gatewayPath is the one path of the platform.
const gatewayPath = "/gateway.do"

// Owns reports whether a path belongs to the dialect, also where there is
// nothing at it: the gateway's and everything below.
func Owns(path string) bool {
	return strings.HasPrefix(singleSlashes(path)+"/", gatewayPath+"/")
}

// singleSlashes serves a client whose base URL ends in a slash.
func singleSlashes(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// ServeHTTP answers every request in Alipay's shape.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := httpx.Of(r)
	x.Dialect, x.Call = "alipay", "unknown"
	// The real gateway names each request so; alipay-sdk shows it as traceId.
	w.Header()["trace_id"] = []string{x.RID()}
	c := newCall()
	var response any
	err := httpx.Guard(func() (err error) {
		response, err = h.serve(r, x, c)
		return err
	})
	if err != nil {
		response = failure(w, x, err)
	} else {
		x.Code = alipay.OK().Code
	}
	h.answer(w, x, c, response)
}

// serve checks what all methods have in common, then asks the one that is
// named.
func (h *Handler) serve(r *http.Request, x *httpx.Exchange, c *call) (any, error) {
	body, unread := httpx.ReadBody(r)
	if httpx.ClientGone(unread) {
		return nil, unread
	}
	params, err := alipay.DecodeParams(r.URL.RawQuery, r.Header.Get("Content-Type"), body)
	if unread == nil {
		unread = err
	}
	c.params = params
	misplaced := checkRequest(r)
	serve := h.methods[params.Get(alipay.ParamMethod)]
	if serve != nil && misplaced == nil {
		x.Call = params.Get(alipay.ParamMethod)
	}
	// Who asks comes before what is wrong, so that the answer can be signed.
	identified := h.identify(r.Context(), c)
	x.CalledBy(c.agent)
	if misplaced != nil {
		return nil, misplaced
	}
	if unread != nil {
		return nil, unread
	}
	if identified != nil {
		return nil, identified
	}
	if err := h.checkGateway(r.Context(), c, serve != nil); err != nil {
		return nil, err
	}
	x.CalledBy(c.app) // that it was made for, where app_auth_token says so
	return serve(r.Context(), c)
}

func checkRequest(r *http.Request) *muban.Refusal {
	if singleSlashes(r.URL.Path) != gatewayPath {
		return muban.Refuse(muban.RuleRequestPath, "path", r.URL.EscapedPath())
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return muban.Refuse(muban.RuleRequestMethod, "method", r.Method)
	}
	return nil
}
