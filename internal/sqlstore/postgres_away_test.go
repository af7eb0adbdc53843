package sqlstore_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/muban-dev/muban"
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

// TestReadsThatTakeTooLong: what reads is busy where the database has no time
// for it, whatever it reads.
func TestReadsThatTakeTooLong(t *testing.T) {
	t.Parallel()
	address := with(t, pgtest.Database(t), func(_ *url.URL, q url.Values) { q.Set("pool_max_conns", "16") })
	s := openPostgres(t, address, nil)
	defer s.mustClose()
	conn, err := pgx.Connect(t.Context(), withoutPool(t, address))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), `BEGIN; LOCK TABLE apps, users, user_ids, titles, templates, grants, messages, callbacks, tokens,
		platform_keys, authorizations, keyword_requests IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	ctx, page, r := t.Context(), muban.Page{Limit: 1}, muban.Range{Count: 1}
	var reading sync.WaitGroup
	for name, read := range map[string]func() error{
		"App":             func() error { _, err := s.App(ctx, s.app.ID); return err },
		"AppByNumber":     func() error { _, err := s.AppByNumber(ctx, s.app.Number); return err },
		"Apps":            func() error { _, err := s.Apps(ctx, page); return err },
		"User":            func() error { _, err := s.User(ctx, s.app.ID, "oUser"); return err },
		"Users":           func() error { _, err := s.Users(ctx, s.app.ID, page); return err },
		"Title":           func() error { _, err := s.Title(ctx, muban.Baidu, "BD1"); return err },
		"TitleRange":      func() error { _, _, err := s.TitleRange(ctx, muban.Baidu, r); return err },
		"Titles":          func() error { _, err := s.Titles(ctx, muban.Baidu, "", page); return err },
		"KeywordRequests": func() error { _, err := s.KeywordRequests(ctx, muban.KeywordRequestFilter{}, page); return err },
		"Template":        func() error { _, err := s.Template(ctx, s.app.ID, "t"); return err },
		"TemplateRange":   func() error { _, _, err := s.TemplateRange(ctx, s.app.ID, r); return err },
		"Templates":       func() error { _, err := s.Templates(ctx, s.app.ID, page); return err },
		"Grant":           func() error { _, err := s.Grant(ctx, s.app.ID, "g"); return err },
		"GrantElsewhere":  func() error { _, err := s.GrantElsewhere(ctx, muban.Baidu, "g"); return err },
		"Grants":          func() error { _, err := s.Grants(ctx, s.app.ID, muban.GrantFilter{}, s.now, page); return err },
		"Message":         func() error { _, err := s.Message(ctx, 1); return err },
		"Messages":        func() error { _, err := s.Messages(ctx, muban.MessageFilter{}, page); return err },
		"Inbox":           func() error { _, _, err := s.Inbox(ctx, muban.InboxOwners{UserNo: s.user.No}, page); return err },
		"Callback":        func() error { _, err := s.Callback(ctx, 1); return err },
		"Callbacks":       func() error { _, err := s.Callbacks(ctx, muban.CallbackFilter{}, page); return err },
		"Token":           func() error { _, err := s.Token(ctx, s.app.ID, nil); return err },
		"PlatformKey":     func() error { _, err := s.PlatformKey(ctx, s.app.ID); return err },
		"Authorization":   func() error { _, err := s.Authorization(ctx, s.app.ID, nil); return err },
		"Overview":        func() error { _, err := s.Overview(ctx, muban.OverviewQuery{Most: 1}); return err },
	} {
		reading.Go(func() {
			if err := read(); !isBusy(err) {
				t.Errorf("%s: %v, want busy", name, err)
			}
		})
	}
	reading.Wait()
}
