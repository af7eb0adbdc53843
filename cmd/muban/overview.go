package main

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/apiclient"
)

func newOverviewCommand(s *shell) *cobra.Command {
	var q apiclient.OverviewQuery
	cmd := &cobra.Command{
		Use: "overview", Short: "What happened in the last day, in numbers", Args: takes(),
		Long: `What happened in the last 24 hours of sandbox time: messages and how they ended,
refused platform calls by kind, callbacks that wait and that failed, grants that
end within a day, the busiest templates. --json has every step of time.`,
		Example: "  muban overview --app wx3f7a9c0d5e8b2146",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			o, err := c.Overview(ctx, q)
			return show(s, o, err, overviewView)
		}),
	}
	filledFlag(cmd, &q.AppID, "app", "only this app's")
	cmd.Flags().DurationVar(&q.Step, "step", time.Hour, "the length of a step, in --json")
	return cmd
}

func overviewView(o apiclient.Overview) view {
	var all apiclient.OverviewStep
	refusals := make(map[string]int64)
	for _, step := range o.Steps {
		all.Accepted += step.Accepted
		all.Delivered += step.Delivered
		all.Refused += step.Refused
		all.Failed += step.Failed
		for kind, n := range step.Refusals {
			refusals[kind] += n
		}
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	d := details{
		{"from", stamp(o.From)},
		{"to", stamp(o.To)},
		{"accepted", number(all.Accepted)},
		{"delivered", number(all.Delivered)},
		{"refused", number(all.Refused)},
		{"failed", number(all.Failed)},
		{"callbacks waiting", number(o.Callbacks.Waiting)},
		{"callbacks failed", number(o.Callbacks.Failed)},
		{"grants expiring", number(o.GrantsExpiring)},
	}
	for _, kind := range slices.Sorted(maps.Keys(refusals)) {
		d = append(d, [2]string{"calls refused", kind + " " + number(refusals[kind])})
	}
	for _, t := range o.Templates {
		d = append(d, [2]string{"template", number(t.Messages) + "  " + t.TemplateID + "  " + t.Title})
	}
	if o.Partial {
		d = append(d, [2]string{"", "there is more than was looked at"})
	}
	return d
}
