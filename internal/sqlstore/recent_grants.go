package sqlstore

import (
	"hash/maphash"

	"github.com/muban-dev/muban"
)

// recentGrants keeps the grants that were minted or used last in memory, so
// that the usual send, which follows its user's action soon, reads none from
// the database. That is sound because one process alone has the database open
// and all its writes go through the committer, to which alone this belongs:
// what is kept here is what the last commit stored. On a database that others
// share there is none: a nil one keeps nothing.
//
// Nothing in it is a pointer, so that the garbage collector does not look at it:
// three quarters of its work was to look at so many grants again and again.
type recentGrants struct {
	seed maphash.Seed
	// parts hold a ring of slots by age, of which used were filled so far; the
	// oldest makes room. A slice that grew would leave as much behind again.
	parts      []*[partOfRecent]keptGrant
	used, most int
	next       int
	// places are the slots of grants by the hash of their keys. A slot that is
	// not the place of its own hash is dead.
	places map[uint64]int32
}

const (
	// mostRecent bounds the memory: 256 bytes a grant, and its place.
	mostRecent   = 48 << 10
	partOfRecent = 256
)

func newRecentGrants(most int) *recentGrants {
	return &recentGrants{seed: maphash.MakeSeed(), most: most, places: make(map[uint64]int32)}
}

func (r *recentGrants) get(key grantKey) (muban.Grant, bool) {
	if r == nil {
		return muban.Grant{}, false
	}
	slot, _, found := r.find(key)
	if !found {
		return muban.Grant{}, false
	}
	return r.slot(slot).grant(key), true
}

// put keeps a grant as it was just committed. A spent one is of no more use.
func (r *recentGrants) put(g muban.Grant) {
	if r == nil {
		return
	}
	key := grantKey{g.AppID, g.ID}
	slot, hash, found := r.find(key)
	kept, fits := keep(&g)
	switch {
	case !fits:
		if found {
			delete(r.places, hash)
		}
		return
	case found:
	case r.used < r.most:
		slot = int32(r.used)
		if r.used++; r.used > len(r.parts)*partOfRecent {
			r.parts = append(r.parts, new([partOfRecent]keptGrant))
		}
	default:
		slot = int32(r.next)
		r.next = (r.next + 1) % r.most
		if oldest := r.slot(slot).hash; r.places[oldest] == slot {
			delete(r.places, oldest)
		}
	}
	kept.hash = hash
	*r.slot(slot) = kept
	r.places[hash] = slot
}

func (r *recentGrants) slot(number int32) *keptGrant {
	return &r.parts[number/partOfRecent][number%partOfRecent]
}

// find is the slot of a grant, and the hash of its key in any case.
func (r *recentGrants) find(key grantKey) (slot int32, hash uint64, found bool) {
	hash = maphash.Comparable(r.seed, key)
	slot, found = r.places[hash]
	return slot, hash, found && r.slot(slot).isOf(key)
}

// remove drops some that are deleted.
func (r *recentGrants) remove(keys []grantKey) {
	if r == nil {
		return
	}
	for _, key := range keys {
		if _, hash, found := r.find(key); found {
			delete(r.places, hash)
		}
	}
}

// forget drops everything: after a deletion, or when it is not known what a
// commit stored.
func (r *recentGrants) forget() {
	if r == nil {
		return
	}
	clear(r.places)
	r.used, r.next = 0, 0
}
