package cloudcall

import (
	"net/http"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/cloudcall"
)

// tolerance is how far a signature's time may be from ours: the SDK asks for
// these 600 seconds in X-Signature-Expires, a header that it does not sign.
// (Tencent Cloud's other APIs allow five minutes.)
const tolerance = 600 * time.Second

// authorize returns the app that signed the request: the SecretId is its id,
// the SecretKey its secret.
func (h *Handler) authorize(r *http.Request, form cloudcall.Form) (muban.App, error) {
	signature, err := cloudcall.ReadAuthorization(r.Header, form)
	if err != nil {
		return muban.App{}, err
	}
	if err := signature.Covers(form, "action", "apiName", "requestData"); err != nil {
		return muban.App{}, err
	}
	at, err := signature.Time(r.Header)
	if err != nil {
		return muban.App{}, err
	}
	if err := messaging.Fresh(at, tolerance, h.clocks...); err != nil {
		return muban.App{}, err
	}
	signed := cloudcall.Signed{
		Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
		Header: r.Header, Form: form,
	}
	return h.service.AuthorizeSigned(r.Context(), messaging.SignedRequest{
		AppID: signature.SecretID,
		Fits:  func(secret string) bool { return signature.Verify(secret, signed, at) },
	}, muban.WeChatMini, muban.WeChatOA)
}
