package muban

import "time"

// GrantKind is the user's action that created a grant.
type GrantKind string

// The kinds of grant and the platforms' names for them.
const (
	GrantForm    GrantKind = "form"    // form_id; Baidu scene_type 1
	GrantPayment GrantKind = "payment" // prepay_id, trade_no; Baidu scene_type 2
	GrantOrder   GrantKind = "order"   // Baidu scene_type 3
)

// SceneType is Baidu's number of the kind (seed 000, scene_type); 0 for a
// kind that Baidu does not have.
func (k GrantKind) SceneType() int {
	switch k {
	case GrantForm:
		return 1
	case GrantPayment:
		return 2
	case GrantOrder:
		return 3
	}
	return 0
}

// GrantKindOfScene is the kind of Baidu's scene_type; empty for any number
// but 1, 2 and 3.
func GrantKindOfScene(sceneType int64) GrantKind {
	for _, k := range []GrantKind{GrantForm, GrantPayment, GrantOrder} {
		if int64(k.SceneType()) == sceneType {
			return k
		}
	}
	return ""
}

// Grant is the right to send that a user's action created. It belongs to one
// user of one app, pays for a number of messages and ends after seven days.
type Grant struct {
	AppID string
	// ID is what the platform calls form_id, prepay_id, scene_id or trade_no.
	ID   string
	Seq  int64 // orders lists by issue
	Kind GrantKind
	// UserNo is the owner; UserID the id it was minted for.
	UserNo int64
	UserID string
	// LoggedIn is Baidu's login state: minted for an open_id, not a swan_id.
	LoggedIn bool

	Uses, Remaining     int
	IssuedAt, ExpiresAt time.Time
	// SpentBy are the messages it paid for, in order.
	SpentBy []MessageID
}

// Expired reports whether the grant has ended at now. A grant is good until,
// and not at, its last millisecond.
func (g Grant) Expired(now time.Time) bool { return !now.Before(g.ExpiresAt) }

// Spendable reports whether the grant can pay for one more message at now.
func (g Grant) Spendable(now time.Time) bool { return g.Remaining > 0 && !g.Expired(now) }

// GrantState says whether a grant can still pay.
type GrantState string

// The states of a grant. A grant that is used up is spent, also once its time is
// over.
const (
	GrantSpendable GrantState = "spendable"
	GrantSpent     GrantState = "spent"
	GrantExpired   GrantState = "expired"
)

// Ledger is what is known about the right to send at the moment a send is
// decided, read under the store's locks.
type Ledger struct {
	// Grant is the app's grant of the id that was sent; nil if it has none.
	Grant *Grant
	// SentToday counts the app's accepted sends of the message's day.
	SentToday int64
}
