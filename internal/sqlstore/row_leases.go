package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/muban-dev/muban"
)

// rowLeases keep in the outbox itself which worker holds which callback, so
// that workers of several nodes share it. A lease ends by the database's clock;
// what fences a late worker is the lease's number, not the time.
//
// One app's callbacks are held by one worker at a time, the oldest first, so
// that they stay in order.
type rowLeases struct{ *dueApps }

var _ outbox = (*rowLeases)(nil)

func newRowLeases(db *sql.DB) *rowLeases {
	return &rowLeases{dueApps: &dueApps{db: db, query: `SELECT app_id FROM apps WHERE EXISTS (
		SELECT 1 FROM outbox WHERE outbox.app_id = apps.app_id AND due_at <= $1 AND lease_until <= ` + realTime + `)` + dueLongest}}
}

// claim holds the callbacks of an app that are due the longest, unless another
// worker has the very first of them: then it has the app. Only who got hold of
// that one touches any other. Whoever locked them before would leave a hole in
// what the one takes who may: it would go on with later ones, and a third with
// those between.
func (l *rowLeases) claim(ctx context.Context, lease muban.Lease, appID string, now time.Time, most int, hold time.Duration) ([]muban.Callback, error) {
	rows, err := l.db.QueryContext(ctx, `
		WITH first AS MATERIALIZED (
			SELECT seq FROM outbox WHERE app_id = $1 AND due_at <= $2 AND lease_until <= `+realTime+`
				AND seq = (SELECT seq FROM outbox WHERE app_id = $1 AND due_at <= $2 ORDER BY due_at, seq LIMIT 1)
			FOR UPDATE SKIP LOCKED
		), free AS MATERIALIZED (
			SELECT seq FROM outbox
			WHERE app_id = $1 AND due_at <= $2 AND lease_until <= `+realTime+` AND EXISTS (SELECT 1 FROM first)
			ORDER BY due_at, seq LIMIT $3 FOR UPDATE SKIP LOCKED
		), taken AS (
			UPDATE outbox SET lease = $4, lease_until = `+realTime+` + $5
			FROM free WHERE outbox.app_id = $1 AND outbox.seq = free.seq
			RETURNING outbox.app_id, outbox.seq, outbox.due_at
		)
		SELECT `+callbackColumns+` FROM taken o JOIN callbacks c ON c.app_id = o.app_id AND c.seq = o.seq`,
		appID, millis(now), most, int64(lease), hold.Milliseconds())
	if err != nil {
		return nil, err
	}
	due, err := collect(rows, scanCallback)
	slices.SortFunc(due, func(a, b muban.Callback) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Seq, b.Seq))
	})
	return due, err
}

// held holds the app too, if there is still one.
func (l *rowLeases) held(ctx context.Context, tx *sql.Tx, lease muban.Lease, results []muban.PushResult) ([]muban.PushResult, error) {
	attempted := make([]int64, len(results))
	for i, r := range results {
		attempted[i] = r.Seq
	}
	rows, err := tx.QueryContext(ctx, `
		WITH app AS MATERIALIZED (SELECT 1 FROM apps WHERE app_id = $1 FOR KEY SHARE)
		SELECT seq FROM outbox, (SELECT COUNT(*) FROM app) AS first
		WHERE app_id = $1 AND lease = $2 AND seq = ANY($3) ORDER BY seq FOR UPDATE OF outbox`,
		results[0].AppID, int64(lease), attempted)
	if err != nil {
		return nil, err
	}
	held, err := collect(rows, func(row scanner) (seq int64, err error) { return seq, row.Scan(&seq) })
	var kept []muban.PushResult
	for _, r := range results {
		if slices.Contains(held, r.Seq) {
			kept = append(kept, r)
		}
	}
	return kept, err
}

func (*rowLeases) postpone(ctx context.Context, h *hot, appID string, seq int64, due time.Time) error {
	return h.later(ctx, `UPDATE outbox SET due_at = ?, lease = 0, lease_until = 0 WHERE app_id = ? AND seq = ?`, []any{millis(due), appID, seq})
}

// release ends the hold on what an app has left of a lease.
func (l *rowLeases) release(ctx context.Context, lease muban.Lease, appID string) error {
	_, err := l.db.ExecContext(ctx, `UPDATE outbox SET lease_until = 0 WHERE app_id = $1 AND lease = $2`, appID, int64(lease))
	return err
}
