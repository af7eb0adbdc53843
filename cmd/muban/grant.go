package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

func newGrantCommand(s *shell) *cobra.Command {
	return newGroup("grant", "Rights to send: form_id, prepay_id, scene_id, trade_no",
		newGrantMint(s), newGrantList(s), newGrantShow(s))
}

// kindFlag adds the flag for the kind of a grant.
func kindFlag(cmd *cobra.Command, kind *muban.GrantKind, usage string) {
	choiceFlag(cmd, kind, "kind", usage, muban.GrantForm, muban.GrantPayment, muban.GrantOrder)
}

func newGrantMint(s *shell) *cobra.Command {
	var app string
	m := apiclient.Mint{Kind: muban.GrantForm, Count: new(1)}
	cmd := &cobra.Command{
		Use: "mint", Short: "Make grants, as a user's form or payment does", Args: takes(),
		Long: `Make grants, as the platform does when a user submits a form or pays: a form
pays for one message, a payment or an order for three, within seven days.`,
		Example: "  muban grant mint --app wx3f7a9c0d5e8b2146 --user o6_bmjrPTlm6_2sgVt7hMZOPfL2M --kind payment",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			minted, err := c.MintGrants(ctx, app, m)
			return show(s, minted, err, func(m apiclient.Minted) view { return grantTable(m.Grants) })
		}),
	}
	appFlag(cmd, &app)
	needFlag(cmd, &m.User, "user", "whose action it was, by any id; on Baidu it decides who is logged in")
	kindFlag(cmd, &m.Kind, "what the user did")
	cmd.Flags().IntVar(m.Count, "count", 1, "how many grants, up to 1000")
	filledFlag(cmd, &m.ID, "id", "the grant's id, if it is to be your own")
	return cmd
}

func newGrantList(s *shell) *cobra.Command {
	var app string
	var q apiclient.GrantQuery
	var spendable bool
	var within string
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List an app's grants", Args: takes(),
		Example: "  muban grant list --app wx3f7a9c0d5e8b2146 --spendable\n  muban grant list --app wx3f7a9c0d5e8b2146 --expiring-within 1d",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) (err error) {
			if spendable {
				q.State = muban.GrantSpendable
			}
			if within != "" {
				if q.ExpiringWithin, err = parseDuration(within); err != nil || q.ExpiringWithin <= 0 {
					return usageErrorf("%q is no duration over 0; want one like 1d or 36h", within)
				}
			}
			grants, err := c.Grants(ctx, app, q, limit)
			return showList(s, grants, err, grantTable)
		}),
	}
	appFlag(cmd, &app)
	filledFlag(cmd, &q.User, "user", "only this user's, by any id")
	cmd.Flags().BoolVar(&spendable, "spendable", false, "only those that can pay for a message now")
	choiceFlag(cmd, &q.State, "state", "only those in this state", muban.GrantSpendable, muban.GrantSpent, muban.GrantExpired)
	filledFlag(cmd, &within, "expiring-within", "only those that can pay now and end within this time")
	cmd.MarkFlagsMutuallyExclusive("spendable", "state")
	limitFlag(cmd, &limit)
	return cmd
}

func newGrantShow(s *shell) *cobra.Command {
	var app string
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show a grant and what it paid for", Args: takes("ID"),
		Example: "  muban grant show --app wx3f7a9c0d5e8b2146 e8a1c0f5b7d94f2c8a3b6d1e0f9c7a52",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			grant, err := c.Grant(ctx, app, args[0])
			return show(s, grant, err, grantView)
		}),
	}
	appFlag(cmd, &app)
	return cmd
}

func grantTable(grants []apiclient.Grant) view {
	return newTable(grants, func(g apiclient.Grant) []string {
		return []string{g.ID, string(g.Kind), g.User, usesLeft(g), stamp(g.ExpiresAt)}
	}, "ID", "KIND", "USER", "LEFT", "EXPIRES")
}

func usesLeft(g apiclient.Grant) string { return fmt.Sprintf("%d of %d", g.Remaining, g.Uses) }

func grantView(g apiclient.Grant) view {
	return details{
		{"id", g.ID},
		{"kind", string(g.Kind)},
		{"user", g.User},
		{"left", usesLeft(g)},
		{"spent_by", strings.Join(g.SpentBy, "\n")},
		{"issued_at", stamp(g.IssuedAt)},
		{"expires_at", stamp(g.ExpiresAt)},
	}
}
