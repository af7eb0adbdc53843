package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// newHelpCommand is cobra's own, but asking for help on nothing is an error.
func newHelpCommand(*shell) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Show the help of a command, or of exit-codes",
		Example: "  muban help send\n  muban help exit-codes",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || found == nil || len(rest) > 0 {
				return usageErrorf("there is no help on %q", strings.Join(args, " "))
			}
			found.InitDefaultHelpFlag() // so that the help names it
			return found.Help()
		},
	}
}
