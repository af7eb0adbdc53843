package client_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/mubantest"
)

const many = 100

// together calls from many goroutines at the same moment, and returns their
// errors.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	var running sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		running.Go(func() {
			<-begin
			errs[i] = call(i)
		})
	}
	close(begin)
	running.Wait()
	return errs
}

// read makes a call that changes nothing.
func (w *world) read() error {
	switch w.app.Platform {
	case muban.WeChatOA:
		_, err := w.client.Industries(w.Context())
		return err
	case muban.Alipay:
		return nil // it has no such call
	default:
	}
	_, err := w.client.LibraryTitles(w.Context(), muban.Range{Count: 1})
	return err
}

// readTogether makes many calls at once and wants them all to succeed, and so
// many token requests since the beginning.
func (w *world) readTogether(tokens int, when string) {
	w.Helper()
	if err := errors.Join(together(many, func(int) error { return w.read() })...); err != nil {
		w.Fatalf("%s: %v", when, err)
	}
	w.proxy.await("token", tokens) // on a busy machine nobody may have waited for it
	if n := w.tokenRequests(); n != tokens {
		w.Fatalf("%s: %d token requests, want %d", when, n, tokens)
	}
}

func (w *world) tokenRequests() int { return w.proxy.requests("token") }

// The life of a token, with the numbers that the incidents got wrong: a
// stampede of goroutines (weworkapi_go#1), a dead token that stayed in use until
// its time was over (hermes-agent#31338).
func TestTokenIsFetchedOnceForAll(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		platform muban.Platform
		life     time.Duration
	}{{muban.WeChatMini, 2 * time.Hour}, {muban.WeChatOA, 2 * time.Hour}, {muban.Baidu, 30 * 24 * time.Hour}} {
		t.Run(string(test.platform), func(t *testing.T) {
			t.Parallel()
			server := mubantest.Start(t)
			w := newWorld(t, server, test.platform)
			advance := func(d time.Duration) {
				server.Advance(d)
				w.clock.advance(d)
			}
			w.readTogether(1, "at first")
			advance(test.life - 5*time.Minute)
			w.readTogether(1, "five minutes before its end")
			advance(40 * time.Second)
			w.readTogether(2, "shortly before its end")
			w.app.RevokeTokens()
			w.readTogether(3, "revoked")
			server.Advance(test.life + time.Hour) // the client's clock is behind
			w.readTogether(4, "expired by the platform's clock")
			w.clock.advance(test.life + time.Hour)
			w.readTogether(5, "expired by both")
		})
	}
}

// Sends whose token dies under way are all made, once each.
func TestTokenDiesUnderManySends(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	for _, p := range []muban.Platform{muban.WeChatMini, muban.Baidu} {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, server, p)
			w.warmUp()
			requests := make([]client.SendRequest, many)
			for i := range requests {
				requests[i] = w.request(muban.GrantForm)
			}
			w.proxy.fail("template/send", pass, pass, pass, pass, pass, kill)
			err := errors.Join(together(many, func(i int) error {
				_, err := w.client.Send(t.Context(), requests[i])
				return err
			})...)
			if err != nil {
				t.Fatal(err)
			}
			if n := w.tokenRequests(); n != 2 {
				t.Errorf("%d token requests, want 2", n)
			}
			if n := len(w.app.Messages()); n != many {
				t.Errorf("%d messages, want %d", n, many)
			}
			for _, req := range requests {
				if g := w.app.Grant(req.Grant.ID); g.Remaining != 0 || len(g.SpentBy) != 1 {
					t.Fatalf("grant %+v, want it spent once", g)
				}
			}
		})
	}
}

// While the platform's token call fails, a token that has time to run is used.
func TestRefreshAheadOfExpiryMayFail(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	w := newWorld(t, server, muban.WeChatMini)
	w.readTogether(1, "at first")
	w.clock.advance(2*time.Hour - 4*time.Minute)
	server.Advance(2*time.Hour - 4*time.Minute)
	w.proxy.fail("token", drop, drop, drop)
	if err := w.read(); err != nil {
		t.Fatal(err)
	}
	w.readTogether(4, "at once again")
	w.clock.advance(11 * time.Second)
	w.readTogether(5, "eleven seconds later")
}

// Nobody waits for a refresh while the old token is good, but for a moment the
// one who began it.
func TestRefreshAheadOfExpiryHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	w := newWorld(t, server, muban.WeChatMini)
	w.readTogether(1, "at first")
	w.clock.advance(2*time.Hour - 4*time.Minute)
	w.proxy.fail("token", hold)
	began := make(chan error, 1)
	go func() { began <- w.read() }()
	w.proxy.await("token", 2)
	w.readTogether(2, "while the refresh is under way")
	if err := <-began; err != nil {
		t.Errorf("who began it: %v", err)
	}
	w.readTogether(2, "after that")
}

// A caller who gives up takes nobody along, and does not end the fetch: the
// request's own time does.
func TestCallersWaitForOneFetch(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	w := newWorld(t, server, muban.WeChatMini, func(c *client.Config) { c.Timeout = 3 * time.Second })
	w.proxy.fail("token", hold, pass)
	first, giveUp := context.WithCancel(t.Context())
	gaveUp := make(chan error, 1)
	go func() {
		_, err := w.client.LibraryTitles(first, muban.Range{Count: 1})
		gaveUp <- err
	}()
	w.proxy.await("token", 1)
	second := make(chan error, 1)
	impatient, cancel := context.WithCancel(t.Context())
	go func() {
		_, err := w.client.LibraryTitles(impatient, muban.Range{Count: 1})
		second <- err
	}()
	giveUp()
	if err := <-gaveUp; client.KindOf(err) != client.KindCanceled || !errors.Is(err, context.Canceled) {
		t.Fatalf("the first caller: %v", err)
	}
	cancel()
	if err := <-second; client.KindOf(err) != client.KindCanceled {
		t.Fatalf("the second caller: %v", err)
	}
	// The next one is answered once the fetch that hangs was repeated.
	if err := w.read(); err != nil {
		t.Fatal(err)
	}
	if e := errorOf(t, func() error {
		ended, end := context.WithCancel(t.Context())
		end()
		_, err := w.client.LibraryTitles(ended, muban.Range{Count: 1})
		return err
	}()); e.Kind != client.KindCanceled || !e.Retry.Can {
		t.Errorf("a context that has ended: %+v", e)
	}
}

// Wrong credentials are not asked about again and again.
func TestWrongSecret(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	for p, code := range map[muban.Platform]string{muban.WeChatMini: "40125", muban.Baidu: "invalid_client"} {
		w := newWorld(t, server, p, func(c *client.Config) { c.Secret = "wrong" })
		for range 2 {
			for _, err := range together(many, func(int) error { return w.read() }) {
				e := errorOf(t, err)
				if e.Kind != muban.KindSecretWrong || e.Code != code || e.Op != client.OpToken || e.Retry.Can {
					t.Fatalf("%s: %+v", p, e)
				}
			}
		}
		if n := w.tokenRequests(); n != 1 {
			t.Errorf("%s: %d token requests, want 1", p, n)
		}
		w.clock.advance(time.Second)
		if w.read() == nil || w.tokenRequests() != 2 {
			t.Errorf("%s: a second later there are %d token requests, want 2", p, w.tokenRequests())
		}
	}
}

// Workers that fetch plain tokens end each other's in an endless loop
// (wechat#76) unless they share a store. Here they are clients of one process.
func TestSharedStoreEndsTheQuarrel(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	files, err := client.NewFileTokens(t.TempDir())
	must(t, err)
	for name, store := range map[string]client.TokenStore{"memory": client.NewMemoryTokens(), "files": files} {
		w := newWorld(t, server, muban.WeChatMini)
		workers := make([]*client.Client, 4)
		for i := range workers {
			workers[i] = w.newClient(func(c *client.Config) { c.PlainToken, c.TokenStore = true, store })
		}
		work := func() {
			t.Helper()
			err := errors.Join(together(many, func(i int) error {
				_, err := workers[i%len(workers)].LibraryTitles(t.Context(), muban.Range{Count: 1})
				return err
			})...)
			must(t, err)
		}
		work()
		if n := w.tokenRequests(); n != 1 {
			t.Errorf("%s: %d token requests at first, want 1", name, n)
		}
		w.app.RevokeTokens()
		work()
		if n := w.tokenRequests(); n != 2 {
			t.Errorf("%s: %d token requests after the token died, want 2", name, n)
		}
		// One worker that has seen nothing of a renewal learns of it in a minute,
		// without a call that is refused.
		w.clock.advance(2 * time.Hour)
		server.Advance(2 * time.Hour)
		work()
		if n := w.tokenRequests(); n != 3 {
			t.Errorf("%s: %d token requests after the token's end, want 3", name, n)
		}
	}
}

// The same with processes.
func TestFileTokensAmongProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mubantest.Start(t), muban.WeChatMini)
	dir := t.TempDir()
	for round := 1; round <= 2; round++ {
		errs := together(4, func(int) error {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWorkerProcess$")
			cmd.Env = append(os.Environ(), "MUBAN_TEST_WORKER="+strings.Join([]string{w.proxy.URL, w.app.ID, w.app.Secret, dir}, " "))
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "worked") {
				return errors.New(string(out))
			}
			return nil
		})
		must(t, errors.Join(errs...))
		if n := w.tokenRequests(); n != round {
			t.Errorf("round %d: %d token requests, want %d", round, n, round)
		}
		w.app.RevokeTokens()
	}
}

// TestWorkerProcess is a process of TestFileTokensAmongProcesses.
func TestWorkerProcess(t *testing.T) {
	t.Parallel()
	told := strings.Fields(os.Getenv("MUBAN_TEST_WORKER"))
	if len(told) == 0 {
		return // as a test it has nothing to do
	}
	store, err := client.NewFileTokens(told[3])
	must(t, err)
	c, err := client.New(client.Config{
		Platform: muban.WeChatMini, BaseURL: told[0], AppID: told[1], Secret: told[2], TokenStore: store, PlainToken: true,
	})
	must(t, err)
	must(t, errors.Join(together(25, func(int) error {
		_, err := c.LibraryTitles(t.Context(), muban.Range{Count: 1})
		return err
	})...))
	_, _ = os.Stdout.WriteString("worked\n")
}
