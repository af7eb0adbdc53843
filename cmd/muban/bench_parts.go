package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/bench"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// newCeilingCommand is one of the ceilings as a server of its own; bench runs
// it.
func newCeilingCommand(s *shell) *cobra.Command {
	var file string
	platform := muban.WeChatMini
	cmd := &cobra.Command{
		Use:       "ceiling decode|append",
		Short:     "Serve a ceiling (used by bench)",
		Hidden:    true,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{string(bench.DecodeOnly), string(bench.AppendSync)},
		RunE: func(cmd *cobra.Command, args []string) error {
			listener, err := new(net.ListenConfig).Listen(cmd.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "listening on http://%s\n", listener.Addr()); err != nil {
				return err
			}
			return bench.ServeCeiling(cmd.Context(), bench.Ceiling(args[0]), string(platform), listener, file)
		},
	}
	choiceFlag(cmd, &platform, "platform", "whose sends", muban.WeChatMini, muban.WeChatOA, muban.Baidu)
	cmd.Flags().StringVar(&file, "file", "", "file that is appended to")
	return endWithInput(s, cmd)
}

// newFillCommand gives a store its past; bench runs it.
func newFillCommand(s *shell) *cobra.Command {
	var where storePlace
	var f sqlstore.Filling
	cmd := &cobra.Command{
		Use:    "fill",
		Short:  "Give a new store a past (used by bench)",
		Hidden: true,
		Args:   takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			// Each line says how many more are stored; who does not read them
			// is served all the same.
			f.Progress = func(n int) { _, _ = fmt.Fprintln(cmd.OutOrStdout(), n) }
			return where.use(func(o sqlstore.Options) error { return sqlstore.Fill(cmd.Context(), o, f) })
		},
	}
	where.flags(cmd)
	appFlag(cmd, &f.AppID)
	cmd.Flags().IntVar(&f.Messages, "messages", 0, "how many messages")
	return endWithInput(s, cmd)
}
