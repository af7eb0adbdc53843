package messaging

import (
	"context"
	"time"

	"github.com/muban-dev/muban"
)

// The lives of what Alipay answers for a login code (protocol.md §1.7).
const (
	userTokenLife = 15 * 24 * time.Hour
	refreshLife   = 30 * 24 * time.Hour
)

// UserTokenRequest is a backend's call to alipay.system.oauth.token.
type UserTokenRequest struct {
	GrantType    string // authorization_code or refresh_token
	Code         string // with authorization_code
	RefreshToken string // with refresh_token
}

// UserToken is who a login code or a refresh token stood for. No method that is
// served takes the access token, so that it is not kept; the refresh token can be
// used once.
type UserToken struct {
	User                        muban.User
	AccessToken, RefreshToken   string
	ExpiresIn, RefreshExpiresIn time.Duration
	IssuedAt                    time.Time
}

// IssueUserToken exchanges a login code, or a refresh token, of an Alipay app
// for its user.
//
// Refusals: another grant_type; code and refresh_token missing, unknown, expired
// or used.
func (s *Service) IssueUserToken(ctx context.Context, app muban.App, req UserTokenRequest) (UserToken, error) {
	const byCode, byRefresh = "authorization_code", "refresh_token"
	text, rules := req.Code, signInRules
	switch req.GrantType {
	case byCode:
		if text == "" {
			return UserToken{}, muban.Refuse(muban.RuleLoginMissing, "parameter", "code")
		}
	case byRefresh:
		if req.RefreshToken == "" {
			return UserToken{}, muban.Refuse(muban.RuleRefreshMissing, "parameter", "refresh_token")
		}
		text, rules = req.RefreshToken, refreshRules
	default:
		return UserToken{}, muban.Refuse(muban.RuleAuthGrantType, "grant_type", quote(req.GrantType), "wanted", byCode+" or "+byRefresh)
	}
	now := s.clock.Now()
	issued := UserToken{
		AccessToken: newUserTokenText(), RefreshToken: newUserTokenText(),
		ExpiresIn: userTokenLife, RefreshExpiresIn: refreshLife, IssuedAt: now,
	}
	var err error
	issued.User, err = s.useLoginCode(ctx, app, text, rules, func(used muban.LoginCode) muban.LoginCode {
		return muban.LoginCode{
			AppID: used.AppID, Hash: tokenHash(issued.RefreshToken), Use: muban.LoginRefresh,
			UserNo: used.UserNo, UserID: used.UserID, IssuedAt: now, ExpiresAt: now.Add(refreshLife),
		}
	})
	if err != nil {
		return UserToken{}, err
	}
	return issued, nil
}

// newUserTokenText looks like the platform's: authbseB and 32 digits of hex.
func newUserTokenText() string { return "authbseB" + randomHex(16) }
