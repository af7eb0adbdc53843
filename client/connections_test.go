package client

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// silentListener accepts connections that can fall silent: what was accepted
// by then neither hears nor says anything any more, and stays open, as behind a
// router that forgot them.
type silentListener struct {
	net.Listener
	age atomic.Int64 // of the connections that speak
}

type silentConn struct {
	net.Conn
	of   *silentListener
	born int64
}

func (l *silentListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return &silentConn{conn, l, l.age.Load()}, err
}

func (c *silentConn) silent() bool { return c.born != c.of.age.Load() }

func (c *silentConn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err != nil || !c.silent() {
			return n, err
		}
	}
}

func (c *silentConn) Write(p []byte) (int, error) {
	if c.silent() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// A connection that died without a word is given up, by HTTP/2 too, where
// requests that run out of time leave it open: each send on it would have an
// unknown outcome, until the system gives it up after a quarter of an hour.
func TestDeadConnectionIsGivenUp(t *testing.T) {
	t.Parallel()
	var protocol atomic.Value
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocol.Store(r.Proto)
		_, _ = io.WriteString(w, `{"errcode":0,"access_token":"token of a test","expires_in":7200}`)
	}))
	listener := &silentListener{Listener: server.Listener}
	server.Listener, server.EnableHTTP2 = listener, true
	server.StartTLS()
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)

	c, err := New(Config{
		Platform: muban.WeChatMini, AppID: "wx1", Secret: "a secret", BaseURL: server.URL, Timeout: 3 * time.Second, Retries: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	transport, _ := c.http.Transport.(*http.Transport)
	transport.TLSClientConfig = &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}
	send := func() error {
		_, err := c.Send(t.Context(), SendRequest{To: "o1", Template: "t1", Grant: Grant{ID: "f1", Kind: muban.GrantPayment}})
		return err
	}
	if err := send(); err != nil || protocol.Load() != "HTTP/2.0" {
		t.Fatalf("by %v: %v", protocol.Load(), err)
	}
	listener.age.Add(1)
	for range 10 {
		if err = send(); err == nil {
			return
		}
	}
	t.Errorf("ten sends after the connection died: %v", err)
}
