package sqlstore

import (
	"context"
	"database/sql"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// lengthen makes the log longer than copyAhead and shorter than what a COMMIT
// copies itself.
func lengthen(t *testing.T, s *Store) *checkpointer {
	t.Helper()
	c := &s.engine.(*sqliteEngine).checkpoints
	page := strings.Repeat("x", 4000)
	for n := 0; ; n++ {
		err := s.write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			for i := range 200 {
				if _, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2)`, strconv.Itoa(n)+"."+strconv.Itoa(i), page); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		written, _, err := c.checkpoint(t.Context(), "NOOP")
		if err != nil || written >= checkpointPages {
			t.Fatalf("%d pages written, error %v", written, err)
		}
		if written >= copyAhead {
			return c
		}
	}
}

// TestLogIsCopiedBesideTheCommits: it is in the database before a COMMIT would
// have to copy it.
func TestLogIsCopiedBesideTheCommits(t *testing.T) {
	t.Parallel()
	s := openForTest(t, 0)
	defer func() { _ = s.Close() }()
	c := lengthen(t, s)
	for deadline := time.Now().Add(20 * time.Second); ; {
		written, copied, err := c.checkpoint(t.Context(), "NOOP")
		if err != nil {
			t.Fatal(err)
		}
		if written-copied < worthCopying {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("only %d pages of %d were copied", copied, written)
		}
	}
}

// TestReaderHoldsTheCopyUp: what a reader still needs is left, and copying it
// is not tried without end.
func TestReaderHoldsTheCopyUp(t *testing.T) {
	t.Parallel()
	s := openForTest(t, 0)
	defer func() { _ = s.Close() }()
	reading, err := s.reader.QueryContext(t.Context(), `SELECT name FROM sqlite_schema`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reading.Close() }()
	if !reading.Next() {
		t.Fatal(reading.Err())
	}
	c := lengthen(t, s)
	if err := c.copy(t.Context()); err != nil {
		t.Fatal(err)
	}
	written, copied, err := c.checkpoint(t.Context(), "NOOP")
	if err != nil || written-copied < worthCopying {
		t.Errorf("%d pages of %d copied, error %v; the reader holds up most of them", copied, written, err)
	}
}

// TestLogShrinks: the room that the log took while a reader held it up is given
// back.
func TestLogShrinks(t *testing.T) {
	t.Parallel()
	s := openForTest(t, 0)
	defer func() { _ = s.Close() }()
	size := func() int64 {
		info, err := os.Stat(s.engine.(*sqliteEngine).path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	page, groups := strings.Repeat("x", 4000), 0
	write := func() {
		groups++
		err := s.write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			for i := range 200 {
				_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2)
					ON CONFLICT (key) DO UPDATE SET value = excluded.value || $3`, strconv.Itoa(i), page, groups)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	reading, err := s.reader.QueryContext(t.Context(), `SELECT name FROM sqlite_schema`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reading.Close() }()
	if !reading.Next() {
		t.Fatal(reading.Err())
	}
	for size() <= keptOfLog {
		write()
	}
	if err := reading.Close(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); size() > keptOfLog; write() {
		if time.Now().After(deadline) {
			t.Fatalf("the log has %d bytes", size())
		}
	}
}
