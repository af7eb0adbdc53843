package wechat

import (
	"net/http"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/wechat"
)

// codeToSession is GET /sns/jscode2session (protocol.md §1.7). The platform
// takes POST too and reads the query alone: who posts a form is told that the
// appid is missing. HEAD is refused, which would use the code up unseen.
func (h *Handler) codeToSession(r *http.Request, x *httpx.Exchange) (any, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, muban.Refuse(muban.RuleRequestGet, "method", r.Method)
	}
	query := r.URL.Query()
	signedIn, err := h.service.SignInByCode(r.Context(), messaging.SignIn{
		Platform:  muban.WeChatMini,
		GrantType: query.Get("grant_type"),
		AppID:     query.Get("appid"),
		Secret:    query.Get("secret"),
		Code:      query.Get("js_code"),
	})
	x.AppID = signedIn.App.ID
	if err != nil {
		return nil, err
	}
	return wechat.SessionAnswer{SessionKey: signedIn.SessionKey, OpenID: signedIn.User.OpenID, UnionID: signedIn.User.UnionID}, nil
}
