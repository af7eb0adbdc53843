package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

func (b *bundle) newLoginCode(hash string) muban.LoginCode {
	b.t.Helper()
	code := muban.LoginCode{
		AppID: b.app.ID, Hash: []byte(hash), Use: muban.LoginSignIn, UserNo: b.user.No, UserID: b.user.OpenID,
		IssuedAt: b.now, ExpiresAt: b.now.Add(5 * time.Minute),
	}
	b.must(b.CreateLoginCode(b.ctx, code, b.now.Add(-time.Hour)))
	return code
}

// readLoginCode is the code as it is stored.
func (b *bundle) readLoginCode(hash string) (code muban.LoginCode, err error) {
	looked := errors.New("only looking")
	err = b.UseLoginCode(b.ctx, b.app.ID, []byte(hash), func(c *muban.LoginCode) (*muban.LoginCode, error) {
		code = *c
		c.UsedAt = b.now.Add(time.Hour) // of no effect: use fails
		return nil, looked
	})
	if errors.Is(err, looked) {
		err = nil
	}
	return code, err
}

func loginCodes(t *testing.T, b *bundle) {
	code := b.newLoginCode("one\x00")
	read, err := b.readLoginCode("one\x00")
	b.must(err)
	if diff := cmp.Diff(code, read); diff != "" {
		t.Errorf("the code changed in the store:\n%s", diff)
	}
	b.refused(b.CreateLoginCode(b.ctx, code, b.now), muban.RuleConflict)
	_, err = b.readLoginCode("two")
	b.refused(err, muban.RuleNotFound)
	b.refused(b.UseLoginCode(b.ctx, "wx0000000000000002", code.Hash, nil), muban.RuleNotFound)

	// Its use is stored, with the code that takes its place.
	next := code
	next.Hash, next.Use = []byte("next"), muban.LoginRefresh
	b.must(b.UseLoginCode(b.ctx, b.app.ID, code.Hash, func(c *muban.LoginCode) (*muban.LoginCode, error) {
		c.UsedAt = b.now.Add(time.Minute)
		return &next, nil
	}))
	if read, err = b.readLoginCode("one\x00"); err != nil || !read.UsedAt.Equal(b.now.Add(time.Minute)) {
		t.Errorf("after its use it is %+v, error %v", read, err)
	}
	if read, err = b.readLoginCode("next"); err != nil || cmp.Diff(next, read) != "" {
		t.Errorf("the next is %+v, error %v", read, err)
	}

	// It outlives a restart; old ones go with the next that is made.
	b.must(b.Close())
	b.Store = b.open(t)
	_, err = b.readLoginCode("next")
	b.must(err)
	b.must(b.CreateLoginCode(b.ctx, muban.LoginCode{AppID: b.app.ID, Hash: []byte("late"), UserNo: b.user.No, ExpiresAt: b.now.Add(time.Hour)}, code.ExpiresAt.Add(1)))
	_, err = b.readLoginCode("next")
	b.must(err)
	b.must(b.CreateLoginCode(b.ctx, muban.LoginCode{AppID: b.app.ID, Hash: []byte("later"), UserNo: b.user.No, ExpiresAt: b.now.Add(time.Hour)}, code.ExpiresAt.Add(time.Millisecond)))
	_, err = b.readLoginCode("next")
	b.refused(err, muban.RuleNotFound)

	// It goes with its user, and with its app.
	b.must(b.DeleteUser(b.ctx, b.app.ID, b.user.OpenID))
	_, err = b.readLoginCode("late")
	b.refused(err, muban.RuleNotFound)
	b.user = b.newUser(b.app, muban.User{OpenID: "oUser2"})
	b.newLoginCode("app's")
	b.must(b.DeleteApp(b.ctx, b.app.ID))
	_, err = b.readLoginCode("app's")
	b.refused(err, muban.RuleNotFound)
}

func loginCodeUnderConcurrency(t *testing.T, b *bundle) {
	code := b.newLoginCode("one")
	var uses atomic.Int64
	var askers sync.WaitGroup
	for range 16 {
		askers.Go(func() {
			err := b.UseLoginCode(b.ctx, b.app.ID, code.Hash, func(c *muban.LoginCode) (*muban.LoginCode, error) {
				if !c.UsedAt.IsZero() {
					return nil, muban.Refuse(muban.RuleLoginUsed, "used_at", "before")
				}
				c.UsedAt = b.now
				return nil, nil
			})
			if err == nil {
				uses.Add(1)
			}
		})
	}
	askers.Wait()
	if n := uses.Load(); n != 1 {
		t.Errorf("the code was used %d times", n)
	}
}
