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
	// slots is a ring by age, of most places; the oldest makes room.
	slots []keptGrant
	most  int
	next  int
	// places are the slots of grants by the hash of their keys. A slot that is
	// not the place of its own hash is dead.
	places map[uint64]int32
}

// mostRecent bounds the memory: about 230 bytes a grant.
const mostRecent = 1 << 16

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
	return r.slots[slot].grant(key), true
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
	case g.Remaining == 0 || !fits:
		if found {
			delete(r.places, hash)
		}
		return
	case found:
	case len(r.slots) < r.most:
		slot = int32(len(r.slots))
		r.slots = append(r.slots, keptGrant{})
	default:
		slot = int32(r.next)
		r.next = (r.next + 1) % r.most
		if oldest := r.slots[slot].hash; r.places[oldest] == slot {
			delete(r.places, oldest)
		}
	}
	kept.hash = hash
	r.slots[slot] = kept
	r.places[hash] = slot
}

// find is the slot of a grant, and the hash of its key in any case.
func (r *recentGrants) find(key grantKey) (slot int32, hash uint64, found bool) {
	hash = maphash.Comparable(r.seed, key)
	slot, found = r.places[hash]
	return slot, hash, found && r.slots[slot].isOf(key)
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
	r.slots, r.next = r.slots[:0], 0
}
