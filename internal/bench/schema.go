package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// newSchema makes a schema for one store, since what is measured side by side
// must not share tables, and returns the database's address with it and what
// drops it.
func newSchema(ctx context.Context, database string) (address string, drop func(context.Context) error, err error) {
	at, err := url.Parse(database)
	if err != nil || at.Scheme != "postgres" && at.Scheme != "postgresql" {
		return "", nil, errors.New("the database's address must look like postgres://USER:PASSWORD@HOST:5432/NAME")
	}
	schema := "bench_" + strings.ToLower(rand.Text())
	if err := runSQL(ctx, database, "CREATE SCHEMA "+schema); err != nil {
		return "", nil, fmt.Errorf("making a schema for the store: %w", err)
	}
	query := at.Query()
	query.Set("search_path", schema)
	at.RawQuery = query.Encode()
	return at.String(), func(ctx context.Context) error {
		return runSQL(ctx, database, "DROP SCHEMA "+schema+" CASCADE")
	}, nil
}

func runSQL(ctx context.Context, database, statement string) error {
	conf, err := pgxpool.ParseConfig(database) // an address as muban serve takes it
	if err != nil {
		return errors.New("the database's address cannot be read") // the error may repeat a password
	}
	conn, err := pgx.ConnectConfig(ctx, conf.ConnConfig)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }() // was only used for this
	_, err = conn.Exec(ctx, statement)
	return err
}
