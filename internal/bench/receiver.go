package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// receiver is an app's server: it takes the events that are pushed to it.
type receiver struct {
	url    string
	server *http.Server

	mu   sync.Mutex
	seen map[string]struct{} // the events' message ids, as an event may come twice
	last time.Time           // when the newest event came
}

func startReceiver(ctx context.Context) (*receiver, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + listener.Addr().String() + "/", seen: make(map[string]struct{})}
	r.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: r}
	go func() { _ = r.server.Serve(listener) }() // until close; what it refuses shows as events that do not come
	return r, nil
}

// ServeHTTP takes an event, or answers the platform's verification of the
// address.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method == http.MethodGet {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, request.URL.Query().Get("echostr")) // who left asks again
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, rest, _ := bytes.Cut(body, []byte("<MsgID>"))
	id, _, found := bytes.Cut(rest, []byte("</MsgID>"))
	if !found {
		http.Error(w, "no MsgID", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, again := r.seen[string(id)]; !again {
		r.seen[string(id)] = struct{}{}
		r.last = time.Now()
	}
}

// state is how many events have come, and when the newest did.
func (r *receiver) state() (events int, last time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen), r.last
}

// stalled is how long no event may come while some are missing.
const stalled = 30 * time.Second

// wait waits until so many events have come and returns when the last did.
func (r *receiver) wait(ctx context.Context, events int) (time.Time, error) {
	began := time.Now()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		have, last := r.state()
		if have >= events {
			return last, nil
		}
		if time.Since(began) > stalled && time.Since(last) > stalled {
			return last, fmt.Errorf("%d of %d events came, and none for %s", have, events, stalled)
		}
		select {
		case <-ctx.Done():
			return last, context.Cause(ctx)
		case <-look.C:
		}
	}
}

// close ends the receiving.
func (r *receiver) close() error { return r.server.Close() }

// lookEvery is how often what cannot be waited for is looked at. Looking at
// the outbox costs the database a count.
const lookEvery = 100 * time.Millisecond
