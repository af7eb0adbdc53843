package sqlstore_test

import (
	"bytes"
	"errors"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
)

// wire carries connections to the database and can cut one when it commits.
type wire struct {
	net.Listener
	to  string
	cut atomic.Int32

	mu   sync.Mutex
	kept []net.Conn
}

// What a wire does with the next COMMIT.
const (
	carry         = iota
	cutBefore     // the database never hears of it
	cutAfter      // the database hears of it, the answer is lost
	cutOneSidedly // the database never hears of it, nor that the client is gone
	cutByPooler   // the database hears of it, a pooler says that it lost the database
)

func newWire(t *testing.T, address string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: listener, to: u.Host}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { w.carry(client) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		w.mu.Lock()
		for _, conn := range w.kept {
			_ = conn.Close()
		}
		w.mu.Unlock()
		running.Wait()
	})
	return w, with(t, address, func(u *url.URL, _ url.Values) { u.Host = listener.Addr().String() })
}

func (w *wire) carry(client net.Conn) {
	server, err := new(net.Dialer).Dial("tcp", w.to)
	if err != nil {
		_ = client.Close()
		return
	}
	w.mu.Lock()
	w.kept = append(w.kept, client, server)
	w.mu.Unlock()
	var silent, lost atomic.Bool
	var commits []byte // a call of COMMIT, by the name that it was prepared under
	go func() {
		defer func() { _ = client.Close() }()
		for buffer := make([]byte, 1<<16); ; {
			n, err := server.Read(buffer)
			if lost.Load() && err == nil {
				_, _ = client.Write([]byte("E\x00\x00\x00\x29SFATAL\x00C08P01\x00Mserver conn crashed?\x00\x00"))
				return
			}
			if err != nil || silent.Load() {
				return
			}
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	}()
	for buffer := make([]byte, 1<<16); ; {
		n, err := client.Read(buffer)
		if err != nil {
			_ = server.Close()
			return
		}
		before, _, prepares := bytes.Cut(buffer[:n], []byte("\x00COMMIT\x00"))
		if prepares {
			commits = append(bytes.Clone(before[bytes.LastIndex(before, []byte("stmtcache_")):]), 0)
		} else if commits != nil && bytes.Contains(buffer[:n], commits) {
			switch w.cut.Swap(carry) {
			case cutBefore:
				_, _ = client.Close(), server.Close()
				return
			case cutAfter:
				silent.Store(true)
			case cutByPooler:
				lost.Store(true)
			case cutOneSidedly:
				_ = client.Close()
				return
			}
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			_ = client.Close()
			return
		}
	}
}

// TestCommitWithoutAnAnswer: the answer to a send never contradicts the store,
// whatever becomes of its COMMIT, and the next send is accepted.
func TestCommitWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cut    int32
		stored bool
		good   func(error) bool
	}{
		"never arrived":                   {cutBefore, false, isBusy},
		"arrived, the answer was lost":    {cutAfter, true, func(err error) bool { return err == nil }},
		"arrived, a pooler lost the rest": {cutByPooler, true, func(err error) bool { return err == nil }},
		"perhaps still on its way there":  {cutOneSidedly, false, func(err error) bool { return isBusy(err) || errors.Is(err, muban.ErrOutcomeUnknown) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, address := newWire(t, pgtest.Database(t))
			s := openPostgres(t, address, nil)
			defer s.mustClose()
			s.mint("first")
			s.mint("second")
			w.cut.Store(test.cut)
			began := time.Now()
			_, err := s.send("first")
			if took := time.Since(began); !test.good(err) || took > 8*time.Second {
				t.Errorf("after %v: %v", took, err)
			}
			for deadline := time.Now().Add(15 * time.Second); ; {
				if _, err = s.send("second"); err == nil || time.Now().After(deadline) {
					break
				}
			}
			if err != nil {
				t.Errorf("no send is accepted any more: %v", err)
			}
			grant, err := s.Grant(t.Context(), s.app.ID, "first")
			if err != nil {
				t.Fatal(err)
			}
			if stored := grant.Remaining == 0 && len(grant.SpentBy) == 1; stored != test.stored {
				t.Errorf("stored: %t, want %t", stored, test.stored)
			}
		})
	}
}

func isBusy(err error) bool {
	var refusal *muban.Refusal
	return errors.As(err, &refusal) && refusal.Rule == muban.RuleBusy
}
