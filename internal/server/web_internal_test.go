package server

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A client that sends half a request has no say in how the server ends.
func TestSlowClientsLoseTheirConnectionAtTheStop(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	reading := make(chan struct{})
	web := newWeb(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(reading)
		_, _ = io.Copy(io.Discard, r.Body)
	}), log)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = web.Serve(listener) }() // ends with the server
	client, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if _, err := io.WriteString(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx"); err != nil {
		t.Fatal(err)
	}
	<-reading
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := closeWeb(ctx, web, log); err != nil {
		t.Errorf("the stop failed: %v", err)
	}
	_, _ = io.ReadAll(client) // until the connection is closed
	if !strings.Contains(logged.String(), "connections were closed") {
		t.Errorf("nothing was said: %s", logged.String())
	}
}

// What takes as long as it was asked to ends with the server, like a profile.
func TestWhatTakesLongEndsAtTheStop(t *testing.T) {
	t.Parallel()
	s := &Server{}
	s.stopping, s.beginStop = context.WithCancel(t.Context())
	s.untilStop(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s.beginStop()
		<-r.Context().Done()
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
}
