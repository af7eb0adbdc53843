package sqlstore_test

import (
	"crypto/rand"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/pgtest"
)

// asRole is a store's address for a role of its own, whose settings and
// sessions a test may change.
type asRole struct {
	t            *testing.T
	server, name string
	address      string
}

func newRole(t *testing.T) *asRole {
	t.Helper()
	r := &asRole{t: t, name: "test_role_" + strings.ToLower(rand.Text())}
	r.server = pgtest.Database(t)
	r.address = with(t, r.server, func(u *url.URL, _ url.Values) { u.User = url.User(r.name) })
	r.set(`CREATE ROLE ` + r.name + ` LOGIN SUPERUSER`)
	t.Cleanup(func() { pgtest.Run(t, `DROP OWNED BY `+r.name+`; DROP ROLE `+r.name) })
	return r
}

func (r *asRole) set(statement string) {
	r.t.Helper()
	execute(r.t, r.server, statement)
}

// endSessions ends the role's sessions, as a restart of the database does.
func (r *asRole) endSessions() {
	r.t.Helper()
	r.set(`DO $$ DECLARE ended int[]; BEGIN
		SELECT array_agg(pid) INTO ended FROM pg_stat_activity WHERE usename = '` + r.name + `';
		PERFORM pg_terminate_backend(pid) FROM unnest(ended) AS pid;
		WHILE EXISTS (SELECT FROM pg_stat_activity WHERE pid = ANY (ended)) LOOP
			PERFORM pg_stat_clear_snapshot();
		END LOOP;
	END $$`)
}

// TestSessionsThatEndWhileIdle: a send is accepted though the database ended
// the sessions that the node had.
func TestSessionsThatEndWhileIdle(t *testing.T) {
	t.Parallel()
	role := newRole(t)
	s := openPostgres(t, role.address, nil)
	defer s.mustClose()
	for _, grant := range []string{"first", "second", "third"} {
		s.mint(grant)
		role.endSessions()
		if _, err := s.send(grant); err != nil {
			t.Errorf("the %s send: %v", grant, err)
		}
	}
}

// TestReadOnlyDatabase: while the database takes no writes sends are busy and
// the node is not ready; once it does, the node needs no restart.
func TestReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	role := newRole(t)
	s := openPostgres(t, role.address, nil)
	defer s.mustClose()
	s.mint("first")
	role.set(`ALTER ROLE ` + role.name + ` SET default_transaction_read_only = on`)
	role.endSessions()
	if _, err := s.send("first"); !isBusy(err) {
		t.Errorf("a send while the database takes no writes: %v, want busy", err)
	}
	if err := s.Ping(t.Context()); err == nil {
		t.Error("the store says that it takes writes")
	}
	role.set(`ALTER ROLE ` + role.name + ` RESET default_transaction_read_only`)
	var err error
	for deadline := time.Now().Add(15 * time.Second); ; {
		if _, err = s.send("first"); err == nil || time.Now().After(deadline) {
			break
		}
	}
	if err != nil {
		t.Errorf("no send is accepted any more: %v", err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("the store takes writes and says: %v", err)
	}
}
