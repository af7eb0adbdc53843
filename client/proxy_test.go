package client_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// fault is what a faultProxy does to one connection, which carries one request.
type fault int

const (
	pass fault = iota
	// reset ends the connection when the request begins to arrive. One that
	// was reset even before may surely not have arrived, or may look like it.
	reset
	// drop hands the request on, and ends the connection when its answer is there.
	drop
	// hold hands the request on, and answers nothing until the client gives up or
	// the test ends.
	hold
	// stall is hold, and the client gives up as soon as the server has answered.
	stall
	// page hands the request on, and answers what a proxy answers whose patience
	// ends.
	page
	// busy answers for the platform that it is busy, and hands nothing on.
	busy
	// kill ends the app's access tokens, and then hands the request on.
	kill
)

// faultProxy stands between a client and a server. Faults are planned for
// calls whose path contains a text; all others pass. It counts what it saw.
type faultProxy struct {
	URL string

	t      *testing.T
	target string
	revoke func()
	answer string // what busy answers
	late   func() // called when drop has got its answer; may be nil
	// patience is the transport of a client that gives up.
	patience *patience

	mu    sync.Mutex
	came  *sync.Cond // signalled at each request
	match string
	plan  []fault
	seen  map[string]int // requests by path, those that were reset not among them
}

func newFaultProxy(t *testing.T, target string) *faultProxy {
	t.Helper()
	p := &faultProxy{t: t, target: target, seen: map[string]int{}, patience: &patience{ends: map[string]func(){}}}
	p.came = sync.NewCond(&p.mu)
	server := httptest.NewUnstartedServer(p)
	server.Listener = resettingListener{server.Listener, p}
	server.Start()
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// fail plans faults for the next requests whose path contains match.
func (p *faultProxy) fail(match string, faults ...fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.match, p.plan = match, faults
}

// requests is how many requests with such a path were seen.
func (p *faultProxy) requests(match string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count(match)
}

// await returns once so many requests with such a path were seen.
func (p *faultProxy) await(match string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.count(match) < n {
		p.came.Wait()
	}
}

func (p *faultProxy) count(match string) (n int) {
	for path, count := range p.seen {
		if strings.Contains(path, match) {
			n += count
		}
	}
	return n
}

// next is the fault of a request.
func (p *faultProxy) next(path string) fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[path]++
	p.came.Broadcast()
	if len(p.plan) == 0 || !strings.Contains(path, p.match) {
		return pass
	}
	f := p.plan[0]
	p.plan = p.plan[1:]
	return f
}

// resetNext takes a planned reset, which strikes whichever connection is next.
func (p *faultProxy) resetNext() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.plan) == 0 || p.plan[0] != reset {
		return false
	}
	p.plan = p.plan[1:]
	return true
}

type resettingListener struct {
	net.Listener
	proxy *faultProxy
}

func (l resettingListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil || !l.proxy.resetNext() {
			return conn, err
		}
		_, _ = conn.Read(make([]byte, 1)) // the client has sent
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // closing is then a reset
		}
		_ = conn.Close()
	}
}

func (p *faultProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close") // so that every request has a connection
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	switch p.next(r.URL.Path) {
	case reset: // planned while this connection was open already
		panic(http.ErrAbortHandler)
	case busy:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, p.answer)
		return
	case kill:
		p.revoke()
		p.forward(w, r, body)
	case drop:
		p.forward(httptest.NewRecorder(), r, body)
		if p.late != nil {
			p.late()
		}
		panic(http.ErrAbortHandler)
	case hold:
		p.forward(httptest.NewRecorder(), r, body)
		select {
		case <-r.Context().Done():
		case <-p.t.Context().Done():
		}
		panic(http.ErrAbortHandler)
	case stall:
		p.forward(httptest.NewRecorder(), r, body)
		p.patience.end(r.Header.Get(patienceHeader))
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case page:
		p.forward(httptest.NewRecorder(), r, body)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>502</html>")
	default:
		p.forward(w, r, body)
	}
}

// forward hands a request on. It uses a context of its own: the server must
// get it whole even where the client is gone.
func (p *faultProxy) forward(w http.ResponseWriter, r *http.Request, body []byte) {
	req, err := http.NewRequestWithContext(p.t.Context(), r.Method, p.target+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	req.Header = r.Header.Clone()
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = resp.Body.Close() }()
	w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

// patience is a transport whose requests end when they are told to, as by a
// time limit, but without a clock that a busy machine would outrun.
type patience struct {
	mu   sync.Mutex
	ends map[string]func()
}

// patienceHeader tells requests apart.
const patienceHeader = "X-Patience"

func (p *patience) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	r = r.Clone(ctx)
	id := rand.Text()
	r.Header.Set(patienceHeader, id)
	p.mu.Lock()
	p.ends[id] = cancel // or the request's own context ends it
	p.mu.Unlock()
	return http.DefaultTransport.RoundTrip(r)
}

func (p *patience) end(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ends[id]()
}
