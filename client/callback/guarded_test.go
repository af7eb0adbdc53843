package callback_test

import (
	"context"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client/callback"
)

// A function that ends its goroutine, as a test's t.Fatal does, takes no worker
// along: its event is handled again, and the others still are.
func TestFunctionThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handled := map[muban.MessageID]int{}
		c := config(muban.CallbackPlain, func(f callback.Finished) error {
			if handled[f.MessageID]++; handled[f.MessageID] == 1 {
				runtime.Goexit()
			}
			return nil
		})
		c.Workers = 1
		h := newHandler(t, c)
		for turn, want := range []int{500, 200} {
			for id := range int64(3) {
				if status, _ := answerOf(h, push(t, muban.CallbackPlain, id, theTime)); status != want {
					t.Errorf("push %d of message %d: %d, want %d", turn+1, id, status, want)
				}
			}
		}
	})
}

// panickingSeen panics at its first First and at each Forget.
type panickingSeen struct {
	callback.Seen
	asked int
}

func (s *panickingSeen) First(ctx context.Context, key string) (bool, error) {
	if s.asked++; s.asked == 1 {
		panic("no connection")
	}
	return s.Seen.First(ctx, key)
}

func (s *panickingSeen) Forget(context.Context, string) error { panic("no connection") }

// Seen that panics has failed: its event is handled when it comes again, and a
// worker that would forget one ends nobody's program.
func TestSeenThatPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handled := 0
		c := config(muban.CallbackPlain, func(callback.Finished) error {
			handled++
			return context.Canceled
		})
		c.Seen = &panickingSeen{Seen: callback.NewMemorySeen(time.Hour, 10)}
		h := newHandler(t, c)
		for i, want := range []int{http.StatusServiceUnavailable, http.StatusInternalServerError} {
			if status, _ := answerOf(h, push(t, muban.CallbackPlain, 7, theTime)); status != want || handled != i {
				t.Errorf("push %d: %d, want %d; %d were handled", i+1, status, want, handled)
			}
		}
	})
}
