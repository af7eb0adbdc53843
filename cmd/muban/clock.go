package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/apiclient"
)

func newClockCommand(s *shell) *cobra.Command {
	cmd := newGroup("clock", "Sandbox time (muban dev only)",
		newClockShow(s), newClockSet(s), newClockAdvance(s),
		newClockMode(s, "freeze", "Let time stand still", apiclient.ClockFrozen),
		newClockMode(s, "run", "Let time run on from where it is", apiclient.ClockRunning))
	cmd.Long = "Sandbox time decides what expires, which day it is and when retries are due.\nIt can stand still and move forward, never back."
	return cmd
}

func newClockShow(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Tell sandbox time", Args: takes(),
		Example: "  muban clock show",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			clock, err := c.Clock(ctx)
			return show(s, clock, err, clockView)
		}),
	}
}

func newClockMode(s *shell, use, short string, mode apiclient.ClockMode) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: takes(),
		Example: "  muban clock " + use,
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			clock, err := c.SetClock(ctx, apiclient.ClockSetting{Mode: mode})
			return show(s, clock, err, clockView)
		}),
	}
}

func newClockSet(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "set TIME", Short: "Move time forward to a moment", Args: takes("TIME"),
		Long:    "Move time forward to a moment, after everything that falls due until then was attempted.",
		Example: "  muban clock set 2026-12-01T08:00:00+08:00",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			to, err := time.Parse(time.RFC3339, args[0])
			if err != nil {
				return usageErrorf("%q is no time; want one like 2026-12-01T08:00:00+08:00 or 2026-12-01T00:00:00Z", args[0])
			}
			clock, err := c.SetClock(ctx, apiclient.ClockSetting{Now: to})
			return show(s, clock, err, clockView)
		}),
	}
}

func newClockAdvance(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "advance DURATION", Short: "Move time forward by a duration", Args: takes("DURATION"),
		Long:    "Move time forward, after everything that falls due until then was attempted, in order.",
		Example: "  muban clock advance 7d\n  muban clock advance 1h30m",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			by, err := parseDuration(args[0])
			if err != nil || by <= 0 {
				return usageErrorf("%q is no duration over 0; want one like 7d, 36h or 1h30m", args[0])
			}
			clock, err := c.AdvanceClock(ctx, by)
			return show(s, clock, err, clockView)
		}),
	}
}

// parseDuration reads a Go duration that may begin with days, because the
// platforms' rules count in them.
func parseDuration(text string) (time.Duration, error) {
	days, rest, found := strings.Cut(text, "d")
	if !found {
		return time.ParseDuration(text)
	}
	const most = 100_000 // far below where a Duration ends
	n, err := strconv.ParseUint(days, 10, 32)
	if err != nil || n > most {
		return 0, strconv.ErrRange
	}
	whole := time.Duration(n) * 24 * time.Hour
	if rest == "" {
		return whole, nil
	}
	more, err := time.ParseDuration(rest)
	return whole + more, err
}

func clockView(c apiclient.Clock) view {
	return details{{"mode", string(c.Mode)}, {"now", stamp(c.Now)}}
}
