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
// bodies, and what is told of each of them.
func inspecting(t *testing.T) (address string, calls <-chan httpx.Exchanged) {
	t.Helper()
	told := make(chan httpx.Exchanged, 1)
	server := httptest.NewServer(httpx.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpx.Of(r).Dialect = "wechat"
		if r.URL.Path == "/none" {
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, strings.Repeat("refused ", 1000)) // more than net/http holds back
	}), httpx.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), Inspect: func(e httpx.Exchanged) { told <- e }}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), told
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
			address, calls := inspecting(t)
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

// Who sends his body slowly, or waits to be told to send it, gets his answer.
func TestBodiesThatDoNotComeHoldNobody(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, header, part string }{
		{"trickles in", "", "x"},
		{"waits for 100 Continue", "Expect: 100-continue\r\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address, calls := inspecting(t)
			client, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = client.Close() }()
			if _, err := io.WriteString(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"+test.header+"\r\n"+test.part); err != nil {
				t.Fatal(err)
			}
			answer, err := http.ReadResponse(bufio.NewReader(client), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("status %d, %v", answer.StatusCode, err)
			}
			if call := <-calls; string(call.Sent) != test.part || call.SentSize != len(test.part) {
				t.Errorf("kept %q of %d bytes, want %q", call.Sent, call.SentSize, test.part)
			}
		})
	}
}
