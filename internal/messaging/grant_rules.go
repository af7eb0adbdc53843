package messaging

import (
	"strconv"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// The rules here decide whether a grant pays for a send. They are pure: the
// store calls them under its locks with the grant as it is at that moment.

// weChatMiniGrant: seed 002, 41028 (unknown, expired, another user's) and
// 41029 (spent).
func weChatMiniGrant(g *muban.Grant, m *muban.Message) *muban.Refusal {
	if g == nil {
		return unknownGrant(m)
	}
	if refusal := grantOwner(g, m); refusal != nil {
		return refusal
	}
	return grantSpendable(g, m.AcceptedAt)
}

func unknownGrant(m *muban.Message) *muban.Refusal {
	return muban.Refuse(muban.RuleGrantUnknown, "app_id", m.AppID, "grant_id", quote(m.GrantID))
}

func grantOwner(g *muban.Grant, m *muban.Message) *muban.Refusal {
	if g.UserNo == m.UserNo {
		return nil
	}
	return muban.Refuse(muban.RuleGrantOwner, "grant_id", g.ID, "kind", string(g.Kind), "owner", g.UserID, "user", quote(m.UserID))
}

func grantSpendable(g *muban.Grant, now time.Time) *muban.Refusal {
	if g.Expired(now) {
		return muban.Refuse(muban.RuleGrantExpired, "grant_id", g.ID, "kind", string(g.Kind),
			"issued_at", stamp(g.IssuedAt), "expires_at", stamp(g.ExpiresAt), "now", stamp(now))
	}
	if g.Remaining <= 0 {
		return muban.Refuse(muban.RuleGrantSpent, "grant_id", g.ID, "kind", string(g.Kind),
			"uses", strconv.Itoa(g.Uses), "spent_by", spenders(g.SpentBy))
	}
	return nil
}

func spenders(ids []muban.MessageID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id.String()
	}
	return strings.Join(names, ", ")
}
