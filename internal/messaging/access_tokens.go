package messaging

import (
	"bytes"
	"context"
	"crypto/subtle"
	"slices"
	"time"

	"github.com/muban-dev/muban"
)

// TokenRequest asks for an access token. The kind says which call it was.
type TokenRequest struct {
	Kind      muban.TokenKind
	GrantType string
	AppID     string
	Secret    string
	// Force is stable_token's force_refresh.
	Force bool
}

// IssuedToken is an access token as its client sees it.
type IssuedToken struct {
	Text      string
	ExpiresIn time.Duration
	ExpiresAt time.Time
	App       muban.App
}

// credentialCall is what the calls by which an app shows its secret do not
// share.
type credentialCall struct {
	platforms          []muban.Platform
	grantType          string // the only one that is served
	idName, secretName string // the parameters' names on the wire
}

func tokenCallOf(kind muban.TokenKind) credentialCall {
	if kind == muban.TokenBaidu { // protocol.md §1.5
		return credentialCall{[]muban.Platform{muban.Baidu}, "client_credentials", "client_id", "client_secret"}
	}
	return credentialCall{ // protocol.md §1.1, §1.2
		[]muban.Platform{muban.WeChatMini, muban.WeChatOA}, "client_credential", "appid", "secret",
	}
}

// Limits of stable_token's force_refresh (protocol.md §1.2).
const (
	forcedRefreshesADay = 20
	forcedRefreshGap    = 30 * time.Second
)

// IssueToken checks the app's credentials and issues an access token, or
// answers the one that still stands, by the rules of its kind.
func (s *Service) IssueToken(ctx context.Context, req TokenRequest) (IssuedToken, error) {
	app, err := s.authenticate(ctx, tokenCallOf(req.Kind), credentials{req.GrantType, req.AppID, req.Secret})
	if err != nil {
		return IssuedToken{}, err
	}
	now := s.clock.Now()
	rules := muban.RulesOf(app.Platform)
	var issued muban.Token
	var text string
	scope := muban.TokenScope{AppID: app.ID, Kind: req.Kind, Now: now, Since: now.Add(-24 * time.Hour), Forget: now.Add(-7 * 24 * time.Hour)}
	if rules.TokenOverlap == 0 {
		scope.Since = now // tokens live side by side: no other is looked at
	}
	err = s.store.UpdateTokens(ctx, scope, func(recent []muban.Token) ([]muban.Token, error) {
		req.Force = req.Force && mayForce(recent, now)
		if current, standing := standingToken(app, req, recent, now, rules.TokenOverlap); standing {
			issued, text = current, weChatTokenText(app, req.Kind, current.Seed)
			return nil, nil
		}
		issued, text = newToken(app, req, now, rules.TokenLife)
		return append(supersede(recent, req, now, rules.TokenOverlap), issued), nil
	})
	if notFound(err) { // the app was deleted since its secret was looked at
		err = muban.Refuse(muban.RuleAuthAppUnknown, "app_id", quote(req.AppID))
	}
	if err != nil {
		return IssuedToken{}, err
	}
	s.tokens.Clear() // older tokens may have got an end
	return IssuedToken{Text: text, ExpiresIn: issued.ExpiresAt.Sub(now), ExpiresAt: issued.ExpiresAt, App: app}, nil
}

// credentials are what an app shows in such a call.
type credentials struct{ GrantType, AppID, Secret string }

// authenticate checks grant_type, the app's id and its secret, in that order.
func (s *Service) authenticate(ctx context.Context, call credentialCall, req credentials) (muban.App, error) {
	if req.GrantType != call.grantType {
		return muban.App{}, muban.Refuse(muban.RuleAuthGrantType, "grant_type", quote(req.GrantType), "wanted", call.grantType)
	}
	if req.AppID == "" {
		return muban.App{}, muban.Refuse(muban.RuleAuthAppMissing, "parameter", call.idName)
	}
	unknown := muban.Refuse(muban.RuleAuthAppUnknown, "app_id", quote(req.AppID))
	if !plausibleID(req.AppID) {
		return muban.App{}, unknown
	}
	app, err := s.store.App(ctx, req.AppID)
	if notFound(err) || err == nil && !slices.Contains(call.platforms, app.Platform) {
		return muban.App{}, unknown
	}
	if err != nil {
		return muban.App{}, err
	}
	if req.Secret == "" {
		return muban.App{}, muban.Refuse(muban.RuleAuthNoSecret, "parameter", call.secretName)
	}
	if subtle.ConstantTimeCompare([]byte(req.Secret), []byte(app.Secret)) != 1 {
		return muban.App{}, muban.Refuse(muban.RuleAuthSecret, "app_id", app.ID)
	}
	return app, nil
}

// standingToken is the token that stable_token answers again: the newest one,
// until five minutes before its end, unless force_refresh replaces it.
func standingToken(app muban.App, req TokenRequest, recent []muban.Token, now time.Time, overlap time.Duration) (muban.Token, bool) {
	// The newest is the one that nothing has replaced. Its place in recent does
	// not tell, where two were issued in the same millisecond.
	i := slices.IndexFunc(recent, func(t muban.Token) bool { return t.DeadAt.IsZero() && now.Before(t.ExpiresAt) })
	if req.Kind != muban.TokenStable || req.Force || i < 0 {
		return muban.Token{}, false
	}
	newest := recent[i]
	// After a reset of the secret the text cannot be made again.
	if !bytes.Equal(tokenHash(weChatTokenText(app, req.Kind, newest.Seed)), newest.Hash) {
		return muban.Token{}, false
	}
	return newest, now.Before(newest.ExpiresAt.Add(-overlap))
}

// mayForce says whether force_refresh has an effect now: at most 20 a day, at
// least 30 seconds after the one before.
func mayForce(recent []muban.Token, now time.Time) bool {
	today, last := 0, time.Time{}
	for _, t := range recent {
		if !t.Forced {
			continue
		}
		if muban.DayOf(t.IssuedAt) == muban.DayOf(now) {
			today++
		}
		if t.IssuedAt.After(last) {
			last = t.IssuedAt
		}
	}
	return today < forcedRefreshesADay && now.Sub(last) >= forcedRefreshGap
}

// supersede gives the tokens that a new one replaces their end: the overlap.
// A forced refresh also ends, at once, those that were in their overlap: two
// of them make a leaked token useless (protocol.md §1.2).
func supersede(recent []muban.Token, req TokenRequest, now time.Time, overlap time.Duration) []muban.Token {
	var changed []muban.Token
	for _, t := range recent {
		switch {
		case !now.Before(t.ExpiresAt): // over already: stays "expired"
		case t.DeadAt.IsZero():
			t.DeadAt = now.Add(overlap)
			changed = append(changed, t)
		case req.Force && now.Before(t.DeadAt):
			t.DeadAt = now
			changed = append(changed, t)
		}
	}
	return changed
}

func newToken(app muban.App, req TokenRequest, now time.Time, life time.Duration) (muban.Token, string) {
	seed := newTokenSeed()
	expires := now.Add(life)
	var text string
	if req.Kind == muban.TokenBaidu {
		text = baiduTokenText(app, seed, int64(life/time.Second), expires.Unix())
	} else {
		text = weChatTokenText(app, req.Kind, seed)
	}
	return muban.Token{
		AppID: app.ID, Hash: tokenHash(text), Seed: seed, Kind: req.Kind,
		Forced: req.Force, IssuedAt: now, ExpiresAt: expires,
	}, text
}
