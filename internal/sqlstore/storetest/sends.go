package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

func acceptSpends(t *testing.T, b *bundle) {
	b.mint("g", 3)
	changed := b.Changed()
	sent := b.send("g")
	sent.Message.MiniProgram = muban.MiniProgram{AppID: "wx1", PagePath: "p"}
	message, err := b.Accept(b.ctx, sent)
	b.must(err)
	if message.ID <= 0 || message.ID >= 1<<53 || message.GrantKind != muban.GrantPayment {
		t.Errorf("id %d, kind %q", message.ID, message.GrantKind)
	}
	select {
	case <-changed:
	default:
		t.Error("nobody was told of the new message")
	}
	read, err := b.Message(b.ctx, message.ID)
	b.must(err)
	if diff := cmp.Diff(shown(message), read); diff != "" {
		t.Errorf("message changed in the store (-accepted +read):\n%s", diff)
	}
	grant, err := b.Grant(b.ctx, b.app.ID, "g")
	b.must(err)
	if grant.Remaining != 2 || !slices.Equal(grant.SpentBy, []muban.MessageID{message.ID}) {
		t.Errorf("grant: %d left, spent by %v", grant.Remaining, grant.SpentBy)
	}
}

func refusalLeavesNoTrace(t *testing.T, b *bundle) {
	b.mint("g", 1)
	refusing := b.send("g")
	refusing.Decide = func(muban.Ledger) *muban.Refusal { return muban.Refuse(muban.RuleDailyLimit) }
	_, err := b.Accept(b.ctx, refusing)
	b.refused(err, muban.RuleDailyLimit)
	grant, err := b.Grant(b.ctx, b.app.ID, "g")
	b.must(err)
	messages, err := b.Messages(b.ctx, muban.MessageFilter{}, muban.Page{Limit: 10})
	b.must(err)
	if grant.Remaining != 1 || len(messages.Items) != 0 {
		t.Errorf("%d uses left, %d messages", grant.Remaining, len(messages.Items))
	}
	counting := b.send("g")
	counting.Decide = func(l muban.Ledger) *muban.Refusal {
		if l.SentToday != 0 {
			t.Errorf("the refused send was counted: %d today", l.SentToday)
		}
		return nil
	}
	_, err = b.Accept(b.ctx, counting)
	b.must(err)
}

func grantUnderConcurrency(t *testing.T, b *bundle) {
	const workers = 200
	b.mint("g", 3)
	var accepted atomic.Int64
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			if _, err := b.Accept(b.ctx, b.send("g")); err == nil {
				accepted.Add(1)
			} else {
				b.refused(err, muban.RuleGrantSpent)
			}
		})
	}
	running.Wait()
	grant, err := b.Grant(b.ctx, b.app.ID, "g")
	b.must(err)
	messages, err := b.Messages(b.ctx, muban.MessageFilter{AppID: b.app.ID, GrantID: "g"}, muban.Page{Limit: 10})
	b.must(err)
	if accepted.Load() != 3 || grant.Remaining != 0 || len(grant.SpentBy) != 3 || len(messages.Items) != 3 {
		t.Errorf("accepted %d, %d left, spent by %v, %d messages", accepted.Load(), grant.Remaining, grant.SpentBy, len(messages.Items))
	}
}

func dailyLimitUnderConcurrency(t *testing.T, b *bundle) {
	const workers, limit = 100, 40
	for i := range workers {
		b.mint(fmt.Sprintf("g%d", i), 1)
	}
	var accepted atomic.Int64
	var running sync.WaitGroup
	for i := range workers {
		send := b.send(fmt.Sprintf("g%d", i))
		send.Decide = func(l muban.Ledger) *muban.Refusal {
			if l.SentToday >= limit {
				return muban.Refuse(muban.RuleDailyLimit)
			}
			return nil
		}
		running.Go(func() {
			if _, err := b.Accept(b.ctx, send); err == nil {
				accepted.Add(1)
			}
		})
	}
	running.Wait()
	if accepted.Load() != limit {
		t.Errorf("accepted %d, want %d", accepted.Load(), limit)
	}
	// 16:00 UTC is midnight in UTC+8: another day, another count.
	b.mint("tomorrow", 1)
	send := b.send("tomorrow")
	send.Message.AcceptedAt = time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)
	send.Decide = func(l muban.Ledger) *muban.Refusal {
		if l.SentToday != 0 {
			t.Errorf("the new day begins with %d", l.SentToday)
		}
		return nil
	}
	_, err := b.Accept(b.ctx, send)
	b.must(err)
}

func messageLists(t *testing.T, b *bundle) {
	first, second, third := b.accepted("g1"), b.accepted("g2"), b.accepted("g3")
	list := func(filter muban.MessageFilter) []muban.MessageID {
		t.Helper()
		found, err := b.Messages(b.ctx, filter, muban.Page{Limit: 10})
		b.must(err)
		var ids []muban.MessageID
		for _, m := range found.Items {
			ids = append(ids, m.ID)
		}
		return ids
	}
	all := []muban.MessageID{third.ID, second.ID, first.ID}
	for _, test := range []struct {
		name   string
		filter muban.MessageFilter
		want   []muban.MessageID
	}{
		{"all", muban.MessageFilter{}, all},
		{"app", muban.MessageFilter{AppID: b.app.ID}, all},
		{"other app", muban.MessageFilter{AppID: "wx9"}, nil},
		{"user", muban.MessageFilter{AppID: b.app.ID, UserNo: b.user.No}, all},
		{"state", muban.MessageFilter{State: muban.StateDelivered}, all},
		{"other state", muban.MessageFilter{State: muban.StateFailed}, nil},
		{"template", muban.MessageFilter{TemplateID: "template-1"}, all},
		{"other template", muban.MessageFilter{TemplateID: "template-2"}, nil},
		{"grant", muban.MessageFilter{AppID: b.app.ID, GrantID: "g2"}, []muban.MessageID{second.ID}},
		{"unknown grant", muban.MessageFilter{GrantID: "g9"}, nil},
		{"after", muban.MessageFilter{AfterSeq: first.ID.Seq()}, all[:2]},
		{"after the last", muban.MessageFilter{AfterSeq: third.ID.Seq()}, nil},
		{"from", muban.MessageFilter{From: first.AcceptedAt}, all},
		{"from long before", muban.MessageFilter{From: first.AcceptedAt.Add(-time.Hour)}, all},
		{"from later", muban.MessageFilter{From: third.AcceptedAt.Add(time.Millisecond)}, nil},
		{"from long after", muban.MessageFilter{From: third.AcceptedAt.Add(time.Hour)}, nil},
		{"to", muban.MessageFilter{To: first.AcceptedAt}, nil},
		{"from and to, of a user", muban.MessageFilter{AppID: b.app.ID, UserNo: b.user.No, From: first.AcceptedAt, To: third.AcceptedAt.Add(time.Millisecond)}, all},
	} {
		if got := list(test.filter); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	page, err := b.Messages(b.ctx, muban.MessageFilter{}, muban.Page{Limit: 2})
	b.must(err)
	rest, err := b.Messages(b.ctx, muban.MessageFilter{}, muban.Page{Limit: 2, Before: page.Next})
	b.must(err)
	if len(page.Items) != 2 || len(rest.Items) != 1 || rest.Items[0].ID != first.ID || rest.Next != 0 {
		t.Errorf("pages: %v, %v", page, rest)
	}
}

func longMessageLists(t *testing.T, b *bundle) {
	text := strings.Repeat("长", 1<<20/3)
	var want []muban.MessageID
	for i := range 11 {
		id := fmt.Sprintf("g%d", i)
		b.mint(id, 1)
		send := b.send(id)
		send.Message.Data = map[string]muban.Value{"keyword1": {Text: text}}
		message, err := b.Accept(b.ctx, send)
		b.must(err)
		want = append(want, message.ID)
	}
	slices.Reverse(want)
	owner := muban.InboxOwners{AppID: b.app.ID, UserNo: b.user.No}
	for name, list := range map[string]func(muban.Page) (muban.List[muban.Message], error){
		"messages": func(p muban.Page) (muban.List[muban.Message], error) {
			return b.Messages(b.ctx, muban.MessageFilter{}, p)
		},
		"inbox": func(p muban.Page) (muban.List[muban.Message], error) {
			found, _, err := b.Inbox(b.ctx, owner, p)
			return found, err
		},
	} {
		var got []muban.MessageID
		for page := (muban.Page{Limit: 100}); ; {
			part, err := list(page)
			b.must(err)
			if len(part.Items) == 0 || len(part.Items) > 5 {
				t.Fatalf("%s: %d long messages on a page", name, len(part.Items))
			}
			for _, m := range part.Items {
				got = append(got, m.ID)
			}
			if page.Before = part.Next; part.Next == 0 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func officialAccountIDs(t *testing.T, b *bundle) {
	app := b.newApp(muban.WeChatOA, "wx00000000000000oa")
	user := b.newUser(app, muban.User{OpenID: "oFollower"})
	send := b.send("")
	send.Message.AppID, send.Message.Platform, send.Message.UserNo = app.ID, app.Platform, user.No
	send.Message.TemplateSeq = b.newTemplate(app, "template-1").Seq
	send.Decide = func(muban.Ledger) *muban.Refusal { return nil }
	message, err := b.Accept(b.ctx, send)
	b.must(err)
	if message.ID < 1<<53 {
		t.Errorf("id %d is not above 2^53", message.ID)
	}
	read, err := b.Message(b.ctx, message.ID)
	b.must(err)
	if read.ID != message.ID {
		t.Errorf("read %d, want %d", read.ID, message.ID)
	}
	_, err = b.Message(b.ctx, muban.MessageID(message.ID.Seq()))
	b.refused(err, muban.RuleNotFound)
}

func cancelled(t *testing.T, b *bundle) {
	b.mint("g", 1)
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	if _, err := b.Accept(ctx, b.send("g")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	grant, err := b.Grant(b.ctx, b.app.ID, "g")
	b.must(err)
	if grant.Remaining != 1 {
		t.Error("the grant was spent")
	}
}
