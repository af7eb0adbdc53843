package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

// told is a send whose end the app's server is told of.
func (b *bundle) told(grantID string) muban.Message {
	b.t.Helper()
	b.mint(grantID, 1)
	send := b.send(grantID)
	send.Callback = b.callback()
	message, err := b.Accept(b.ctx, send)
	b.must(err)
	return message
}

func (b *bundle) callback() *muban.Callback {
	return &muban.Callback{
		AppID: b.app.ID, URL: "http://example.com/events", State: muban.CallbackPending, Left: 3, CreatedAt: b.now, DueAt: b.now,
		Event: muban.Event{Kind: muban.EventSendFinished, UserID: b.user.OpenID, State: muban.StateDelivered, At: b.now},
	}
}

func (b *bundle) claim(hold time.Duration) ([]muban.Callback, muban.Lease) {
	b.t.Helper()
	claimed, lease, err := b.ClaimCallbacks(b.ctx, b.now, 10, 10, hold)
	b.must(err)
	return claimed, lease
}

// attempt is what a receiver that answered, or did not, leaves behind.
func (b *bundle) attempt(c muban.Callback, problem string) []muban.PushResult {
	return []muban.PushResult{{AppID: c.AppID, Seq: c.Seq, Attempt: muban.Attempt{
		At: b.now, Status: 200, Error: problem, Took: 3 * time.Millisecond, Response: "answer", URL: "http://example.com/moved",
		Sent: muban.Sent{Query: "nonce=1&signature=2", Body: "<xml></xml>", Plain: "<xml>1</xml>"},
	}}}
}

// ends is a rule that ends every callback.
func ends(c *muban.Callback, a muban.Attempt) {
	c.Attempts, c.URL, c.Left, c.State, c.DueAt = append(c.Attempts, a), a.URL, 0, muban.CallbackDelivered, time.Time{}
}

func callbacks(t *testing.T, b *bundle) {
	silent := b.accepted("silent")
	message := b.told("told")
	found, err := b.Callbacks(b.ctx, muban.CallbackFilter{}, muban.Page{Limit: 10})
	b.must(err)
	if len(found.Items) != 1 {
		t.Fatalf("callbacks: %v", found.Items)
	}
	want := *b.callback()
	want.Seq, want.Event.MessageID = found.Items[0].Seq, message.ID
	if diff := cmp.Diff(want, found.Items[0]); diff != "" || want.Seq <= message.ID.Seq() {
		t.Errorf("stored:\n%s", diff)
	}
	one, err := b.Callback(b.ctx, want.Seq)
	b.must(err)
	if diff := cmp.Diff(want, one); diff != "" {
		t.Errorf("read:\n%s", diff)
	}
	_, err = b.Callback(b.ctx, want.Seq+1)
	b.refused(err, muban.RuleNotFound)
	for _, test := range []struct {
		name   string
		filter muban.CallbackFilter
		found  int
	}{
		{"app", muban.CallbackFilter{AppID: b.app.ID}, 1},
		{"other app", muban.CallbackFilter{AppID: "wx9"}, 0},
		{"state", muban.CallbackFilter{State: muban.CallbackPending}, 1},
		{"other state", muban.CallbackFilter{State: muban.CallbackFailed}, 0},
		{"message", muban.CallbackFilter{MessageSeq: message.ID.Seq()}, 1},
		{"a message that nobody is told of", muban.CallbackFilter{MessageSeq: silent.ID.Seq()}, 0},
		{"after", muban.CallbackFilter{AfterSeq: want.Seq - 1}, 1},
		{"after it", muban.CallbackFilter{AfterSeq: want.Seq}, 0},
	} {
		found, err := b.Callbacks(b.ctx, test.filter, muban.Page{Limit: 10})
		b.must(err)
		if len(found.Items) != test.found {
			t.Errorf("%s: found %d, want %d", test.name, len(found.Items), test.found)
		}
	}
}

func claims(t *testing.T, b *bundle) {
	if _, waiting, err := b.NextDue(b.ctx); err != nil || waiting {
		t.Errorf("something waits in a new store: %v", err)
	}
	first, second := b.told("g1"), b.told("g2")
	select {
	case <-b.Due():
	default:
		t.Error("no pusher was told")
	}
	due, waiting, err := b.NextDue(b.ctx)
	b.must(err)
	if !waiting || !due.Equal(b.now) {
		t.Errorf("next due %v, %t", due, waiting)
	}
	early, _, err := b.ClaimCallbacks(b.ctx, b.now.Add(-time.Millisecond), 10, 10, time.Minute)
	b.must(err)
	if len(early) != 0 {
		t.Error("claimed before it was due")
	}
	b.hintAll()
	// A lease of no length is over at once: the claimer died.
	claimed, dead := b.claim(0)
	if len(claimed) != 2 || claimed[0].Event.MessageID != first.ID || claimed[1].Event.MessageID != second.ID {
		t.Fatalf("claimed %v, want both in their order", claimed)
	}
	b.hintAll()
	again, lease := b.claim(time.Hour)
	b.hintAll()
	third, _ := b.claim(time.Hour)
	if len(again) != 2 || len(third) != 0 {
		t.Errorf("taken over %d, claimed under a lease %d", len(again), len(third))
	}
	b.must(b.RecordAttempts(b.ctx, dead, b.attempt(claimed[0], ""), ends))
	if read, err := b.Callback(b.ctx, claimed[0].Seq); err != nil || read.State != muban.CallbackPending || len(read.Attempts) != 0 {
		t.Errorf("a late pusher changed it: %v, %v", read, err)
	}
	b.must(b.RecordAttempts(b.ctx, lease, b.attempt(claimed[0], ""), ends))
	if read, err := b.Callback(b.ctx, claimed[0].Seq); err != nil || read.State != muban.CallbackDelivered {
		t.Errorf("the holder could not end it: %v, %v", read, err)
	}
	// What is given back can be claimed at once.
	b.must(b.ReleaseCallbacks(b.ctx, lease, b.app.ID))
	rest, _ := b.claim(time.Hour)
	if len(rest) != 1 || rest[0].Event.MessageID != second.ID {
		t.Errorf("after the release: %v", rest)
	}
}

// hintAll has the store look at all apps at the next claim, as it does from
// time to time by itself.
func (b *bundle) hintAll() {
	b.t.Helper()
	c, err := b.Callbacks(b.ctx, muban.CallbackFilter{State: muban.CallbackPending}, muban.Page{Limit: 1})
	b.must(err)
	if len(c.Items) == 1 {
		b.must(b.ReleaseCallbacks(b.ctx, 0, c.Items[0].AppID))
	}
}

func claimsByApp(t *testing.T, b *bundle) {
	for i := range 5 {
		b.told(fmt.Sprintf("g%d", i))
	}
	other := b.newApp(muban.WeChatOA, "wx00000000000000oa")
	send := b.send("")
	send.Message.AppID, send.Message.Platform = other.ID, other.Platform
	send.Message.TemplateSeq = b.newTemplate(other, "template-1").Seq
	send.Decide = func(muban.Ledger) *muban.Refusal { return nil }
	send.Callback = b.callback()
	send.Callback.AppID = other.ID
	_, err := b.Accept(b.ctx, send)
	b.must(err)

	claimed, lease, err := b.ClaimCallbacks(b.ctx, b.now, 10, 2, time.Hour)
	b.must(err)
	of := make(map[string]int)
	for _, c := range claimed {
		of[c.AppID]++
	}
	if of[b.app.ID] != 2 || of[other.ID] != 1 {
		t.Errorf("claimed by app: %v", of)
	}
	b.must(b.ReleaseCallbacks(b.ctx, lease, b.app.ID))
	b.must(b.ReleaseCallbacks(b.ctx, lease, other.ID))
	one, _, err := b.ClaimCallbacks(b.ctx, b.now, 1, 10, time.Hour)
	b.must(err)
	for _, c := range one {
		if c.AppID != one[0].AppID {
			t.Errorf("asked for one app, got %v", one)
		}
	}
}

// Two that claim at once never get the same callback, nor one app's in part.
func claimsUnderConcurrency(t *testing.T, b *bundle) {
	for round := range 15 { // in one of some thirty a hole in a claim showed itself
		b.claimAtOnce(fmt.Sprintf("g%d", round))
	}
}

func (b *bundle) claimAtOnce(name string) {
	t := b.t
	t.Helper()
	const n = 40
	for i := range n {
		b.told(fmt.Sprintf("%s-%d", name, i))
	}
	var mu sync.Mutex
	pushed := make(map[int64]int)
	var order []int64
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			for {
				mu.Lock()
				done := len(pushed) == n
				mu.Unlock()
				if done {
					return
				}
				claimed, lease, err := b.ClaimCallbacks(b.ctx, b.now, 10, 5, time.Hour)
				if err != nil {
					t.Error(err)
					return
				}
				for _, c := range claimed {
					mu.Lock()
					pushed[c.Seq]++
					order = append(order, c.Seq)
					mu.Unlock()
					if err := b.RecordAttempts(b.ctx, lease, b.attempt(c, ""), ends); err != nil {
						t.Error(err)
					}
				}
				if err := b.ReleaseCallbacks(b.ctx, lease, b.app.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	for i, seq := range order {
		if pushed[seq] != 1 || i > 0 && order[i-1] > seq {
			t.Fatalf("callback %d was claimed %d times, or out of its order: %v", seq, pushed[seq], order)
		}
	}
}

func attempts(t *testing.T, b *bundle) {
	b.told("g")
	claimed, lease := b.claim(time.Hour)
	later := b.now.Add(5 * time.Second)
	result := b.attempt(claimed[0], "no answer within 5s")
	b.must(b.RecordAttempts(b.ctx, lease, result, func(c *muban.Callback, a muban.Attempt) {
		c.Attempts, c.URL, c.Left, c.DueAt = append(c.Attempts, a), a.URL, 2, later
	}))
	want := claimed[0]
	want.Attempts, want.URL, want.Left, want.DueAt = []muban.Attempt{result[0].Attempt}, "http://example.com/moved", 2, later
	read, err := b.Callback(b.ctx, want.Seq)
	b.must(err)
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("after a failed attempt:\n%s", diff)
	}
	b.must(b.ReleaseCallbacks(b.ctx, lease, b.app.ID))
	if early, _ := b.claim(time.Hour); len(early) != 0 {
		t.Error("claimed before its next time")
	}
	b.now = later
	b.hintAll()
	claimed, lease = b.claim(time.Hour)
	if len(claimed) != 1 || len(claimed[0].Attempts) != 1 {
		t.Fatalf("at its next time: %v", claimed)
	}
	b.must(b.RecordAttempts(b.ctx, lease, b.attempt(claimed[0], ""), ends))
	read, err = b.Callback(b.ctx, want.Seq)
	b.must(err)
	if read.State != muban.CallbackDelivered || len(read.Attempts) != 2 || !read.DueAt.IsZero() {
		t.Errorf("at its end: %v", read)
	}
	if _, waiting, err := b.NextDue(b.ctx); err != nil || waiting {
		t.Errorf("it still waits: %v", err)
	}
}

func resending(t *testing.T, b *bundle) {
	b.told("g")
	claimed, lease := b.claim(time.Hour)
	seq := claimed[0].Seq
	b.must(b.RecordAttempts(b.ctx, lease, b.attempt(claimed[0], ""), ends))
	b.must(b.ReleaseCallbacks(b.ctx, lease, b.app.ID))
	_, err := b.ResendCallback(b.ctx, seq+1, b.now)
	b.refused(err, muban.RuleNotFound)
	b.now = b.now.Add(time.Hour)
	resent, err := b.ResendCallback(b.ctx, seq, b.now)
	b.must(err)
	if resent.State != muban.CallbackPending || resent.Left != 1 || !resent.DueAt.Equal(b.now) || len(resent.Attempts) != 1 {
		t.Errorf("resent: %v", resent)
	}
	again, err := b.ResendCallback(b.ctx, seq, b.now)
	b.must(err)
	if again.Left != 2 {
		t.Errorf("resent twice it has %d attempts left", again.Left)
	}
	if claimed, _ = b.claim(time.Hour); len(claimed) != 1 {
		t.Errorf("claimed %v", claimed)
	}
}

// A client's name for a message stands for it for a while, to one user of one
// app, however many send at once.
func clientMessageIDs(t *testing.T, b *bundle) {
	send := func(name string, at time.Time, user muban.User) muban.Accept {
		s := b.send("")
		s.Message.ClientMsgID, s.Message.AcceptedAt, s.Message.UserNo = name, at, user.No
		s.RepeatWithin = 10 * time.Minute
		s.Decide = func(muban.Ledger) *muban.Refusal { return nil }
		s.Callback = b.callback()
		return s
	}
	accept := func(name string, at time.Time, user muban.User) muban.MessageID {
		t.Helper()
		m, err := b.Accept(b.ctx, send(name, at, user))
		b.must(err)
		return m.ID
	}
	var mu sync.Mutex
	ids := make(map[muban.MessageID]bool)
	var running sync.WaitGroup
	for range 16 {
		running.Go(func() {
			m, err := b.Accept(b.ctx, send("n", b.now, b.user))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			ids[m.ID] = true
		})
	}
	running.Wait()
	if len(ids) != 1 {
		t.Fatalf("one name stands for %d messages", len(ids))
	}
	first := accept("n", b.now.Add(10*time.Minute-time.Millisecond), b.user)
	other := b.newUser(b.app, muban.User{OpenID: "oUser2"})
	if !ids[first] {
		t.Error("within ten minutes it is another message")
	}
	if ids[accept("m", b.now, b.user)] || ids[accept("n", b.now, other)] {
		t.Error("another name, or another user, got the first message")
	}
	late := accept("n", b.now.Add(10*time.Minute), b.user)
	if ids[late] || accept("n", b.now.Add(20*time.Minute-time.Millisecond), b.user) != late {
		t.Error("after ten minutes the name stands for the first message still, or not for the next one")
	}
	refusing := send("refused", b.now, b.user)
	refusing.Decide = func(muban.Ledger) *muban.Refusal { return muban.Refuse(muban.RuleDailyLimit) }
	_, err := b.Accept(b.ctx, refusing)
	b.refused(err, muban.RuleDailyLimit)
	if id := accept("refused", b.now, b.user); id == 0 {
		t.Error("a refused send took the name")
	}
	messages, err := b.Messages(b.ctx, muban.MessageFilter{AppID: b.app.ID}, muban.Page{Limit: 50})
	b.must(err)
	told, err := b.Callbacks(b.ctx, muban.CallbackFilter{AppID: b.app.ID}, muban.Page{Limit: 50})
	b.must(err)
	if len(messages.Items) != 5 || len(told.Items) != 5 {
		t.Errorf("%d messages and %d callbacks, want 5 each", len(messages.Items), len(told.Items))
	}
}

// A message is stored with its end.
func endings(t *testing.T, b *bundle) {
	for i, end := range []muban.Message{
		{State: muban.StateDelivered, DeliveredAt: b.now, Channels: []muban.Channel{muban.ChannelMessageCenter, muban.ChannelNotificationBar}},
		{State: muban.StateRefused, Reason: muban.ReasonUserBlock},
		{State: muban.StateFailed, Reason: muban.ReasonSystemFailed},
	} {
		id := fmt.Sprintf("g%d", i)
		b.mint(id, 1)
		send := b.send(id)
		m := &send.Message
		m.State, m.Reason, m.Channels, m.DeliveredAt, m.FinishedAt = end.State, end.Reason, end.Channels, end.DeliveredAt, b.now
		accepted, err := b.Accept(b.ctx, send)
		b.must(err)
		read, err := b.Message(b.ctx, accepted.ID)
		b.must(err)
		if diff := cmp.Diff(shown(accepted), read); diff != "" || read.State != end.State {
			t.Errorf("%s:\n%s", end.State, diff)
		}
	}
}
