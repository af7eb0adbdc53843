package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

// A sequence number has 53 bits: 37 of ticks of 10 ms since epoch (until
// 2069), 6 of the node, 10 that count within a tick. Whoever needs more than
// 1024 in a tick borrows from the ticks to come.
const (
	tick      = 10 * time.Millisecond
	nodeBits  = 6
	countBits = 10
	tickShift = nodeBits + countBits
	epoch     = 1767225600000 // 2026-01-01 in Unix milliseconds

	// numberBits are a sequence number's; lastTick is the last with room in it.
	numberBits = 53
	lastTick   = 1<<(numberBits-tickShift) - 1
)

// errNoNumbers is for a machine whose clock is decades ahead: an id beyond 53
// bits would be cut when it is read, and no later one could ever be below it.
var errNoNumbers = fmt.Errorf("no id can be given out: ids are times until %s, and the machine's clock, or an id in the store, is beyond that",
	time.UnixMilli(epoch+lastTick*tick.Milliseconds()).UTC().Format(time.DateOnly))

// sequence gives out numbers that grow and are never given twice, also over
// restarts and by other nodes. It runs on real time: sandbox time may stand
// still.
type sequence struct {
	mu    sync.Mutex
	now   func() time.Time
	node  int64
	tick  int64
	count int64
	// end is the tick before which this node may give out numbers.
	end int64
}

// newSequence starts above every number that was given out before.
func newSequence(newest int64, now func() time.Time) *sequence {
	s := &sequence{now: now}
	s.take(0, newest>>tickShift, math.MaxInt64)
	return s
}

// next is busy where this node may give out no more numbers for now.
func (s *sequence) next() (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, count := s.tick, s.count+1
	if current := s.current(); current > at {
		at, count = current, 0
	} else if count == 1<<countBits {
		at, count = at+1, 0
	}
	switch {
	case at > lastTick:
		return 0, errNoNumbers
	case at >= s.end:
		return 0, muban.Refuse(muban.RuleBusy)
	}
	s.tick, s.count = at, count
	return at<<tickShift | s.node<<countBits | count, nil
}

// current is the clock's tick.
func (s *sequence) current() int64 {
	return (s.now().UnixMilli() - epoch) / int64(tick/time.Millisecond)
}

// reached is the number that the clock had come to so long before (a negative
// duration) or after now.
func (s *sequence) reached(by time.Duration) int64 {
	return (s.current() + int64(by/tick)) << tickShift
}

// take makes the sequence go on as that node, above the tick before and below
// the tick end.
func (s *sequence) take(node, before, end int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.node, s.tick, s.count, s.end = node, before, 1<<countBits-1, end
}

// extend allows numbers below the tick end.
func (s *sequence) extend(end int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end = max(s.end, end)
}

// close ends the giving out of numbers and tells the last tick.
func (s *sequence) close() (issued int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end = 0
	return s.tick
}

// ahead is the tick that the sequence has come to, and an end so many ticks
// beyond it and the clock's, never before the one it has.
func (s *sequence) ahead(ticks int64) (issued, end int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tick, max(s.end, max(s.tick, s.current())+ticks)
}

// newestSequence is the largest number in any table.
func newestSequence(ctx context.Context, db *sql.DB) (int64, error) {
	var newest int64
	err := db.QueryRowContext(ctx, `
		SELECT COALESCE(MAX(newest), 0) FROM (
			SELECT MAX(seq) AS newest FROM messages UNION ALL
			SELECT MAX(seq) FROM callbacks UNION ALL
			SELECT MAX(seq) FROM grants UNION ALL
			SELECT MAX(seq) FROM templates UNION ALL
			SELECT MAX(seq) FROM titles UNION ALL
			SELECT MAX(seq) FROM keyword_requests UNION ALL
			SELECT MAX(user_no) FROM users) AS numbers`).Scan(&newest)
	return newest, err
}
