package sqlstore

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/pgtest"
)

// TestManyRowsAreNotLookedAtAgainAndAgain: where very many came lately, what
// comes is told of without reading all of them each time, and laggards soon.
func TestManyRowsAreNotLookedAtAgainAndAgain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	store, err := Open(ctx, Options{Database: pgtest.Database(t)})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	now := store.ids.reached(0)
	insert := func(ago time.Duration, rows int) {
		t.Helper()
		must(t, store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO messages (seq, app_id, user_no, template_seq, state, accepted_at, read_at, body)
				SELECT $1::bigint - n, 'wx1', 1, 1, 'delivered', 1, 0, '{}' FROM generate_series(1, $2::bigint) n`, now-numbersIn(ago), rows)
			return err
		}))
	}
	insert(10*time.Second, 2*mostAtBegin)
	must(t, store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `CREATE SEQUENCE looked_at`)
		return err
	}))
	f := newFollower(`SELECT seq, app_id FROM messages WHERE seq > $1 AND nextval('looked_at') > 0 ORDER BY seq LIMIT %d`, laggardsShared)
	must(t, f.begin(ctx, store, now))
	lookedAt := func() (rows int) {
		t.Helper()
		must(t, store.reader.QueryRowContext(ctx, `SELECT last_value FROM looked_at`).Scan(&rows))
		return rows
	}
	before := lookedAt()
	insert(0, 3)
	f.looked = time.Now() // however long this took
	found, more, err := f.next(ctx, store, 10)
	if rows := lookedAt() - before; err != nil || len(found) != 3 || more || rows > 100 {
		t.Errorf("told of %d by a look at %d, more %t, error %v", len(found), rows, more, err)
	}
	insert(20*time.Second, 1)
	for deadline := time.Now().Add(20 * time.Second); ; {
		found, _, err := f.next(ctx, store, 10)
		must(t, err)
		if len(found) == 1 {
			return
		}
		if len(found) > 1 || time.Now().After(deadline) {
			t.Fatalf("told of %d laggards, want 1", len(found))
		}
	}
}

// TestLaggardsOfAShortWindow: of a window that is as long as lies between two
// looks at all of it, all is looked at each time.
func TestLaggardsOfAShortWindow(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	store := openForTest(t, 0)
	t.Cleanup(func() { must(t, store.Close()) })
	now := store.ids.reached(0)
	insert := func(ago time.Duration, rows int) {
		t.Helper()
		must(t, store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `WITH RECURSIVE some(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM some WHERE n < $1)
				INSERT INTO messages (seq, app_id, user_no, template_seq, state, accepted_at, read_at, body)
				SELECT $2 - n, 'wx1', 1, 1, 'delivered', 1, 0, '{}' FROM some`, rows, now-numbersIn(ago))
			return err
		}))
	}
	insert(0, 2*fewSeen)
	f := newFollower(`SELECT seq, app_id FROM messages WHERE seq > $1 ORDER BY seq LIMIT %d`, laggardsAlone)
	must(t, f.begin(ctx, store, now))
	insert(laggardsAlone*3/4, 1)
	if found, _, err := f.next(ctx, store, 10); err != nil || len(found) != 1 {
		t.Errorf("told of %d laggards, want 1, error %v", len(found), err)
	}
}
