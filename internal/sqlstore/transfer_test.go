package sqlstore_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// TestStoreTravels: SQLite to PostgreSQL and back is the same store, byte for
// byte, and goes on where it was.
func TestStoreTravels(t *testing.T) {
	t.Parallel()
	database := pgtest.Database(t)
	first := sqlstore.Options{Dir: t.TempDir()}
	s := openWith(t, first, nil)
	s.mint("one")
	s.mint("two")
	sent, err := s.send("one")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveClock(t.Context(), "state <&> of the clock"); err != nil {
		t.Fatal(err)
	}
	alipay, err := s.CreateAlipayApp(t.Context(), muban.App{ID: "2021000000000001", Platform: muban.Alipay, Name: "alipay", CreatedAt: s.now}, muban.PrivateKey("a key\x00"))
	if err != nil {
		t.Fatal(err)
	}
	authorization := muban.Authorization{AppID: alipay.ID, AgentID: alipay.ID, Hash: []byte("hash"), IssuedAt: s.now, ExpiresAt: s.now}
	if err := s.CreateAuthorization(t.Context(), authorization); err != nil {
		t.Fatal(err)
	}
	buyer, err := s.CreateUser(t.Context(), muban.User{AppID: alipay.ID, OpenID: "2088"})
	if err != nil {
		t.Fatal(err)
	}
	login := muban.LoginCode{AppID: alipay.ID, Hash: []byte("login\x00"), Use: muban.LoginSignIn, UserNo: buyer.No, UserID: "2088", IssuedAt: s.now, ExpiresAt: s.now}
	if err := s.CreateLoginCode(t.Context(), login, s.now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateKeywordRequest(t.Context(), muban.KeywordRequest{
		Platform: muban.Alipay, AppID: alipay.ID, TitleID: "AP1", Name: "取货码", State: muban.RequestRejected, Reason: "重复", CreatedAt: s.now, DecidedAt: s.now,
	}); err != nil {
		t.Fatal(err)
	}
	s.mustClose()

	start := exported(t, first)
	imported(t, sqlstore.Options{Database: database}, start)
	middle := exported(t, sqlstore.Options{Database: database})
	if diff := cmp.Diff(rowsOf(start), rowsOf(middle)); diff != "" {
		t.Errorf("SQLite to PostgreSQL:\n%s", diff)
	}
	second := sqlstore.Options{Dir: t.TempDir()}
	imported(t, second, middle)
	if diff := cmp.Diff(rowsOf(start), rowsOf(exported(t, second))); diff != "" {
		t.Errorf("and back:\n%s", diff)
	}

	moved := openWith(t, sqlstore.Options{Database: database}, s)
	defer moved.mustClose()
	if _, err := moved.send("one"); err == nil {
		t.Error("the spent grant was spent again")
	}
	next, err := moved.send("two")
	if err != nil || next.ID <= sent.ID {
		t.Errorf("the next message is %d, %v", next.ID, err)
	}
	if key, err := moved.PlatformKey(t.Context(), alipay.ID); err != nil || string(key) != "a key\x00" {
		t.Errorf("the platform key is %q, %v", []byte(key), err)
	}
	if got, err := moved.Authorization(t.Context(), alipay.ID, authorization.Hash); err != nil || !got.ExpiresAt.Equal(s.now) {
		t.Errorf("the authorization is %+v, %v", got, err)
	}
	claimed, _, err := moved.ClaimCallbacks(t.Context(), moved.now, 10, 10, 0)
	if err != nil || len(claimed) != 2 {
		t.Errorf("to be pushed: %v, %v", claimed, err)
	}
}

// rowsOf are the lines but the first and the last, and without what each store
// notes of its own.
func rowsOf(export []byte) []string {
	lines := strings.Split(strings.TrimSpace(string(export)), "\n")
	return slices.DeleteFunc(lines[1:len(lines)-1], func(line string) bool { return strings.Contains(line, `"newest_imported"`) })
}

func exported(t *testing.T, o sqlstore.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := sqlstore.Export(t.Context(), o, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func imported(t *testing.T, o sqlstore.Options, export []byte) {
	t.Helper()
	if _, err := sqlstore.Import(t.Context(), o, bytes.NewReader(export)); err != nil {
		t.Fatal(err)
	}
}

// TestImportThatIsRefused: into a store that holds something, of a file that is
// damaged or not ours; a store in which an import broke off does not open.
func TestImportThatIsRefused(t *testing.T) {
	t.Parallel()
	used := sqlstore.Options{Dir: t.TempDir()}
	s := openWith(t, used, nil)
	s.mint("one")
	s.mustClose()
	export, numbered := exported(t, used), regexp.MustCompile(`"seq":\d+,`)
	for _, test := range []struct {
		name   string
		into   sqlstore.Options
		export []byte
		want   string
		opens  bool
	}{
		{"not empty", used, export, "is not empty", true},
		{"not an export", sqlstore.Options{Dir: t.TempDir()}, []byte("{}\n"), "not an export", true},
		{"of a later format", sqlstore.Options{Dir: t.TempDir()}, []byte(`{"muban_store":3}` + "\n"), "format 3", true},
		{"damaged", sqlstore.Options{Dir: t.TempDir()}, bytes.Replace(export, []byte(`"one"`), []byte(`"eno"`), 1), "changed or damaged", false},
		{"broken off", sqlstore.Options{Dir: t.TempDir()}, export[:bytes.LastIndexByte(export[:len(export)-1], '\n')+1], "breaks off", false},
		{"a number that none can follow", sqlstore.Options{Dir: t.TempDir()}, numbered.ReplaceAll(export, []byte(`"seq":9223372036854775807,`)), "9223372036854775807 is no number of a store", false},
		{"a column is missing", sqlstore.Options{Dir: t.TempDir()}, bytes.Replace(export, []byte(`"secret":"",`), nil, 1), "does not know", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := sqlstore.Import(t.Context(), test.into, bytes.NewReader(test.export))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
			store, err := sqlstore.Open(t.Context(), test.into)
			if err == nil {
				err = store.Close()
			}
			if opens := err == nil; opens != test.opens {
				t.Errorf("opens: %t (%v), want %t", opens, err, test.opens)
			}
		})
	}
}
