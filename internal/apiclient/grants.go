package apiclient

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/muban-dev/muban"
)

// Grant is the right to send that a user's action created.
type Grant struct {
	ID        string          `json:"id"`
	Kind      muban.GrantKind `json:"kind"`
	User      string          `json:"user"`
	Uses      int             `json:"uses"`
	Remaining int             `json:"remaining"`
	IssuedAt  time.Time       `json:"issued_at"`
	ExpiresAt time.Time       `json:"expires_at"`
	SpentBy   []string        `json:"spent_by"`
}

// Mint asks for grants: what the platform gives when a user submits a form or
// pays. Without a Count it is one grant; an empty ID is generated.
type Mint struct {
	User  string          `json:"user"`
	Kind  muban.GrantKind `json:"kind"`
	Count *int            `json:"count,omitempty"`
	ID    string          `json:"id,omitempty"`
}

// Minted are the grants that a mint made, or found where its ID was known.
type Minted struct {
	Grants []Grant `json:"grants"`
}

// GrantQuery selects an app's grants; zero members select everything.
type GrantQuery struct {
	User           string // any of the user's ids
	State          muban.GrantState
	ExpiringWithin time.Duration // over 0: those that end by then
}

// MintGrants makes grants for a user of an app.
func (c *Client) MintGrants(ctx context.Context, appID string, m Mint) (Answer[Minted], error) {
	return do[Minted](ctx, c, call{method: http.MethodPost, path: appPath(appID, "grants"), body: m})
}

// Grants lists an app's grants.
func (c *Client) Grants(ctx context.Context, appID string, q GrantQuery, limit int) (Answer[List[Grant]], error) {
	query := url.Values{}
	if q.User != "" {
		query.Set("user", q.User)
	}
	if q.State != "" {
		query.Set("state", string(q.State))
	}
	if q.ExpiringWithin > 0 {
		query.Set("expiring_within", q.ExpiringWithin.String())
	}
	return follow[List[Grant]](ctx, c, call{path: appPath(appID, "grants"), query: query}, limit)
}

// Grant shows a grant.
func (c *Client) Grant(ctx context.Context, appID, id string) (Answer[Grant], error) {
	return do[Grant](ctx, c, call{method: http.MethodGet, path: appPath(appID, "grants", id)})
}
