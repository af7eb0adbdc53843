package delivery

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

const paced = "wx0000000000000001"

// waits is how long a send of the app waits, by the bubble's clock.
func waits(t *testing.T, p *Pace, appID string) time.Duration {
	t.Helper()
	began := time.Now()
	if err := p.Wait(t.Context(), appID); err != nil {
		t.Error(err)
	}
	return time.Since(began)
}

func TestWhoWaitsHowLong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		before func(p *Pace)
		want   time.Duration
	}{
		{"nothing is known", func(*Pace) {}, 0},
		{"its events are late", func(p *Pace) { p.judge(paced, 2*time.Second) }, longestHeld},
		{"another app's are", func(p *Pace) { p.judge("wx0000000000000002", time.Hour) }, 0},
		{"a little late", func(p *Pace) { p.judge(paced, 125*time.Millisecond) }, 0},
		{"more than a little", func(p *Pace) { p.judge(paced, 126*time.Millisecond) }, longestHeld},
		{"they were late, and no longer are", func(p *Pace) { p.judge(paced, 2*time.Second); p.judge(paced, 0) }, 0},
		{"nobody has said so for long", func(p *Pace) { p.judge(paced, 2*time.Second); <-time.After(verdictHolds) }, 0},
		{"nobody will have said so for long", func(p *Pace) { p.judge(paced, 2*time.Second); <-time.After(verdictHolds - 10*time.Millisecond) }, 10 * time.Millisecond},
		{"an event was pushed of as many as it takes", func(p *Pace) { p.judge(paced, 2*time.Second); p.pushed(paced) }, longestHeld},
		{"all of them were pushed", func(p *Pace) {
			p.judge(paced, 2*time.Second)
			for range 4 {
				p.pushed(paced)
			}
		}, 0},
		{"events were pushed before it was late", func(p *Pace) {
			for range 100 {
				p.pushed(paced)
			}
			p.judge(paced, 2*time.Second)
		}, longestHeld},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := NewPace(time.Now)
				test.before(p)
				if got := waits(t, p, paced); got != test.want {
					t.Errorf("waits %v, want %v", got, test.want)
				}
				held := int64(0)
				if test.want > 0 {
					held = 1
				}
				if p.Held() != held {
					t.Errorf("%d counted as held", p.Held())
				}
			})
		})
	}
	waits(t, nil, paced) // a nil Pace holds nothing back
}

// TestShares: the later an app's events, the fewer sends each of them lets on.
func TestShares(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		delay         time.Duration
		events, sends int
	}{
		{250 * time.Millisecond, 10, 20},
		{aimedDelay, 10, 10},
		{time.Second, 10, 5},
		{time.Hour, 12, 3},
		{aimedDelay, 1000, mostAhead},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := NewPace(time.Now)
			p.judge(paced, test.delay)
			for range test.events {
				p.pushed(paced)
			}
			sends := 0
			for waits(t, p, paced) == 0 {
				sends++
			}
			if sends != test.sends {
				t.Errorf("%v late: %d events let %d sends on, want %d", test.delay, test.events, sends, test.sends)
			}
		})
	}
}

// TestHeldSendsGoOn: who waits already goes on with the next event, or when the
// app has caught up, and is told when its own caller left.
func TestHeldSendsGoOn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		then func(p *Pace, leave context.CancelFunc)
		want error
	}{
		{"an event was pushed", func(p *Pace, _ context.CancelFunc) { p.pushed(paced) }, nil},
		{"it caught up", func(p *Pace, _ context.CancelFunc) { p.judge(paced, 0) }, nil},
		{"its caller left", func(_ *Pace, leave context.CancelFunc) { leave() }, context.Canceled},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := NewPace(time.Now)
			p.judge(paced, aimedDelay)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			began := time.Now()
			ended := make(chan error, 1)
			go func() { ended <- p.Wait(ctx, paced) }()
			synctest.Wait()
			<-time.After(time.Millisecond)
			test.then(p, leave)
			if err := <-ended; !errors.Is(err, test.want) {
				t.Errorf("%s: got %v, want %v", test.name, err, test.want)
			}
			if took := time.Since(began); took != time.Millisecond {
				t.Errorf("%s: went on after %v", test.name, took)
			}
		})
	}
}
