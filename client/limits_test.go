package client_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
)

// While a platform is down every call makes its first attempt, and repeats run
// out: over all clients that share the limits.
func TestRepeatsAreLimited(t *testing.T) {
	t.Parallel()
	i := newImpostor(t, say(200, `{"errcode":-1,"errmsg":"system error"}`))
	limits := client.NewLimits(4, 10)
	share := func(c *client.Config) { c.Limits = limits }
	clients := []*client.Client{i.client(t, muban.WeChatMini, share), i.client(t, muban.WeChatMini, share)}
	const calls = 200
	stopped := 0
	for n := range calls {
		_, err := clients[n%2].LibraryTitles(t.Context(), muban.Range{Count: 1})
		if e := errorOf(t, err); strings.Contains(e.Retry.Why, "repeats too much") {
			stopped++
		}
	}
	// Ten in reserve, and one more for every ten calls.
	repeats := int(i.calls.Load()) - calls
	if repeats < 28 || repeats > 30 || stopped == 0 {
		t.Errorf("%d repeats of %d calls, %d told why; want about 30", repeats, calls, stopped)
	}
}

func TestRequestsUnderWayAreLimited(t *testing.T) {
	t.Parallel()
	const most = 3
	var mu sync.Mutex
	now, highest := 0, 0
	full := make(chan struct{})
	i := newImpostor(t, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		now++
		highest = max(highest, now)
		if now == most {
			select {
			case <-full:
			default:
				close(full)
			}
		}
		mu.Unlock()
		<-full // none is answered before as many as may be are under way
		mu.Lock()
		now--
		mu.Unlock()
		say(200, `{"errcode":0,"errmsg":"ok","list":[],"total_count":0}`)(w, nil)
	})
	c := i.client(t, muban.WeChatMini, func(c *client.Config) { c.Limits = client.NewLimits(most, 1) })
	for _, err := range together(many, func(int) error {
		_, err := c.LibraryTitles(t.Context(), muban.Range{Count: 1})
		return err
	}) {
		must(t, err)
	}
	if highest != most {
		t.Errorf("up to %d requests were under way, want %d", highest, most)
	}
}
