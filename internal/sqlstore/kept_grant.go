package sqlstore

import (
	"slices"

	"github.com/muban-dev/muban"
)

const (
	// roomForTexts is for an app's, a grant's and a user's id: together 178
	// bytes for a Baidu form minted for a swan_id, 60 to 111 for all others.
	roomForTexts = 184
	// mostKeptUses is how often a kept grant may have been spent: platforms
	// have grants of three uses, and the last leaves nothing to keep.
	mostKeptUses = 2
)

// keptGrant is a grant without pointers.
type keptGrant struct {
	hash                         uint64 // of its key, for who keeps it
	seq, userNo, issued, expires int64  // times in milliseconds
	spentBy                      [mostKeptUses]muban.MessageID
	uses                         int32
	kind                         int8 // of grantKinds
	spent                        int8
	loggedIn                     bool
	// appEnd, idEnd and userEnd are where the ids end in texts.
	appEnd, idEnd, userEnd uint8
	texts                  [roomForTexts]byte
}

// grantKinds are the kinds by their numbers in keptGrant.
func grantKinds() [3]muban.GrantKind {
	return [3]muban.GrantKind{muban.GrantForm, muban.GrantPayment, muban.GrantOrder}
}

// keep is the grant without pointers; false for one that is used up, and for
// the unusual that does not fit.
func keep(g *muban.Grant) (k keptGrant, fits bool) {
	kinds := grantKinds()
	kind := slices.Index(kinds[:], g.Kind)
	if g.Remaining == 0 || kind < 0 || len(g.SpentBy) > mostKeptUses || len(g.AppID)+len(g.ID)+len(g.UserID) > roomForTexts {
		return keptGrant{}, false
	}
	k = keptGrant{
		seq: g.Seq, userNo: g.UserNo, issued: millis(g.IssuedAt), expires: millis(g.ExpiresAt),
		uses: int32(g.Uses), kind: int8(kind), spent: int8(len(g.SpentBy)), loggedIn: g.LoggedIn,
	}
	copy(k.spentBy[:], g.SpentBy)
	k.appEnd = uint8(copy(k.texts[:], g.AppID))
	k.idEnd = k.appEnd + uint8(copy(k.texts[k.appEnd:], g.ID))
	k.userEnd = k.idEnd + uint8(copy(k.texts[k.idEnd:], g.UserID))
	return k, int(k.uses) == g.Uses && g.Remaining == g.Uses-len(g.SpentBy)
}

func (k *keptGrant) isOf(key grantKey) bool {
	return string(k.texts[:k.appEnd]) == key.appID && string(k.texts[k.appEnd:k.idEnd]) == key.id
}

// grant is the grant again, whose key is known.
func (k *keptGrant) grant(key grantKey) muban.Grant {
	g := muban.Grant{
		AppID: key.appID, ID: key.id, Seq: k.seq, Kind: grantKinds()[k.kind],
		UserNo: k.userNo, UserID: string(k.texts[k.idEnd:k.userEnd]), LoggedIn: k.loggedIn,
		Uses: int(k.uses), Remaining: int(k.uses) - int(k.spent), IssuedAt: instant(k.issued), ExpiresAt: instant(k.expires),
	}
	if k.spent > 0 {
		g.SpentBy = slices.Clone(k.spentBy[:k.spent])
	}
	return g
}
