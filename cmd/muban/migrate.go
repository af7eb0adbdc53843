package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/datadir"
	"github.com/muban-dev/muban/internal/sqlstore"
)

func newMigrateCommand(_ *shell) *cobra.Command {
	var where storePlace
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Show the schema's migrations, then apply those that are missing",
		Long: `Show which migrations the database has and which are missing, then apply the
missing ones. The server does the same when it starts; this command does it
before: on the embedded store while no server runs, on PostgreSQL at any time,
since nodes and migrations wait for each other.`,
		Example: "  muban migrate --data /var/lib/muban --dry-run\n  muban migrate --database postgres://muban@db.example/muban",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dryRun {
				return where.useExisting(func(o sqlstore.Options) error { return migrate(cmd, o, true) })
			}
			return where.use(func(o sqlstore.Options) error { return migrate(cmd, o, false) })
		},
	}
	where.flags(cmd)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only show")
	return cmd
}

// storePlace is which store a command works on without a server.
type storePlace struct {
	data, database string
}

func (p *storePlace) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.data, "data", "", "folder of the embedded store")
	cmd.Flags().StringVar(&p.database, "database", "", "PostgreSQL database instead of --data (postgres://…)")
}

// useExisting is use for what makes no embedded store where there is none.
func (p *storePlace) useExisting(do func(sqlstore.Options) error) error {
	if p.data != "" && p.database == "" {
		if err := sqlstore.Present(p.data); err != nil {
			return err
		}
	}
	return p.use(do)
}

// use does something with the store. The embedded one is locked meanwhile.
func (p *storePlace) use(do func(sqlstore.Options) error) (err error) {
	switch {
	case p.data == "" && p.database == "":
		return usageErrorf("name the store: the data folder with --data DIR or a PostgreSQL database with --database postgres://…")
	case p.data != "" && p.database != "":
		return usageErrorf("--data and --database name two stores; give one of them")
	case p.database != "":
		return do(sqlstore.Options{Database: p.database})
	}
	lock, err := datadir.Acquire(p.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	return do(sqlstore.Options{Dir: p.data})
}

func migrate(cmd *cobra.Command, store sqlstore.Options, dryRun bool) error {
	steps, err := sqlstore.Migrations(cmd.Context(), store)
	if err != nil {
		return err
	}
	out, missing := cmd.OutOrStdout(), 0
	for _, step := range steps {
		state := "applied"
		if !step.Applied {
			state = "missing"
			missing++
		}
		if _, err := fmt.Fprintf(out, "%s  %s\n", state, step.Name); err != nil {
			return err
		}
	}
	if dryRun || missing == 0 {
		_, err := fmt.Fprintf(out, "%d missing\n", missing)
		return err
	}
	applied, err := sqlstore.Migrate(cmd.Context(), store)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d applied now\n", len(applied))
	return err
}
