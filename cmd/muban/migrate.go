package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/datadir"
	"github.com/muban-dev/muban/internal/sqlstore"
)

func newMigrateCommand(_ *shell) *cobra.Command {
	var data string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Show the schema's migrations, then apply those that are missing",
		Long: `Show which migrations the database has and which are missing, then apply the
missing ones. The server does the same when it starts; this command does it
before, while no server runs.`,
		Example: "  muban migrate --data /var/lib/muban --dry-run",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if data == "" {
				return errors.New("name the data folder with --data DIR")
			}
			lock, err := datadir.Acquire(data)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, lock.Release()) }()
			return migrate(cmd, data, dryRun)
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "folder of the embedded store")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only show")
	return cmd
}

func migrate(cmd *cobra.Command, data string, dryRun bool) error {
	steps, err := sqlstore.Migrations(cmd.Context(), data)
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
	applied, err := sqlstore.Migrate(cmd.Context(), data)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d applied now\n", len(applied))
	return err
}
