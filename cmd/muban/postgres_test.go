package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
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

// cluster is a PostgreSQL server of the test's own, which it may stop.
type cluster struct {
	t      *testing.T
	folder string
	port   int
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	pgtest.Database(t)                                // skips, or fails, where there is no PostgreSQL
	folder, err := os.MkdirTemp("", "muban-cluster-") //nolint:usetesting // its user may read no test's folder
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t, folder, listener.Addr().(*net.TCPAddr).Port}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	c.control("init", folder)
	c.start()
	t.Cleanup(func() {
		c.control("stop", folder, "immediate")
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return c
}

func (c *cluster) control(args ...string) {
	c.t.Helper()
	cmd := exec.Command("../../scripts/cluster.sh", args...) //nolint:noctx // also when the test is over
	if said, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("cluster.sh %v: %v\n%s", args, err, said)
	}
}

func (c *cluster) start() {
	c.t.Helper()
	c.control("start", c.folder, strconv.Itoa(c.port))
}

func (c *cluster) address() string {
	return fmt.Sprintf("postgres://muban@127.0.0.1:%d/postgres?sslmode=disable", c.port)
}

// TestDatabaseRestartedUnderLoad: the database crashes and comes back while 32
// workers send to two nodes. While it is away sends are refused with -1, soon;
// what was accepted is there, what was refused is not, and the nodes recover by
// themselves.
func TestDatabaseRestartedUnderLoad(t *testing.T) {
	t.Parallel()
	t.Log("engine PostgreSQL")
	database := newCluster(t)
	nodeA, nodeB := nodes(t, database.address())
	a := newShop(nodeA)
	sides := []*shop{a, a.on(nodeB)}
	grants := a.mint("form", 20000)

	var mu sync.Mutex
	answers := make(map[string]int) // grant → errcode, each is sent with once
	var slowest time.Duration
	underWay, refused := make(chan struct{}), make(chan struct{})
	onAccept, onRefuse := sync.OnceFunc(func() { close(underWay) }), sync.OnceFunc(func() { close(refused) })
	next, stop := make(chan string), make(chan struct{})
	var running sync.WaitGroup
	for i := range 32 {
		running.Go(func() {
			for grant := range next {
				began := time.Now()
				code := sides[i%2].send(grant)
				mu.Lock()
				answers[grant] = code
				slowest = max(slowest, time.Since(began))
				if len(answers) > 500 && code == 0 {
					onAccept()
				}
				mu.Unlock()
				if code == -1 {
					onRefuse()
				}
			}
		})
	}
	go func() {
		defer close(next)
		for _, grant := range grants {
			select {
			case next <- grant:
			case <-stop:
				return
			}
		}
	}()
	<-underWay
	database.control("stop", database.folder, "immediate")
	<-refused
	for _, side := range sides {
		within(t, 10*time.Second, "a send is refused while the database is away", func() bool { return side.send("none") == -1 })
		if status, answer := side.call(http.MethodGet, "/api/v1/apps/"+side.app, nil); status != http.StatusServiceUnavailable {
			t.Errorf("a native read while the database is away: %d %s, want 503", status, answer)
		}
	}
	database.start()
	for _, side := range sides {
		within(t, 20*time.Second, "a node accepts again", func() bool {
			status, _ := side.call(http.MethodGet, "/readyz", nil)
			return status == http.StatusOK && side.send(a.mintSoon(t)) == 0
		})
	}
	close(stop)
	running.Wait()
	checkAnswers(t, a, answers)
	t.Logf("%d sends, the slowest answer took %v", len(answers), slowest)
	if slowest > 12*time.Second {
		t.Errorf("an answer took %v", slowest)
	}
}

// mintSoon makes a grant, as soon as the server can.
func (s *shop) mintSoon(t *testing.T) string {
	t.Helper()
	id := fmt.Sprintf("after-the-crash-%d", time.Now().UnixNano())
	within(t, 20*time.Second, "a grant is minted", func() bool {
		status, _ := s.call(http.MethodPost, "/api/v1/apps/"+s.app+"/grants", map[string]any{"user": s.user, "kind": "form", "id": id})
		return status == http.StatusCreated
	})
	return id
}

// checkAnswers compares each answer with the store: 0 is stored and delivered,
// any errcode is not stored, and without an answer it may be either.
func checkAnswers(t *testing.T, s *shop, answers map[string]int) {
	t.Helper()
	counts := make(map[int]int)
	lost, half := 0, 0
	for id, code := range answers {
		counts[code]++
		var grant struct {
			Remaining int      `json:"remaining"`
			SpentBy   []string `json:"spent_by"`
		}
		s.native(http.MethodGet, "/api/v1/apps/"+s.app+"/grants/"+id, nil, &grant)
		spent := len(grant.SpentBy)
		switch {
		case grant.Remaining+spent != 1, code != 0 && code != -2 && spent > 0:
			half++
		case code == 0 && spent != 1:
			lost++
		}
		for _, message := range grant.SpentBy {
			s.checkDelivered(message, id)
		}
	}
	t.Logf("answers by errcode (-2: none): %v", counts)
	if lost > 0 || half > 0 {
		t.Errorf("%d accepted sends are lost, %d answers contradict the store", lost, half)
	}
}
