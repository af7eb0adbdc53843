package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func (a *api) grantRoutes() {
	handle(a, "POST /api/v1/apps/{app_id}/grants", doc{
		id: "mintGrants", tag: "grants", summary: "Mint grants", status: http.StatusCreated, answer: "The new grants.",
		repeat: "The grant of that id, which exists already and is the same.",
		text:   "What the platform hands out when a user submits a form or pays. Official accounts have none: following is enough. A caller's own `id` may be sent again with the same body; with another body it is a conflict. On Baidu a `swan_id` mints a guest's scene, an `open_id` a logged-in user's.",
	}, a.mintGrants)
	handle(a, "GET /api/v1/apps/{app_id}/grants", doc{
		id: "listGrants", tag: "grants", summary: "List an app's grants", answer: "A part of the list.",
		text: "Newest first. All parameters must match.",
	}, a.listGrants)
	handle(a, "GET /api/v1/apps/{app_id}/grants/{id}", doc{
		id: "getGrant", tag: "grants", summary: "Show a grant", answer: "The grant.",
		text: "With the messages it paid for.",
	}, a.getGrant)
}

// GrantPath is the path of a grant.
type GrantPath struct {
	AppPath
	ID string `path:"id" doc:"The grant's id." example:"e8a1c0f5b7d94f2c8a3b6d1e0f9c7a52"`
}

// Mint asks for grants.
type Mint struct {
	User  string          `json:"user" doc:"Any of the user's ids." example:"o6_bmjrPTlm6_2sgVt7hMZOPfL2M"`
	Kind  muban.GrantKind `json:"kind" enum:"form,payment,order" doc:"What the user did: wechat-mini and alipay form, payment; baidu form, payment (scene_type 2), order (3)."`
	Count int             `json:"count,omitempty" minimum:"1" maximum:"1000" default:"1" doc:"How many."`
	ID    string          `json:"id,omitempty" doc:"The caller's own id, with count 1; else the platform's format."`
}

// GrantList is what was minted.
type GrantList struct {
	Grants []Grant `json:"grants" nullable:"false" doc:"As many as were asked for."`
}

// Minted is the answer to Mint: 201, or 200 where the grant existed.
type Minted struct {
	Status int
	Body   GrantList
}

// Grant is the right to send that a user's action created.
type Grant struct {
	ID        string          `json:"id" doc:"What the platform calls form_id, prepay_id, scene_id or trade_no." example:"e8a1c0f5b7d94f2c8a3b6d1e0f9c7a52"`
	Kind      muban.GrantKind `json:"kind" enum:"form,payment,order" doc:"What the user did."`
	User      string          `json:"user" doc:"The id it was minted for." example:"o6_bmjrPTlm6_2sgVt7hMZOPfL2M"`
	Uses      int             `json:"uses" doc:"How many messages it pays for." example:"1"`
	Remaining int             `json:"remaining" doc:"How many of its uses are left." example:"1"`
	IssuedAt  Timestamp       `json:"issued_at" doc:"When the user acted."`
	ExpiresAt Timestamp       `json:"expires_at" doc:"Seven days after issue; good until, and not at, this time."`
	SpentBy   []string        `json:"spent_by" nullable:"false" doc:"The ids of the messages it paid for, in order." example:"[\"1234567890\"]"`
}

func showGrant(g muban.Grant) Grant {
	return Grant{
		ID: g.ID, Kind: g.Kind, User: g.UserID, Uses: g.Uses, Remaining: g.Remaining,
		IssuedAt: Timestamp{g.IssuedAt}, ExpiresAt: Timestamp{g.ExpiresAt},
		SpentBy: each(g.SpentBy, muban.MessageID.String),
	}
}

func (a *api) mintGrants(ctx context.Context, in *struct {
	AppPath
	Body Mint
},
) (*Minted, error) {
	grants, made, err := a.service.MintGrants(ctx, in.AppID, messaging.MintRequest{
		User: in.Body.User, Kind: in.Body.Kind, Count: in.Body.Count, ID: in.Body.ID,
	})
	status := http.StatusCreated
	if !made {
		status = http.StatusOK
	}
	return &Minted{status, GrantList{each(grants, showGrant)}}, err
}

// Within is how near something must be.
type Within struct{ time.Duration }

var errWithin = errors.New("it must be a Go duration over 0, like 24h")

// UnmarshalText reads a Go duration.
func (w *Within) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d <= 0 {
		return errWithin
	}
	w.Duration = d
	return nil
}

func (a *api) listGrants(ctx context.Context, in *struct {
	AppPath
	User           string           `query:"user" doc:"Only this user's: any of its ids."`
	Spendable      bool             `query:"spendable" doc:"Only those that can pay for one more message now: the same as state=spendable."`
	State          muban.GrantState `query:"state" enum:"spendable,spent,expired" doc:"spendable: can pay for one more message now; spent: used up; expired: over before it was used up."`
	ExpiringWithin Within           `query:"expiring_within" doc:"Only those that can pay now and will have ended when this Go duration of sandbox time has passed." example:"24h"`
	Paging
},
) (*Answer[List[Grant]], error) {
	if in.Spendable {
		if in.State != "" && in.State != muban.GrantSpendable {
			return nil, badRequest("query.state", "is "+string(in.State)+"; it must be spendable or left out where spendable is true")
		}
		in.State = muban.GrantSpendable
	}
	grants, err := a.service.Grants(ctx, in.AppID, messaging.GrantQuery{User: in.User, State: in.State, ExpiringWithin: in.ExpiringWithin.Duration}, in.page())
	return &Answer[List[Grant]]{listOf(grants, showGrant)}, err
}

func (a *api) getGrant(ctx context.Context, in *GrantPath) (*Answer[Grant], error) {
	grant, err := a.service.Grant(ctx, in.AppID, in.ID)
	return &Answer[Grant]{showGrant(grant)}, err
}
