package sqlstore_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// with returns the address with changes.
func with(t *testing.T, address string, change func(*url.URL, url.Values)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	change(u, query)
	u.RawQuery = query.Encode()
	return u.String()
}

// withoutPool is the address for one connection.
func withoutPool(t *testing.T, address string) string {
	t.Helper()
	return with(t, address, func(_ *url.URL, q url.Values) { q.Del("pool_max_conns") })
}

func execute(t *testing.T, address, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), withoutPool(t, address))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// TestDatabaseThatCannotBeUsed: what is wrong is said in words, and the
// password in no case.
func TestDatabaseThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	good := pgtest.Database(t)
	newer := pgtest.Database(t)
	openPostgres(t, newer, nil).mustClose()
	execute(t, newer, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true); UPDATE readers SET oldest = 99`)
	for _, test := range []struct{ name, address, want string }{
		{"not an address", "postgres://muban:s3cret@:no:port/x", "looks like postgres://"},
		{"nobody listens", with(t, good, func(u *url.URL, _ url.Values) { u.Host = "127.0.0.1:1" }), "127.0.0.1:1/postgres cannot be reached"},
		{"no such user", with(t, good, func(u *url.URL, _ url.Values) { u.User = url.UserPassword("nobody-here", "s3cret") }), `does not let user "nobody-here" in`},
		{"no such database", with(t, good, func(u *url.URL, _ url.Values) { u.Path = "/nothing" }), "there is no database 127.0.0.1"},
		{"read-only", with(t, good, func(_ *url.URL, q url.Values) { q.Set("default_transaction_read_only", "on") }), "is read-only"},
		{"no schema", with(t, good, func(_ *url.URL, q url.Values) { q.Set("search_path", "nowhere") }), "has no schema to work in"},
		{"newer schema", newer, "has a schema for programs that know version 99, this one knows up to"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address := test.address
			if !strings.Contains(address, "s3cret") {
				address = with(t, address, func(u *url.URL, _ url.Values) { u.User = url.UserPassword(u.User.Username(), "s3cret") })
			}
			_, err := sqlstore.Open(t.Context(), sqlstore.Options{Database: address})
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v, want %q and no password", err, test.want)
			}
		})
	}
}

// pgStore is a store with an app, a user and a way to send.
type pgStore struct {
	*sqlstore.Store
	t    *testing.T
	app  muban.App
	user muban.User
	now  time.Time

	template muban.Template
}

// openPostgres opens a store; like is one on the same database whose app and
// user it shares, nil makes them.
func openPostgres(t *testing.T, address string, like *pgStore) *pgStore {
	t.Helper()
	return openWith(t, sqlstore.Options{Database: address}, like)
}

func openWith(t *testing.T, o sqlstore.Options, like *pgStore) *pgStore {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s := &pgStore{Store: store, t: t, now: time.Now().UTC().Truncate(time.Millisecond)}
	if like != nil {
		s.app, s.user, s.template = like.app, like.user, like.template
		return s
	}
	if s.app, err = s.CreateApp(t.Context(), muban.App{ID: "wx0000000000000001", Platform: muban.WeChatMini, CreatedAt: s.now}); err != nil {
		t.Fatal(err)
	}
	if s.user, err = s.CreateUser(t.Context(), muban.User{AppID: s.app.ID, OpenID: "oUser"}); err != nil {
		t.Fatal(err)
	}
	s.template, err = s.CreateTemplate(t.Context(), muban.Template{AppID: s.app.ID, ID: "t", CreatedAt: s.now}, func(int64) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *pgStore) mustClose() {
	s.t.Helper()
	if err := s.Close(); err != nil {
		s.t.Errorf("closing: %v", err)
	}
}

func (s *pgStore) mint(id string) {
	s.t.Helper()
	_, err := s.CreateGrants(s.t.Context(), []muban.Grant{{
		AppID: s.app.ID, ID: id, Kind: muban.GrantForm, UserNo: s.user.No, UserID: s.user.OpenID,
		Uses: 1, Remaining: 1, IssuedAt: s.now, ExpiresAt: s.now.Add(muban.Week),
	}})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *pgStore) send(grant string) (muban.Message, error) {
	return s.Accept(s.t.Context(), muban.Accept{
		Message: muban.Message{
			AppID: s.app.ID, Platform: s.app.Platform, UserNo: s.user.No, UserID: s.user.OpenID,
			TemplateID: s.template.ID, TemplateSeq: s.template.Seq, GrantID: grant, State: muban.StateDelivered, AcceptedAt: s.now, DeliveredAt: s.now, FinishedAt: s.now,
		},
		Decide: func(l muban.Ledger) *muban.Refusal {
			if l.Grant == nil || !l.Grant.Spendable(s.now) {
				return muban.Refuse(muban.RuleGrantSpent)
			}
			return nil
		},
		Callback: &muban.Callback{
			AppID: s.app.ID, State: muban.CallbackPending, Left: 3, CreatedAt: s.now, DueAt: s.now,
			Event: muban.Event{Kind: muban.EventSendFinished, At: s.now},
		},
	})
}

// TestNodesOfOneDatabase: ids of two nodes never collide, a number that was
// given back begins above what it gave out, and changes are heard of.
func TestNodesOfOneDatabase(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	a := openPostgres(t, address, nil)
	defer a.mustClose()
	seen := make(map[muban.MessageID]bool)
	for round := range 3 {
		b := openPostgres(t, address, a)
		for _, side := range []*pgStore{a, b} {
			id := strings.Repeat("g", round+1) + string('a'+rune(len(seen)))
			side.mint(id)
			m, err := side.send(id)
			if err != nil {
				t.Fatal(err)
			}
			if seen[m.ID] {
				t.Errorf("id %d was given twice", m.ID)
			}
			seen[m.ID] = true
		}
		b.mustClose()
	}
}

// TestNumberGoesToAnother: a node that lost its number takes another, whatever
// it is doing meanwhile. The race detector looks on.
func TestNumberGoesToAnother(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	a := openPostgres(t, address, nil)
	defer a.mustClose()
	b := openPostgres(t, address, a) // who is alone tells nobody
	defer b.mustClose()
	a.mint("read")
	m, err := a.send("read")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), withoutPool(t, address))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), `UPDATE nodes SET holder = 'another', until = until + 600000`); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for nodes := 0; nodes < 4; { // two of another's, two new ones
		if time.Now().After(deadline) {
			t.Fatalf("%d nodes, want two with new numbers", nodes)
		}
		for _, s := range []*pgStore{a, b} {
			if err := s.MarkRead(t.Context(), a.app.ID, a.user.No, m.ID, s.now); err != nil {
				t.Fatal(err)
			}
		}
		if err := conn.QueryRow(t.Context(), `SELECT COUNT(*) FROM nodes`).Scan(&nodes); err != nil {
			t.Fatal(err)
		}
	}
	a.mint("one")
	if _, err := b.send("one"); err != nil {
		t.Fatal(err)
	}
}

// TestOneNodeDeletesForAll: retention is one node's, until it is not heard of.
func TestOneNodeDeletesForAll(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	a := openPostgres(t, address, nil)
	defer a.mustClose()
	b := openPostgres(t, address, a)
	defer b.mustClose()
	owns := func(s *pgStore, hold time.Duration) bool {
		mine, err := s.OwnRetention(t.Context(), hold)
		if err != nil {
			t.Fatal(err)
		}
		return mine
	}
	if !owns(a, time.Minute) || owns(b, time.Minute) || !owns(a, time.Millisecond) {
		t.Error("one of two nodes is to own it, and keep it")
	}
	for deadline := time.Now().Add(10 * time.Second); !owns(b, time.Minute); {
		if time.Now().After(deadline) {
			t.Fatal("the other node does not take over")
		}
	}
	if owns(a, time.Minute) {
		t.Error("both own it")
	}
}

// TestMessageInHandIsLeft: what another transaction holds is not waited for.
func TestMessageInHandIsLeft(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	s := openPostgres(t, address, nil)
	defer s.mustClose()
	for _, id := range []string{"held", "resent", "free"} {
		s.mint(id)
		if _, err := s.send(id); err != nil {
			t.Fatal(err)
		}
	}
	execute(t, address, `UPDATE callbacks SET state = 'delivered'`)
	conn, err := pgx.Connect(t.Context(), withoutPool(t, address))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, statement := range []string{
		`BEGIN`, `UPDATE messages SET read_at = 1 WHERE seq = (SELECT MIN(seq) FROM messages)`,
		`UPDATE callbacks SET state = 'pending' WHERE seq = (SELECT seq FROM callbacks ORDER BY seq LIMIT 1 OFFSET 1)`,
	} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	gone, err := s.ForgetMessages(t.Context(), s.app.ID, s.now.Add(time.Hour), 0, 10)
	if err != nil || gone != (muban.Forgotten{Messages: 1, Callbacks: 1}) {
		t.Errorf("gone: %+v, %v; want the one that nobody holds", gone, err)
	}
}
