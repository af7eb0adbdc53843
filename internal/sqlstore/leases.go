package sqlstore

import (
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

// leases say which worker holds which message. They are in memory because one
// process alone has the database open: when it ends, so do its workers, and
// what they held is due again at the next start.
type leases struct {
	mu   sync.Mutex
	hold map[int64]held // by sequence number
}

type held struct {
	by    muban.Lease
	until time.Time // real time
}

// held counts the messages that somebody holds or held.
func (l *leases) held() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.hold)
}

// take holds up to most of the due messages that nobody holds, and returns
// them.
func (l *leases) take(lease muban.Lease, due []muban.DueMessage, most int, hold time.Duration) []muban.DueMessage {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hold == nil {
		l.hold = make(map[int64]held)
	}
	now := time.Now()
	taken := due[:0]
	for _, d := range due {
		if h, busy := l.hold[d.Seq]; len(taken) < most && (!busy || !now.Before(h.until)) {
			l.hold[d.Seq] = held{by: lease, until: now.Add(hold)}
			taken = append(taken, d)
		}
	}
	return taken
}

// still returns the outcomes of messages that the lease holds; others were
// taken over.
func (l *leases) still(lease muban.Lease, outcomes []muban.Outcome) []muban.Outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := make([]muban.Outcome, 0, len(outcomes))
	for _, o := range outcomes {
		if l.hold[o.Seq].by == lease {
			kept = append(kept, o)
		}
	}
	return kept
}

// drop ends the hold on messages that are finished.
func (l *leases) drop(outcomes []muban.Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range outcomes {
		delete(l.hold, o.Seq)
	}
}
