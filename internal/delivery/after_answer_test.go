package delivery

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/muban-dev/muban"
)

// moved is a clock that is ahead of the real one, or stands.
type moved struct {
	ahead  time.Duration
	frozen time.Time
}

func (c moved) Now() time.Time {
	if !c.frozen.IsZero() {
		return c.frozen
	}
	return time.Now().Add(c.ahead)
}

// TestEventsLetTheAnswersArrive: a client must have read its msgid when the
// event of it comes; whoever waits for other reasons waits no longer for that.
func TestEventsLetTheAnswersArrive(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	attempted := []muban.Attempt{{Status: 502}}
	for name, test := range map[string]struct {
		ahead  time.Duration
		frozen bool
		ages   []time.Duration
		tried  []muban.Attempt
		many   int
		want   time.Duration
	}{
		"just accepted":             {ages: []time.Duration{0}, want: afterAnswer},
		"accepted a moment ago":     {ages: []time.Duration{30 * time.Millisecond}, want: 20 * time.Millisecond},
		"accepted long ago":         {ages: []time.Duration{time.Minute}},
		"the youngest decides":      {ages: []time.Duration{time.Minute, 40 * time.Millisecond, time.Second}, want: 10 * time.Millisecond},
		"a clock that is ahead":     {ahead: day, ages: []time.Duration{10 * time.Millisecond}, want: 40 * time.Millisecond},
		"a clock that stands":       {frozen: true, ages: []time.Duration{0}, want: afterAnswer},
		"a clock that was put back": {ages: []time.Duration{-day}, want: afterAnswer},
		"another attempt":           {ages: []time.Duration{0}, tried: attempted},
		"few wait":                  {ages: []time.Duration{0}, many: crowd - 1, want: afterAnswer},
		"many wait, each its while": {ages: []time.Duration{0}, many: crowd},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				clock := moved{ahead: test.ahead}
				if test.frozen {
					clock.frozen = time.Now()
				}
				now := clock.Now()
				var callbacks []muban.Callback
				for i := range max(len(test.ages), test.many) {
					age := test.ages[min(i, len(test.ages)-1)]
					callbacks = append(callbacks, muban.Callback{CreatedAt: now.Add(-age), Attempts: test.tried})
				}
				began := time.Now()
				(&Pusher{options: Options{Clock: clock}}).letAnswersArrive(t.Context(), callbacks)
				if took := time.Since(began); took != test.want {
					t.Errorf("waited %v, want %v", took, test.want)
				}
			})
		})
	}
}
