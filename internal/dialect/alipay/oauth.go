package alipay

import (
	"context"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/alipay"
)

// oauthToken is alipay.system.oauth.token: who a login code stands for
// (protocol.md §1.7).
func (h *Handler) oauthToken(ctx context.Context, c *call) (any, error) {
	return userToken(ctx, h.service, c.app, messaging.UserTokenRequest{
		GrantType:    c.text(c.params.Get(alipay.ParamGrantType)),
		Code:         c.params.Get(alipay.ParamCode),
		RefreshToken: c.params.Get(alipay.ParamRefreshToken),
	})
}

func userToken(ctx context.Context, service Service, app muban.App, req messaging.UserTokenRequest) (any, error) {
	issued, err := service.IssueUserToken(ctx, app, req)
	if err != nil {
		return nil, err
	}
	return alipay.OAuthToken{
		AccessToken: issued.AccessToken, RefreshToken: issued.RefreshToken,
		AuthStart: muban.PlatformTime(issued.IssuedAt).Format("2006-01-02 15:04:05"),
		ExpiresIn: int64(issued.ExpiresIn / time.Second), ReExpiresIn: int64(issued.RefreshExpiresIn / time.Second),
		UserID: issued.User.OpenID, OpenID: issued.User.AlipayOpenID,
	}, nil
}
