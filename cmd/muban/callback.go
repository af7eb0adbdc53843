package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

func newCallbackCommand(s *shell) *cobra.Command {
	return newGroup("callback", "Pushes of events to the apps' servers",
		newCallbackList(s), newCallbackShow(s), newCallbackResend(s), newCallbackVerify(s))
}

func newCallbackList(s *shell) *cobra.Command {
	var q apiclient.CallbackQuery
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List callbacks of all apps, or those that match", Args: takes(),
		Example: "  muban callback list --app wx3f7a9c0d5e8b2146 --state failed",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			callbacks, err := c.Callbacks(ctx, q, limit)
			return showList(s, callbacks, err, callbackTable)
		}),
	}
	filledFlag(cmd, &q.AppID, "app", "only this app's, by its app_id")
	choiceFlag(cmd, &q.State, "state", "only those in this state", muban.CallbackStates()...)
	filledFlag(cmd, &q.MessageID, "message", "only those that tell of this message")
	limitFlag(cmd, &limit)
	return cmd
}

func newCallbackShow(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a callback with its attempts", Args: takes("ID"),
		Example: "  muban callback show 1234567891",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			callback, err := c.Callback(ctx, args[0])
			return show(s, callback, err, callbackView)
		}),
	}
}

func newCallbackResend(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "resend ID", Short: "Push a callback once more", Args: takes("ID"),
		Long:    "Have one more attempt made at once, whatever became of the callback, to the app's URL of now.",
		Example: "  muban callback resend 1234567891",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			callback, err := c.ResendCallback(ctx, args[0])
			return show(s, callback, err, callbackView)
		}),
	}
}

func newCallbackVerify(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "verify APP_ID", Short: "Verify an app's callback URL", Args: takes("APP_ID"),
		Long: `Ask the app's server, as the platform does when a URL is set, whether it knows
the callback token. Exit code 5 says that it does not.`,
		Example: "  muban callback verify wx3f7a9c0d5e8b2146",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			shake, err := c.VerifyCallback(ctx, args[0])
			if err := show(s, shake, err, handshakeView); err != nil {
				return err
			}
			if !shake.Value.OK {
				return &failure{exitRefused, "the callback URL of app " + args[0] + " is not verified: " + shake.Value.Error, nil}
			}
			return nil
		}),
	}
}

func callbackTable(callbacks []apiclient.Callback) view {
	return newTable(callbacks, func(c apiclient.Callback) []string {
		return []string{c.ID, c.AppID, c.MessageID, string(c.State), strconv.Itoa(len(c.Attempts)), lastProblem(c), stamp(c.CreatedAt)}
	}, "ID", "APP_ID", "MESSAGE", "STATE", "ATTEMPTS", "PROBLEM", "CREATED")
}

// lastProblem says why the last attempt failed, if it did.
func lastProblem(c apiclient.Callback) string {
	if len(c.Attempts) == 0 {
		return ""
	}
	return c.Attempts[len(c.Attempts)-1].Error
}

func callbackView(c apiclient.Callback) view {
	attempts, sent := make([]string, len(c.Attempts)), apiclient.Sent{}
	for i, a := range c.Attempts {
		attempts[i] = attemptLine(a)
		if a.Sent != nil {
			sent = *a.Sent
		}
	}
	return details{
		{"id", c.ID},
		{"state", string(c.State)},
		{"app_id", c.AppID},
		{"message_id", c.MessageID},
		{"event", string(c.Event)},
		{"message_state", string(c.MessageState)},
		{"url", c.URL},
		{"attempts", strings.Join(attempts, "\n")},
		{"sent_query", sent.Query},
		{"sent_body", sent.Body},
		{"sent_plain", sent.Plain},
		{"created_at", stamp(c.CreatedAt)},
		{"next_attempt_at", stamp(c.NextAttemptAt)},
	}
}

func attemptLine(a apiclient.Attempt) string {
	outcome := "taken"
	if a.Error != "" {
		outcome = a.Error
	}
	status := "no status"
	if a.Status != 0 {
		status = strconv.Itoa(a.Status)
	}
	return fmt.Sprintf("%s  %s  %d ms  %s", stamp(a.At), status, a.DurationMS, outcome)
}

func handshakeView(h apiclient.Handshake) view {
	d := details{{"ok", yesNo(h.OK)}}
	if h.Status != 0 {
		d = append(d, [2]string{"status", strconv.Itoa(h.Status)})
	}
	return append(d, details{{"body", h.Body}, {"error", h.Error}}...)
}
