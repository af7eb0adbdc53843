package messaging_test

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// step is one thing that a worker does in the property test.
type step struct {
	act   string // mint, send, retry, wait
	kind  muban.GrantKind
	grant int           // which of the grants made so far
	wait  time.Duration // how far the clock moves
}

// TestGrantsAreNeverOverspent: whatever workers do side by side, a grant pays
// for no more messages than its uses, none after its end, and every message
// that was accepted is there.
func TestGrantsAreNeverOverspent(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		t.Helper()
		rapid.Check(t, func(rt *rapid.T) {
			workers := rapid.SliceOfN(rapid.SliceOfN(stepGenerator(), 1, 12), 2, 8).Draw(rt, "workers")
			play := newPlay(rt, fresh(rt))
			var running sync.WaitGroup
			for _, steps := range workers {
				running.Go(func() {
					for _, s := range steps {
						play.do(s)
					}
				})
			}
			running.Wait()
			play.check(rt)
		})
	})
}

func stepGenerator() *rapid.Generator[step] {
	return rapid.Custom(func(t *rapid.T) step {
		return step{
			act:   rapid.SampledFrom([]string{"mint", "send", "send", "send", "retry", "wait"}).Draw(t, "act"),
			kind:  rapid.SampledFrom([]muban.GrantKind{muban.GrantForm, muban.GrantPayment}).Draw(t, "kind"),
			grant: rapid.IntRange(0, 5).Draw(t, "grant"),
			wait:  time.Duration(rapid.Int64Range(0, int64(3*24*time.Hour)).Draw(t, "wait")),
		}
	})
}

// play is one run: what the workers made and what they were told.
type play struct {
	*world
	app      muban.App
	user     muban.User
	template muban.Template

	mu       sync.Mutex
	grants   []string
	accepted map[muban.MessageID]string // message → grant
	broken   []error                    // what was neither accepted nor refused
}

func newPlay(rt *rapid.T, store *sqlstore.Store) *play {
	p := &play{world: newWorld(store), accepted: make(map[muban.MessageID]string)}
	ctx := rt.Context()
	var err error
	if p.app, err = p.CreateApp(ctx, messaging.NewApp{Platform: muban.WeChatMini, Settings: messaging.DefaultSettings(muban.WeChatMini)}); err != nil {
		rt.Fatal(err)
	}
	if p.user, err = p.CreateUser(ctx, p.app.ID, messaging.NewUser{}); err != nil {
		rt.Fatal(err)
	}
	p.template, err = p.CreateTemplate(ctx, p.app.ID, messaging.NewTemplate{LibraryID: "AT0002", KeywordIDs: []int{1, 2}})
	if err != nil {
		rt.Fatal(err)
	}
	p.mint(muban.GrantPayment)
	return p
}

func (p *play) do(s step) {
	switch s.act {
	case "mint":
		p.mint(s.kind)
	case "wait":
		p.clock.advance(s.wait)
	case "retry": // as a client does that heard no answer
		p.send(s.grant)
		p.send(s.grant)
	default:
		p.send(s.grant)
	}
}

func (p *play) mint(kind muban.GrantKind) {
	grants, _, err := p.MintGrants(background, p.app.ID, messaging.MintRequest{User: p.user.OpenID, Kind: kind, Count: 1})
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.broken = append(p.broken, err)
		return
	}
	p.grants = append(p.grants, grants[0].ID)
}

func (p *play) send(which int) {
	p.mu.Lock()
	grant := p.grants[which%len(p.grants)]
	p.mu.Unlock()
	message, err := p.Send(background, p.app, muban.SendRequest{
		To: muban.Recipient{ID: p.user.OpenID}, TemplateID: p.template.ID, GrantID: grant,
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	switch refusal := (*muban.Refusal)(nil); {
	case err == nil:
		p.accepted[message.ID] = grant
	case !asRefusal(err, &refusal):
		p.broken = append(p.broken, err)
	}
}

func (p *play) check(rt *rapid.T) {
	for _, err := range p.broken {
		rt.Errorf("neither accepted nor refused: %v", err)
	}
	paid := make(map[string]int)
	for id, grant := range p.accepted {
		paid[grant]++
		message, err := p.Message(background, id)
		if err != nil {
			rt.Fatalf("accepted message %s is lost: %v", id, err)
		}
		if message.GrantID != grant {
			rt.Errorf("message %s says grant %s, was sent with %s", id, message.GrantID, grant)
		}
	}
	for _, id := range p.grants {
		grant, err := p.Grant(background, p.app.ID, id)
		if err != nil {
			rt.Fatal(err)
		}
		if paid[id] > grant.Uses || len(grant.SpentBy) != paid[id] || grant.Uses-grant.Remaining != paid[id] {
			rt.Errorf("grant of %d uses: paid for %d, spent by %v, %d left", grant.Uses, paid[id], grant.SpentBy, grant.Remaining)
		}
		for _, message := range grant.SpentBy {
			if m, err := p.Message(background, message); err != nil || grant.Expired(m.AcceptedAt) {
				rt.Errorf("message %s was accepted at %v, after the grant's end %v (%v)", message, m.AcceptedAt, grant.ExpiresAt, err)
			}
		}
	}
}
