package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

func stepped(step int, state muban.State, count int64) muban.MessageCount {
	return muban.MessageCount{Step: step, State: state, Count: count}
}

func overview(t *testing.T, b *bundle) {
	templates := map[string]muban.Template{b.template.ID: b.template, "template-2": b.newTemplate(b.app, "template-2")}
	at := func(grant string, after time.Duration, template string, state muban.State) {
		b.mint(grant, 1)
		send := b.send(grant)
		m := &send.Message
		m.AcceptedAt, m.TemplateID, m.TemplateSeq, m.State = b.now.Add(after), template, templates[template].Seq, state
		_, err := b.Accept(b.ctx, send)
		b.must(err)
	}
	at("before", -time.Millisecond, "template-2", muban.StateDelivered)
	at("one", 0, "template-1", muban.StateDelivered)
	at("two", time.Hour-time.Millisecond, "template-2", muban.StateDelivered)
	at("three", time.Hour, "template-1", muban.StateFailed)
	at("four", 2*time.Hour-time.Millisecond, "template-1", muban.StateRefused)
	at("after", 2*time.Hour, "template-1", muban.StateDelivered)
	b.mint("open", 1)
	b.must(b.DeleteUser(b.ctx, b.app.ID, b.newUser(b.app, muban.User{OpenID: "gone"}).OpenID))
	b.must(b.DeleteTemplate(b.ctx, b.app.ID, "template-2")) // it keeps its name
	other := b.newApp(muban.WeChatMini, "wx0000000000000002")

	query := muban.OverviewQuery{
		From: b.now, To: b.now.Add(2 * time.Hour), Step: time.Hour,
		Now: b.now, ExpiresBy: b.now.Add(muban.Week), Most: 100, Templates: 10,
	}
	want := muban.Overview{
		Messages: []muban.MessageCount{stepped(0, muban.StateDelivered, 2), stepped(1, muban.StateFailed, 1), stepped(1, muban.StateRefused, 1)},
		Templates: []muban.TemplateCount{
			{AppID: b.app.ID, TemplateID: "template-1", Title: "购买成功通知", Count: 3},
			{AppID: b.app.ID, TemplateID: "template-2", Title: "购买成功通知", Count: 1},
		},
		GrantsExpiring: 1,
	}
	look := func(what string, want muban.Overview, change func(*muban.OverviewQuery)) {
		t.Helper()
		q := query
		change(&q)
		got, err := b.Overview(b.ctx, q)
		b.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s is otherwise:\n%s", what, diff)
		}
	}
	look("all", want, func(*muban.OverviewQuery) {})
	look("the app", want, func(q *muban.OverviewQuery) { q.AppID = b.app.ID })
	look("another app", muban.Overview{}, func(q *muban.OverviewQuery) { q.AppID = other.ID })
	want.Templates, want.GrantsExpiring = want.Templates[:1], 0
	look("one template, no grant", want, func(q *muban.OverviewQuery) {
		q.Templates, q.ExpiresBy = 1, b.now.Add(muban.Week-time.Millisecond)
	})
	// The newest three: after, four, three.
	look("a part", muban.Overview{
		Messages:       []muban.MessageCount{stepped(1, muban.StateFailed, 1), stepped(1, muban.StateRefused, 1)},
		Templates:      []muban.TemplateCount{{AppID: b.app.ID, TemplateID: "template-1", Title: "购买成功通知", Count: 2}},
		GrantsExpiring: 1, Partial: true,
	}, func(q *muban.OverviewQuery) { q.Most = 3 })
}

func overviewOfCallbacks(t *testing.T, b *bundle) {
	b.told("g1")
	b.told("g2")
	query := muban.OverviewQuery{From: b.now, To: b.now.Add(time.Hour), Step: time.Hour, Now: b.now, ExpiresBy: b.now, Most: 100, Templates: 1}
	got, err := b.Overview(b.ctx, query)
	b.must(err)
	if got.CallbacksWaiting != 2 || got.CallbacksFailed != 0 {
		t.Errorf("waiting %d, failed %d", got.CallbacksWaiting, got.CallbacksFailed)
	}
	claimed, lease := b.claim(time.Minute)
	b.must(b.RecordAttempts(b.ctx, lease, b.attempt(claimed[0], "no answer"), func(c *muban.Callback, a muban.Attempt) {
		ends(c, a)
		c.State = muban.CallbackFailed
	}))
	got, err = b.Overview(b.ctx, query)
	b.must(err)
	if got.CallbacksWaiting != 1 || got.CallbacksFailed != 1 {
		t.Errorf("after one failed: waiting %d, failed %d", got.CallbacksWaiting, got.CallbacksFailed)
	}
}
