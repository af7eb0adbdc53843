package wechat

import (
	"net/http"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/wechat"
)

// token is GET /cgi-bin/token (protocol.md §1.1). The platform takes POST too
// and reads the query alone: who posts a form is told that there is no
// grant_type. HEAD is refused: nobody would see the token that it had issued,
// and the one before would get its end.
func (h *Handler) token(r *http.Request, x *httpx.Exchange) (any, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, muban.Refuse(muban.RuleRequestGet, "method", r.Method)
	}
	query := r.URL.Query()
	return h.issue(r, x, messaging.TokenRequest{
		Kind:      muban.TokenPlain,
		GrantType: query.Get("grant_type"),
		AppID:     query.Get("appid"),
		Secret:    query.Get("secret"),
	})
}

// stableToken is POST /cgi-bin/stable_token (protocol.md §1.2).
func (h *Handler) stableToken(r *http.Request, x *httpx.Exchange) (any, error) {
	body, err := postBody(r)
	if err != nil {
		return nil, err
	}
	req, err := wechat.DecodeStableToken(body)
	if err != nil {
		return nil, err
	}
	return h.issue(r, x, messaging.TokenRequest{
		Kind:      muban.TokenStable,
		GrantType: req.GrantType,
		AppID:     req.AppID,
		Secret:    req.Secret,
		Force:     req.ForceRefresh,
	})
}

func (h *Handler) issue(r *http.Request, x *httpx.Exchange, req messaging.TokenRequest) (any, error) {
	issued, err := h.service.IssueToken(r.Context(), req)
	if err != nil {
		return nil, err
	}
	x.CalledBy(issued.App)
	return wechat.TokenAnswer{
		AccessToken: issued.Text,
		// Rounded down, so that no client trusts a token beyond its end; not
		// to 0, which would have it ask again at once and forever.
		ExpiresIn: max(1, int64(issued.ExpiresIn/time.Second)),
	}, nil
}
