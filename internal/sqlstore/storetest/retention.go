package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// forgets deletes what the bundle's app has that is older than a time, so many
// rows at once, and sums up what that was.
func (b *bundle) forgets(before time.Time, most int) (sum muban.Forgotten) {
	b.t.Helper()
	for _, forget := range []func(after int64) (muban.Forgotten, error){
		func(after int64) (muban.Forgotten, error) {
			return b.ForgetMessages(b.ctx, b.app.ID, before, after, most)
		},
		func(after int64) (muban.Forgotten, error) {
			return b.ForgetGrants(b.ctx, b.app.ID, before, after, most)
		},
	} {
		for after := int64(0); ; {
			gone, err := forget(after)
			b.must(err)
			sum.Messages, sum.Callbacks, sum.Grants = sum.Messages+gone.Messages, sum.Callbacks+gone.Callbacks, sum.Grants+gone.Grants
			if after = gone.Next; after == 0 {
				break
			}
		}
	}
	return sum
}

func forgetting(t *testing.T, b *bundle) {
	over := b.told("over")
	claimed, lease := b.claim(time.Minute)
	b.must(b.RecordAttempts(b.ctx, lease, b.attempt(claimed[0], ""), ends))
	b.must(b.ReleaseCallbacks(b.ctx, lease, b.app.ID))
	pending := b.told("pending")
	old := b.accepted("old")
	b.now = b.now.Add(time.Hour)
	young := b.accepted("young")

	// To the millisecond: what ended at the very time is not before it.
	if gone := b.forgets(b.now.Add(-time.Hour), 10); gone != (muban.Forgotten{}) {
		t.Errorf("what is not old yet went: %+v", gone)
	}
	if apps, _, err := b.OldApps(b.ctx, b.now.Add(-time.Hour), 0, 10); err != nil || len(apps) != 0 {
		t.Errorf("apps with something old: %v, %v; want none", apps, err)
	}
	before := b.now.Add(-time.Hour).Add(time.Millisecond)
	b.newApp(muban.Baidu, "empty")
	if apps, next, err := b.OldApps(b.ctx, before, 0, 10); err != nil || len(apps) != 1 || apps[0] != b.app.ID || next != 0 {
		t.Errorf("apps with something old: %v, then %d, %v", apps, next, err)
	}
	if gone := b.forgets(before, 10); gone != (muban.Forgotten{Messages: 2, Callbacks: 1}) {
		t.Errorf("gone: %+v; want 2 messages and the callback that was over", gone)
	}
	for _, m := range []muban.Message{over, old} {
		_, err := b.Message(b.ctx, m.ID)
		b.refused(err, muban.RuleNotFound)
	}
	for _, m := range []muban.Message{pending, young} {
		_, err := b.Message(b.ctx, m.ID)
		b.must(err)
	}
	if _, err := b.Grant(b.ctx, b.app.ID, "old"); err != nil {
		t.Errorf("a grant that has not expired went with its message: %v", err)
	}
	listed, err := b.Messages(b.ctx, muban.MessageFilter{GrantID: "old"}, muban.Page{Limit: 10})
	if err != nil || len(listed.Items) != 0 {
		t.Errorf("messages of the grant: %v, %v", listed.Items, err)
	}
	if claimed, _ := b.claim(time.Minute); len(claimed) != 1 || claimed[0].Event.MessageID != pending.ID {
		t.Errorf("what is still to be pushed: %v", claimed)
	}
}

func forgettingInBatches(t *testing.T, b *bundle) {
	for i := range 10 {
		b.accepted(fmt.Sprintf("old %d", i))
	}
	kept := b.told("pending")
	b.now = b.now.Add(time.Hour)
	for i := range 5 {
		b.accepted(fmt.Sprintf("young %d", i))
	}
	first, err := b.ForgetMessages(b.ctx, b.app.ID, b.now, 0, 3)
	if err != nil || first.Messages != 3 || first.Next == 0 {
		t.Errorf("the first batch: %+v, %v", first, err)
	}
	if gone := b.forgets(b.now, 3); gone.Messages != 7 {
		t.Errorf("the other batches: %+v", gone)
	}
	left, err := b.Messages(b.ctx, muban.MessageFilter{}, muban.Page{Limit: 100})
	b.must(err)
	if len(left.Items) != 6 || left.Items[5].ID != kept.ID {
		t.Errorf("%d are left, want the 5 young ones and the one with a callback pending", len(left.Items))
	}
}

func forgottenGrants(t *testing.T, b *bundle) {
	b.accepted("spent")
	b.mint("unspent", 1)
	b.now = b.now.Add(muban.Week)
	b.mint("young", 1)
	if gone := b.forgets(b.now, 10); gone.Grants != 0 {
		t.Errorf("grants that expire only now went: %+v", gone)
	}
	if gone := b.forgets(b.now.Add(time.Millisecond), 10); gone.Grants != 2 {
		t.Errorf("gone: %+v; want the spent grant and the unspent one", gone)
	}
	for _, id := range []string{"spent", "unspent"} {
		_, err := b.Grant(b.ctx, b.app.ID, id)
		b.refused(err, muban.RuleNotFound)
		_, err = b.Accept(b.ctx, b.send(id))
		b.refused(err, muban.RuleGrantUnknown)
	}
	_, err := b.Accept(b.ctx, b.send("young"))
	b.must(err)
	b.mint("spent", 1) // the id is free again
	_, err = b.Accept(b.ctx, b.send("spent"))
	b.must(err)
}
