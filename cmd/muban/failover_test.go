package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/muban-dev/muban/internal/pgtest"
)

// cluster is a PostgreSQL server of the test's own, which it may stop.
type cluster struct {
	t       *testing.T
	folder  string
	port    int
	running bool
}

// newCluster makes a server and starts it with the settings.
func newCluster(t *testing.T, settings ...string) *cluster {
	t.Helper()
	pgtest.Database(t) // skips, or fails, where there is no PostgreSQL
	c := reserveCluster(t)
	c.control("init", c.folder)
	c.start(settings...)
	return c
}

// standby makes a server that follows this one, and starts it.
func (c *cluster) standby() *cluster {
	c.t.Helper()
	follower := reserveCluster(c.t)
	follower.control("standby", follower.folder, strconv.Itoa(c.port))
	follower.start()
	return follower
}

// reserveCluster finds a folder and a port.
func reserveCluster(t *testing.T) *cluster {
	t.Helper()
	folder, err := os.MkdirTemp("", "muban-cluster-") //nolint:usetesting // its user may read no test's folder
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, folder: folder, port: listener.Addr().(*net.TCPAddr).Port}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.running {
			c.crash()
		}
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

func (c *cluster) start(settings ...string) {
	c.t.Helper()
	c.control(append([]string{"start", c.folder, strconv.Itoa(c.port)}, settings...)...)
	c.running = true
}

func (c *cluster) crash() {
	c.t.Helper()
	c.control("stop", c.folder, "immediate")
	c.running = false
}

func (c *cluster) host() string { return "127.0.0.1:" + strconv.Itoa(c.port) }

func (c *cluster) address() string {
	return fmt.Sprintf("postgres://muban@%s/postgres?sslmode=disable", c.host())
}

// traffic is 32 workers that send to two nodes, each grant once.
type traffic struct {
	sides []*shop
	// underWay is closed when many sends were accepted, refused at the first
	// that was answered with -1.
	underWay, refused chan struct{}

	stop    chan struct{}
	running sync.WaitGroup

	mu      sync.Mutex
	answers map[string]int // grant → errcode
	slowest time.Duration
}

func beginTraffic(sides []*shop, grants []string) *traffic {
	f := &traffic{
		sides: sides, underWay: make(chan struct{}), refused: make(chan struct{}),
		stop: make(chan struct{}), answers: make(map[string]int),
	}
	onAccept, onRefuse := sync.OnceFunc(func() { close(f.underWay) }), sync.OnceFunc(func() { close(f.refused) })
	next := make(chan string)
	for i := range 32 {
		f.running.Go(func() {
			for grant := range next {
				began := time.Now()
				code := sides[i%2].send(grant)
				f.mu.Lock()
				f.answers[grant] = code
				f.slowest = max(f.slowest, time.Since(began))
				if len(f.answers) > 500 && code == 0 {
					onAccept()
				}
				f.mu.Unlock()
				if code == -1 {
					onRefuse()
				}
			}
		})
	}
	f.running.Go(func() {
		defer close(next)
		for _, grant := range grants {
			select {
			case next <- grant:
			case <-f.stop:
				return
			}
		}
	})
	return f
}

// checkAway waits until both nodes refuse sends with -1 and say why on reads.
func (f *traffic) checkAway(t *testing.T) {
	t.Helper()
	<-f.refused
	for _, side := range f.sides {
		within(t, 10*time.Second, "a send is refused while the database is away", func() bool { return side.send("none") == -1 })
		if status, answer := side.call(http.MethodGet, "/api/v1/apps/"+side.app, nil); status != http.StatusServiceUnavailable {
			t.Errorf("a native read while the database is away: %d %s, want 503", status, answer)
		}
	}
}

// end waits until both nodes accept again, ends the traffic and compares its
// answers with the store.
func (f *traffic) end(t *testing.T) {
	t.Helper()
	for _, side := range f.sides {
		within(t, 20*time.Second, "a node accepts again", func() bool {
			status, _ := side.call(http.MethodGet, "/readyz", nil)
			return status == http.StatusOK && side.send(f.sides[0].mintSoon(t)) == 0
		})
	}
	close(f.stop)
	f.running.Wait()
	checkAnswers(t, f.sides[0], f.answers)
	t.Logf("%d sends, the slowest answer took %v", len(f.answers), f.slowest)
	if f.slowest > 12*time.Second {
		t.Errorf("an answer took %v", f.slowest)
	}
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
	f := beginTraffic([]*shop{a, a.on(nodeB)}, a.mint("form", 20000))
	<-f.underWay
	database.crash()
	f.checkAway(t)
	database.start()
	f.end(t)
}

// TestStandbyPromotedUnderLoad: two nodes know two hosts, a primary and its
// synchronous standby. The primary is killed while 32 workers send, and the
// standby promoted: the nodes find it by themselves. Meanwhile sends are
// refused with -1; what was accepted is there, what was refused is not.
//
// The same where the primary goes on, but was told to take no writes, as before
// a planned switch: then nothing ends the nodes' connections to it.
func TestStandbyPromotedUnderLoad(t *testing.T) {
	t.Parallel()
	for name, retire := range map[string]func(*testing.T, *cluster, *traffic){
		"the primary crashed": func(t *testing.T, primary *cluster, f *traffic) {
			t.Helper()
			primary.crash()
			f.checkAway(t)
		},
		"the primary is read-only": func(t *testing.T, primary *cluster, f *traffic) {
			t.Helper()
			primary.execute(`ALTER SYSTEM SET default_transaction_read_only = on`)
			primary.execute(`SELECT pg_reload_conf()`)
			<-f.refused
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Log("engine PostgreSQL")
			primary := newCluster(t, "synchronous_standby_names=*")
			standby := primary.standby()
			primary.awaitSynchronous()
			// The standby is named first: being there is not enough.
			address := fmt.Sprintf("postgres://muban@%s,%s/postgres?sslmode=disable&target_session_attrs=read-write", standby.host(), primary.host())
			nodeA, nodeB := nodes(t, address)
			a := newShop(nodeA)
			f := beginTraffic([]*shop{a, a.on(nodeB)}, a.mint("form", 20000))
			<-f.underWay
			retire(t, primary, f)
			began := time.Now()
			standby.control("promote", standby.folder)
			promoted := time.Since(began)
			f.end(t)
			t.Logf("the promotion took %v; both nodes accepted again and the traffic was over %v after it began", promoted, time.Since(began))
		})
	}
}

func (c *cluster) connect() *pgx.Conn {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.address())
	if err != nil {
		c.t.Fatal(err)
	}
	return conn
}

func (c *cluster) execute(statement string) {
	c.t.Helper()
	conn := c.connect()
	defer func() { _ = conn.Close(c.t.Context()) }() // what it did is done
	if _, err := conn.Exec(c.t.Context(), statement); err != nil {
		c.t.Fatal(err)
	}
}

// awaitSynchronous waits until COMMIT waits for a standby.
func (c *cluster) awaitSynchronous() {
	c.t.Helper()
	conn := c.connect()
	defer func() { _ = conn.Close(c.t.Context()) }() // only asked
	within(c.t, 20*time.Second, "the standby is synchronous", func() bool {
		var standbys int
		err := conn.QueryRow(c.t.Context(), `SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'`).Scan(&standbys)
		return err == nil && standbys == 1
	})
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

// TestStandbyAway: while the only synchronous standby is away, nothing can be
// on it, so that nothing is accepted; once it is back, sends are.
func TestStandbyAway(t *testing.T) {
	t.Parallel()
	t.Log("engine PostgreSQL")
	primary := newCluster(t, "synchronous_standby_names=*")
	standby := primary.standby()
	primary.awaitSynchronous()
	s := newShop(start(t, "serve", "--database", primary.address()))
	if code := s.send(s.mint("form", 1)[0]); code != 0 {
		t.Fatalf("with its standby: errcode %d", code)
	}
	grants := s.mint("form", 64)
	standby.crash()
	var running sync.WaitGroup
	for _, grant := range grants {
		running.Go(func() {
			if code := s.send(grant); code == 0 {
				t.Errorf("accepted while it was on no standby")
			}
		})
	}
	running.Wait()
	standby.start()
	within(t, 40*time.Second, "a send is accepted again", func() bool { return s.send(s.mintSoon(t)) == 0 })
}
