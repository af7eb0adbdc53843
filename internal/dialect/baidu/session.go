package baidu

import (
	"net/http"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/baidu"
)

// sessionKeyCall is what the call is named in metrics.
var sessionKeyCall = strings.TrimPrefix(baidu.SessionKeyPath, "/")

// sessionKey is /oauth/jscode2sessionkey (protocol.md §1.7).
func (h *Handler) sessionKey(r *http.Request, x *httpx.Exchange) (any, error) {
	params, err := readParams(r)
	if err != nil {
		return nil, err
	}
	req, err := baidu.DecodeSessionKey(params)
	if err != nil {
		return nil, err
	}
	signedIn, err := h.service.SignInByCode(r.Context(), messaging.SignIn{
		Platform: muban.Baidu, AppID: req.ClientID, Secret: req.Secret, Code: req.Code,
	})
	x.AppID = signedIn.App.ID
	if err != nil {
		return nil, err
	}
	return baidu.SessionKeyAnswer{OpenID: signedIn.User.OpenID, SessionKey: signedIn.SessionKey}, nil
}
