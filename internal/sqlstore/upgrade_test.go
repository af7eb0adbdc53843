package sqlstore_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// Migrations of a version to come: what they do to those who do not know them.
const (
	adding   = `ALTER TABLE messages ADD COLUMN note TEXT NOT NULL DEFAULT '';`
	changing = `ALTER TABLE messages ADD COLUMN note TEXT NOT NULL DEFAULT ''; UPDATE readers SET oldest = 999;`
	renaming = `ALTER TABLE spends RENAME COLUMN message_seq TO paid_for; UPDATE readers SET oldest = 999;`
	// seen is what is stored when the migration has its tables to itself.
	seen = ` CREATE TABLE seen AS SELECT seq FROM messages;`
)

// flood is 16 workers that send to a store, each with grants of its own.
type flood struct {
	accepted, refused atomic.Int64
	// underWay is closed when many were accepted.
	underWay chan struct{}
	stop     chan struct{}
	running  sync.WaitGroup
}

func beginFlood(t *testing.T, s *pgStore, name string) *flood {
	t.Helper()
	f := &flood{underWay: make(chan struct{}), stop: make(chan struct{})}
	onMany := sync.OnceFunc(func() { close(f.underWay) })
	for worker := range 16 {
		f.running.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-f.stop:
					return
				default:
				}
				grant := fmt.Sprintf("%s-%d-%d", name, worker, i)
				_, err := s.CreateGrants(t.Context(), []muban.Grant{{
					AppID: s.app.ID, ID: grant, Kind: muban.GrantForm, UserNo: s.user.No, UserID: s.user.OpenID,
					Uses: 1, Remaining: 1, IssuedAt: s.now, ExpiresAt: s.now.Add(muban.Week),
				}})
				if err == nil {
					_, err = s.send(grant)
				}
				switch {
				case err == nil:
					if f.accepted.Add(1) == 200 {
						onMany()
					}
				case isBusy(err):
					f.refused.Add(1)
				default:
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	return f
}

func (f *flood) end() {
	close(f.stop)
	f.running.Wait()
}

// TestNodesOfTwoVersions: a node goes on, and another of its version starts,
// while and after a newer program applies a migration that only adds.
func TestNodesOfTwoVersions(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	old := openPostgres(t, address, nil)
	defer old.mustClose()
	f := beginFlood(t, old, "old")
	<-f.underWay
	later := openWith(t, sqlstore.Options{Database: address}.OfLaterVersion(t, adding), old)
	defer later.mustClose()
	beside := beginFlood(t, later, "later")
	<-beside.underWay
	restarted := openPostgres(t, address, old)
	defer restarted.mustClose()
	again := beginFlood(t, restarted, "restarted")
	<-again.underWay
	for _, flood := range []*flood{f, beside, again} {
		flood.end()
		if n := flood.refused.Load(); n > 0 {
			t.Errorf("%d sends were refused", n)
		}
	}
	if got, want := stored(t, address, "messages"), f.accepted.Load()+beside.accepted.Load()+again.accepted.Load(); got != want {
		t.Errorf("%d messages are stored, %d were accepted", got, want)
	}
	if _, err := sqlstore.Export(t.Context(), sqlstore.Options{Database: address}, new(strings.Builder)); err == nil || !strings.Contains(err.Error(), "with the newer muban") {
		t.Errorf("exporting with the old program: %v", err)
	}
}

// TestNodeThatIsTooOld: a newer program applies a migration that changes what
// is there, while a node of the version before is sent to. Nothing that the
// node stored came after the migration, everything it accepted came before;
// what it refuses is busy, and it says once that it stops, and why.
func TestNodeThatIsTooOld(t *testing.T) {
	t.Parallel()
	for name, migration := range map[string]string{"another meaning": changing, "another name": renaming} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := pgtest.Database(t)
			old := openPostgres(t, address, nil)
			defer old.mustClose()
			f := beginFlood(t, old, "old")
			<-f.underWay
			later := sqlstore.Options{Database: address}.OfLaterVersion(t, migration+seen)
			if _, err := sqlstore.Migrate(t.Context(), later); err != nil {
				t.Fatal(err)
			}
			if err := <-old.Ended(); !strings.Contains(err.Error(), "a newer muban migrated the database, this one stops") {
				t.Errorf("the node stops: %v", err)
			}
			f.end()
			_, err := old.send("any")
			if !isBusy(err) {
				t.Errorf("a send to a node that is too old: %v, want busy", err)
			}
			before, after, accepted := stored(t, address, "seen"), stored(t, address, "messages"), f.accepted.Load()
			if before != after || after != accepted || f.refused.Load() == 0 {
				t.Errorf("%d messages before the migration, %d after it, %d accepted, %d refused", before, after, accepted, f.refused.Load())
			}
			t.Logf("%d accepted, %d refused", accepted, f.refused.Load())
			_, err = sqlstore.Open(t.Context(), sqlstore.Options{Database: address})
			if err == nil || !strings.Contains(err.Error(), "for programs that know version 999") {
				t.Errorf("starting another: %v", err)
			}
		})
	}
}

func stored(t *testing.T, address, table string) (n int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), withoutPool(t, address))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }() // only asked
	if err := conn.QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestStoreOfLaterVersion: an embedded store that a newer program migrated is
// opened by the one before where that is allowed, and not where it is not.
func TestStoreOfLaterVersion(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		migration string
		opens     bool
	}{"only adds": {adding, true}, "changes": {changing, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := sqlstore.Options{Dir: t.TempDir()}
			later := openWith(t, o.OfLaterVersion(t, test.migration), nil)
			later.mint("one")
			later.mustClose()
			if !test.opens {
				_, err := sqlstore.Open(t.Context(), o)
				if err == nil || !strings.Contains(err.Error(), "for programs that know version 999") {
					t.Errorf("opening: %v", err)
				}
				return
			}
			s := openWith(t, o, later)
			defer s.mustClose()
			if _, err := s.send("one"); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestMigrationsSayWhoMayGoOn: every migration from 00006 on says whether it
// only adds, or sets who may work on what it leaves.
func TestMigrationsSayWhoMayGoOn(t *testing.T) {
	t.Parallel()
	for path, text := range sqlstore.OwnMigrations(t) {
		adds, sets := strings.Contains(text, "-- Only adds."), strings.Contains(text, "UPDATE readers SET oldest = ")
		if adds == sets {
			t.Errorf("%s: say either `-- Only adds.`, where nodes of the version before may go on, or `UPDATE readers SET oldest = N;`, N being its own number", path)
		}
	}
}
