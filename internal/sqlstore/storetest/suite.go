// Package storetest is the suite that every store passes, whatever its
// engine: what messaging and delivery promise their users rests on it.
package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/delivery"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/retention"
	"github.com/muban-dev/muban/internal/sandbox"
)

// Store is what a store is to its users.
type Store interface {
	messaging.Store
	delivery.Outbox
	retention.Store
	sandbox.ClockStore
	Close() error
}

// Opener opens the same store again at each call; the call before was closed.
type Opener func(t *testing.T) Store

// Run runs the suite. fresh gives an opener of a new, empty store whose
// library holds starter.
func Run(t *testing.T, fresh func(t *testing.T, starter []muban.Title) Opener) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *bundle)
	}{
		{"apps", apps},
		{"deleting an app takes everything along", deleteApp},
		{"nothing is stored for an app that is gone", goneApp},
		{"nothing is stored for a user or a template that is gone", goneUser},
		{"platform keys stand apart from the apps", platformKeys},
		{"authorizations go with either app", authorizations},
		{"tokens", tokens},
		{"a login code is used once", loginCodes},
		{"a login code is used once, whoever asks", loginCodeUnderConcurrency},
		{"users are found by any id", users},
		{"ids are unique within an app", userConflicts},
		{"library", library},
		{"a keyword request is decided with its title", keywordRequests},
		{"keyword requests are decided once, whoever decides", keywordRequestsUnderConcurrency},
		{"templates", templates},
		{"a change of an app and the templates it costs are one", dropTemplates},
		{"grants", grants},
		{"accept spends and stores", acceptSpends},
		{"a refusal leaves no trace", refusalLeavesNoTrace},
		{"a payment grant pays for three, whoever asks", grantUnderConcurrency},
		{"the daily limit is exact", dailyLimitUnderConcurrency},
		{"messages are listed newest first, by every filter", messageLists},
		{"long messages are listed a few at a time", longMessageLists},
		{"official account ids are large and found again", officialAccountIDs},
		{"a message is stored with its end", endings},
		{"a callback is stored with its message", callbacks},
		{"claims are exclusive and fenced", claims},
		{"claims go app by app", claimsByApp},
		{"claims at once share no app", claimsUnderConcurrency},
		{"attempts are kept, and when the next is due", attempts},
		{"resending makes it due", resending},
		{"a client_msg_id stands for one message", clientMessageIDs},
		{"inbox and reading", inbox},
		{"a large inbox", largeInbox},
		{"what is old goes, with all that belongs to it", forgetting},
		{"what is old goes a batch at a time", forgettingInBatches},
		{"a grant that went is unknown", forgottenGrants},
		{"an overview counts by step, state and template", overview},
		{"an overview counts callbacks", overviewOfCallbacks},
		{"everything survives a reopening", reopening},
		{"the clock's state is kept", clockState},
		{"a caller that left is not stored", cancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, newBundle(t, fresh(t, starter())))
		})
	}
}

// bundle is a store with an app, a user and a fixed time.
type bundle struct {
	Store
	t    *testing.T
	ctx  context.Context
	open Opener
	now  time.Time
	app  muban.App
	user muban.User
	// template is the app's.
	template muban.Template
}

func newBundle(t *testing.T, open Opener) *bundle {
	b := &bundle{
		Store: open(t), t: t, ctx: t.Context(), open: open,
		now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	b.app = b.newApp(muban.WeChatMini, "wx0000000000000001")
	b.user = b.newUser(b.app, muban.User{OpenID: "oUser1", UnionID: "oUnion1"})
	b.template = b.newTemplate(b.app, "template-1")
	return b
}

func (b *bundle) newApp(p muban.Platform, id string) muban.App {
	b.t.Helper()
	app, err := b.CreateApp(b.ctx, muban.App{ID: id, Platform: p, Name: id, Secret: "secret of " + id, CreatedAt: b.now})
	b.must(err)
	return app
}

func (b *bundle) newUser(app muban.App, u muban.User) muban.User {
	b.t.Helper()
	u.AppID, u.Delivery, u.NotificationBar, u.CreatedAt = app.ID, muban.DeliveryOK, true, b.now
	user, err := b.CreateUser(b.ctx, u)
	b.must(err)
	return user
}

func (b *bundle) newTemplate(app muban.App, id string) muban.Template {
	b.t.Helper()
	template, err := b.CreateTemplate(b.ctx, muban.Template{
		AppID: app.ID, ID: id, Title: "购买成功通知", Content: "购买地点{{keyword1.DATA}}\n", CreatedAt: b.now,
	}, func(int64) error { return nil })
	b.must(err)
	return template
}

// mint makes a grant of the bundle's user.
func (b *bundle) mint(id string, uses int) muban.Grant {
	b.t.Helper()
	made, err := b.CreateGrants(b.ctx, []muban.Grant{{
		AppID: b.app.ID, ID: id, Kind: muban.GrantPayment, UserNo: b.user.No, UserID: b.user.OpenID,
		Uses: uses, Remaining: uses, IssuedAt: b.now, ExpiresAt: b.now.Add(muban.Week),
	}})
	b.must(err)
	return made[0]
}

// send is a send by the bundle's app to its user.
func (b *bundle) send(grantID string) muban.Accept {
	return muban.Accept{
		Message: muban.Message{
			AppID: b.app.ID, Platform: b.app.Platform, UserNo: b.user.No, UserID: b.user.OpenID,
			TemplateID: b.template.ID, TemplateSeq: b.template.Seq,
			Data:    map[string]muban.Value{"keyword1": {Text: "TIT造舰厂", Color: "#173177"}},
			GrantID: grantID, State: muban.StateDelivered, AcceptedAt: b.now, DeliveredAt: b.now, FinishedAt: b.now,
		},
		Decide: func(l muban.Ledger) *muban.Refusal {
			if l.Grant == nil {
				return muban.Refuse(muban.RuleGrantUnknown)
			}
			if !l.Grant.Spendable(b.now) {
				return muban.Refuse(muban.RuleGrantSpent)
			}
			return nil
		},
	}
}

// shown is a message of the bundle's app as it is read: with its text.
func shown(m muban.Message) muban.Message {
	m.Title, m.Rendered = "购买成功通知", "购买地点TIT造舰厂\n"
	return m
}

// accepted sends with a grant of its own.
func (b *bundle) accepted(id string) muban.Message {
	b.t.Helper()
	b.mint(id, 1)
	message, err := b.Accept(b.ctx, b.send(id))
	b.must(err)
	return message
}

func (b *bundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) refused(err error, rule muban.Rule) {
	b.t.Helper()
	var refusal *muban.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != rule {
		b.t.Errorf("got %v, want a refusal by %s", err, rule)
	}
}

func starter() []muban.Title {
	return []muban.Title{
		{Platform: muban.WeChatMini, ID: "AT0001", Title: "一", Keywords: []muban.Keyword{{ID: 3, Name: "购买地点", Example: "TIT造舰厂", Origin: muban.OriginPlatform}}},
		{Platform: muban.WeChatMini, ID: "AT0002", Title: "二_100%"},
		{Platform: muban.Baidu, ID: "BD0001", Title: "三"},
	}
}
