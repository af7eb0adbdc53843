package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/apiclient"
)

func newResetCommand(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "reset", Short: "Begin the sandbox anew (muban dev only)", Args: takes(),
		Long: `Begin the sandbox anew: everything is deleted, the inspector emptied, time set
to the machine's. Then the demo apps are there again, unless muban dev was
started with --empty, and what its --seed lists, with the same ids and secrets.
Access tokens that were issued before are unknown afterwards.`,
		Example: "  muban reset",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			return s.done(c.Reset(ctx), "the sandbox begins anew")
		}),
	}
}
