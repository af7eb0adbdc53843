package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/sqlstore"
)

func newBackupCommand(_ *shell) *cobra.Command {
	var dir, to string
	cmd := &cobra.Command{
		Use:   "backup",
		Short: "Copy an embedded store while its server runs",
		Long: `Copy the embedded store in a data folder to a new file, whether a server runs on
the folder or not. The copy is the store at one moment and has every message that
was acknowledged before the command began. The file gets its name once it is
complete and on disk; one that is there already is not written over. It holds the
apps' secrets and is readable by its owner only.

To restore it, put it into an empty folder as ` + sqlstore.File + ` and start a server on
that folder.

PostgreSQL has its own: pg_basebackup and pg_dump.`,
		Example: "  muban backup --data /var/lib/muban --to /backup/muban-$(date +%F).db",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			size, err := sqlstore.Backup(cmd.Context(), dir, to)
			if err == nil {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d bytes in %s\n", size, to)
			}
			return err
		},
	}
	needFlag(cmd, &dir, "data", "folder of the embedded store")
	needFlag(cmd, &to, "to", "file to write, which must not exist")
	return cmd
}
