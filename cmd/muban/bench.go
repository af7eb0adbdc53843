package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/bench"
	"github.com/muban-dev/muban/internal/sqlstore"
)

func newBenchCommand(s *shell) *cobra.Command {
	var o bench.Options
	var engines []string
	platform := muban.WeChatMini
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure durable sends beside the machine's two ceilings",
		Long: `Measure how many sends a second this server accepts durably, each with a grant
of its own, over keep-alive connections; in the same run, in turns, two ceilings:
a handler that only decodes the same body, and one that also appends it to a file
and shares one fdatasync a group. Read the ratios; the rates are the machine's.
In each round every server is also loaded evenly at half of the rate that it just
had, for the latencies of an ordinary day.

Side by side in one run: engines (--database beside the embedded store), one node
and several on one database (--nodes 1,2), an empty store and one with a past
(--preload 1000000). Each store in a database is a schema of its own, which is
dropped at the end.

With --platform alipay it measures how many signed answers a second the gateway
gives, beside bare RSA signing.`,
		Example: `  muban bench --sends 50000 --rounds 3
  muban bench --engines sqlite,postgres --database postgres://muban@127.0.0.1/muban
  muban bench --database postgres://muban@127.0.0.1/muban --nodes 1,2
  muban bench --preload 10000000 --duration 1m --json
  muban bench --platform wechat-oa --callbacks`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Platform = string(platform)
			o.Engines = benchEngines(engines, o.Database)
			if err := o.Check(); err != nil {
				return usageErrorf("%v", err)
			}
			if o.Database != "" {
				if err := sqlstore.CheckAddress(o.Database); err != nil {
					return err
				}
			}
			return s.runBench(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	choiceFlag(cmd, &platform, "platform", "whose sends", muban.Platforms()...)
	filledFlag(cmd, &o.Dir, "dir", "folder for the embedded stores, whose disk is measured (default: the system's temporary folder)")
	filledFlag(cmd, &o.Database, "database", "PostgreSQL database (postgres://…), which need not be empty")
	flags.StringSliceVar(&engines, "engines", nil, "the stores to measure, as `ENGINE,…`: sqlite, postgres or both (default: postgres with --database, else sqlite)")
	o.Nodes = []int{1}
	flags.Var(&numbersValue{numbers: &o.Nodes}, "nodes", "how many processes on one database; several numbers are measured side by side")
	numberFlag(flags, &o.Preload, "preload", 0, "messages stored before, beside an empty store")
	numberFlag(flags, &o.Sends, "sends", 40_000, "sends in each round, to each server")
	numberFlag(flags, &o.Rounds, "rounds", 5, "rounds")
	flags.Var(&durationValue{&o.Duration}, "duration", "instead of --rounds: go on until each server was loaded so long, like 30s")
	numberFlag(flags, &o.Connections, "connections", 256, "keep-alive connections")
	numberFlag(flags, &o.Users, "users", 200, "users that are sent to, of each app")
	numberFlag(flags, &o.Apps, "apps", 1, "apps whose sends take turns; each one's events are pushed one after the other")
	flags.BoolVar(&o.Callbacks, "callbacks", false, "push the events to a receiver in the bench, and tell how it keeps up (wechat-oa)")
	filledFlag(cmd, &o.Profile, "profile", "file for a CPU profile of the first server, of the last round")
	cmd.MarkFlagsMutuallyExclusive("rounds", "duration")
	cmd.AddCommand(newCeilingCommand(s), newFillCommand(s))
	return cmd
}

// benchEngines are the engines that were asked for.
func benchEngines(words []string, database string) []bench.Engine {
	switch {
	case len(words) == 0 && database != "":
		return []bench.Engine{bench.Postgres}
	case len(words) == 0:
		return []bench.Engine{bench.SQLite}
	}
	engines := make([]bench.Engine, len(words))
	for i, word := range words {
		engines[i] = bench.Engine(word)
	}
	return engines
}

// benchReport is what a measurement ends with.
type benchReport interface{ Write(w io.Writer) error }

func (s *shell) runBench(ctx context.Context, o bench.Options) (err error) {
	if o.Program, err = os.Executable(); err != nil {
		return err
	}
	o.Logs = s.err
	progress := newBenchProgress(s.err)
	o.Progress = progress
	var report benchReport
	if o.Platform == string(muban.Alipay) {
		report, err = bench.RunAlipay(ctx, o)
	} else {
		report, err = bench.Run(ctx, o)
	}
	progress.end()
	if err != nil {
		return err
	}
	if !s.json {
		return report.Write(s.out)
	}
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return s.printJSON(text)
}

// benchProgress is a bar on a terminal, and nothing elsewhere.
type benchProgress struct{ bar *progressbar.ProgressBar }

func newBenchProgress(w io.Writer) benchProgress {
	if !isTerminal(w) {
		return benchProgress{}
	}
	return benchProgress{progressbar.NewOptions(1, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))}
}

// Begin implements bench.Progress.
func (p benchProgress) Begin(doing string, steps int) {
	if p.bar == nil {
		return
	}
	p.bar.Reset()
	p.bar.ChangeMax(steps)
	p.bar.Describe(doing)
}

// Add implements bench.Progress. A bar that cannot be drawn is no reason to
// stop.
func (p benchProgress) Add(steps int) {
	if p.bar != nil {
		_ = p.bar.Add(steps)
	}
}

func (p benchProgress) end() {
	if p.bar != nil {
		_ = p.bar.Clear() // as Add
	}
}

var _ bench.Progress = benchProgress{}
