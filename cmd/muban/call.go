package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/apiclient"
)

func newCallCommand(s *shell) *cobra.Command {
	return newGroup("call", "The platforms' calls as the inspector keeps them, and why they were refused",
		newCallList(s), newCallShow(s))
}

func newCallList(s *shell) *cobra.Command {
	var q apiclient.CallQuery
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List the last calls of all apps, or those that match", Args: takes(),
		Long: `List the last calls of the platforms. muban dev keeps them in memory, muban serve
does with --inspect: the last 10,000 or 64 MB. Secrets and tokens are masked;
--text with a whole token finds its calls.`,
		Example: "  muban call list --refused --app wx3f7a9c0d5e8b2146\n  muban call list --text 41028",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			calls, err := c.Calls(ctx, q, limit)
			return showList(s, calls, err, callTable)
		}),
	}
	flags := cmd.Flags()
	filledFlag(cmd, &q.AppID, "app", "only this app's, by its app_id")
	filledFlag(cmd, &q.RID, "rid", "only the one whose answer has this rid")
	filledFlag(cmd, &q.Code, "code", "only those answered with this code")
	filledFlag(cmd, &q.User, "user", "only sends to this user; any id with --app")
	filledFlag(cmd, &q.MessageID, "message", "only the send that became this message")
	filledFlag(cmd, &q.GrantID, "grant", "only sends with this grant")
	flags.Var(&refusedValue{&q.Refused}, "refused", "only those that were refused; --refused=false: that were not")
	flags.Lookup("refused").NoOptDefVal = "true"
	filledFlag(cmd, &q.Text, "text", "only those in which this text stands")
	flags.StringVar(&q.After, "after", "", "only those newer than this call") // empty is all, as of messages
	limitFlag(cmd, &limit)
	return cmd
}

// refusedValue is true, false, or nothing where the flag is not given.
type refusedValue struct{ refused *string }

func (v *refusedValue) Set(text string) error {
	if text != "true" && text != "false" {
		return errors.New("want true or false")
	}
	*v.refused = text
	return nil
}

func (v *refusedValue) Type() string { return "" }

func (v *refusedValue) String() string {
	if v.refused == nil {
		return ""
	}
	return *v.refused
}

func newCallShow(s *shell) *cobra.Command {
	var language language
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show a call: what was asked and answered, and why it was refused", Args: takes("ID"),
		Long: `Show a call of a platform: what was asked, what was answered and, where it was
refused, why: the rule, the story of the grant or token, and what would have been
accepted. The id is the answer's header Muban-Call; WeChat's errmsg shows it as
rid, Alipay's answer as trace_id, by OpenAPI V3 as alipay-trace-id.`,
		Example: "  muban call show 6385c6c1-0fcadca1-22c1fc91\n  muban call show 6385c6c1-0fcadca1-22c1fc91 --lang zh",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			call, err := c.Call(ctx, args[0])
			return show(s, call, err, func(call apiclient.Call) view { return callView(call, language) })
		}),
	}
	languageFlag(cmd, &language)
	return cmd
}
