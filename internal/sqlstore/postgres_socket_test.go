package sqlstore_test

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// socketOf is the address of a database by its server's Unix socket, in both
// ways in which libpq takes it.
func socketOf(t *testing.T, address string) (asParameter, asHost string) {
	t.Helper()
	server := os.Getenv(pgtest.Socket)
	if server == "" {
		t.Skip(pgtest.Socket + " is not set; scripts/postgres.sh starts a server with a Unix socket")
	}
	socket, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	folder, port := socket.Query().Get("host"), socket.Query().Get("port")
	asParameter = with(t, address, func(u *url.URL, q url.Values) {
		u.Host = ""
		q.Set("host", folder)
		q.Set("port", port)
	})
	asHost = strings.Replace(with(t, address, func(u *url.URL, _ url.Values) { u.Host = "socket:" + port }), "socket", url.PathEscape(folder), 1)
	return asParameter, asHost
}

// TestUnixSocket: nodes on the database's own machine need no TCP, share the
// store with those that use it, and name the socket where they cannot connect.
func TestUnixSocket(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	asParameter, asHost := socketOf(t, address)
	remote := openPostgres(t, address, nil)
	defer remote.mustClose()
	for _, local := range []string{asParameter, asHost} {
		s := openPostgres(t, local, remote)
		grant := "over " + local
		remote.mint(grant)
		m, err := s.send(grant)
		if err != nil {
			t.Fatalf("%s: %v", local, err)
		}
		if _, err := remote.send(grant); err == nil {
			t.Errorf("%s: the grant was spent again by TCP", local)
		}
		if got, err := remote.Message(t.Context(), m.ID); err != nil || got.GrantID != grant {
			t.Errorf("%s: read by TCP: %+v, %v", local, got, err)
		}
		s.mustClose()
	}
	nowhere := with(t, asParameter, func(_ *url.URL, q url.Values) { q.Set("host", t.TempDir()) })
	_, err := sqlstore.Open(t.Context(), sqlstore.Options{Database: nowhere})
	if err == nil || !strings.Contains(err.Error(), "cannot be reached") || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a socket that is not there: %v", err)
	}
}
