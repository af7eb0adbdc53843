package messaging

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/muban-dev/muban"
)

const (
	// loginCodeLife is how long a login code lives (protocol.md §1.7).
	loginCodeLife = 5 * time.Minute
	// loginCodeMemory is how long after its end a code is still told from one
	// that never was.
	loginCodeMemory = 24 * time.Hour
)

// IssuedLoginCode is a login code as the phone gets it.
type IssuedLoginCode struct {
	Code      string
	ExpiresAt time.Time
}

// IssueLoginCode gives what the user's phone would get from wx.login, swan.login
// or my.getAuthCode: a code that the app's backend exchanges for who the user is.
//
// Refusals: no such user; a platform whose users do not log in so; a guest.
func (s *Service) IssueLoginCode(ctx context.Context, appID, userID string) (IssuedLoginCode, error) {
	app, err := s.App(ctx, appID)
	if err != nil {
		return IssuedLoginCode{}, err
	}
	user, err := s.User(ctx, appID, userID)
	if err != nil {
		return IssuedLoginCode{}, err
	}
	switch {
	case app.Platform == muban.WeChatOA:
		return IssuedLoginCode{}, muban.Refuse(muban.RuleNotOnPlatform, "platform", string(app.Platform), "object", "login codes")
	case user.OpenID == "":
		return IssuedLoginCode{}, muban.Refuse(muban.RuleLoginGuest, "user", quote(userID))
	}
	now := s.clock.Now()
	text := newLoginCode(app.Platform)
	code := muban.LoginCode{
		AppID: app.ID, Hash: tokenHash(text), Use: muban.LoginSignIn,
		UserNo: user.No, UserID: user.MainID(), IssuedAt: now, ExpiresAt: now.Add(loginCodeLife),
	}
	if err := s.store.CreateLoginCode(ctx, code, now.Add(-loginCodeMemory)); err != nil {
		return IssuedLoginCode{}, err
	}
	return IssuedLoginCode{text, code.ExpiresAt}, nil
}

// SignIn is a backend's call to code2session on WeChat, or to Baidu's that
// takes the app's id and secret.
type SignIn struct {
	Platform muban.Platform
	// GrantType is WeChat's; Baidu's call has none.
	GrantType     string
	AppID, Secret string
	Code          string
}

// SignedIn is who a login code stood for.
type SignedIn struct {
	App        muban.App
	User       muban.User
	SessionKey string
}

// signInCallOf: protocol.md §1.7.
func signInCallOf(p muban.Platform) (call credentialCall, codeName string) {
	if p == muban.Baidu {
		return credentialCall{[]muban.Platform{muban.Baidu}, "", "client_id", "sk"}, "code"
	}
	return credentialCall{[]muban.Platform{muban.WeChatMini}, "authorization_code", "appid", "secret"}, "js_code"
}

// SignInByCode is [Service.SignInTo] for who shows the app's id and secret.
//
// Refusals: those of the credentials, then those of SignInTo.
func (s *Service) SignInByCode(ctx context.Context, req SignIn) (SignedIn, error) {
	call, _ := signInCallOf(req.Platform)
	if req.GrantType == "" {
		req.GrantType = call.grantType // the platform serves it (protocol.md §1.7)
	}
	app, err := s.authenticate(ctx, call, credentials{req.GrantType, req.AppID, req.Secret})
	if err != nil {
		return SignedIn{}, err
	}
	return s.SignInTo(ctx, app, req.Code)
}

// SignInTo exchanges a login code for its user, once, where the app is known,
// as by its access token. The session key is made for the answer: nothing here
// is signed or encrypted with it.
//
// Refusals: the code missing, unknown, expired, used.
func (s *Service) SignInTo(ctx context.Context, app muban.App, code string) (SignedIn, error) {
	if code == "" {
		_, parameter := signInCallOf(app.Platform)
		return SignedIn{App: app}, muban.Refuse(muban.RuleLoginMissing, "parameter", parameter)
	}
	user, err := s.useLoginCode(ctx, app, code, signInRules, nil)
	if err != nil {
		return SignedIn{App: app}, err
	}
	return SignedIn{app, user, newSessionKey(app.Platform)}, nil
}

// loginRules are the refusals of one use of login codes.
type loginRules struct {
	use                    muban.LoginUse
	unknown, expired, used muban.Rule
}

var (
	signInRules  = loginRules{muban.LoginSignIn, muban.RuleLoginUnknown, muban.RuleLoginExpired, muban.RuleLoginUsed}
	refreshRules = loginRules{muban.LoginRefresh, muban.RuleRefreshUnknown, muban.RuleRefreshExpired, muban.RuleRefreshUsed}
)

// useLoginCode uses a code up and returns its user. Where next is given, the
// code that it makes is stored with it.
func (s *Service) useLoginCode(ctx context.Context, app muban.App, text string, rules loginRules, next func(muban.LoginCode) muban.LoginCode) (muban.User, error) {
	unknown := muban.Refuse(rules.unknown, "app_id", app.ID)
	now := s.clock.Now()
	var userID string
	err := s.store.UseLoginCode(ctx, app.ID, tokenHash(text), func(c *muban.LoginCode) (*muban.LoginCode, error) {
		switch {
		case c.Use != rules.use:
			return nil, unknown
		case !c.UsedAt.IsZero():
			return nil, muban.Refuse(rules.used, "used_at", stamp(c.UsedAt))
		case !now.Before(c.ExpiresAt):
			return nil, muban.Refuse(rules.expired, "issued_at", stamp(c.IssuedAt), "expires_at", stamp(c.ExpiresAt), "now", stamp(now))
		}
		c.UsedAt, userID = now, c.UserID
		if next == nil {
			return nil, nil
		}
		made := next(*c)
		return &made, nil
	})
	if err != nil {
		return muban.User{}, orRefusal(err, unknown)
	}
	return s.cachedUser(ctx, app.ID, userID)
}

// newLoginCode looks like the platform's: 32 characters, WeChat's begin with 0.
func newLoginCode(p muban.Platform) string {
	switch p {
	case muban.Alipay:
		return randomHex(16)
	case muban.Baidu:
		return randomFrom(alphanumeric, 32)
	default:
		return "0" + randomFrom(alphanumeric, 31)
	}
}

// newSessionKey: WeChat's is 16 bytes in base64, Baidu's in hex.
func newSessionKey(p muban.Platform) string {
	if p == muban.Baidu {
		return randomHex(16)
	}
	raw := make([]byte, 16)
	rand.Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}
