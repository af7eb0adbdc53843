package sqlstore_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// following is a tail and what it told of, in words.
type following struct {
	*sqlstore.Tail
	t    *testing.T
	told []string
}

func (s *pgStore) follow() *following {
	s.t.Helper()
	tail, err := s.Tail(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(tail.Close)
	return &following{Tail: tail, t: s.t}
}

// read asks once, until nothing more is there.
func (f *following) read() {
	f.t.Helper()
	for more := true; more; {
		var c muban.Changes
		var err error
		if c, more, err = f.Next(f.t.Context(), 3); err != nil {
			f.t.Fatal(err)
		}
		for _, m := range c.Messages {
			f.told = append(f.told, fmt.Sprintf("message %s read %t", m.GrantID, !m.ReadAt.IsZero()))
		}
		for _, g := range c.Grants {
			f.told = append(f.told, fmt.Sprintf("grant %s left %d", g.ID, g.Remaining))
		}
		for _, c := range c.Callbacks {
			f.told = append(f.told, fmt.Sprintf("callback %s attempts %d", c.State, len(c.Attempts)))
		}
	}
}

// tells checks what is told of now, in any order.
func (f *following) tells(want ...string) {
	f.t.Helper()
	f.read()
	slices.Sort(f.told)
	slices.Sort(want)
	if diff := cmp.Diff(want, f.told); diff != "" {
		f.t.Errorf("told otherwise:\n%s", diff)
	}
	f.told = nil
}

// attempt makes one attempt of what is due.
func (s *pgStore) attempt(state muban.CallbackState) {
	s.t.Helper()
	claimed, lease, err := s.ClaimCallbacks(s.t.Context(), s.now, 10, 10, time.Minute)
	if err != nil || len(claimed) != 1 {
		s.t.Fatalf("claimed %v, error %v", claimed, err)
	}
	err = s.RecordAttempts(s.t.Context(), lease, []muban.PushResult{{AppID: s.app.ID, Seq: claimed[0].Seq, Attempt: muban.Attempt{At: s.now}}},
		func(c *muban.Callback, a muban.Attempt) {
			c.Attempts, c.State, c.DueAt = append(c.Attempts, a), state, time.Time{}
			if state == muban.CallbackPending {
				c.DueAt = s.now.Add(time.Millisecond)
			}
		})
	if err == nil {
		err = s.ReleaseCallbacks(s.t.Context(), lease, s.app.ID)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// eachEngine runs a test with two stores: on PostgreSQL two nodes of one
// database, on SQLite twice the one that there can be.
func eachEngine(t *testing.T, test func(t *testing.T, a, b *pgStore)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		s := openWith(t, sqlstore.Options{Dir: t.TempDir()}, nil)
		t.Cleanup(s.mustClose)
		test(t, s, s)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		address := pgtest.Database(t)
		a := openPostgres(t, address, nil)
		t.Cleanup(a.mustClose)
		b := openPostgres(t, address, a)
		t.Cleanup(b.mustClose)
		test(t, a, b)
	})
}

// TestTail: what was there is not told of, all that comes is, once, whichever
// node it is of.
func TestTail(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, a, b *pgStore) {
		t.Helper()
		b.mint("before")
		if _, err := b.send("before"); err != nil {
			t.Fatal(err)
		}
		b.mint("open")
		f := a.follow()
		f.tells()

		// The callback of before is attempted, twice.
		b.attempt(muban.CallbackPending)
		f.tells("callback pending attempts 1")
		b.now = b.now.Add(time.Second)
		b.attempt(muban.CallbackFailed)
		f.tells("callback failed attempts 2")

		b.mint("new")
		a.mint("own")
		f.tells("grant new left 1", "grant own left 1")
		for _, s := range []*pgStore{a, b} {
			grant := map[bool]string{true: "open", false: "new"}[s == a]
			if a == b {
				grant = "open"
			}
			if _, err := s.send(grant); err != nil {
				t.Fatal(err)
			}
			f.tells("message "+grant+" read false", "grant "+grant+" left 0", "callback pending attempts 0")
			if a == b {
				break
			}
		}
		f.tells()
	})
}

// TestTailTellsOfOwnChanges: what leaves no other trace.
func TestTailTellsOfOwnChanges(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, a, _ *pgStore) {
		t.Helper()
		a.mint("g")
		m, err := a.send("g")
		if err != nil {
			t.Fatal(err)
		}
		a.attempt(muban.CallbackDelivered)
		f := a.follow()
		if err := a.MarkRead(t.Context(), a.app.ID, a.user.No, m.ID, a.now); err != nil {
			t.Fatal(err)
		}
		f.tells("message g read true")
		found, err := a.Callbacks(t.Context(), muban.CallbackFilter{}, muban.Page{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		// Resent and attempted before anybody looks.
		if _, err := a.ResendCallback(t.Context(), found.Items[0].Seq, a.now); err != nil {
			t.Fatal(err)
		}
		a.attempt(muban.CallbackDelivered)
		f.tells("callback delivered attempts 2")
	})
}

// TestTailMissesNothing: many writers on two nodes while it is read.
func TestTailMissesNothing(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, a, b *pgStore) {
		t.Helper()
		const writers, each = 8, 10
		f := a.follow()
		var writing sync.WaitGroup
		for w := range writers {
			s := []*pgStore{a, b}[w%2]
			writing.Go(func() {
				for n := range each {
					id := fmt.Sprintf("g%d-%d", w, n)
					_, err := s.CreateGrants(t.Context(), []muban.Grant{{
						AppID: s.app.ID, ID: id, Kind: muban.GrantForm, UserNo: s.user.No, UserID: "u", Uses: 1, Remaining: 1, IssuedAt: s.now, ExpiresAt: s.now.Add(muban.Week),
					}})
					if err == nil {
						_, err = s.send(id)
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { writing.Wait(); close(done) }()
		for over := false; !over; {
			select {
			case <-done:
				over = true
			default:
			}
			f.read()
		}
		messages := make(map[string]int)
		for _, told := range f.told {
			if told[0] == 'm' {
				messages[told]++
			}
		}
		if len(messages) != writers*each {
			t.Errorf("told of %d messages, want %d", len(messages), writers*each)
		}
		for told, times := range messages {
			if times != 1 {
				t.Errorf("%s was told %d times", told, times)
			}
		}
	})
}

// TestTailTellsOfLongMessages: lists answer a few very long ones at a time, but
// nothing comes back to what a tail has read.
func TestTailTellsOfLongMessages(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, a, _ *pgStore) {
		t.Helper()
		f := a.follow()
		var sent, told []muban.MessageID
		for range 20 {
			m, err := a.Accept(t.Context(), muban.Accept{
				Message: muban.Message{
					AppID: a.app.ID, Platform: a.app.Platform, UserNo: a.user.No, TemplateSeq: a.template.Seq, AcceptedAt: a.now,
					Data: map[string]muban.Value{"keyword1": {Text: strings.Repeat("x", 1<<20)}},
				},
				Decide: func(muban.Ledger) *muban.Refusal { return nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			sent = append(sent, m.ID)
		}
		for more := true; more; {
			var c muban.Changes
			var err error
			if c, more, err = f.Next(t.Context(), 500); err != nil {
				t.Fatal(err)
			}
			for _, m := range c.Messages {
				told = append(told, m.ID)
			}
		}
		if !slices.Equal(told, sent) {
			t.Errorf("told of %v, sent were %v", told, sent)
		}
	})
}
