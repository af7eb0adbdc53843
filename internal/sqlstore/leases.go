package sqlstore

import (
	"context"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

// leases say which worker holds which message of the SQLite database. They are
// in memory because one process alone has the database open: when it ends, so
// do its workers, and what they held is due again at the next start.
type leases struct {
	store *Store

	mu   sync.Mutex
	hold map[int64]held // by sequence number
}

type held struct {
	by    muban.Lease
	until time.Time // real time
}

var _ outbox = (*leases)(nil)

// hint is nothing to the leases: a claim looks at the whole outbox.
func (*leases) hint(string) {}

func (l *leases) claim(ctx context.Context, now time.Time, most int, hold time.Duration) ([]muban.DueMessage, muban.Lease, error) {
	number, err := l.store.ids.next()
	if err != nil {
		return nil, 0, err
	}
	lease := muban.Lease(number)
	rows, err := l.store.reader.QueryContext(ctx, `
		SELECT o.app_id, o.seq, o.grant_kind, a.platform, u.user_no IS NOT NULL,
			COALESCE(u.blocked, 0), COALESCE(u.delivery, ''), COALESCE(u.notification_bar, 0)
		FROM outbox o JOIN apps a ON a.app_id = o.app_id
		LEFT JOIN users u ON u.app_id = o.app_id AND u.user_no = o.user_no
		WHERE o.due_at <= $1 ORDER BY o.app_id, o.seq LIMIT $2`, millis(now), most+l.held())
	if err != nil {
		return nil, 0, err
	}
	due, err := collect(rows, scanDue)
	if err != nil {
		return nil, 0, err
	}
	return l.take(lease, due, most, hold), lease, nil
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

func (l *leases) remove(ctx context.Context, lease muban.Lease, outcomes []muban.Outcome) ([]muban.Outcome, error) {
	kept := l.still(lease, outcomes)
	return kept, inChunks(kept, func(part []muban.Outcome) error {
		args := append(make([]any, 0, 1+len(part)), part[0].AppID)
		return l.store.hot.exec(ctx, `DELETE FROM outbox WHERE app_id = ? AND seq IN (`+marks(len(part))+`)`, withSeqs(args, part))
	})
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

func (l *leases) forget(outcomes []muban.Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range outcomes {
		delete(l.hold, o.Seq)
	}
}
