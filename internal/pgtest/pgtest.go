// Package pgtest gives tests a PostgreSQL database of their own.
package pgtest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Address names the environment variable with the address of the server that
// tests may use; scripts/postgres.sh sets it.
const Address = "MUBAN_TEST_POSTGRES"

// Socket names the one with its address by its Unix socket.
const Socket = "MUBAN_TEST_POSTGRES_SOCKET"

// Database returns the address of a new, empty schema that is dropped when the
// test ends. Without a server the test is skipped, where CI=true it fails.
func Database(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv(Address)
	if server == "" {
		if os.Getenv("CI") == "true" {
			tb.Fatal(Address + " is not set: run the tests with make test, which starts PostgreSQL")
		}
		tb.Skip(Address + " is not set; scripts/postgres.sh go test … starts PostgreSQL")
	}
	schema := "test_" + strings.ToLower(rand.Text())
	run(tb, server, "CREATE SCHEMA "+schema)
	tb.Cleanup(func() { run(tb, server, "DROP SCHEMA "+schema+" CASCADE") })
	address, err := url.Parse(server)
	if err != nil {
		tb.Fatalf("%s: %v", Address, err)
	}
	query := address.Query()
	query.Set("search_path", schema)
	query.Set("pool_max_conns", "4") // many tests share the server
	address.RawQuery = query.Encode()
	return address.String()
}

// Run runs a statement on the server that [Database] uses, also when the test
// is over.
func Run(tb testing.TB, statement string) {
	tb.Helper()
	run(tb, os.Getenv(Address), statement)
}

func run(tb testing.TB, server, statement string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		tb.Fatalf("connecting to %s: %v", Address, err)
	}
	defer func() { _ = conn.Close(ctx) }() // was only used for this
	if _, err := conn.Exec(ctx, statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}
