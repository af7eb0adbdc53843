package sqlstore

import "github.com/muban-dev/muban"

// recentGrants keeps the grants that were minted or used last in memory, so
// that the usual send, which follows its user's action soon, reads none from
// the database. That is sound because one process alone has the database open
// and all its writes go through the committer, to which alone this belongs:
// what is kept here is what the last commit stored. On a database that others
// share there is none: a nil one keeps nothing.
type recentGrants struct {
	kept map[grantKey]muban.Grant
	// order is a ring of the keys by age; the oldest makes room.
	order []grantKey
	next  int
}

// mostRecent bounds the memory: about 400 bytes a grant.
const mostRecent = 1 << 16

func newRecentGrants() *recentGrants {
	return &recentGrants{kept: make(map[grantKey]muban.Grant)}
}

func (r *recentGrants) get(key grantKey) (muban.Grant, bool) {
	if r == nil {
		return muban.Grant{}, false
	}
	g, found := r.kept[key]
	return g, found
}

// put keeps a grant as it was just committed. A spent one is of no more use.
func (r *recentGrants) put(g muban.Grant) {
	if r == nil {
		return
	}
	key := grantKey{g.AppID, g.ID}
	_, known := r.kept[key]
	switch {
	case g.Remaining == 0:
		delete(r.kept, key)
		return
	case known:
	case len(r.order) < mostRecent:
		r.order = append(r.order, key)
	default:
		delete(r.kept, r.order[r.next])
		r.order[r.next] = key
		r.next = (r.next + 1) % mostRecent
	}
	r.kept[key] = g
}

// remove drops some that are deleted.
func (r *recentGrants) remove(keys []grantKey) {
	if r == nil {
		return
	}
	for _, key := range keys {
		delete(r.kept, key)
	}
}

// forget drops everything: after a deletion, or when it is not known what a
// commit stored.
func (r *recentGrants) forget() {
	if r == nil {
		return
	}
	clear(r.kept)
	r.order, r.next = r.order[:0], 0
}
