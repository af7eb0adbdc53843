package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
)

// asked is a together whose statements wait to be let through.
type asked struct {
	*together[string, int]
	t       *testing.T
	through chan error // lets one statement through, with that error
	batches [][]string
	callers sync.WaitGroup
	mu      sync.Mutex
	got     map[string]string
}

func newAsked(t *testing.T, most int) *asked {
	t.Helper()
	a := &asked{t: t, through: make(chan error), got: make(map[string]string)}
	a.together = &together[string, int]{most: most, read: func(ctx context.Context, keys []string) (map[string]int, error) {
		a.batches = append(a.batches, slices.Clone(keys)) // one at a time
		err := <-a.through
		values := make(map[string]int)
		for _, key := range keys {
			if key != "missing" {
				values[key] = len(key)
			}
		}
		return values, errors.Join(err, ctx.Err())
	}}
	return a
}

// get asks for keys, one after the other, and waits until all wait.
func (a *asked) get(ctx context.Context, keys ...string) {
	a.t.Helper()
	for _, key := range keys {
		a.callers.Go(func() {
			value, err := a.together.get(ctx, key)
			a.mu.Lock()
			defer a.mu.Unlock()
			a.got[key] = fmt.Sprint(value, err)
		})
		synctest.Wait()
	}
}

// finish lets statements through and compares them and what was got.
func (a *asked) finish(errs []error, batches [][]string, got map[string]string) {
	a.t.Helper()
	for _, err := range errs {
		a.through <- err
		synctest.Wait()
	}
	a.callers.Wait()
	if diff := cmp.Diff(batches, a.batches); diff != "" {
		a.t.Errorf("statements (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(got, a.got); diff != "" {
		a.t.Errorf("answers (-want +got):\n%s", diff)
	}
	if a.reading || len(a.waiting) > 0 {
		a.t.Error("a statement is still awaited")
	}
}

// threeAsked is read for one caller while two wait, of whom the first may leave.
func threeAsked(t *testing.T) (a *asked, leave func()) {
	t.Helper()
	a = newAsked(t, 3)
	ctx, leave := context.WithCancel(t.Context())
	a.get(t.Context(), "a")
	a.get(ctx, "bb")
	a.get(t.Context(), "ccc")
	return a, leave
}

func TestTogether(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, test := range map[string]func(*testing.T){
		"those who ask meanwhile share the next statement": func(t *testing.T) {
			t.Helper()
			a := newAsked(t, 3)
			a.get(t.Context(), "a", "bb", "missing", "dddd", "eeeee")
			a.finish([]error{nil, nil, nil}, [][]string{{"a"}, {"bb", "missing", "dddd"}, {"eeeee"}}, map[string]string{
				"a": "1 <nil>", "bb": "2 <nil>", "missing": "0 sqlstore: no row", "dddd": "4 <nil>", "eeeee": "5 <nil>",
			})
		},
		"whoever leaves is not read": func(t *testing.T) {
			t.Helper()
			a, leave := threeAsked(t)
			leave()
			synctest.Wait()
			a.finish([]error{nil, nil}, [][]string{{"a"}, {"ccc"}}, map[string]string{
				"a": "1 <nil>", "bb": "0 context canceled", "ccc": "3 <nil>",
			})
		},
		"whoever leaves while it reads for others goes on": func(t *testing.T) {
			t.Helper()
			a, leave := threeAsked(t)
			a.through <- nil
			synctest.Wait()
			leave()
			a.finish([]error{nil}, [][]string{{"a"}, {"bb", "ccc"}}, map[string]string{
				"a": "1 <nil>", "bb": "2 <nil>", "ccc": "3 <nil>",
			})
		},
		"whoever leaves while another reads for it": func(t *testing.T) {
			t.Helper()
			a := newAsked(t, 3)
			ctx, leave := context.WithCancel(t.Context())
			a.get(t.Context(), "a", "bb")
			a.get(ctx, "ccc")
			a.through <- nil
			synctest.Wait()
			leave()
			synctest.Wait()
			a.finish([]error{nil}, [][]string{{"a"}, {"bb", "ccc"}}, map[string]string{
				"a": "1 <nil>", "bb": "2 <nil>", "ccc": "0 context canceled",
			})
		},
		"a failure that may be another's is told from one's own": func(t *testing.T) {
			t.Helper()
			a := newAsked(t, 3)
			a.get(t.Context(), "a", "bb", "ccc")
			a.finish([]error{broken, broken}, [][]string{{"a"}, {"bb", "ccc"}}, map[string]string{
				"a": "1 broken", "bb": "2 " + errShared.Error(), "ccc": "3 " + errShared.Error(),
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, test)
		})
	}
}

// A statement that panics takes nobody with it but its caller.
func TestTogetherOutlivesAPanic(t *testing.T) {
	t.Parallel()
	calls := 0
	tg := together[string, int]{most: 3, read: func(context.Context, []string) (map[string]int, error) {
		if calls++; calls == 1 {
			panic("broken")
		}
		return map[string]int{"b": 2}, nil
	}}
	func() {
		defer func() { _ = recover() }()
		_, _ = tg.get(t.Context(), "a")
		t.Error("no panic")
	}()
	if value, err := tg.get(t.Context(), "b"); value != 2 || err != nil {
		t.Errorf("got %d, %v", value, err)
	}
}

// An id that the database cannot take spoils nobody else's look-up.
func TestUsersLookedUpTogether(t *testing.T) {
	t.Parallel()
	store, err := Open(t.Context(), Options{Database: pgtest.Database(t)})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	_, err = store.CreateApp(t.Context(), muban.App{ID: "wx1", Platform: muban.WeChatMini})
	must(t, err)
	for i := range 20 {
		_, err := store.CreateUser(t.Context(), muban.User{AppID: "wx1", OpenID: fmt.Sprintf("o%d", i), UnionID: fmt.Sprintf("u%d", i)})
		must(t, err)
	}
	var callers sync.WaitGroup
	for i := range 200 {
		callers.Go(func() {
			switch i % 10 {
			case 3:
				_, err := store.User(t.Context(), "wx1", "o\x00")
				if err == nil {
					t.Error("an id that cannot be is found")
				}
			case 4:
				_, err := store.User(t.Context(), "wx2", "o1")
				if refusal := (*muban.Refusal)(nil); !errors.As(err, &refusal) || refusal.Rule != muban.RuleNotFound {
					t.Errorf("a user of another app: %v", err)
				}
			default:
				id, want := fmt.Sprintf("o%d", i%20), fmt.Sprintf("o%d", i%20)
				if i%10 > 6 {
					id = fmt.Sprintf("u%d", i%20)
				}
				if user, err := store.User(t.Context(), "wx1", id); err != nil || user.OpenID != want {
					t.Errorf("%s is %s, error %v", id, user.OpenID, err)
				}
			}
		})
	}
	callers.Wait()
}
