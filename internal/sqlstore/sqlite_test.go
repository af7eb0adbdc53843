package sqlstore_test

import (
	"log/slog"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/sqlstore"
	"github.com/muban-dev/muban/internal/sqlstore/storetest"
)

func TestSQLite(t *testing.T) {
	t.Log("engine: SQLite")
	storetest.Run(t, func(t *testing.T, starter []muban.Title) storetest.Opener {
		dir := t.TempDir()
		return func(t *testing.T) storetest.Store {
			store, err := sqlstore.Open(t.Context(), sqlstore.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Starter: starter})
			if err != nil {
				t.Fatal(err)
			}
			return store
		}
	})
}
