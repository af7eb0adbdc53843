package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations/sqlite/*.sql
var sqliteMigrations embed.FS

// Migration is one step of the schema.
type Migration struct {
	Version int64
	Name    string
	Applied bool
}

// Migrations lists the steps of the schema and which of them the database in
// the folder has.
func Migrations(ctx context.Context, dir string) ([]Migration, error) {
	return withProvider(dir, func(p *goose.Provider) ([]Migration, error) {
		status, err := p.Status(ctx)
		if err != nil {
			return nil, err
		}
		steps := make([]Migration, len(status))
		for i, s := range status {
			steps[i] = Migration{s.Source.Version, filepath.Base(s.Source.Path), s.State == goose.StateApplied}
		}
		return steps, nil
	})
}

// Migrate applies what the database in the folder lacks and returns it.
func Migrate(ctx context.Context, dir string) ([]Migration, error) {
	writer, reader, err := openSQLite(filepath.Join(dir, File))
	if err != nil {
		return nil, err
	}
	steps, err := migrateUp(ctx, writer)
	return steps, errors.Join(err, reader.Close(), writer.Close())
}

func withProvider[T any](dir string, use func(*goose.Provider) (T, error)) (T, error) {
	writer, reader, err := openSQLite(filepath.Join(dir, File))
	if err != nil {
		var none T
		return none, err
	}
	defer func() { _ = errors.Join(reader.Close(), writer.Close()) }()
	provider, err := newProvider(writer)
	if err != nil {
		var none T
		return none, err
	}
	return use(provider)
}

func migrateUp(ctx context.Context, db *sql.DB) ([]Migration, error) {
	provider, err := newProvider(db)
	if err != nil {
		return nil, err
	}
	if err := refuseNewer(ctx, provider); err != nil {
		return nil, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrating the database: %w", err)
	}
	steps := make([]Migration, len(results))
	for i, r := range results {
		steps[i] = Migration{r.Source.Version, filepath.Base(r.Source.Path), true}
	}
	return steps, nil
}

// refuseNewer stops an old program before it writes into a newer schema.
func refuseNewer(ctx context.Context, p *goose.Provider) error {
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("reading the database's schema version: %w", err)
	}
	if has > knows {
		return fmt.Errorf("the database has schema version %d, this program knows up to %d: use the newer muban that wrote it", has, knows)
	}
	return nil
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(sqliteMigrations, "migrations/sqlite")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(database.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
}
