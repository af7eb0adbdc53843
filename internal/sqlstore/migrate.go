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
	provider, err := newProvider(s.engine.migrations(), s.writer)
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
	return migrateUp(ctx, s.engine)
}

func migrateUp(ctx context.Context, e engine) (steps []Migration, err error) {
	db, _ := e.pools()
	dialect := e.migrations()
	err = dialect.exclusive(ctx, db, func() error {
		provider, err := newProvider(dialect, db)
		if err != nil {
			return err
		}
		if ahead, err := readable(ctx, provider, db); ahead || err != nil {
			return err
		}
		results, err := provider.Up(ctx)
		if err != nil {
			return fmt.Errorf("migrating the database: %w", err)
		}
		for _, r := range results {
			steps = append(steps, Migration{r.Source.Version, filepath.Base(r.Source.Path), true})
		}
		return nil
	})
	return steps, err
}

// migrateExactly is migrateUp for what names every table and column: it stops a
// program that is older than the schema, even if it may work on it.
func migrateExactly(ctx context.Context, e engine) error {
	if _, err := migrateUp(ctx, e); err != nil {
		return err
	}
	db, _ := e.pools()
	provider, err := newProvider(e.migrations(), db)
	if err != nil {
		return err
	}
	has, knows, err := provider.GetVersions(ctx)
	if err == nil && has > knows {
		err = fmt.Errorf("the database has schema version %d, this program knows %d: export and import with the newer muban that migrated it", has, knows)
	}
	return err
}

// readable stops a program that is older than the schema and may not work on
// it. ahead is whether the schema is newer and the program may: then there is
// nothing to migrate.
func readable(ctx context.Context, p *goose.Provider, q querier) (ahead bool, err error) {
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return false, fmt.Errorf("reading the database's schema version: %w", err)
	}
	if has <= knows {
		return false, nil
	}
	oldest, err := oldestReader(ctx, q)
	if err == nil && oldest > knows {
		err = &tooOldError{oldest, knows}
	}
	return true, err
}

// oldestReader is what the schema wants a program to know.
func oldestReader(ctx context.Context, q querier) (oldest int64, err error) {
	if err := q.QueryRowContext(ctx, `SELECT oldest FROM readers`).Scan(&oldest); err != nil {
		return 0, fmt.Errorf("reading which programs the database is for: %w", err)
	}
	return oldest, nil
}

// tooOldError says that the schema is for newer programs.
type tooOldError struct{ wants, knows int64 }

func (e *tooOldError) Error() string {
	return fmt.Sprintf("the database has a schema for programs that know version %d, this one knows up to %d: use the newer muban that migrated it", e.wants, e.knows)
}

func newProvider(d dialect, db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(allMigrations, d.folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(d.goose, db, files, goose.WithDisableGlobalRegistry(true))
}
