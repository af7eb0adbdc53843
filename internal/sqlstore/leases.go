package sqlstore

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

// leases say which worker holds which app's callbacks of the SQLite database.
// They are in memory because one process alone has the database open: when it
// ends, so do its workers, and what they held is due again at the next start.
type leases struct {
	*dueApps

	mu   sync.Mutex
	hold map[string]held // by app
}

type held struct {
	by    muban.Lease
	until time.Time // real time
}

var _ outbox = (*leases)(nil)

func newLeases(db *sql.DB) *leases {
	return &leases{hold: make(map[string]held), dueApps: &dueApps{db: db, query: `SELECT app_id FROM apps WHERE EXISTS (
		SELECT 1 FROM outbox WHERE outbox.app_id = apps.app_id AND due_at <= $1)` + dueLongest}}
}

func (l *leases) claim(ctx context.Context, lease muban.Lease, appID string, now time.Time, most int, hold time.Duration) ([]muban.Callback, error) {
	if !l.take(lease, appID, hold) {
		return nil, nil
	}
	rows, err := l.db.QueryContext(ctx, `SELECT `+callbackColumns+`
		FROM outbox o JOIN callbacks c ON c.app_id = o.app_id AND c.seq = o.seq
		WHERE o.app_id = $1 AND o.due_at <= $2 ORDER BY o.due_at, o.seq LIMIT $3`, appID, millis(now), most)
	if err != nil {
		return nil, err
	}
	due, err := collect(rows, scanCallback)
	if err != nil || len(due) == 0 {
		l.drop(lease, appID)
	}
	return due, err
}

// take holds an app unless another does.
func (l *leases) take(lease muban.Lease, appID string, hold time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if h, taken := l.hold[appID]; taken && now.Before(h.until) {
		return false
	}
	l.hold[appID] = held{by: lease, until: now.Add(hold)}
	return true
}

func (l *leases) drop(lease muban.Lease, appID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hold[appID].by == lease {
		delete(l.hold, appID)
	}
}

func (l *leases) held(_ context.Context, _ *sql.Tx, lease muban.Lease, results []muban.PushResult) ([]muban.PushResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hold[results[0].AppID].by != lease {
		return nil, nil
	}
	return results, nil
}

func (*leases) postpone(ctx context.Context, h *hot, appID string, seq int64, due time.Time) error {
	return h.later(ctx, `UPDATE outbox SET due_at = ? WHERE app_id = ? AND seq = ?`, []any{millis(due), appID, seq})
}

func (l *leases) release(_ context.Context, lease muban.Lease, appID string) error {
	l.drop(lease, appID)
	return nil
}
