package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

func newMessageCommand(s *shell) *cobra.Command {
	return newGroup("message", "Messages that were accepted",
		newMessageList(s), newMessageShow(s), newMessageWait(s))
}

// messageFlags adds the flags that select messages.
func messageFlags(cmd *cobra.Command, q *apiclient.MessageQuery) {
	filledFlag(cmd, &q.AppID, "app", "only this app's, by its app_id")
	filledFlag(cmd, &q.User, "user", "only this user's, by any id; needs --app")
	choiceFlag(cmd, &q.State, "state", "only those in this state", muban.States()...)
	filledFlag(cmd, &q.TemplateID, "template", "only those of this template")
	filledFlag(cmd, &q.GrantID, "grant", "only those that this grant paid for")
	// Empty is what a script has noted of an empty list: nothing is left out.
	cmd.Flags().StringVar(&q.After, "after", "", "only those newer than this message")
}

func newMessageList(s *shell) *cobra.Command {
	var q apiclient.MessageQuery
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List messages of all apps, or those that match", Args: takes(),
		Example: "  muban message list --app wx3f7a9c0d5e8b2146 --state delivered",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			messages, err := c.Messages(ctx, q, limit)
			return showList(s, messages, err, messageTable)
		}),
	}
	messageFlags(cmd, &q)
	limitFlag(cmd, &limit)
	return cmd
}

func newMessageShow(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a message and what became of it", Args: takes("ID"),
		Example: "  muban message show 1234567890",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			message, err := c.Message(ctx, args[0])
			return show(s, message, err, messageView)
		}),
	}
}

func messageTable(messages []apiclient.Message) view {
	return newTable(messages, func(m apiclient.Message) []string {
		return []string{m.ID, m.AppID, m.User, m.Title, stateAndReason(m), stamp(m.AcceptedAt)}
	}, "ID", "APP_ID", "USER", "TITLE", "STATE", "ACCEPTED")
}

func stateAndReason(m apiclient.Message) string {
	if m.Reason == "" {
		return string(m.State)
	}
	return string(m.State) + ": " + string(m.Reason)
}

func messageView(m apiclient.Message) view {
	d := details{
		{"id", m.ID},
		{"state", stateAndReason(m)},
		{"platform", string(m.Platform)},
		{"app_id", m.AppID},
		{"user", m.User},
		{"template_id", m.TemplateID},
		{"title", m.Title},
		{"text", m.Rendered},
		{"data", dataLines(m.Data)},
		{"emphasis_keyword", m.EmphasisKeyword},
		{"color", m.Color},
		{"page", m.Page},
		{"url", m.URL},
	}
	if mini := m.MiniProgram; mini != nil {
		d = append(d, [2]string{"miniprogram", strings.TrimSpace(mini.AppID + " " + mini.PagePath)})
	}
	return append(d, details{
		{"ext", m.Ext},
		{"client_msg_id", m.ClientMsgID},
		{"grant_id", m.GrantID},
		{"grant_kind", string(m.GrantKind)},
		{"channels", lines(m.Channels, "")},
		{"accepted_at", stamp(m.AcceptedAt)},
		{"delivered_at", stamp(m.DeliveredAt)},
		{"finished_at", stamp(m.FinishedAt)},
		{"read_at", stamp(m.ReadAt)},
	}...)
}

func dataLines(data map[string]apiclient.MessageValue) string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(data)) {
		out = append(out, strings.TrimSpace(key+"="+data[key].Value+" "+data[key].Color))
	}
	return strings.Join(out, "\n")
}
