package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

func claims(t *testing.T, b *bundle) {
	message := b.accepted("g")
	select {
	case <-b.Due():
	default:
		t.Error("no worker was told")
	}
	due, waiting, err := b.NextDue(b.ctx)
	b.must(err)
	if !waiting || !due.Equal(b.now) {
		t.Errorf("next due %v, %t", due, waiting)
	}
	early, _, err := b.ClaimMessages(b.ctx, b.now.Add(-time.Millisecond), 10, time.Minute)
	b.must(err)
	if len(early) != 0 {
		t.Error("claimed before it was due")
	}
	// A lease of no length is over at once: the claimer died.
	claimed, dead, err := b.ClaimMessages(b.ctx, b.now, 10, 0)
	b.must(err)
	want := []muban.DueMessage{{
		AppID: b.app.ID, Seq: message.ID.Seq(), Platform: b.app.Platform, GrantKind: muban.GrantPayment,
		UserKnown: true, Delivery: muban.DeliveryOK, NotificationBar: true,
	}}
	if diff := cmp.Diff(want, claimed); diff != "" {
		t.Errorf("claimed:\n%s", diff)
	}
	again, lease, err := b.ClaimMessages(b.ctx, b.now, 10, time.Hour)
	b.must(err)
	third, _, err := b.ClaimMessages(b.ctx, b.now, 10, time.Hour)
	b.must(err)
	if len(again) != 1 || len(third) != 0 {
		t.Errorf("taken over %d, claimed under a lease %d", len(again), len(third))
	}
	outcome := muban.Outcome{AppID: b.app.ID, Seq: message.ID.Seq(), State: muban.StateFailed, Reason: muban.ReasonSystemFailed, At: b.now}
	b.must(b.FinishMessages(b.ctx, dead, []muban.Outcome{outcome}))
	if read, err := b.Message(b.ctx, message.ID); err != nil || read.State != muban.StateAccepted {
		t.Errorf("a late worker finished it: %v, %v", read.State, err)
	}
	outcome.State, outcome.Reason = muban.StateDelivered, ""
	b.must(b.FinishMessages(b.ctx, lease, []muban.Outcome{outcome}))
	if read, err := b.Message(b.ctx, message.ID); err != nil || read.State != muban.StateDelivered {
		t.Errorf("the holder could not finish it: %v, %v", read.State, err)
	}
	if _, waiting, err := b.NextDue(b.ctx); err != nil || waiting {
		t.Errorf("it still waits: %v", err)
	}
}

func outcomes(t *testing.T, b *bundle) {
	messages := []muban.Message{b.accepted("g1"), b.accepted("g2"), b.accepted("g3")}
	_, lease, err := b.ClaimMessages(b.ctx, b.now, 10, time.Minute)
	b.must(err)
	at := b.now.Add(time.Second)
	bar := []muban.Channel{muban.ChannelMessageCenter, muban.ChannelNotificationBar}
	ends := []muban.Outcome{
		{State: muban.StateDelivered, Channels: bar, At: at},
		{State: muban.StateRefused, Reason: muban.ReasonUserBlock, At: at},
		{State: muban.StateFailed, Reason: muban.ReasonSystemFailed, At: at},
	}
	for i := range ends {
		ends[i].AppID, ends[i].Seq = b.app.ID, messages[i].ID.Seq()
	}
	b.must(b.FinishMessages(b.ctx, lease, ends))
	b.must(b.FinishMessages(b.ctx, lease, []muban.Outcome{{AppID: b.app.ID, Seq: ends[0].Seq, State: muban.StateFailed, At: at}}))
	for i, end := range ends {
		read, err := b.Message(b.ctx, messages[i].ID)
		b.must(err)
		want := messages[i]
		want.State, want.Reason, want.Channels, want.FinishedAt = end.State, end.Reason, end.Channels, at
		if end.State == muban.StateDelivered {
			want.DeliveredAt = at
		}
		if diff := cmp.Diff(want, read); diff != "" {
			t.Errorf("message %d:\n%s", i, diff)
		}
	}
}

// deliver ends everything that waits as delivered.
func (b *bundle) deliver() {
	b.t.Helper()
	claimed, lease, err := b.ClaimMessages(b.ctx, b.now, 100, time.Minute)
	b.must(err)
	ends := make([]muban.Outcome, len(claimed))
	for i, d := range claimed {
		ends[i] = muban.Outcome{AppID: d.AppID, Seq: d.Seq, State: muban.StateDelivered, At: b.now}
	}
	b.must(b.FinishMessages(b.ctx, lease, ends))
}

func inbox(t *testing.T, b *bundle) {
	first, second := b.accepted("g1"), b.accepted("g2")
	owner := muban.InboxOwners{AppID: b.app.ID, UserNo: b.user.No}
	messages, unread, err := b.Inbox(b.ctx, owner, muban.Page{Limit: 10})
	b.must(err)
	if len(messages.Items) != 0 || unread != 0 {
		t.Error("undelivered messages are seen")
	}
	b.refused(b.MarkRead(b.ctx, b.app.ID, b.user.No, first.ID, b.now), muban.RuleNotFound)
	b.deliver()
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
	message := b.accepted("g")
	b.must(b.DeleteTitle(b.ctx, muban.WeChatMini, "AT0001"))
	b.must(b.Close())
	b.Store = b.open(t)
	read, err := b.Message(b.ctx, message.ID)
	b.must(err)
	if diff := cmp.Diff(message, read); diff != "" {
		t.Errorf("after reopening:\n%s", diff)
	}
	_, err = b.Title(b.ctx, muban.WeChatMini, "AT0001")
	b.refused(err, muban.RuleNotFound)
	next := b.accepted("g-next")
	if next.ID <= message.ID {
		t.Errorf("id %d does not follow %d", next.ID, message.ID)
	}
	b.deliver()
	if read, err := b.Message(b.ctx, message.ID); err != nil || read.State != muban.StateDelivered {
		t.Errorf("the message was lost on its way: %v %v", read.State, err)
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
