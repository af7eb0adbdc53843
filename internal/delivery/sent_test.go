package delivery_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

// What an attempt keeps of what was sent is what arrived, with the event in the
// clear where it travelled encrypted; an attempt before keeps nothing.
func TestWhatWasSentIsKept(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, w *world) {
		t.Helper()
		for _, mode := range []muban.CallbackMode{muban.CallbackPlain, muban.CallbackCompat, muban.CallbackSafe} {
			arrived := make(chan muban.Sent, 2)
			server := newReceiver(t, func(rw http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				arrived <- muban.Sent{Query: r.URL.RawQuery, Body: string(body)}
				rw.WriteHeader(http.StatusServiceUnavailable)
			})
			a := w.account(server.URL+"/events", mode)
			m := w.finished(a, muban.StateDelivered, "")
			w.settle()
			w.clock.advance(5 * time.Second)
			w.settle()
			<-arrived
			second := <-arrived
			attempts := w.callbackOf(m).Attempts
			if len(attempts) != 2 || attempts[0].Sent != (muban.Sent{}) {
				t.Fatalf("mode %s: attempts %+v", mode, attempts)
			}
			kept := attempts[1].Sent
			if encrypted := mode != muban.CallbackPlain; encrypted != strings.Contains(kept.Plain, "TEMPLATESENDJOBFINISH") {
				t.Errorf("mode %s: in the clear it is %q", mode, kept.Plain)
			}
			kept.Plain = ""
			if diff := cmp.Diff(second, kept); diff != "" {
				t.Errorf("mode %s (-arrived +kept):\n%s", mode, diff)
			}
		}
	})
}
