package callback_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client/callback"
)

// An event that comes again is answered and not handled; one that failed, or
// panicked, is handled again.
func TestRepeatedPushes(t *testing.T) {
	t.Parallel()
	var handled int // the workers' pool has one worker
	ends := []error{errors.New("the database is away"), nil}
	c := config(muban.CallbackSafe, func(callback.Finished) error {
		handled++
		if handled == 1 {
			return ends[0]
		}
		if handled == 2 {
			panic("at the disco")
		}
		return nil
	})
	c.Workers = 1
	h := newHandler(t, c)
	for i, want := range []int{500, 500, 200, 200, 200} {
		status, text := answerOf(h, push(t, muban.CallbackSafe, 7, theTime.Add(time.Duration(i)*time.Second)))
		if status != want || (want == 200) != (text == "success") {
			t.Errorf("push %d: %d %q, want %d", i+1, status, text, want)
		}
	}
	if status, _ := answerOf(h, push(t, muban.CallbackSafe, 8, theTime)); status != 200 || handled != 4 {
		t.Errorf("another event: %d; %d were handled, want 4", status, handled)
	}
}

// Pushes of one event at the same moment are handled once.
func TestRepeatedPushesAtOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	handled := 0
	release := make(chan struct{})
	h := newHandler(t, config(muban.CallbackPlain, func(callback.Finished) error {
		<-release
		mu.Lock()
		defer mu.Unlock()
		handled++
		return nil
	}))
	var pushes sync.WaitGroup
	for range 20 {
		pushes.Go(func() {
			if status, text := answerOf(h, push(t, muban.CallbackPlain, 7, theTime)); status != 200 || text != "success" {
				t.Errorf("%d %q", status, text)
			}
		})
	}
	close(release)
	pushes.Wait()
	if handled != 1 {
		t.Errorf("handled %d times", handled)
	}
}

// What comes again while it is handled is not answered before that has ended:
// it may fail yet.
func TestRepeatedPushWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	began, release := make(chan struct{}), make(chan struct{})
	c := config(muban.CallbackPlain, func(callback.Finished) error {
		close(began)
		<-release
		return errors.New("the database is away")
	})
	c.AnswerWithin = time.Minute
	h := newHandler(t, c)
	first := make(chan int, 1)
	go func() {
		status, _ := answerOf(h, push(t, muban.CallbackPlain, 7, theTime))
		first <- status
	}()
	<-began
	gone, leave := context.WithCancel(t.Context())
	leave() // whoever does not wait answers all the same
	for range 20 {
		if status, text := answerOf(h, push(t, muban.CallbackPlain, 7, theTime).WithContext(gone)); status == 200 {
			t.Fatalf("it was answered %q before the first", text)
		}
	}
	close(release)
	if status := <-first; status != 500 {
		t.Errorf("the first: %d, want 500", status)
	}
}

// A handler that takes too long is not waited for, and is not disturbed.
func TestSlowHandling(t *testing.T) {
	t.Parallel()
	release, ended := make(chan struct{}), make(chan error, 1)
	c := config(muban.CallbackPlain, nothing)
	c.AnswerWithin = 10 * time.Millisecond
	c.Finished = func(ctx context.Context, _ callback.Finished) error {
		<-release
		ended <- ctx.Err()
		return nil
	}
	h := newHandler(t, c)
	for range 2 { // the second comes while the first is handled
		if status, text := answerOf(h, push(t, muban.CallbackPlain, 7, theTime)); status != 200 || text != "success" {
			t.Errorf("%d %q", status, text)
		}
	}
	close(release)
	if err := <-ended; err != nil {
		t.Errorf("its context ended: %v", err)
	}
}

// Beyond what may wait, a push is refused at once; it comes again.
func TestBackPressure(t *testing.T) {
	t.Parallel()
	release, began := make(chan struct{}), make(chan struct{})
	var once sync.Once
	c := config(muban.CallbackPlain, func(callback.Finished) error {
		once.Do(func() { close(began) })
		<-release
		return nil
	})
	c.Workers, c.Queue, c.AnswerWithin = 1, 2, time.Millisecond
	h := newHandler(t, c)
	first := make(chan int, 1)
	go func() {
		status, _ := answerOf(h, push(t, muban.CallbackPlain, 1, theTime))
		first <- status
	}()
	<-began // one is handled
	for n, want := range map[int64]int{2: 200, 3: 200} {
		if status, _ := answerOf(h, push(t, muban.CallbackPlain, n, theTime)); status != want {
			t.Errorf("event %d waits: %d, want %d", n, status, want)
		}
	}
	if status, _ := answerOf(h, push(t, muban.CallbackPlain, 4, theTime)); status != http.StatusServiceUnavailable {
		t.Errorf("event 4: %d, want 503", status)
	}
	close(release)
	if status := <-first; status != 200 {
		t.Errorf("event 1: %d", status)
	}
	if err := h.Close(t.Context()); err != nil { // the rest is handled
		t.Error(err)
	}
	if status, _ := answerOf(h, push(t, muban.CallbackPlain, 5, theTime)); status != http.StatusServiceUnavailable {
		t.Errorf("after Close: %d, want 503", status)
	}
}

// Close ends what does not end by itself when its own context ends.
func TestCloseEndsTheHandling(t *testing.T) {
	t.Parallel()
	began := make(chan struct{})
	c := config(muban.CallbackPlain, nothing)
	c.AnswerWithin = time.Minute
	c.Finished = func(ctx context.Context, _ callback.Finished) error {
		close(began)
		<-ctx.Done()
		return ctx.Err()
	}
	h, err := callback.New(c)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan int, 1)
	go func() {
		status, _ := answerOf(h, push(t, muban.CallbackPlain, 1, theTime))
		answered <- status
	}()
	<-began
	ended, end := context.WithCancel(t.Context())
	end()
	if err := h.Close(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
	if status := <-answered; status != http.StatusInternalServerError {
		t.Errorf("the push that was cut off: %d, want 500", status)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

// downSeen fails.
type downSeen struct{ forgot int }

func (*downSeen) First(context.Context, string) (bool, error) {
	return false, errors.New("redis is away")
}

func (s *downSeen) Forget(context.Context, string) error {
	s.forgot++
	return errors.New("redis is away")
}

// An event that cannot be remembered is not handled: it comes again.
func TestSeenThatFails(t *testing.T) {
	t.Parallel()
	c := config(muban.CallbackPlain, func(callback.Finished) error {
		t.Error("it was handled")
		return nil
	})
	seen := &downSeen{}
	c.Seen = seen
	if status, _ := answerOf(newHandler(t, c), push(t, muban.CallbackPlain, 1, theTime)); status != http.StatusServiceUnavailable || seen.forgot != 1 {
		t.Errorf("%d, want 503; forgotten %d times", status, seen.forgot)
	}
}

// haltingSeen notes the first key, and then waits for the end of its context.
type haltingSeen struct {
	*callback.MemorySeen
	asked int
	leave context.CancelFunc // has the platform leave while the first is asked
}

func (s *haltingSeen) First(ctx context.Context, key string) (bool, error) {
	first, err := s.MemorySeen.First(ctx, key)
	if s.asked++; s.asked == 1 {
		s.leave()
		<-ctx.Done()
		return false, ctx.Err()
	}
	return first, err
}

// An event that was noted, though Seen failed to say so, is handled when it
// comes again; asking takes two seconds at most, whether the platform waits or
// not.
func TestSeenThatFailsAfterItNoted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handled := 0
		c := config(muban.CallbackPlain, func(callback.Finished) error {
			handled++
			return nil
		})
		ctx, leave := context.WithCancel(t.Context())
		seen := &haltingSeen{MemorySeen: callback.NewMemorySeen(time.Hour, 10), leave: leave}
		c.Seen = seen
		h, begun := newHandler(t, c), time.Now()
		if status, _ := answerOf(h, push(t, muban.CallbackPlain, 7, theTime).WithContext(ctx)); status == http.StatusOK || handled != 0 {
			t.Errorf("the first push: %d; %d were handled", status, handled)
		}
		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("asking took %v, want two seconds", took)
		}
		for range 2 {
			if status, text := answerOf(h, push(t, muban.CallbackPlain, 7, theTime)); status != http.StatusOK || text != "success" || handled != 1 {
				t.Errorf("pushed again: %d %q; %d were handled, want 1", status, text, handled)
			}
		}
	})
}

// A push that comes again while Seen is asked about the first is not told
// "success" before somebody has the event.
func TestRepeatedPushWhileSeenIsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := config(muban.CallbackPlain, nothing)
		c.AnswerWithin = time.Second
		c.Seen = &haltingSeen{MemorySeen: callback.NewMemorySeen(time.Hour, 10), leave: func() {}}
		h, first := newHandler(t, c), make(chan int, 1)
		go func() {
			status, _ := answerOf(h, push(t, muban.CallbackPlain, 7, theTime))
			first <- status
		}()
		synctest.Wait()
		if status, _ := answerOf(h, push(t, muban.CallbackPlain, 7, theTime)); status != http.StatusServiceUnavailable {
			t.Errorf("the second: %d, want 503", status)
		}
		if status := <-first; status != http.StatusServiceUnavailable {
			t.Errorf("the first: %d, want 503", status)
		}
	})
}

func TestMemorySeen(t *testing.T) {
	t.Parallel()
	seen := callback.NewMemorySeen(time.Hour, 2)
	first := func(key string) bool {
		is, err := seen.First(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if !first("a") || first("a") || !first("b") || first("b") {
		t.Error("a key is first once")
	}
	if err := seen.Forget(t.Context(), "a"); err != nil || !first("a") {
		t.Error("what was forgotten is first again")
	}
	if err := seen.Forget(t.Context(), "nobody"); err != nil {
		t.Error(err)
	}
	if !first("c") || first("c") || first("a") || !first("b") || first("c") || !first("a") {
		t.Error("beyond its size the oldest go")
	}
	short := callback.NewMemorySeen(0, 10)
	for range 2 {
		if is, _ := short.First(t.Context(), "a"); !is {
			t.Error("a key is kept for longer than it is to be")
		}
	}
}
