package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

func newMessageWait(s *shell) *cobra.Command {
	var q apiclient.MessageQuery
	var timeout time.Duration
	cmd := &cobra.Command{
		Use: "wait", Short: "Wait for a message, and for what becomes of it", Args: takes(),
		Long: `Wait until a message matches and its state is final, and show it: exit code 0
where it was delivered, 5 where it ended refused or failed, 4 where the time
was over first. With --state it waits for that very state, exit code 0 or 4.

Of several messages the newest counts; --after leaves old ones out.`,
		Example: "  muban message wait --app wx3f7a9c0d5e8b2146 --user o6_bmjrPTlm6_2sgVt7hMZOPfL2M --timeout 30s",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			if timeout < 0 {
				return usageErrorf("--timeout %v is before now; want a duration from 0, like 30s", timeout)
			}
			message, err := awaitMessage(ctx, c, q, timeout)
			if err != nil {
				return err
			}
			if err := show(s, message, nil, messageView); err != nil || q.State != "" {
				return err
			}
			return endedWell(message.Value)
		}),
	}
	messageFlags(cmd, &q)
	cmd.Flags().DurationVar(&timeout, "timeout", 10*time.Second, "how long to wait")
	return cmd
}

// awaitMessage waits for the newest message that matches and, unless the
// query names a state, for its end.
func awaitMessage(ctx context.Context, c *apiclient.Client, q apiclient.MessageQuery, timeout time.Duration) (apiclient.Answer[apiclient.Message], error) {
	var none apiclient.Answer[apiclient.Message]
	deadline := time.Now().Add(timeout)
	for {
		left := max(0, time.Until(deadline)).Truncate(time.Millisecond)
		q.Wait = min(left, apiclient.LongestWait)
		found, err := c.Messages(ctx, q, 1)
		switch {
		case err != nil:
			return none, err
		case len(found.Value.Items) == 0 && left == 0:
			return none, &failure{exitTimedOut, fmt.Sprintf("no message matched within %v", timeout), nil}
		case len(found.Value.Items) == 0:
			continue
		case q.State != "":
			return c.Message(ctx, found.Value.Items[0].ID)
		}
		message, err := c.FinalMessage(ctx, found.Value.Items[0].ID, max(0, time.Until(deadline)))
		if err == nil && !message.Value.State.Final() {
			err = &failure{exitTimedOut, fmt.Sprintf("message %s is still %s after %v", message.Value.ID, message.Value.State, timeout), nil}
		}
		return message, err
	}
}

// endedWell is nil for a message that was delivered.
func endedWell(m apiclient.Message) error {
	if m.State == muban.StateDelivered {
		return nil
	}
	return &failure{exitRefused, fmt.Sprintf("message %s was not delivered: %s", m.ID, stateAndReason(m)), nil}
}
