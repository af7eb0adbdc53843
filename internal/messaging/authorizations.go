package messaging

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// authorizationLife is how long an app_auth_token lives: the platform's
// answers to its token call say a year (expires_in 31536000).
const authorizationLife = 365 * 24 * time.Hour

// IssuedAuthorization is an authorization as its owner sees it, once.
type IssuedAuthorization struct {
	Token     string
	ExpiresAt time.Time
}

// AuthorizeAgent lets agent, an Alipay app, act for another: its calls may carry the
// token that is returned. Authorizations live side by side.
func (s *Service) AuthorizeAgent(ctx context.Context, appID, agentID string) (IssuedAuthorization, error) {
	app, err := s.App(ctx, appID)
	if err != nil {
		return IssuedAuthorization{}, err
	}
	if app.Platform != muban.Alipay {
		return IssuedAuthorization{}, muban.Refuse(muban.RuleNotOnPlatform, "platform", string(app.Platform), "object", "authorizations")
	}
	agent, err := s.App(ctx, agentID)
	if err != nil {
		return IssuedAuthorization{}, err
	}
	if agent.Platform != muban.Alipay || agent.ID == app.ID {
		return IssuedAuthorization{}, invalid("app_id", agentID, "another app on alipay, which will act for "+app.ID)
	}
	now := s.clock.Now()
	text := newAuthorizationText(app.Number, now)
	authorization := muban.Authorization{
		AppID: app.ID, AgentID: agent.ID, Hash: tokenHash(text), IssuedAt: now, ExpiresAt: now.Add(authorizationLife),
	}
	if err := s.store.CreateAuthorization(ctx, authorization); err != nil {
		return IssuedAuthorization{}, err
	}
	return IssuedAuthorization{text, authorization.ExpiresAt}, nil
}

// ActFor returns the app that agent acts for by an app_auth_token.
//
// Refusals: never issued, or to another agent; expired.
func (s *Service) ActFor(ctx context.Context, agent muban.App, text string) (muban.App, error) {
	unknown := muban.Refuse(muban.RuleAuthorizationUnknown, "agent", agent.ID)
	number, ok := authorizationAppNumber(text)
	if !ok {
		return muban.App{}, unknown
	}
	app, err := s.appByNumber(ctx, number)
	if err != nil {
		return muban.App{}, orRefusal(err, unknown)
	}
	hash := tokenHash(text)
	authorization, err := s.authorizations.Get(tokenKey{app.ID, string(hash)}, func() (muban.Authorization, error) {
		return s.store.Authorization(ctx, app.ID, hash)
	})
	if err != nil {
		return muban.App{}, orRefusal(err, unknown)
	}
	if authorization.AgentID != agent.ID {
		return muban.App{}, unknown
	}
	if now := s.clock.Now(); !now.Before(authorization.ExpiresAt) {
		return muban.App{}, muban.Refuse(muban.RuleAuthorizationExpired,
			"agent", agent.ID, "app_id", app.ID, "expires_at", stamp(authorization.ExpiresAt), "now", stamp(now))
	}
	return app, nil
}

// orRefusal is the refusal where the store has not found something.
func orRefusal(err error, refusal *muban.Refusal) error {
	if notFound(err) {
		return refusal
	}
	return err
}

// An app_auth_token looks like the platform's: year and month, BB, and letters
// and digits, 40 characters in all. The first eight of these are the number of
// the app that is acted for, so that it can be found by (app, hash).
const (
	authorizationMark   = "BB"
	authorizationNumber = 8 // digits to the base of 36
	authorizationLength = 40
)

func newAuthorizationText(number int64, now time.Time) string {
	head := muban.PlatformTime(now).Format("200601") + authorizationMark
	head += fmt.Sprintf("%0*s", authorizationNumber, strconv.FormatInt(number, 36))
	return head + randomFrom(alphanumeric, authorizationLength-len(head))
}

func authorizationAppNumber(text string) (number int64, ok bool) {
	if len(text) != authorizationLength || text[6:8] != authorizationMark || strings.Trim(text, alphanumeric) != "" {
		return 0, false
	}
	number, err := strconv.ParseInt(text[8:8+authorizationNumber], 36, 64)
	return number, err == nil
}
