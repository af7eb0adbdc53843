package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"sync"
	"time"

	"github.com/muban-dev/muban"
)

// rowLeases keep in the outbox itself which worker holds which message, so
// that workers of several nodes share it. A lease ends by the database's clock;
// what fences a late worker is the lease's number, not the time.
//
// One app's messages are held by one worker at a time, the oldest first, so
// that they stay in order.
type rowLeases struct {
	store *Store
	db    *sql.DB

	mu sync.Mutex
	// apps are those with messages due on this node, as far as is known.
	apps []string
	// listed is when all apps were looked at last, rest for how long they need
	// not be again; real time.
	listed time.Time
	rest   time.Duration
}

var _ outbox = (*rowLeases)(nil)

const (
	// listEvery is how often a claim looks at all apps for what other nodes
	// accepted or left behind, however much this node has to do.
	listEvery = time.Second
	// slowList is when looking at all apps takes so long (there are very many)
	// that it is given a rest of so many times that long.
	slowList, listRest = 100 * time.Millisecond, 10
)

func (l *rowLeases) hint(appID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.apps, appID) {
		l.apps = append(l.apps, appID)
	}
}

func (l *rowLeases) claim(ctx context.Context, now time.Time, most int, hold time.Duration) ([]muban.DueMessage, muban.Lease, error) {
	number, err := l.store.ids.next()
	if err != nil {
		return nil, 0, err
	}
	lease := muban.Lease(number)
	apps, err := l.dueApps(ctx, now)
	if err != nil {
		return nil, 0, err
	}
	var claimed []muban.DueMessage
	for len(apps) > 0 && len(claimed) < most {
		room := most - len(claimed)
		part, err := l.claimApp(ctx, lease, apps[0], now, room, hold)
		if err != nil {
			l.hintAll(apps)
			return nil, 0, err // what was claimed is due again when its lease ends
		}
		if claimed = append(claimed, part...); len(part) == room {
			apps = append(apps, apps[0]) // perhaps not all of it; others' turn comes first
		}
		apps = apps[1:]
	}
	l.hintAll(apps)
	return claimed, lease, nil
}

func (l *rowLeases) hintAll(apps []string) {
	for _, appID := range apps {
		l.hint(appID)
	}
}

// dueApps are the apps that may have something due: those hinted at, and where
// there are none, or from time to time, all that have.
func (l *rowLeases) dueApps(ctx context.Context, now time.Time) ([]string, error) {
	l.mu.Lock()
	apps := l.apps
	l.apps = nil
	since := time.Since(l.listed)
	list := since > listEvery || len(apps) == 0 && since > l.rest
	l.mu.Unlock()
	if !list {
		return apps, nil
	}
	began := time.Now()
	rows, err := l.db.QueryContext(ctx, `SELECT app_id FROM apps WHERE EXISTS (
		SELECT 1 FROM outbox WHERE outbox.app_id = apps.app_id AND due_at <= $1 AND lease_until <= `+realTime+`)`, millis(now))
	if err != nil {
		return nil, err
	}
	found, err := collect(rows, func(row scanner) (appID string, err error) { return appID, row.Scan(&appID) })
	for _, appID := range found {
		if !slices.Contains(apps, appID) {
			apps = append(apps, appID)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listed, l.rest = time.Now(), 0
	if took := time.Since(began); took > slowList {
		l.rest = listRest * took
	}
	return apps, err
}

// claimApp holds the oldest due messages of an app, unless another worker has
// the very oldest: then it has the app.
func (l *rowLeases) claimApp(ctx context.Context, lease muban.Lease, appID string, now time.Time, most int, hold time.Duration) ([]muban.DueMessage, error) {
	rows, err := l.db.QueryContext(ctx, `
		WITH free AS MATERIALIZED (
			SELECT seq FROM outbox
			WHERE app_id = $1 AND due_at <= $2 AND lease_until <= `+realTime+`
			ORDER BY seq LIMIT $3 FOR UPDATE SKIP LOCKED
		), taken AS (
			UPDATE outbox SET lease = $4, lease_until = `+realTime+` + $5, attempts = outbox.attempts + 1
			FROM free WHERE outbox.app_id = $1 AND outbox.seq = free.seq
				AND (SELECT MIN(seq) FROM free) = (SELECT MIN(seq) FROM outbox WHERE app_id = $1 AND due_at <= $2)
			RETURNING outbox.app_id, outbox.seq, outbox.user_no, outbox.grant_kind
		)
		SELECT o.app_id, o.seq, o.grant_kind, a.platform, u.user_no IS NOT NULL,
			COALESCE(u.blocked, 0), COALESCE(u.delivery, ''), COALESCE(u.notification_bar, 0)
		FROM taken o JOIN apps a ON a.app_id = o.app_id
		LEFT JOIN users u ON u.app_id = o.app_id AND u.user_no = o.user_no`,
		appID, millis(now), most, int64(lease), hold.Milliseconds())
	if err != nil {
		return nil, err
	}
	due, err := collect(rows, scanDue)
	slices.SortFunc(due, func(a, b muban.DueMessage) int { return cmp.Compare(a.Seq, b.Seq) })
	return due, err
}

func (l *rowLeases) remove(ctx context.Context, lease muban.Lease, outcomes []muban.Outcome) ([]muban.Outcome, error) {
	held := make(map[int64]bool, len(outcomes))
	err := inKeys(l.store, outcomes, func(part []muban.Outcome) error {
		args := append(make([]any, 0, 2+len(part)), part[0].AppID, int64(lease))
		within, args := l.store.within(part, withSeqs(args, part))
		rows, err := l.store.hot.query(ctx, `DELETE FROM outbox
			WHERE app_id = ? AND lease = ? AND seq IN (`+marks(len(part))+`)`+within+` RETURNING seq`, args)
		if err != nil {
			return err
		}
		_, err = collect(rows, func(row scanner) (seq int64, err error) {
			err = row.Scan(&seq)
			held[seq] = true
			return seq, err
		})
		return err
	})
	return slices.DeleteFunc(slices.Clone(outcomes), func(o muban.Outcome) bool { return !held[o.Seq] }), err
}

// forget has nothing to do: the lease went with the row.
func (*rowLeases) forget([]muban.Outcome) {}
