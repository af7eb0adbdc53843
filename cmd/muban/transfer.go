package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/sqlstore"
)

func newExportCommand(_ *shell) *cobra.Command {
	var where storePlace
	var file string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write a whole store as lines of JSON",
		Long: `Write everything that a store holds, as it is at one moment, as lines of JSON that
muban import reads into an empty store of either engine. No server may run on the
embedded store meanwhile; on PostgreSQL nodes may, but what they accept later is
not in the file. The file holds the apps' secrets.`,
		Example: "  muban export --data /var/lib/muban --out muban.jsonl",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return where.useExisting(func(o sqlstore.Options) error { return export(cmd, o, file) })
		},
	}
	where.flags(cmd)
	filledFlag(cmd, &file, "out", "file to write, which must not exist; - is standard output, the default")
	return cmd
}

func export(cmd *cobra.Command, store sqlstore.Options, path string) (err error) {
	var rows int64
	if path == "" || path == "-" {
		rows, err = sqlstore.Export(cmd.Context(), store, cmd.OutOrStdout())
	} else {
		rows, err = sqlstore.ExportFile(cmd.Context(), store, path)
	}
	if err == nil {
		_, err = fmt.Fprintf(cmd.ErrOrStderr(), "%d rows exported\n", rows)
	}
	return err
}

func newImportCommand(_ *shell) *cobra.Command {
	var where storePlace
	var path string
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Read an export into an empty store",
		Long: `Read what muban export wrote into an empty store: a new folder, or a database
that no server has run on. The file is checked against its own sum and counts. A
store in which an import broke off does not open.`,
		Example: "  muban import --database postgres://muban@db.example/muban --in muban.jsonl",
		Args:    takes(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return importFrom(cmd, where, path) },
	}
	where.flags(cmd)
	filledFlag(cmd, &path, "in", "file to read; - is standard input, the default")
	return cmd
}

func importFrom(cmd *cobra.Command, where storePlace, path string) error {
	in := cmd.InOrStdin()
	if path != "" && path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // was only read
		in = file
	}
	return where.use(func(store sqlstore.Options) error {
		rows, err := sqlstore.Import(cmd.Context(), store, in)
		if err == nil {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d rows imported\n", rows)
		}
		return err
	})
}
