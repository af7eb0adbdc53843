package sqlstore_test

import (
	"log/slog"
	"os"
	"runtime"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/sqlstore"
	"github.com/muban-dev/muban/internal/sqlstore/storetest"
)

// TestStore runs the suite on both engines.
func TestStore(t *testing.T) {
	t.Parallel()
	t.Run("engine SQLite", func(t *testing.T) {
		t.Parallel()
		storetest.Run(t, func(t *testing.T, starter []muban.Title) storetest.Opener {
			t.Helper()
			return opener(sqlstore.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Starter: starter})
		})
	})
	t.Run("engine PostgreSQL", func(t *testing.T) {
		t.Parallel()
		storetest.Run(t, func(t *testing.T, starter []muban.Title) storetest.Opener {
			t.Helper()
			return opener(sqlstore.Options{Database: pgtest.Database(t), Log: slog.New(slog.DiscardHandler), Starter: starter}.SettledAtOnce())
		})
	})
}

func opener(o sqlstore.Options) storetest.Opener {
	return func(t *testing.T) storetest.Store {
		t.Helper()
		store, err := sqlstore.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
}

// The database and its log hold secrets and private keys: nobody but the
// program's user reads them.
func TestFilesAreTheUsersOwn(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	dir := t.TempDir()
	s := openWith(t, sqlstore.Options{Dir: dir}, nil)
	s.mint("one")
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, error %v", files, err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has the mode %o", file.Name(), mode)
		}
	}
	s.mustClose()
}
