package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/bench"
)

// endWithInput lets a command that the bench runs as a process of its own be
// told to end when its standard input ends. The system closes that when the
// bench is gone, even killed, which no signal tells on every system.
func endWithInput(s *shell, cmd *cobra.Command) *cobra.Command {
	var told bool
	cmd.Flags().BoolVar(&told, bench.EndWithInput, false, "end when standard input does (used by bench)")
	must(cmd.Flags().MarkHidden(bench.EndWithInput))
	work := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !told {
			return work(cmd, args)
		}
		ctx, cancel := context.WithCancel(cmd.Context())
		defer cancel()
		go func() {
			_, _ = io.Copy(io.Discard, s.in) // an input that breaks has ended too
			cancel()
		}()
		cmd.SetContext(ctx)
		return work(cmd, args)
	}
	return cmd
}
