package main

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/pgtest"
)

// nodes starts two `muban serve` at the same moment on one new database.
func nodes(t *testing.T, database string) (a, b *process) {
	t.Helper()
	var starting sync.WaitGroup
	started := make([]*process, 2)
	for i := range started {
		starting.Go(func() { started[i] = start(t, "serve", "--database", database) })
	}
	starting.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return started[0], started[1]
}

// on is the same shop as another node serves it.
func (s *shop) on(p *process) *shop {
	other := *s
	other.process = p
	return &other
}

// within asks until the answer is as wanted, and fails after the time.
func within(t *testing.T, limit time.Duration, what string, good func() bool) {
	t.Helper()
	for began := time.Now(); !good(); {
		if time.Since(began) > limit {
			t.Errorf("not within %v: %s", limit, what)
			return
		}
	}
}

// TestTwoNodesSpendOneGrant: 200 workers spend one payment grant from both
// sides; exactly three succeed, and both nodes say the same of it.
func TestTwoNodesSpendOneGrant(t *testing.T) {
	t.Parallel()
	t.Log("engine PostgreSQL")
	nodeA, nodeB := nodes(t, pgtest.Database(t))
	a := newShop(nodeA)
	b := a.on(nodeB)
	grant := a.mint("payment", 1)[0]
	var accepted, other atomic.Int64
	var running sync.WaitGroup
	for i := range 200 {
		side := a
		if i%2 == 1 {
			side = b
		}
		running.Go(func() {
			switch side.send(grant) {
			case 0:
				accepted.Add(1)
			case 41029: // spent
			default:
				other.Add(1)
			}
		})
	}
	running.Wait()
	if accepted.Load() != 3 || other.Load() != 0 {
		t.Errorf("%d accepted, %d neither accepted nor refused as spent; want 3 and 0", accepted.Load(), other.Load())
	}
	a.checkLedger([]string{grant}, map[string]int{grant: 3})
	b.checkLedger([]string{grant}, map[string]int{grant: 3})
	lists := make([]string, 2)
	for i, side := range []*shop{a, b} {
		status, text := side.call(http.MethodGet, "/api/v1/messages?app_id="+a.app, nil)
		if status != http.StatusOK {
			t.Fatalf("listing: %d %s", status, text)
		}
		lists[i] = string(text)
	}
	if lists[0] != lists[1] {
		t.Errorf("the nodes list differently:\n%s\n%s", lists[0], lists[1])
	}
}

// TestTwoNodesAgree: a token of one node is good on the other; a revocation, a
// template's deletion, a block and a setting are seen on the other within a
// second; the daily limit is one for both; who waits on one hears of the other.
func TestTwoNodesAgree(t *testing.T) {
	t.Parallel()
	t.Log("engine PostgreSQL")
	nodeA, nodeB := nodes(t, pgtest.Database(t))
	a := newShop(nodeA)
	b := a.on(nodeB)
	form := func() string { return a.mint("form", 1)[0] }
	if code := b.send(form()); code != 0 {
		t.Fatalf("a token of the other node: errcode %d", code)
	}

	heard := make(chan int, 1)
	var newest struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	a.native(http.MethodGet, "/api/v1/messages?limit=1&app_id="+a.app, nil, &newest)
	go func() {
		status, answer := b.call(http.MethodGet, "/api/v1/messages?wait=20s&app_id="+a.app+"&after="+newest.Items[0].ID, nil)
		heard <- status * min(1, len(answer)/100) // an empty list is shorter
	}()
	if code := a.send(form()); code != 0 {
		t.Errorf("sending: errcode %d", code)
	}
	if status := <-heard; status != http.StatusOK {
		t.Errorf("waiting on the other node: %d", status)
	}

	app := "/api/v1/apps/" + a.app
	a.native(http.MethodPatch, app, map[string]any{"daily_limit": 1}, nil)
	within(t, time.Second, "the daily limit on the other node", func() bool { return b.send(form()) == 45009 })
	var before struct {
		Items []struct{} `json:"items"`
	}
	a.native(http.MethodGet, "/api/v1/messages?limit=500&app_id="+a.app, nil, &before)
	a.native(http.MethodPatch, app, map[string]any{"daily_limit": len(before.Items) + 3}, nil)
	var accepted atomic.Int64
	var running sync.WaitGroup
	for i, grant := range a.mint("form", 40) {
		side := a
		if i%2 == 1 {
			side = b
		}
		running.Go(func() {
			within(t, 10*time.Second, "three more sends are accepted", func() bool {
				if side.send(grant) == 0 {
					return accepted.Add(1) > 0
				}
				return accepted.Load() >= 3
			})
		})
	}
	running.Wait()
	if accepted.Load() != 3 {
		t.Errorf("%d accepted of a daily limit with 3 left", accepted.Load())
	}
	a.native(http.MethodPatch, app, map[string]any{"daily_limit": nil}, nil)
	within(t, time.Second, "the end of the daily limit on the other node", func() bool { return b.send(form()) == 0 })

	a.native(http.MethodPatch, app+"/users/"+a.user, map[string]any{"blocked": true}, nil)
	within(t, time.Second, "the block on the other node", func() bool {
		blocked := form()
		if code := b.send(blocked); code != 0 {
			t.Fatalf("a send to a user who blocks: errcode %d, want it accepted", code)
		}
		var refused struct {
			Items []struct{} `json:"items"`
		}
		b.native(http.MethodGet, "/api/v1/messages?state=refused&app_id="+a.app+"&grant_id="+blocked, nil, &refused)
		return len(refused.Items) == 1
	})
	a.native(http.MethodPatch, app+"/users/"+a.user, map[string]any{"blocked": false}, nil)

	a.native(http.MethodDelete, app+"/templates/"+a.template, nil, nil)
	within(t, time.Second, "the template's deletion on the other node", func() bool { return b.send(form()) == 40037 })
	a.native(http.MethodPost, app+"/tokens/revoke", nil, nil)
	within(t, time.Second, "the token's revocation on the other node", func() bool { return b.send("any") == 40001 })
}

// TestNodeKilledUnderLoad: kill -9 of one node of two while 32 workers send to
// it; every acknowledged message is there and delivered by the other.
func TestNodeKilledUnderLoad(t *testing.T) {
	t.Parallel()
	t.Log("engine PostgreSQL")
	nodeA, nodeB := nodes(t, pgtest.Database(t))
	a := newShop(nodeA)
	grants := append(a.mint("form", 2000), a.mint("payment", 100)...)
	underWay, stop := make(chan struct{}), make(chan struct{})
	go func() {
		<-underWay
		nodeA.kill()
		close(stop)
	}()
	acknowledged := a.sendAll(grants, 32, 4, sync.OnceFunc(func() { close(underWay) }), stop)
	if len(acknowledged) < 500 {
		t.Fatalf("only %d sends were acknowledged before the kill", len(acknowledged))
	}
	a.on(nodeB).checkLedger(grants, acknowledged)
}
