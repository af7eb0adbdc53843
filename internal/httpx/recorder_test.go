package httpx_test

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/httpx"
)

// inspecting is a server that answers platform calls without a look at their
// bodies, what is told of each of them, and that its answer was begun.
func inspecting(t *testing.T) (address string, calls <-chan httpx.Exchanged, answering <-chan struct{}) {
	t.Helper()
	told, begun := make(chan httpx.Exchanged, 1), make(chan struct{}, 1)
	server := httptest.NewServer(httpx.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpx.Of(r).Dialect = "wechat"
		if r.URL.Path == "/none" {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusOK)
		begun <- struct{}{}
		_, _ = io.WriteString(w, strings.Repeat("refused ", 1000)) // more than net/http holds back
	}), httpx.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), Inspect: func(e httpx.Exchanged) { told <- e }}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), told, begun
}

func TestBodiesThatNobodyReadAreKept(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, path string
		body       io.Reader
		kept, size int
	}{
		{"none", "/", nil, 0, 0},
		{"small", "/", strings.NewReader("abc"), 3, 3},
		{"of unknown length", "/", io.MultiReader(strings.NewReader("abc")), 3, 3},
		{"more than is kept", "/", bytes.NewReader(make([]byte, 300_000)), httpx.MostKept, 300_000},
		{"without an answer", "/none", strings.NewReader("abc"), 3, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address, calls, _ := inspecting(t)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+test.path, test.body)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := http.DefaultClient.Do(r)
			if (err != nil) != (test.path == "/none") {
				t.Fatal(err)
			}
			if err == nil {
				_ = answer.Body.Close()
			}
			if call := <-calls; len(call.Sent) != test.kept || call.SentSize != test.size {
				t.Errorf("%d bytes of %d are kept, want %d of %d", len(call.Sent), call.SentSize, test.kept, test.size)
			}
		})
	}
}

// Who sends his body slowly, or waits to be told to send it, gets his answer,
// and who sent all of it may use the connection again.
func TestBodiesThatDoNotCome(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, header, part string
		rest               int
	}{
		{"trickles in", "", "x", 99},
		{"waits for 100 Continue", "Expect: 100-continue\r\n", "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address, calls, answering := inspecting(t)
			client, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = client.Close() }()
			if _, err := io.WriteString(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"+test.header+"\r\n"+test.part); err != nil {
				t.Fatal(err)
			}
			<-answering
			if _, err := io.WriteString(client, strings.Repeat("y", test.rest)); err != nil {
				t.Fatal(err)
			}
			answer, err := http.ReadResponse(bufio.NewReader(client), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK || answer.Close != (test.rest == 0) {
				t.Errorf("status %d, closed %t, %v", answer.StatusCode, answer.Close, err)
			}
			if call := <-calls; string(call.Sent) != test.part || call.SentSize != len(test.part) {
				t.Errorf("kept %q of %d bytes, want %q", call.Sent, call.SentSize, test.part)
			}
		})
	}
}
