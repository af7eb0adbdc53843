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

//go:embed migrations
var allMigrations embed.FS

// dialect says which migrations an engine has and how they are applied.
type dialect struct {
	goose  database.Dialect
	folder string
	// exclusive runs do while no other node migrates.
	exclusive func(ctx context.Context, db *sql.DB, do func() error) error
}

func (*sqliteEngine) migrations() dialect {
	alone := func(_ context.Context, _ *sql.DB, do func() error) error { return do() }
	return dialect{database.DialectSQLite3, "migrations/sqlite", alone}
}

func (*postgresEngine) migrations() dialect {
	return dialect{database.DialectPostgres, "migrations/postgres", holdingAdvisoryLock}
}

// holdingAdvisoryLock has nodes that start together migrate one after the
// other. It is the only place that needs such a lock.
func holdingAdvisoryLock(ctx context.Context, db *sql.DB, do func() error) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	const key = `(hashtext('muban migrations in ' || current_schema()))`
	for _, statement := range []string{`SET statement_timeout = 0`, `SELECT pg_advisory_lock` + key} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("waiting for other nodes' migrations: %w", err)
		}
	}
	defer func() {
		_, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock`+key)
		_, resetErr := conn.ExecContext(context.WithoutCancel(ctx), `SET statement_timeout = `+fmt.Sprint(statementTimeout.Milliseconds()))
		err = errors.Join(err, unlockErr, resetErr)
	}()
	return do()
}

// Migration is one step of the schema.
type Migration struct {
	Version int64
	Name    string
	Applied bool
}

// Migrations lists the steps of the schema and which of them the database
// has.
func Migrations(ctx context.Context, o Options) (_ []Migration, err error) {
	s, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.engine.close()) }()
	provider, err := s.newProvider()
	if err != nil {
		return nil, err
	}
	status, err := provider.Status(ctx)
	if err != nil {
		return nil, err
	}
	steps := make([]Migration, len(status))
	for i, s := range status {
		steps[i] = Migration{s.Source.Version, filepath.Base(s.Source.Path), s.State == goose.StateApplied}
	}
	return steps, nil
}

// Migrate applies what the database lacks and returns it.
func Migrate(ctx context.Context, o Options) (_ []Migration, err error) {
	s, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.engine.close()) }()
	now, err := s.migrateUp(ctx)
	return now.applied, err
}

// schema is what a database has and this program knows, by the newest
// migration, and what was applied just now.
type schema struct {
	has, knows int64
	applied    []Migration
}

// migrateUp applies what the database lacks. A schema that is newer than the
// program is left as it is, if it lets the program work on it.
func (s *Store) migrateUp(ctx context.Context) (now schema, err error) {
	err = s.engine.migrations().exclusive(ctx, s.writer, func() error {
		provider, err := s.newProvider()
		if err != nil {
			return err
		}
		if now.has, now.knows, err = provider.GetVersions(ctx); err != nil {
			return fmt.Errorf("reading the database's schema version: %w", err)
		}
		if now.has > now.knows {
			return mayWork(ctx, s.writer, now.knows)
		}
		results, err := provider.Up(ctx)
		if err != nil {
			return fmt.Errorf("migrating the database: %w", err)
		}
		now.has = now.knows
		for _, r := range results {
			now.applied = append(now.applied, Migration{r.Source.Version, filepath.Base(r.Source.Path), true})
		}
		return nil
	})
	return now, err
}

// migrateExactly is migrateUp for what names every table and column: it stops a
// program that is older than the schema, even if it may work on it.
func (s *Store) migrateExactly(ctx context.Context) error {
	now, err := s.migrateUp(ctx)
	if err == nil && now.has > now.knows {
		err = fmt.Errorf("the database has schema version %d, this program knows %d: export and import with the newer muban that migrated it", now.has, now.knows)
	}
	return err
}

func (s *Store) newProvider() (*goose.Provider, error) {
	d := s.engine.migrations()
	files, err := fs.Sub(s.migrations, d.folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(d.goose, s.writer, files, goose.WithDisableGlobalRegistry(true))
}
