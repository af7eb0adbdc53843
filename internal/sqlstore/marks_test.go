package sqlstore

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
)

// TestMarksBesideRetention: what is unread agrees with the messages that are
// left, and nobody waits for each other, while one node reads an inbox and moves
// its mark and another deletes what is old in it.
func TestMarksBesideRetention(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	nodes := [2]*Store{wary(t, address), wary(t, address)}
	nodes[0].settled = -time.Hour
	a := newAppOfTwo(t, nodes[0], "app")
	for round := range 12 {
		readAndForget(t, nodes, a, round)
	}
	for i := range a.users {
		left, unread, err := nodes[1].Inbox(t.Context(), muban.InboxOwners{AppID: a.app.ID, UserNo: a.users[i].No}, muban.Page{Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		want := int64(0)
		for _, m := range left.Items {
			if m.ReadAt.IsZero() {
				want++
			}
		}
		if unread != want {
			t.Errorf("user %d: %d unread, of %d messages %d are", i, unread, len(left.Items), want)
		}
	}
	if n := nodes[0].engine.(*waryEngine).deadlocks.Load(); n > 0 {
		t.Errorf("the database ended %d waits in a circle", n)
	}
}

// readAndForget has messages accepted, and then their owners read them and look
// at their inboxes while all of them are deleted.
func readAndForget(t *testing.T, nodes [2]*Store, a appOfTwo, round int) {
	t.Helper()
	sent := make([]muban.Message, 24*len(a.users))
	var busy sync.WaitGroup
	for i := range sent {
		busy.Go(func() {
			var err error
			if sent[i], err = nodes[0].Accept(t.Context(), a.send(i%len(a.users))); err != nil {
				t.Error(err)
			}
		})
	}
	busy.Wait()
	for i, user := range a.users {
		if round%2 == 0 {
			busy.Go(func() {
				if _, err := nodes[0].moveMark(t.Context(), owner{a.app.ID, user.No}); err != nil {
					t.Error(err)
				}
			})
		}
		for n := i; n < len(sent); n += 2 * len(a.users) {
			busy.Go(func() {
				err := nodes[0].MarkRead(t.Context(), a.app.ID, user.No, sent[n].ID, time.Now())
				if refusal := new(muban.Refusal); err != nil && (!errors.As(err, &refusal) || refusal.Kind != muban.KindNotFound) {
					t.Error(err)
				}
			})
		}
	}
	busy.Go(func() {
		for gone := (muban.Forgotten{Messages: 1}); gone.Messages > 0; {
			var err error
			if gone, err = nodes[1].ForgetMessages(t.Context(), a.app.ID, sent[0].AcceptedAt.Add(time.Hour), 0, 16); err != nil {
				t.Error(fmt.Errorf("round %d: %w", round, err))
				return
			}
		}
	})
	busy.Wait()
}
