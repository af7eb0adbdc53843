package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
)

// waryEngine counts the groups that the database gave up because two nodes
// waited for each other.
type waryEngine struct {
	*postgresEngine
	deadlocks atomic.Int64
}

func (e *waryEngine) judge(err error) verdict {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == "40P01" {
		e.deadlocks.Add(1)
	}
	return e.postgresEngine.judge(err)
}

// TestNodesDoNotWaitForEachOther: whatever two nodes store at the same time for
// several apps, neither holds what the other waits for while it waits itself.
func TestNodesDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	nodes := [2]*Store{wary(t, address), wary(t, address)}
	apps := make([]appOfTwo, 4)
	for i := range apps {
		apps[i] = newAppOfTwo(t, nodes[0], fmt.Sprintf("app%d", i))
	}
	var busy sync.WaitGroup
	for i := range 32 {
		//nolint:gosec // the order of the work, nothing is guarded
		random := rand.New(rand.NewPCG(1, uint64(i)))
		busy.Go(func() {
			for n := range 60 {
				err := apps[random.IntN(len(apps))].storeAny(t, nodes[i%2], random, fmt.Sprintf("%d-%d", i, n))
				if refusal := new(muban.Refusal); err != nil && (!errors.As(err, &refusal) || refusal.Kind == muban.KindBusy) {
					t.Error(err)
				}
			}
		})
	}
	busy.Wait()
	for i, node := range nodes {
		if n := node.engine.(*waryEngine).deadlocks.Load(); n > 0 {
			t.Errorf("node %d: the database ended %d waits in a circle", i, n)
		}
	}
}

func wary(t *testing.T, address string) *Store {
	t.Helper()
	store, err := Open(t.Context(), Options{Database: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	store.engine = &waryEngine{postgresEngine: store.engine.(*postgresEngine)}
	return store
}

// appOfTwo is an app with what two nodes work on.
type appOfTwo struct {
	app      muban.App
	users    [3]muban.User
	template muban.Template
	message  [3]muban.Message // one a user
}

func newAppOfTwo(t *testing.T, store *Store, id string) (a appOfTwo) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	a.app, err = store.CreateApp(t.Context(), muban.App{ID: id, Platform: muban.WeChatMini})
	must(err)
	a.template, err = store.CreateTemplate(t.Context(), muban.Template{AppID: id, ID: "t"}, func(int64) error { return nil })
	must(err)
	for i := range a.users {
		a.users[i], err = store.CreateUser(t.Context(), muban.User{AppID: id, OpenID: fmt.Sprint("o", i)})
		must(err)
		a.message[i], err = store.Accept(t.Context(), a.send(i))
		must(err)
	}
	return a
}

func (a appOfTwo) send(user int) muban.Accept {
	return muban.Accept{
		Message: muban.Message{
			AppID: a.app.ID, Platform: a.app.Platform, UserNo: a.users[user].No, TemplateSeq: a.template.Seq,
			State: muban.StateDelivered, AcceptedAt: time.UnixMilli(1_790_000_000_000),
		},
		Decide: func(muban.Ledger) *muban.Refusal { return nil },
	}
}

// storeAny stores one of all that is stored for an app, and perhaps deletes it
// again. Ids that are few meet on the other node.
func (a appOfTwo) storeAny(t *testing.T, s *Store, random *rand.Rand, id string) error {
	t.Helper()
	ctx, few, user := context.Background(), fmt.Sprint("few", random.IntN(4)), random.IntN(len(a.users))
	switch random.IntN(16) {
	case 0:
		_, err := s.CreateTemplate(ctx, muban.Template{AppID: a.app.ID, ID: few}, func(int64) error { return nil })
		return err
	case 1:
		return s.DeleteTemplate(ctx, a.app.ID, few)
	case 2:
		_, err := s.UpdateApp(ctx, a.app.ID, func(app *muban.App) error { app.Name = id; return nil })
		return err
	case 3:
		scope := muban.TokenScope{AppID: a.app.ID, Kind: "one"}
		return s.UpdateTokens(ctx, scope, func([]muban.Token) ([]muban.Token, error) {
			return []muban.Token{{AppID: a.app.ID, Hash: []byte(few), Kind: "one", Seed: []byte{}}, {AppID: a.app.ID, Hash: []byte(id), Kind: "one", Seed: []byte{}}}, nil
		})
	case 4:
		return s.DeleteTokens(ctx, a.app.ID)
	case 5:
		_, err := s.CreateUser(ctx, muban.User{AppID: a.app.ID, OpenID: few})
		return err
	case 6:
		return s.DeleteUser(ctx, a.app.ID, few)
	case 7:
		_, err := s.UpdateUser(ctx, a.app.ID, a.users[user].OpenID, func(u *muban.User) error { u.Name = id; return nil })
		return err
	case 8:
		_, err := s.CreateGrants(ctx, []muban.Grant{{AppID: a.app.ID, ID: few + id[len(id)-1:], UserNo: a.users[user].No, Uses: 1}})
		return err
	case 9:
		return s.MarkRead(ctx, a.app.ID, a.users[user].No, a.message[user].ID, time.Now())
	case 10:
		code := muban.LoginCode{AppID: a.app.ID, Hash: []byte(id), UserNo: a.users[user].No, ExpiresAt: time.UnixMilli(1)}
		return s.CreateLoginCode(ctx, code, time.UnixMilli(2+random.Int64N(2)))
	case 11:
		made := fmt.Sprintf("%d-%d", random.IntN(32), random.IntN(60)) // perhaps
		return s.UseLoginCode(ctx, a.app.ID, []byte(made), func(c *muban.LoginCode) (*muban.LoginCode, error) {
			c.UsedAt = time.UnixMilli(1)
			return nil, nil
		})
	case 12:
		_, err := s.CreateApp(ctx, muban.App{ID: few, Platform: muban.WeChatMini})
		return err
	case 13:
		_, err := s.CreateUser(ctx, muban.User{AppID: few, OpenID: "o" + id})
		return err
	case 14:
		return s.DeleteApp(ctx, few)
	}
	_, err := s.Accept(ctx, a.send(user))
	return err
}

// TestOrderOfGroups: the sends are committed first, with the work that has a
// place, in the order of places; each work without one is a group of its own.
func TestOrderOfGroups(t *testing.T) {
	t.Parallel()
	work := func(at place) *job {
		return &job{work: func(context.Context, *sql.Tx) error { return nil }, place: at}
	}
	rare, rarer := work(place{}), work(place{})
	mark, appB, appA := work(locksMark.of("a", "1")), work(locksApp.of("b", "")), work(locksApp.of("a", ""))
	first, second := anyJob(), anyJob()
	for name, test := range map[string]struct {
		shared   bool
		gathered []*job
		want     [][]*job
	}{
		"of all kinds":    {true, []*job{rare, mark, first, appB, rarer, second, appA}, [][]*job{{first, second, appA, appB, mark}, {rare}, {rarer}}},
		"sends alone":     {true, []*job{first, second}, [][]*job{{first, second}}},
		"rare work alone": {true, []*job{rare}, [][]*job{{rare}}},
		"one process":     {false, []*job{rare, mark, first}, [][]*job{{rare, mark, first}}},
	} {
		got := (&Store{shared: test.shared}).inOrder(test.gathered)
		if !slices.EqualFunc(got, test.want, slices.Equal) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

// TestDeletedUserInOrder: a group that dropped a user's old login codes and goes
// on to the user's mark does not wait for who deletes the user and waits for it.
func TestDeletedUserInOrder(t *testing.T) {
	t.Parallel()
	ctx, address := t.Context(), pgtest.Database(t)
	nodes := [2]*Store{wary(t, address), wary(t, address)}
	a := newAppOfTwo(t, nodes[0], "app")
	user := a.users[0]
	must(t, nodes[0].CreateLoginCode(ctx, muban.LoginCode{AppID: user.AppID, Hash: []byte("old"), UserNo: user.No, ExpiresAt: time.UnixMilli(1)}, time.UnixMilli(0)))
	must(t, nodes[0].MarkRead(ctx, user.AppID, user.No, a.message[0].ID, time.Now()))
	group := begun(t, nodes[1])
	_, err := group.ExecContext(ctx, `DELETE FROM login_codes WHERE app_id = $1 AND expires_at < 2`, user.AppID)
	must(t, err)
	deleted := make(chan struct{})
	go func() {
		defer close(deleted)
		if err := nodes[0].DeleteUser(ctx, user.AppID, user.OpenID); err != nil {
			t.Error(err)
		}
	}()
	awaited(t, group, 1, deleted)
	_, _, err = nodes[1].lockMark(ctx, group, owner{user.AppID, user.No})
	must(t, err)
	must(t, group.Commit())
	<-deleted
	if n := nodes[0].engine.(*waryEngine).deadlocks.Load(); n > 0 {
		t.Errorf("the database ended %d waits in a circle", n)
	}
}
