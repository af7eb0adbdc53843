package messaging

import (
	"context"
	"time"

	"github.com/muban-dev/muban"
)

// Hosting is the plain-HTTP form of cloud calls, which WeChat's cloud hosting
// has (微信云托管): what comes from inside needs no access token, anybody else
// sends a cloudbase_access_token.
type Hosting struct {
	service *Service
	appID   string
}

// NewHosting makes the cloud hosting of one app. That the app exists is looked
// up at each call, so that it may be made later.
func NewHosting(service *Service, appID string) *Hosting {
	return &Hosting{service, appID}
}

const (
	cloudTokenName = "cloudbase_access_token"
	// cloudTokenLife: a token is good for 30 minutes; the platform pushes one
	// every ten, so that several are (protocol.md §6).
	cloudTokenLife = 30 * time.Minute
)

// Authorize returns the app that a call is made for. token is the
// cloudbase_access_token; empty stands for the app whose hosting this is, and
// it is for the caller of Authorize to know that the call comes from inside.
//
// Refusals: those of an access token, no such app, and those of
// [Service.AuthorizeCloud].
func (h *Hosting) Authorize(ctx context.Context, token string, call CloudCall, wanted ...muban.Platform) (muban.App, error) {
	caller, err := h.caller(ctx, token)
	if err != nil {
		return muban.App{}, err
	}
	return h.service.AuthorizeCloud(ctx, caller, call, wanted...)
}

func (h *Hosting) caller(ctx context.Context, token string) (muban.App, error) {
	if token == "" {
		app, err := h.service.cachedApp(ctx, h.appID)
		if notFound(err) {
			err = muban.Refuse(muban.RuleAuthAppUnknown, "app_id", quote(h.appID))
		}
		return app, err
	}
	app, stored, err := h.service.liveToken(ctx, token)
	if err == nil && stored.Kind != muban.TokenCloud {
		err = muban.Refuse(muban.RuleTokenUse, "issued", "access_token", "sent", cloudTokenName)
	}
	return app, err
}

// IssueToken issues a cloudbase_access_token of a WeChat app. Those that were
// issued before stay good.
func (h *Hosting) IssueToken(ctx context.Context, appID string) (IssuedToken, error) {
	app, err := h.service.App(ctx, appID)
	if err != nil {
		return IssuedToken{}, err
	}
	if app.Platform != muban.WeChatMini && app.Platform != muban.WeChatOA {
		return IssuedToken{}, muban.Refuse(muban.RuleNotOnPlatform, "platform", string(app.Platform), "object", cloudTokenName)
	}
	now := h.service.clock.Now()
	token, text := newToken(app, TokenRequest{Kind: muban.TokenCloud}, now, cloudTokenLife)
	scope := muban.TokenScope{AppID: app.ID, Kind: muban.TokenCloud, Now: now, Since: now, Forget: now.Add(-7 * 24 * time.Hour)}
	err = h.service.store.UpdateTokens(ctx, scope, func([]muban.Token) ([]muban.Token, error) {
		return []muban.Token{token}, nil
	})
	return IssuedToken{Text: text, ExpiresAt: token.ExpiresAt, ExpiresIn: cloudTokenLife, App: app}, err
}
