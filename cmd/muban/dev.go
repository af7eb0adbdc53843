package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/sandbox"
	"github.com/muban-dev/muban/internal/server"
)

type devFlags struct {
	listen, data, database, seed, cloudApp, keep string
	empty                                        bool
}

func newDevCommand(_ *shell) *cobra.Command {
	var flags devFlags
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run the sandbox: everything on one port, no login",
		Long: `Run the sandbox: the platforms' calls, the native API and a clock that can be
moved, on one port and without a login. It begins with one demo app a platform,
with the same ids and secrets at every start, and prints a line for each that
can be copied and sends a message. Without --data everything is forgotten when
it stops.`,
		Example: "  muban dev\n  muban dev --listen 127.0.0.1:0 --data ./sandbox",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDev(cmd, flags)
		},
	}
	cmd.Flags().StringVar(&flags.listen, "listen", "127.0.0.1:8080", "address to listen on; port 0 picks a free one")
	filledFlag(cmd, &flags.data, "data", "folder that keeps the state (default: a temporary one, deleted on exit)")
	filledFlag(cmd, &flags.database, "database", "PostgreSQL database instead of --data (postgres://…)")
	cmd.Flags().BoolVar(&flags.empty, "empty", false, "begin without the demo apps")
	filledFlag(cmd, &flags.cloudApp, "cloud-app", cloudAppUsage)
	filledFlag(cmd, &flags.keep, "keep", keepUsage)
	filledFlag(cmd, &flags.seed, "seed", "JSON file of apps, users, templates and grants to begin with")
	return cmd
}

func runDev(cmd *cobra.Command, flags devFlags) (err error) {
	log := newLog(cmd.ErrOrStderr())
	options := server.Options{Listen: flags.listen, Data: flags.data, Database: flags.database, CloudApp: flags.cloudApp, Sandbox: true, Log: log}
	if options.Keep, err = keepTime(flags.keep); err != nil {
		return err
	}
	if options.Data == "" && options.Database == "" {
		if options.Data, err = os.MkdirTemp("", "muban-dev-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(options.Data)) }()
	}
	options.Refill = func(ctx context.Context, s *server.Server) error { return fill(ctx, s, flags, log) }
	s, err := server.New(cmd.Context(), options)
	if err != nil {
		return startFailure(err)
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	if !options.Loopback() {
		log.Warn("the sandbox has no login and listens where other machines can reach it", "listen", flags.listen)
	}
	defer beginToAnswer(cmd.Context(), s)()
	if err := seed(cmd, s, flags, log); err != nil {
		return unlessStopped(cmd.Context(), err)
	}
	if err := nameConsole(cmd, s, flags, log); err != nil {
		return err
	}
	return serveUntilDone(cmd, s)
}

// startFailure is nil where the server was told to stop before it answered,
// which is no failure.
func startFailure(err error) error {
	if errors.Is(err, server.ErrStopped) {
		return nil
	}
	return err
}

// unlessStopped is why a sandbox could not be filled; nil where it was told to
// stop meanwhile, since its calls are refused then.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // being told to stop is no failure
	}
	return err
}

// nameConsole says where to point a browser: below the demo apps, or, where
// standard output has nothing for people, in the log.
func nameConsole(cmd *cobra.Command, s *server.Server, flags devFlags, log *slog.Logger) error {
	console := baseURL(s.Addr()) + "/"
	if flags.empty {
		log.Info("console", "url", console)
		return nil
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "console  %s\n\n", console)
	return err
}

// seed fills the sandbox and prints what it holds.
func seed(cmd *cobra.Command, s *server.Server, flags devFlags, log *slog.Logger) error {
	if err := fill(cmd.Context(), s, flags, log); err != nil || flags.empty {
		return err
	}
	demo, err := sandbox.Demo()
	if err != nil {
		return err
	}
	return printDemo(cmd.Context(), cmd.OutOrStdout(), s.Service(), demo, baseURL(s.Addr()))
}

// fill makes what the sandbox begins with: the demo apps and a seed of one's own.
func fill(ctx context.Context, s *server.Server, flags devFlags, log *slog.Logger) error {
	if !flags.empty {
		demo, err := sandbox.Demo()
		if err != nil {
			return err
		}
		if err := demo.Apply(ctx, s.Handler()); err != nil {
			return err
		}
		if err := demo.PointToReceiver(ctx, s.Handler(), s.Service(), baseURL(s.Addr())); err != nil {
			return err
		}
	}
	if flags.seed == "" {
		return nil
	}
	file, err := os.Open(flags.seed)
	if err != nil {
		return fmt.Errorf("opening the seed: %w", err)
	}
	defer func() { _ = file.Close() }() // was only read
	own, err := sandbox.ReadSeed(file)
	if err != nil {
		return fmt.Errorf("%s: %w", flags.seed, err)
	}
	if err := own.Apply(ctx, s.Handler()); err != nil {
		return fmt.Errorf("%s: %w", flags.seed, err)
	}
	log.InfoContext(ctx, "seeded", "file", flags.seed, "apps", len(own.Apps))
	return nil
}

// beginToAnswer is the last step of starting. What it begins besides ends with
// the function that it returns.
func beginToAnswer(ctx context.Context, s *server.Server) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var bounding sync.WaitGroup
	bounding.Go(func() { boundGarbage(ctx) })
	s.Start()
	return func() {
		cancel()
		bounding.Wait()
	}
}

// serveUntilDone says that the port answers, and waits until the program is
// told to stop.
func serveUntilDone(cmd *cobra.Command, s *server.Server) error {
	if _, err := fmt.Fprintf(cmd.OutOrStdout(), "listening on %s\n", baseURL(s.Addr())); err != nil {
		return err
	}
	return s.Wait(cmd.Context())
}

// baseURL is the address by which a client on this machine reaches the server.
func baseURL(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "http://" + addr
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// newLog writes JSON lines, or text where a person reads.
func newLog(w io.Writer) *slog.Logger {
	if isTerminal(w) {
		return slog.New(terminalLog(w))
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}
