package messaging

import (
	"context"
	"slices"
	"strings"

	"github.com/muban-dev/muban"
)

// Authorize returns the app whose access token this is. The app must be on
// one of the wanted platforms.
//
// Refusals: token missing; unknown, malformed or superseded; expired; a
// cloudbase_access_token; good, but of an app on another platform of the same
// family (WeChat's two).
func (s *Service) Authorize(ctx context.Context, text string, wanted ...muban.Platform) (muban.App, error) {
	if text == "" {
		return muban.App{}, muban.Refuse(muban.RuleTokenMissing)
	}
	app, token, err := s.liveToken(ctx, text)
	if err != nil {
		return muban.App{}, err
	}
	if token.Kind == muban.TokenCloud {
		return muban.App{}, muban.Refuse(muban.RuleTokenUse, "issued", cloudTokenName, "sent", "access_token")
	}
	if refusal := wrongPlatform(app, token.Kind, wanted); refusal != nil {
		return muban.App{}, refusal
	}
	return app, nil
}

// liveToken finds the app and the token of a token's text, which must be
// alive.
func (s *Service) liveToken(ctx context.Context, text string) (muban.App, muban.Token, error) {
	app, token, err := s.tokenOf(ctx, text)
	if err != nil {
		return app, token, err
	}
	now := s.clock.Now()
	// One that was replaced in its last five minutes lived to its own end, and
	// stays expired.
	superseded := !token.DeadAt.IsZero() && token.DeadAt.Before(token.ExpiresAt)
	if superseded && !now.Before(token.DeadAt) {
		return app, token, muban.Refuse(muban.RuleTokenSuperseded, "app_id", app.ID, "issued_at", stamp(token.IssuedAt), "dead_at", stamp(token.DeadAt))
	}
	if !now.Before(token.ExpiresAt) {
		return app, token, muban.Refuse(muban.RuleTokenExpired, "app_id", app.ID, "issued_at", stamp(token.IssuedAt), "expires_at", stamp(token.ExpiresAt), "now", stamp(now))
	}
	return app, token, nil
}

// tokenOf finds the app and the stored token of a token's text.
func (s *Service) tokenOf(ctx context.Context, text string) (muban.App, muban.Token, error) {
	ref, err := s.tokenRefs.Get(text, func() (tokenRef, error) { return readToken(text) })
	if err != nil {
		return muban.App{}, muban.Token{}, err
	}
	app, err := s.appByNumber(ctx, ref.appNumber)
	if err != nil {
		return app, muban.Token{}, orUnknownToken(err)
	}
	token, err := s.tokens.Get(tokenKey{app.ID, ref.hash}, func() (muban.Token, error) {
		return s.store.Token(ctx, app.ID, []byte(ref.hash))
	})
	if notFound(err) {
		return app, token, forgotten(app, text)
	}
	return app, token, err
}

// forgotten is the refusal of a token that names an app and is not stored. Of
// WeChat's it can be told whether it once was.
func forgotten(app muban.App, text string) *muban.Refusal {
	if issuedOnce(app, text) {
		return muban.Refuse(muban.RuleTokenRevoked, "app_id", app.ID)
	}
	refusal := muban.Refuse(muban.RuleTokenUnknown)
	refusal.Values["app_id"] = app.ID
	return refusal
}

// tokenRef is what a token's text says by itself.
type tokenRef struct {
	appNumber int64
	hash      string
}

func readToken(text string) (tokenRef, error) {
	number, ok := tokenAppNumber(text)
	if !ok {
		return tokenRef{}, muban.Refuse(muban.RuleTokenUnknown)
	}
	return tokenRef{number, string(tokenHash(text))}, nil
}

func orUnknownToken(err error) error {
	if notFound(err) {
		return muban.Refuse(muban.RuleTokenUnknown)
	}
	return err
}

// wrongPlatform refuses a token of another platform than the call's. On
// WeChat its two platforms know each other's tokens; nobody knows a stranger's.
func wrongPlatform(app muban.App, kind muban.TokenKind, wanted []muban.Platform) *muban.Refusal {
	if slices.Contains(wanted, app.Platform) {
		return nil
	}
	rule := muban.RuleTokenPlatform
	if (kind == muban.TokenBaidu) != slices.Contains(wanted, muban.Baidu) {
		rule = muban.RuleTokenStranger
	}
	return muban.Refuse(rule, "app_id", app.ID, "platform", string(app.Platform), "wanted", platformNames(wanted))
}

func platformNames(platforms []muban.Platform) string {
	names := make([]string, len(platforms))
	for i, p := range platforms {
		names[i] = string(p)
	}
	return strings.Join(names, " or ")
}
