package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
)

// TestMarksBesideRetention: what is unread agrees with the messages that are
// left, and nobody waits for each other, while one node reads an inbox and moves
// its mark and another deletes what is old in it.
func TestMarksBesideRetention(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	nodes := [2]*Store{wary(t, address), wary(t, address)}
	nodes[0].settled = -time.Hour
	a := newAppOfTwo(t, nodes[0], "app")
	for round := range 12 {
		readAndForget(t, nodes, a, round)
	}
	for i := range a.users {
		left, unread, err := nodes[1].Inbox(t.Context(), muban.InboxOwners{AppID: a.app.ID, UserNo: a.users[i].No}, muban.Page{Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		want := int64(0)
		for _, m := range left.Items {
			if m.ReadAt.IsZero() {
				want++
			}
		}
		if unread != want {
			t.Errorf("user %d: %d unread, of %d messages %d are", i, unread, len(left.Items), want)
		}
	}
	if n := nodes[0].engine.(*waryEngine).deadlocks.Load(); n > 0 {
		t.Errorf("the database ended %d waits in a circle", n)
	}
}

// readAndForget has messages accepted, and then their owners read them and look
// at their inboxes while all of them are deleted.
func readAndForget(t *testing.T, nodes [2]*Store, a appOfTwo, round int) {
	t.Helper()
	sent := make([]muban.Message, 24*len(a.users))
	var busy sync.WaitGroup
	for i := range sent {
		busy.Go(func() {
			var err error
			if sent[i], err = nodes[0].Accept(t.Context(), a.send(i%len(a.users))); err != nil {
				t.Error(err)
			}
		})
	}
	busy.Wait()
	for i, user := range a.users {
		if round%2 == 0 {
			busy.Go(func() {
				if _, err := nodes[0].moveMark(t.Context(), owner{a.app.ID, user.No}); err != nil {
					t.Error(err)
				}
			})
		}
		for n := i; n < len(sent); n += 2 * len(a.users) {
			busy.Go(func() {
				err := nodes[0].MarkRead(t.Context(), a.app.ID, user.No, sent[n].ID, time.Now())
				if refusal := new(muban.Refusal); err != nil && (!errors.As(err, &refusal) || refusal.Kind != muban.KindNotFound) {
					t.Error(err)
				}
			})
		}
	}
	busy.Go(func() {
		for gone := (muban.Forgotten{Messages: 1}); gone.Messages > 0; {
			var err error
			if gone, err = nodes[1].ForgetMessages(t.Context(), a.app.ID, sent[0].AcceptedAt.Add(time.Hour), 0, 16); err != nil {
				t.Error(fmt.Errorf("round %d: %w", round, err))
				return
			}
		}
	})
	busy.Wait()
}

// TestMarkDeletedMeanwhile: who makes sure that there is a mark and locks it
// has one then, whenever another node deletes it, or two count one message.
func TestMarkDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	ctx, address := t.Context(), pgtest.Database(t)
	nodes := [2]*Store{wary(t, address), wary(t, address)}
	a := newAppOfTwo(t, nodes[0], "app")
	user, message := owner{a.app.ID, a.users[0].No}, a.message[0].ID
	must(t, nodes[0].MarkRead(ctx, user.appID, user.userNo, message, time.Now()))
	gate, deleting := begun(t, nodes[1]), begun(t, nodes[1])
	// Who says so waits behind an insertion until the gate opens.
	_, err := nodes[1].writer.ExecContext(ctx, `
		CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF current_setting('test.waits', true) = 'yes' THEN LOCK TABLE titles; END IF;
			RETURN NULL;
		END $$;
		CREATE TRIGGER wait AFTER INSERT ON unread_marks EXECUTE FUNCTION wait()`)
	must(t, err)
	_, err = gate.ExecContext(ctx, `LOCK TABLE titles`)
	must(t, err)
	var held int
	var busy sync.WaitGroup
	busy.Go(func() {
		must(t, nodes[0].write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, `SET LOCAL test.waits = 'yes'`); err != nil {
				return err
			}
			if _, _, err := nodes[0].lockMark(ctx, tx, user); err != nil {
				return err
			}
			return tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM unread_marks WHERE app_id = $1 AND user_no = $2`, user.appID, user.userNo).Scan(&held)
		}))
	})
	awaited(t, gate, 1, nil)
	deleted := make(chan struct{})
	busy.Go(func() {
		defer close(deleted)
		users, err := nodes[1].lockMarks(ctx, deleting, user.appID, []int64{message.Seq()})
		must(t, err)
		must(t, nodes[1].dropMarks(ctx, deleting, user.appID, users))
		must(t, deleting.Commit())
	})
	awaited(t, gate, 2, deleted) // behind who waits for the gate
	must(t, gate.Commit())
	busy.Wait()
	if held != 1 {
		t.Errorf("%d marks are held, want 1", held)
	}
}

// begun is a transaction beside a node's groups.
func begun(t *testing.T, s *Store) *sql.Tx {
	t.Helper()
	tx, err := s.engine.(*waryEngine).worker.BeginTx(t.Context(), nil)
	must(t, err)
	t.Cleanup(func() { _ = tx.Rollback() }) // no effect after a commit
	return tx
}

// awaited returns once so many wait for what the transaction has, or for each
// other behind it, or once done is closed.
func awaited(t *testing.T, tx *sql.Tx, many int, done <-chan struct{}) {
	t.Helper()
	for waiting := 0; waiting < many; {
		select {
		case <-done:
			return
		default:
		}
		must(t, tx.QueryRowContext(t.Context(), `WITH RECURSIVE waiting(pid) AS (SELECT pg_backend_pid() UNION
			SELECT l.pid FROM waiting w JOIN pg_locks l ON NOT l.granted AND w.pid = ANY (pg_blocking_pids(l.pid)))
			SELECT COUNT(*) - 1 FROM waiting`).Scan(&waiting))
	}
}
