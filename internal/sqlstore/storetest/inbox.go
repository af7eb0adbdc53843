package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

func inbox(t *testing.T, b *bundle) {
	b.mint("blocked", 1)
	blocked := b.send("blocked")
	blocked.Message.State, blocked.Message.Reason, blocked.Message.DeliveredAt = muban.StateRefused, muban.ReasonUserBlock, time.Time{}
	refused, err := b.Accept(b.ctx, blocked)
	b.must(err)
	owner := muban.InboxOwners{AppID: b.app.ID, UserNo: b.user.No}
	messages, unread, err := b.Inbox(b.ctx, owner, muban.Page{Limit: 10})
	b.must(err)
	if len(messages.Items) != 0 || unread != 0 {
		t.Error("undelivered messages are seen")
	}
	b.refused(b.MarkRead(b.ctx, b.app.ID, b.user.No, refused.ID, b.now), muban.RuleNotFound)
	first, second := b.accepted("g1"), b.accepted("g2")
	b.must(b.MarkRead(b.ctx, b.app.ID, b.user.No, first.ID, b.now))
	b.must(b.MarkRead(b.ctx, b.app.ID, b.user.No, first.ID, b.now.Add(time.Hour)))
	b.refused(b.MarkRead(b.ctx, b.app.ID, b.user.No+1, second.ID, b.now), muban.RuleNotFound)
	for name, owners := range map[string]muban.InboxOwners{"user": owner, "person": {UnionID: b.user.UnionID}} {
		messages, unread, err := b.Inbox(b.ctx, owners, muban.Page{Limit: 10})
		b.must(err)
		if len(messages.Items) != 2 || messages.Items[0].ID != second.ID || unread != 1 || !messages.Items[1].ReadAt.Equal(b.now) {
			t.Errorf("inbox of the %s: %d unread, %v", name, unread, messages.Items)
		}
	}
	nobody, unread, err := b.Inbox(b.ctx, muban.InboxOwners{UnionID: "nobody"}, muban.Page{Limit: 10})
	b.must(err)
	if len(nobody.Items) != 0 || unread != 0 {
		t.Error("nobody has messages")
	}
}

func reopening(t *testing.T, b *bundle) {
	message := b.told("g")
	b.must(b.DeleteTitle(b.ctx, muban.WeChatMini, "AT0001"))
	b.must(b.Close())
	b.Store = b.open(t)
	read, err := b.Message(b.ctx, message.ID)
	b.must(err)
	if diff := cmp.Diff(shown(message), read); diff != "" {
		t.Errorf("after reopening:\n%s", diff)
	}
	_, err = b.Title(b.ctx, muban.WeChatMini, "AT0001")
	b.refused(err, muban.RuleNotFound)
	next := b.accepted("g-next")
	if next.ID <= message.ID {
		t.Errorf("id %d does not follow %d", next.ID, message.ID)
	}
	if claimed, _ := b.claim(time.Hour); len(claimed) != 1 || claimed[0].Event.MessageID != message.ID {
		t.Errorf("the callback was lost on its way: %v", claimed)
	}
}

func clockState(t *testing.T, b *bundle) {
	if _, found, err := b.Clock(b.ctx); err != nil || found {
		t.Errorf("a new store has a clock: %v", err)
	}
	b.must(b.SaveClock(b.ctx, "one"))
	b.must(b.SaveClock(b.ctx, "two"))
	if state, found, err := b.Clock(b.ctx); err != nil || !found || state != "two" {
		t.Errorf("clock: %q %t %v", state, found, err)
	}
}

// A large inbox tells as exactly as a small one how much is unread, whatever is
// read, comes or is forgotten between two looks.
func largeInbox(t *testing.T, b *bundle) {
	const many = 2500 // more than are counted one by one
	send := func(i int) muban.Message {
		accept := b.send("")
		accept.Decide = func(muban.Ledger) *muban.Refusal { return nil }
		accept.Message.AcceptedAt = b.now.Add(time.Duration(i) * time.Millisecond)
		m, err := b.Accept(b.ctx, accept)
		b.must(err)
		return m
	}
	messages := make([]muban.Message, many)
	var running sync.WaitGroup
	for i := range messages {
		running.Go(func() { messages[i] = send(i) })
	}
	running.Wait()
	looks := func(what string, want int64) {
		t.Helper()
		for range 2 { // the first look may leave a mark
			_, unread, err := b.Inbox(b.ctx, muban.InboxOwners{AppID: b.app.ID, UserNo: b.user.No}, muban.Page{Limit: 1})
			b.must(err)
			if unread != want {
				t.Errorf("%s: %d unread, want %d", what, unread, want)
			}
		}
	}
	looks("all", many)
	for range 2 { // the second time it is read already
		b.must(b.MarkRead(b.ctx, b.app.ID, b.user.No, messages[0].ID, b.now))
	}
	looks("one read", many-1)
	latest := send(many)
	looks("one more", many)
	b.must(b.MarkRead(b.ctx, b.app.ID, b.user.No, latest.ID, b.now))
	looks("that read", many-1)
	gone, err := b.ForgetMessages(b.ctx, b.app.ID, b.now.Add(time.Millisecond*many), 0, 10*many)
	b.must(err)
	if gone.Messages != many {
		t.Errorf("%d forgotten, want %d", gone.Messages, many)
	}
	looks("all but the latest forgotten", 0)
	send(many + 1)
	looks("one more", 1)
}
