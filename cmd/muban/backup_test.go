package main

import (
	"database/sql"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/muban-dev/muban/internal/sqlstore"
)

// backUp runs `muban backup` and fails unless it makes the file.
func backUp(t *testing.T, dir, to string) {
	t.Helper()
	if said, err := exec.CommandContext(t.Context(), "muban", "backup", "--data", dir, "--to", to).CombinedOutput(); err != nil {
		t.Fatalf("backing up: %v: %s", err, said)
	}
}

// restore puts a backup into a new folder, as the documentation says.
func restore(t *testing.T, backup string) string {
	t.Helper()
	dir := t.TempDir()
	store, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, sqlstore.File), store, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestBackupUnderLoad: a backup is taken while 16 workers send, then the server
// is killed. What was acknowledged before the backup began is in it; what was
// acknowledged at all is in the store that was backed up.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	dir, copied := t.TempDir(), filepath.Join(t.TempDir(), "muban.backup")
	first := serve(t, dir)
	s := newShop(first)
	before, during := s.mint("form", 1000), s.mint("form", 4000)
	acknowledged := s.sendAll(before, 16, 1, func() {}, nil)
	if len(acknowledged) != len(before) {
		t.Fatalf("%d of %d sends were acknowledged before the backup", len(acknowledged), len(before))
	}
	underWay, stop := make(chan struct{}), make(chan struct{})
	go func() {
		<-underWay
		backUp(t, dir, copied)
		first.kill()
		close(stop)
	}()
	later := s.sendAll(during, 16, 1, sync.OnceFunc(func() { close(underWay) }), stop)
	if len(later) < 500 {
		t.Fatalf("only %d sends were acknowledged beside the backup", len(later))
	}
	s.process = serve(t, dir)
	s.checkLedger(append(before, during...), union(acknowledged, later))
	restored := s.on(serve(t, restore(t, copied)))
	restored.checkLedger(before, acknowledged)
	if code := restored.send(restored.mint("form", 1)[0]); code != 0 {
		t.Errorf("the restored store refuses a send with its old token: errcode %d", code)
	}
}

// TestBackupThatFailsLeavesNothing: a copy that cannot be written to its end is
// no backup, and neither it nor what SQLite keeps beside it stays.
func TestBackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	dir, to := t.TempDir(), t.TempDir()
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	// More than SQLite's cache of the copy holds, so that a part is written.
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlstore.File))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE much AS
		WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000) SELECT randomblob(1000) FROM n`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// No file may become larger than one or two megabytes, as on a full disk.
	full := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -f 2048 && exec muban backup --data "$0" --to "$1"`, dir, filepath.Join(to, "muban.backup"))
	if said, err := full.CombinedOutput(); err == nil || !strings.Contains(string(said), "copying ") {
		t.Fatalf("backing up: %v: %s; want an error of copying", err, said)
	}
	if left, err := os.ReadDir(to); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func union(parts ...map[string]int) map[string]int {
	all := make(map[string]int)
	for _, part := range parts {
		for key, n := range part {
			all[key] += n
		}
	}
	return all
}
