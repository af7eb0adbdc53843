package main

import (
	"fmt"
	"io"
	"net"
	"os"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/bench"
)

func newBenchCommand(_ *shell) *cobra.Command {
	var o bench.Options
	platform := muban.WeChatMini
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure durable sends beside the machine's two ceilings",
		Long: `Measure how many sends a second this server accepts durably, each with a grant
of its own, over keep-alive connections; in the same run, in turns, two ceilings:
a handler that only decodes the same body, and one that also appends it to a file
and shares one fdatasync a group. Read the ratios; the rates are the machine's.

With --platform alipay it measures how many signed answers a second the gateway
gives, beside bare RSA signing.`,
		Example: "  muban bench --sends 50000 --rounds 3",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.Program, err = os.Executable(); err != nil {
				return err
			}
			o.Logs = cmd.ErrOrStderr()
			servers := 3
			if platform == muban.Alipay {
				servers = 2
			}
			bar := benchProgress(cmd.ErrOrStderr(), servers*o.Sends*o.Rounds)
			o.Progress = func(n int) { _ = bar.Add(n) } // a bar that cannot be drawn is no reason to stop
			if platform == muban.Alipay {
				report, err := bench.RunAlipay(cmd.Context(), o)
				if err != nil {
					return err
				}
				return report.Write(cmd.OutOrStdout())
			}
			report, err := bench.Run(cmd.Context(), o)
			if err != nil {
				return err
			}
			return report.Write(cmd.OutOrStdout())
		},
	}
	choiceFlag(cmd, &platform, "platform", "whose sends", muban.WeChatMini, muban.Alipay)
	cmd.Flags().StringVar(&o.Dir, "dir", "", "folder for the stores, whose disk is measured (default: the system's temporary folder)")
	cmd.Flags().StringVar(&o.Database, "database", "", "PostgreSQL database for the server (postgres://…); what is sent stays there")
	cmd.Flags().IntVar(&o.Sends, "sends", 40_000, "sends in each round, to each server")
	cmd.Flags().IntVar(&o.Rounds, "rounds", 5, "rounds")
	cmd.Flags().IntVar(&o.Connections, "connections", 256, "keep-alive connections")
	cmd.Flags().IntVar(&o.Users, "users", 200, "users that are sent to")
	cmd.Flags().StringVar(&o.Profile, "profile", "", "file for a CPU profile of the server, of the last round")
	cmd.AddCommand(newCeilingCommand())
	return cmd
}

func benchProgress(w io.Writer, total int) *progressbar.ProgressBar {
	if !isTerminal(w) {
		w = io.Discard
	}
	return progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100e6))
}

// newCeilingCommand is one of the ceilings as a server of its own; bench runs
// it.
func newCeilingCommand() *cobra.Command {
	var file string
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
			return bench.ServeCeiling(cmd.Context(), bench.Ceiling(args[0]), listener, file)
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "file that is appended to")
	return cmd
}
