package messaging

import (
	"context"
	"strconv"
	"time"

	"github.com/muban-dev/muban"
)

// MintRequest asks for grants: what the platform gives when the user submits
// a form or pays.
type MintRequest struct {
	User  string // any id of the user; on Baidu it decides the login state
	Kind  muban.GrantKind
	Count int    // how many, 1 to 1000
	ID    string // the caller's own id; only with Count 1
}

// mostGrants bounds one call of MintGrants.
const mostGrants = 1000

// MintGrants makes grants for a user of an app. Asking again with the same
// own id and the same rest answers the grant that exists, and made is false.
func (s *Service) MintGrants(ctx context.Context, appID string, req MintRequest) (grants []muban.Grant, made bool, err error) {
	app, err := s.App(ctx, appID)
	if err != nil {
		return nil, false, err
	}
	rule, err := checkMint(app, req)
	if err != nil {
		return nil, false, err
	}
	user, err := s.User(ctx, app.ID, req.User)
	if err != nil {
		return nil, false, err
	}
	grants = s.newGrants(app, user, rule, req)
	stored, err := s.store.CreateGrants(ctx, grants)
	if req.ID != "" && isRule(err, muban.RuleConflict) {
		return s.sameGrant(ctx, grants[0], err)
	}
	return stored, err == nil, err
}

func checkMint(app muban.App, req MintRequest) (muban.GrantRule, error) {
	rules := muban.RulesOf(app.Platform)
	if len(rules.Grants) == 0 {
		return muban.GrantRule{}, muban.Refuse(muban.RuleNotOnPlatform, "platform", string(app.Platform), "object", "grants: following the account is enough")
	}
	rule, known := rules.Grants[req.Kind]
	if !known {
		return muban.GrantRule{}, invalid("kind", string(req.Kind), "one that "+string(app.Platform)+" has: form, payment"+orderToo(rules))
	}
	if req.Count < 1 || req.Count > mostGrants {
		return muban.GrantRule{}, invalid("count", strconv.Itoa(req.Count), "1 to 1000")
	}
	if req.ID != "" && req.Count != 1 {
		return muban.GrantRule{}, invalid("count", strconv.Itoa(req.Count), "1 where an id is given")
	}
	if req.ID != "" && !ownID(req.ID) {
		return muban.GrantRule{}, invalid("id", req.ID, "1 to 256 printable characters")
	}
	return rule, checkSendable(app.Platform, "id", req.ID, longestAlipayGrant)
}

func orderToo(rules muban.Rules) string {
	if _, has := rules.Grants[muban.GrantOrder]; has {
		return ", order"
	}
	return ""
}

func (s *Service) newGrants(app muban.App, user muban.User, rule muban.GrantRule, req MintRequest) []muban.Grant {
	now := s.clock.Now()
	// A union id or a name does not tell; whoever has an open id is logged in.
	loggedIn := req.User != user.SwanID && user.OpenID != ""
	address := user.OpenID
	if !loggedIn {
		address = user.SwanID
	}
	grants := make([]muban.Grant, req.Count)
	for i := range grants {
		id := req.ID
		if id == "" {
			id = newGrantID(app.Platform, req.Kind, user, loggedIn, now)
		}
		grants[i] = muban.Grant{
			AppID: app.ID, ID: id, Kind: req.Kind, UserNo: user.No, UserID: address, LoggedIn: loggedIn,
			Uses: rule.Uses, Remaining: rule.Uses, IssuedAt: now, ExpiresAt: now.Add(rule.Life),
		}
	}
	return grants
}

// sameGrant answers a repeated mint: the existing grant where it is the same,
// else the conflict.
func (s *Service) sameGrant(ctx context.Context, asked muban.Grant, conflict error) ([]muban.Grant, bool, error) {
	existing, err := s.store.Grant(ctx, asked.AppID, asked.ID)
	if err != nil {
		return nil, false, err
	}
	if existing.Kind != asked.Kind || existing.UserNo != asked.UserNo || existing.LoggedIn != asked.LoggedIn {
		return nil, false, conflict
	}
	return []muban.Grant{existing}, false, nil
}

// GrantQuery selects an app's grants.
type GrantQuery struct {
	User string // any id of a user; empty for all
	// ToThatID leaves out those that were issued to another id of the user.
	ToThatID bool
	State    muban.GrantState // empty for all
	// ExpiringWithin selects those that can pay now and will not when that
	// time, over 0, has passed. State is then empty or spendable.
	ExpiringWithin time.Duration
}

// Grants lists an app's grants, newest first.
func (s *Service) Grants(ctx context.Context, appID string, query GrantQuery, page muban.Page) (muban.List[muban.Grant], error) {
	if _, err := s.App(ctx, appID); err != nil {
		return muban.List[muban.Grant]{}, err
	}
	now := s.clock.Now()
	filter := muban.GrantFilter{State: query.State}
	if query.ExpiringWithin > 0 {
		if query.State != "" && query.State != muban.GrantSpendable {
			return muban.List[muban.Grant]{}, invalid("state", string(query.State), "spendable or left out where expiring_within is given")
		}
		filter.State, filter.ExpiresBy = muban.GrantSpendable, now.Add(query.ExpiringWithin)
	}
	if query.User != "" {
		user, err := s.User(ctx, appID, query.User)
		if err != nil {
			return muban.List[muban.Grant]{}, err
		}
		filter.UserNo = user.No
		if query.ToThatID {
			filter.IssuedTo = query.User
		}
	}
	return s.store.Grants(ctx, appID, filter, now, page)
}

// Grant returns one grant of an app.
func (s *Service) Grant(ctx context.Context, appID, id string) (muban.Grant, error) {
	if !plausibleID(id) {
		return muban.Grant{}, muban.Refuse(muban.RuleNotFound, "object", "grant", "id", quote(id))
	}
	return s.store.Grant(ctx, appID, id)
}
