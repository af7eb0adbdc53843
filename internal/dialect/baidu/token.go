package baidu

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/baidu"
)

// token is /oauth/2.0/token (protocol.md §1.5). A scope that is missing or
// another is not looked at.
func (h *Handler) token(r *http.Request, x *httpx.Exchange) (any, error) {
	params, err := readParams(r)
	if err != nil {
		return nil, err
	}
	req, err := baidu.DecodeToken(params)
	if err != nil {
		return nil, err
	}
	if req.GrantType == "" {
		return nil, muban.Refuse(muban.RuleRequestParameter,
			"parameter", "grant_type", "value", "missing or empty", "wanted", "client_credentials")
	}
	issued, err := h.service.IssueToken(r.Context(), messaging.TokenRequest{
		Kind:      muban.TokenBaidu,
		GrantType: req.GrantType,
		AppID:     req.ClientID,
		Secret:    req.ClientSecret,
	})
	if err != nil {
		return nil, err
	}
	x.CalledBy(issued.App)
	return baidu.TokenAnswer{
		AccessToken:  issued.Text,
		ExpiresIn:    int64(issued.ExpiresIn / time.Second),
		RefreshToken: refreshToken(issued.Text),
		Scope:        baidu.Scope,
	}, nil
}

// refreshToken stands in for the refresh token that clients expect to store.
// It looks like one and is good for nothing: grant_type=refresh_token is
// refused as unsupported, since an app gets a new access token by its secret
// at any time.
func refreshToken(accessToken string) string {
	sum := sha256.Sum256([]byte("refresh token of " + accessToken))
	_, rest, _ := strings.Cut(strings.TrimPrefix(accessToken, "24."), ".")
	return "25." + hex.EncodeToString(sum[:16]) + "." + rest
}
