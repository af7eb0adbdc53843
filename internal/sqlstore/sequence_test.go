package sqlstore

import (
	"errors"
	"math"
	"testing"
	"time"
)

// clockOf is a sequence above a number, and the clock that it goes by.
func clockOf(newest int64) (*sequence, *time.Time) {
	now := time.UnixMilli(epoch).Add(time.Hour)
	return newSequence(newest, func() time.Time { return now }), &now
}

// Numbers grow, whatever the clock does, and however many there are in a tick.
func TestSequenceGrows(t *testing.T) {
	t.Parallel()
	s, now := clockOf(0)
	last := int64(0)
	for i := range 5000 {
		switch i {
		case 3000:
			*now = now.Add(-time.Minute)
		case 4000:
			*now = now.Add(time.Hour)
		}
		n, err := s.next()
		if err != nil || n <= last {
			t.Fatalf("%d after %d, error %v", n, last, err)
		}
		last = n
	}
	above, now := clockOf(last)
	*now = now.Add(-time.Hour)
	if n, err := above.next(); err != nil || n <= last {
		t.Errorf("after a start: %d after %d, error %v", n, last, err)
	}
}

// No number has more than 53 bits, and a clock that said it is 2070 does no
// harm once it is right again.
func TestSequenceEnds(t *testing.T) {
	t.Parallel()
	s, now := clockOf(0)
	right := *now
	*now = time.UnixMilli(epoch + lastTick*tick.Milliseconds())
	n, err := s.next()
	if err != nil || n >= 1<<numberBits {
		t.Errorf("at the last moment: %d, error %v", n, err)
	}
	s, now = clockOf(0)
	*now = time.Date(2070, 1, 1, 0, 0, 0, 0, time.UTC)
	if n, err := s.next(); !errors.Is(err, errNoNumbers) {
		t.Errorf("in 2070: %d, error %v", n, err)
	}
	*now = right
	if n, err := s.next(); err != nil || n>>tickShift != int64(time.Hour/tick) {
		t.Errorf("later: %d, error %v", n, err)
	}
	full, _ := clockOf(math.MaxInt64)
	if n, err := full.next(); !errors.Is(err, errNoNumbers) {
		t.Errorf("above the last: %d, error %v", n, err)
	}
}
