package sqlstore

import (
	"context"
	"database/sql"
	"sync"
	"time"
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
)

// sequence gives out numbers that grow and are never given twice, also over
// restarts. It runs on real time: sandbox time may stand still.
type sequence struct {
	mu    sync.Mutex
	now   func() time.Time
	node  int64
	tick  int64
	count int64
}

// newSequence starts above every number that was given out before.
func newSequence(newest int64, now func() time.Time) *sequence {
	return &sequence{now: now, tick: newest >> tickShift, count: 1<<countBits - 1}
}

func (s *sequence) next() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	current := (s.now().UnixMilli() - epoch) / int64(tick/time.Millisecond)
	switch {
	case current > s.tick:
		s.tick, s.count = current, 0
	case s.count+1 < 1<<countBits:
		s.count++
	default:
		s.tick, s.count = s.tick+1, 0
	}
	return s.tick<<tickShift | s.node<<countBits | s.count
}

// newestSequence is the largest number in any table.
func newestSequence(ctx context.Context, db *sql.DB) (int64, error) {
	var newest int64
	err := db.QueryRowContext(ctx, `
		SELECT COALESCE(MAX(newest), 0) FROM (
			SELECT MAX(seq) AS newest FROM messages UNION ALL
			SELECT MAX(seq) FROM grants UNION ALL
			SELECT MAX(seq) FROM templates UNION ALL
			SELECT MAX(seq) FROM titles UNION ALL
			SELECT MAX(user_no) FROM users) AS numbers`).Scan(&newest)
	return newest, err
}
