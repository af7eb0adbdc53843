package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// TestDeletingAnAppUnderLoad: whatever is under way for an app while it is
// deleted, on any node, nothing is left of it, nor a push that waits for ever.
func TestDeletingAnAppUnderLoad(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, a, b *pgStore) {
		t.Helper()
		for round := range 8 {
			deleteUnderLoad(t, a, b, fmt.Sprint("app", round), round%2 == 1)
		}
		for _, store := range []*pgStore{a, b} {
			if due, waiting, err := store.NextDue(t.Context()); err != nil || waiting {
				t.Errorf("a push is due at %s, error %v", due, err)
			}
		}
	})
}

// TestDeletingAUserUnderLoad: what was minted for a user meanwhile, on any node,
// goes along.
func TestDeletingAUserUnderLoad(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, a, b *pgStore) {
		t.Helper()
		for round := range 10 {
			user, err := a.CreateUser(t.Context(), muban.User{AppID: a.app.ID, OpenID: fmt.Sprint("o", round)})
			if err != nil {
				t.Fatal(err)
			}
			busy := underLoad(t, a, b, func(s *pgStore, _ int, id string) error {
				return s.storeSomething(t.Context(), 1, a.app, user, a.template, user.OpenID+"-"+id)
			})
			if err := b.DeleteUser(t.Context(), a.app.ID, user.OpenID); err != nil {
				t.Error(err)
			}
			busy.Wait()
			left, err := a.Grants(t.Context(), a.app.ID, muban.GrantFilter{UserNo: user.No}, a.now, muban.Page{Limit: 10})
			if err != nil || len(left.Items) != 0 {
				t.Fatalf("of a deleted user are left %v, error %v", left.Items, err)
			}
		}
	})
}

// deleteUnderLoad makes an app and deletes it, or everything, while both
// stores store for it.
func deleteUnderLoad(t *testing.T, a, b *pgStore, appID string, everything bool) {
	t.Helper()
	ctx := t.Context()
	app, err := a.CreateApp(ctx, muban.App{ID: appID, Platform: muban.WeChatOA, CreatedAt: a.now})
	if err != nil {
		t.Fatal(err)
	}
	user, err := a.CreateUser(ctx, muban.User{AppID: appID, OpenID: "o1", CreatedAt: a.now})
	if err != nil {
		t.Fatal(err)
	}
	template, err := a.CreateTemplate(ctx, muban.Template{AppID: appID, ID: "t", CreatedAt: a.now}, func(int64) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	busy := underLoad(t, a, b, func(s *pgStore, i int, id string) error { return s.storeSomething(ctx, i/2, app, user, template, id) })
	if everything {
		err = a.Reset(ctx, nil)
	} else {
		err = a.DeleteApp(ctx, appID)
	}
	if err != nil {
		t.Error(err)
	}
	busy.Wait() // all of them are refused by now
	a.wantNothingOf(appID)
}

// underLoad has both stores store, each time with another id, and returns once
// they are well under way. They go on until they are refused.
func underLoad(t *testing.T, a, b *pgStore, work func(s *pgStore, i int, id string) error) *sync.WaitGroup {
	t.Helper()
	begun := make(chan struct{}, 100)
	var busy sync.WaitGroup
	for i := range 8 {
		store := []*pgStore{a, b}[i%2]
		busy.Go(func() {
			for n := 0; ; n++ {
				if err := work(store, i, fmt.Sprintf("%d-%d", i, n)); err != nil {
					if refusal := new(muban.Refusal); !errors.As(err, &refusal) || refusal.Kind != muban.KindNotFound && refusal.Kind != muban.KindTemplateUnknown {
						t.Error(err)
					}
					return
				}
				select {
				case begun <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 40 {
		<-begun
	}
	return &busy
}

// storeSomething stores one of what an app can have.
func (s *pgStore) storeSomething(ctx context.Context, what int, app muban.App, user muban.User, template muban.Template, id string) error {
	switch what {
	case 0:
		_, err := s.Accept(ctx, muban.Accept{
			Message: muban.Message{
				AppID: app.ID, Platform: app.Platform, UserNo: user.No, UserID: user.OpenID, TemplateID: template.ID, TemplateSeq: template.Seq,
				State: muban.StateDelivered, AcceptedAt: s.now, DeliveredAt: s.now, FinishedAt: s.now,
			},
			Decide: func(muban.Ledger) *muban.Refusal { return nil },
			Callback: &muban.Callback{
				AppID: app.ID, State: muban.CallbackPending, Left: 3, CreatedAt: s.now, DueAt: s.now,
				Event: muban.Event{Kind: muban.EventSendFinished, At: s.now},
			},
		})
		return err
	case 1:
		_, err := s.CreateGrants(ctx, []muban.Grant{{AppID: app.ID, ID: id, Kind: muban.GrantForm, UserNo: user.No, UserID: user.OpenID, Uses: 1, Remaining: 1}})
		return err
	case 2:
		_, err := s.CreateUser(ctx, muban.User{AppID: app.ID, OpenID: id})
		return err
	default:
		return s.UpdateTokens(ctx, muban.TokenScope{AppID: app.ID, Kind: muban.TokenStable, Now: s.now, Since: s.now.Add(-time.Hour)}, func([]muban.Token) ([]muban.Token, error) {
			return []muban.Token{{AppID: app.ID, Hash: []byte(id), Kind: muban.TokenStable, Seed: []byte("s"), IssuedAt: s.now, ExpiresAt: s.now.Add(time.Hour)}}, nil
		})
	}
}

// wantNothingOf makes an app of the id, which must begin with nothing.
func (s *pgStore) wantNothingOf(appID string) {
	s.t.Helper()
	ctx, page := s.t.Context(), muban.Page{Limit: 1}
	if _, err := s.CreateApp(ctx, muban.App{ID: appID, Platform: muban.WeChatOA, CreatedAt: s.now}); err != nil {
		s.t.Fatal(err)
	}
	users, err := s.Users(ctx, appID, page)
	grants, err2 := s.Grants(ctx, appID, muban.GrantFilter{}, s.now, page)
	messages, err3 := s.Messages(ctx, muban.MessageFilter{AppID: appID}, page)
	callbacks, err4 := s.Callbacks(ctx, muban.CallbackFilter{AppID: appID}, page)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		s.t.Fatal(err)
	}
	if len(users.Items)+len(grants.Items)+len(messages.Items)+len(callbacks.Items) != 0 {
		s.t.Errorf("of %s are left %v, %v, %v, %v", appID, users.Items, grants.Items, messages.Items, callbacks.Items)
	}
	tokens := 0
	err = s.UpdateTokens(ctx, muban.TokenScope{AppID: appID, Kind: muban.TokenStable, Now: s.now, Since: s.now.Add(-time.Hour)}, func(held []muban.Token) ([]muban.Token, error) {
		tokens = len(held)
		return nil, nil
	})
	if err != nil || tokens != 0 {
		s.t.Errorf("of %s are left %d tokens, error %v", appID, tokens, err)
	}
}
