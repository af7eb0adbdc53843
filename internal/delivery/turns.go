package delivery

import (
	"sync/atomic"

	"github.com/muban-dev/muban"
)

// turns hand an app's callbacks to those who push them: one user's one after
// the other, beside other users'.
type turns struct {
	// ready are the users of whom nothing is being pushed; it is closed when
	// nothing is left.
	ready chan *turn
	// abreast is how many may push at once.
	abreast int
	left    atomic.Int64 // users
}

// turn is what one user, or where order is kept everybody, is still told.
type turn struct{ callbacks []muban.Callback }

// newTurns keeps the order of all callbacks unless they are many and several
// may be pushed at once.
func newTurns(callbacks []muban.Callback, abreast int) *turns {
	users := []*turn{{callbacks}}
	if len(callbacks) >= crowd && abreast > 1 {
		users = byUser(callbacks)
	}
	t := &turns{ready: make(chan *turn, len(users)), abreast: min(max(abreast, 1), len(users))}
	t.left.Store(int64(len(users)))
	for _, user := range users {
		t.ready <- user
	}
	return t
}

func byUser(callbacks []muban.Callback) []*turn {
	var users []*turn
	of := make(map[string]*turn)
	for _, c := range callbacks {
		user, known := of[c.Event.UserID]
		if !known {
			user = &turn{}
			users, of[c.Event.UserID] = append(users, user), user
		}
		user.callbacks = append(user.callbacks, c)
	}
	return users
}

// next gives the user's next callback a turn, now that the first was pushed.
func (t *turns) next(user *turn) {
	if user.callbacks = user.callbacks[1:]; len(user.callbacks) > 0 {
		t.ready <- user // which has room for every user
		return
	}
	t.drop()
}

// drop ends a user's turns.
func (t *turns) drop() {
	if t.left.Add(-1) == 0 {
		close(t.ready)
	}
}
