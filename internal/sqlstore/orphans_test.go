package sqlstore

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
)

// TestCallbacksOfNobody: earlier versions could leave callbacks of an app that
// is gone. They are claimed like others, also after a restart, or they would be
// due for ever.
func TestCallbacksOfNobody(t *testing.T) {
	t.Parallel()
	eachEngineOf(t, callbacksOfNobody)
}

// TestDeletedUserLeavesNoUses: the uses of a user's grants go with the grants,
// or nothing would ever take them away.
func TestDeletedUserLeavesNoUses(t *testing.T) {
	t.Parallel()
	eachEngineOf(t, func(t *testing.T, options Options) {
		t.Helper()
		ctx, now := t.Context(), time.Now()
		store, err := Open(ctx, options)
		must(t, err)
		t.Cleanup(func() { must(t, store.Close()) })
		app, err := store.CreateApp(ctx, muban.App{ID: "wx1", Platform: muban.WeChatMini, CreatedAt: now})
		must(t, err)
		template, err := store.CreateTemplate(ctx, muban.Template{AppID: app.ID, ID: "t", CreatedAt: now}, func(int64) error { return nil })
		must(t, err)
		for _, openID := range []string{"oGone", "oStays"} {
			user, err := store.CreateUser(ctx, muban.User{AppID: app.ID, OpenID: openID})
			must(t, err)
			_, err = store.CreateGrants(ctx, []muban.Grant{{AppID: app.ID, ID: openID, Kind: muban.GrantForm, UserNo: user.No, Uses: 3, Remaining: 3}})
			must(t, err)
			for range 2 {
				_, err = store.Accept(ctx, muban.Accept{
					Message: muban.Message{AppID: app.ID, Platform: app.Platform, UserNo: user.No, TemplateSeq: template.Seq, GrantID: openID, AcceptedAt: now},
					Decide:  func(muban.Ledger) *muban.Refusal { return nil },
				})
				must(t, err)
			}
		}
		must(t, store.DeleteUser(ctx, app.ID, "oGone"))
		var uses, ofNobody int
		must(t, store.reader.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN grants.seq IS NULL THEN 1 ELSE 0 END), 0)
			FROM spends LEFT JOIN grants ON grants.app_id = spends.app_id AND grants.seq = spends.grant_seq`).Scan(&uses, &ofNobody))
		if uses != 2 || ofNobody != 0 {
			t.Errorf("%d uses, %d of them of no grant; want the two of the user who stays", uses, ofNobody)
		}
	})
}

// TestResetLeavesNothing: what a reset may leave is the store's own.
func TestResetLeavesNothing(t *testing.T) {
	t.Parallel()
	eachEngineOf(t, func(t *testing.T, options Options) {
		t.Helper()
		ctx, now := t.Context(), time.Now()
		store, err := Open(ctx, options)
		must(t, err)
		t.Cleanup(func() { must(t, store.Close()) })
		app, err := store.CreateApp(ctx, muban.App{ID: "wx1", Platform: muban.WeChatMini, CreatedAt: now})
		must(t, err)
		template, err := store.CreateTemplate(ctx, muban.Template{AppID: app.ID, ID: "t", CreatedAt: now}, func(int64) error { return nil })
		must(t, err)
		user, err := store.CreateUser(ctx, muban.User{AppID: app.ID, OpenID: "o1"})
		must(t, err)
		sent, err := store.Accept(ctx, muban.Accept{
			Message: muban.Message{AppID: app.ID, Platform: app.Platform, UserNo: user.No, TemplateSeq: template.Seq, State: muban.StateDelivered, AcceptedAt: now},
			Decide:  func(muban.Ledger) *muban.Refusal { return nil },
		})
		must(t, err)
		must(t, store.MarkRead(ctx, app.ID, user.No, sent.ID, now))
		must(t, store.Reset(ctx, nil))
		tables := `SELECT name FROM sqlite_schema WHERE type = 'table'`
		if store.shared {
			tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
		}
		rows, err := store.reader.QueryContext(ctx, tables)
		must(t, err)
		names, err := collect(rows, func(row scanner) (name string, err error) { return name, row.Scan(&name) })
		must(t, err)
		for _, name := range names {
			switch name {
			case "goose_db_version", "sqlite_sequence", "readers", "meta", "filed", "nodes", "duties":
				continue
			}
			var left int
			must(t, store.reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+name).Scan(&left))
			if left != 0 {
				t.Errorf("%d rows are left in %s", left, name)
			}
		}
	})
}

func eachEngineOf(t *testing.T, test func(*testing.T, Options)) {
	t.Helper()
	for engine, options := range map[string]func(*testing.T) Options{
		"engine SQLite":     func(t *testing.T) Options { t.Helper(); return Options{Dir: t.TempDir()} },
		"engine PostgreSQL": func(t *testing.T) Options { t.Helper(); return Options{Database: pgtest.Database(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, options(t))
		})
	}
}

func callbacksOfNobody(t *testing.T, options Options) {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	store, err := Open(ctx, options)
	must(t, err)
	app, err := store.CreateApp(ctx, muban.App{ID: "wx1", Platform: muban.WeChatOA, CreatedAt: now})
	must(t, err)
	template, err := store.CreateTemplate(ctx, muban.Template{AppID: app.ID, ID: "t", CreatedAt: now}, func(int64) error { return nil })
	must(t, err)
	_, err = store.Accept(ctx, muban.Accept{
		Message:  muban.Message{AppID: app.ID, Platform: app.Platform, TemplateSeq: template.Seq, AcceptedAt: now},
		Decide:   func(muban.Ledger) *muban.Refusal { return nil },
		Callback: &muban.Callback{AppID: app.ID, State: muban.CallbackPending, Left: 1, CreatedAt: now, DueAt: now},
	})
	must(t, err)
	must(t, store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM apps`)
		return err
	}))
	must(t, store.Close())

	store, err = Open(ctx, options)
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	claimed, _, err := store.ClaimCallbacks(ctx, now.Add(time.Second), 10, 10, time.Minute)
	must(t, err)
	if len(claimed) != 1 || claimed[0].AppID != app.ID {
		t.Errorf("claimed %v", claimed)
	}
}
