package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/apiclient"
)

func newInboxCommand(s *shell) *cobra.Command {
	return newGroup("inbox", "What a user sees in the message centre",
		newInboxList(s), newInboxRead(s))
}

func newInboxList(s *shell) *cobra.Command {
	var app, user, union string
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List the messages that were delivered to a user", Args: takes(),
		Long:    "List the messages that were delivered to one user of an app, or with --union-id to one person over all apps.",
		Example: "  muban inbox list --app wx3f7a9c0d5e8b2146 --user o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			inbox, err := inboxOf(ctx, c, app, user, union, limit)
			return show(s, inbox, err, func(i apiclient.Inbox) view {
				s.noteRest(len(i.Items), i.NextCursor)
				if i.Unread > 0 {
					s.note("%d unread", i.Unread)
				}
				return inboxTable(i.Items)
			})
		}),
	}
	filledFlag(cmd, &app, "app", "the app, by its app_id")
	filledFlag(cmd, &user, "user", "the user, by any id")
	filledFlag(cmd, &union, "union-id", "the person, instead of --app and --user")
	cmd.MarkFlagsRequiredTogether("app", "user")
	cmd.MarkFlagsOneRequired("user", "union-id")
	cmd.MarkFlagsMutuallyExclusive("user", "union-id")
	limitFlag(cmd, &limit)
	return cmd
}

func inboxOf(ctx context.Context, c *apiclient.Client, app, user, union string, limit int) (apiclient.Answer[apiclient.Inbox], error) {
	if union != "" {
		return c.PersonInbox(ctx, union, limit)
	}
	return c.Inbox(ctx, app, user, limit)
}

func newInboxRead(s *shell) *cobra.Command {
	var app, user string
	cmd := &cobra.Command{
		Use: "read MESSAGE_ID", Short: "Mark a message as read, as the user does by opening it", Args: takes("MESSAGE_ID"),
		Example: "  muban inbox read --app wx3f7a9c0d5e8b2146 --user o6_bmjrPTlm6_2sgVt7hMZOPfL2M 1234567890",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			return s.done(c.MarkRead(ctx, app, user, args[0]), "read message %s", args[0])
		}),
	}
	appFlag(cmd, &app)
	needFlag(cmd, &user, "user", "the user, by any id")
	return cmd
}

func inboxTable(messages []apiclient.Message) view {
	return newTable(messages, func(m apiclient.Message) []string {
		return []string{m.ID, m.Title, m.Rendered, yesNo(!m.ReadAt.IsZero()), stamp(m.DeliveredAt)}
	}, "ID", "TITLE", "TEXT", "READ", "DELIVERED")
}
