package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/muban-dev/muban/internal/bench"
	"github.com/muban-dev/muban/internal/pgtest"
)

// TestBenchSideBySide: both engines, one node and two, empty and with a past,
// in one run, after which nothing is left in the database.
func TestBenchSideBySide(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processor time is read from /proc")
	}
	t.Parallel()
	database := pgtest.Database(t)
	before := benchSchemas(t, database)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "muban", "bench", "--engines", "sqlite,postgres", "--database", database, "--nodes", "1,2",
		"--preload", "500", "--sends", "40", "--rounds", "1", "--users", "2", "--connections", "4", "--dir", t.TempDir(), "--json")
	out, err := cmd.Output()
	if err != nil {
		if failed, ok := err.(*exec.ExitError); ok { //nolint:errorlint // what Output returns
			t.Fatalf("%v: %s", err, failed.Stderr)
		}
		t.Fatal(err)
	}
	var report bench.Report
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name, of string
		nodes    int
	}{
		{"SQLite", "", 1},
		{"SQLite, 500 stored", "SQLite", 1},
		{"PostgreSQL", "SQLite", 1},
		{"PostgreSQL, 500 stored", "PostgreSQL", 1},
		{"PostgreSQL, 2 nodes", "PostgreSQL", 2},
		{"PostgreSQL, 2 nodes, 500 stored", "PostgreSQL, 2 nodes", 2},
	} {
		if i >= len(report.Servers) {
			t.Fatalf("%d servers, %s is missing", len(report.Servers), want.name)
		}
		s := report.Servers[i]
		of := ""
		if len(s.Ratios) > 2 {
			of = s.Ratios[2].Of
		}
		if s.Name != want.name || of != want.of || len(s.Processor.Nodes) != want.nodes || len(s.PeakMiB) != want.nodes || s.Rate <= 0 {
			t.Errorf("server %d is %+v, want %+v", i, s, want)
		}
	}
	// Other benches may run on the server meanwhile; one of this test is gone.
	if after := benchSchemas(t, database); after > before {
		t.Errorf("%d schemas of benches before, %d after", before, after)
	}
}

func benchSchemas(t *testing.T, database string) (n int) {
	t.Helper()
	conf, err := pgxpool.ParseConfig(database)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.ConnectConfig(t.Context(), conf.ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	err = conn.QueryRow(t.Context(), `SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE 'bench\_%'`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
