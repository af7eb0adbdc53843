package sqlstore

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Two nodes whose groups lock the same rows in different orders wait for each
// other, until the database gives one of them up after a second
// (deadlock_timeout). So all groups lock in one order: first what other work
// than sends does, by its place, then the days' counters of the sends, in key
// order (see openBooks). Whoever stores something for an app holds the app
// before, or has it for itself; so who deletes the app waits for that before it
// has anything.

// place says where other work than a send stands among that of its group, on a
// database that others share: by what it locks, then by key. Work without a
// place locks whatever it likes, and has a transaction of its own.
type place struct {
	locks lockKind
	key   string
}

// lockKind is what a work locks, in the order in which groups do. What it only
// holds does not count: only a deletion waits for that, alone.
type lockKind int

const (
	// locksApp: an app's row, and under it what is decided for the app. The key
	// is the app.
	locksApp lockKind = iota + 1
	// locksUserIDs, locksGrantIDs: ids that another node may be storing now.
	locksUserIDs
	locksGrantIDs
	// locksCode: a login code; locksOldCodes: those of an app that have expired
	// and nobody else has.
	locksCode
	locksOldCodes
	// locksMark: a user's mark, and under it the user's messages.
	locksMark
	// locksLease: callbacks that no other node has, being leased to this one.
	locksLease
)

// of is the place of work on what an app's id, and perhaps an id within the app,
// stands for.
func (l lockKind) of(appID, id string) place { return place{l, appID + "\x00" + id} }

// ofUser is of for a user's number.
func (l lockKind) ofUser(user owner) place {
	return l.of(user.appID, fmt.Sprintf("%019d", user.userNo))
}

// inOrder divides what was gathered into the groups to commit, one after the
// other: the sends with the work that has a place, in the order of places; and
// each work without one. Where one process has the database alone nobody waits
// for a lock, and all is one group.
func (s *Store) inOrder(gathered []*job) [][]*job {
	if !s.shared || !slices.ContainsFunc(gathered, func(j *job) bool { return j.work != nil }) {
		return [][]*job{gathered}
	}
	together := make([]*job, 0, len(gathered))
	groups := make([][]*job, 1, 2) // the sends first
	for _, j := range gathered {
		if j.work != nil && j.place == (place{}) {
			groups = append(groups, []*job{j})
		} else {
			together = append(together, j)
		}
	}
	if len(together) == 0 {
		return groups[1:]
	}
	slices.SortStableFunc(together, func(x, y *job) int {
		return cmp.Or(cmp.Compare(x.place.locks, y.place.locks), strings.Compare(x.place.key, y.place.key))
	})
	groups[0] = together
	return groups
}
