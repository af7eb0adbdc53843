package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"time"
)

// dueApps knows which apps may have callbacks due: those that this node was
// told of, and from time to time all that the outbox names.
type dueApps struct {
	db *sql.DB
	// query lists the apps that have something due at $1 which nobody holds.
	query string

	mu   sync.Mutex
	apps []string
	// listed is when all apps were looked at last, rest for how long they need
	// not be again; real time.
	listed time.Time
	rest   time.Duration
}

// dueLongest adds the app of the callback that is due the longest to a query of
// apps, though there be no such app any more: earlier versions could leave
// callbacks of one that was deleted, and those would be due for ever.
const dueLongest = ` UNION ALL SELECT app_id FROM (
	SELECT app_id FROM outbox WHERE due_at <= $1 ORDER BY due_at LIMIT 1) AS longest`

const (
	// listEvery is how often all apps are looked at for what other nodes left
	// and for what became due by itself, however much this node has to do.
	listEvery = time.Second
	// slowList is when looking at all apps takes so long (there are very many)
	// that it is given a rest of so many times that long.
	slowList, listRest = 100 * time.Millisecond, 10
)

// hint says that apps have something due.
func (d *dueApps) hint(appIDs ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, appID := range appIDs {
		if !slices.Contains(d.apps, appID) {
			d.apps = append(d.apps, appID)
		}
	}
}

// due returns the apps hinted at and, where there are none or from time to
// time, all that have something due. They are the caller's to look at.
func (d *dueApps) due(ctx context.Context, now time.Time) ([]string, error) {
	d.mu.Lock()
	apps := d.apps
	d.apps = nil
	since := time.Since(d.listed)
	list := since > listEvery || len(apps) == 0 && since > d.rest
	d.mu.Unlock()
	if !list {
		return apps, nil
	}
	began := time.Now()
	rows, err := d.db.QueryContext(ctx, d.query, millis(now))
	if err != nil {
		d.hint(apps...)
		return nil, err
	}
	found, err := collect(rows, func(row scanner) (appID string, err error) { return appID, row.Scan(&appID) })
	if err != nil {
		d.hint(apps...)
		return nil, err
	}
	for _, appID := range found {
		if !slices.Contains(apps, appID) {
			apps = append(apps, appID)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.listed, d.rest = time.Now(), 0
	if took := time.Since(began); took > slowList {
		d.rest = listRest * took
	}
	return apps, nil
}
