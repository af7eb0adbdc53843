package main

import (
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/apiclient"
)

func newAlipayExplain(s *shell) *cobra.Command {
	var language language
	cmd := &cobra.Command{
		Use: "explain CALL_ID", Short: "Say why a call was refused, a wrong signature above all", Args: takes("CALL_ID"),
		Long: `Say why the gateway, or OpenAPI V3, refused a call. Of a signature that does not
fit it shows the string that was verified, the key it was verified with, whose key
made the signature, and the mistake where it is a known one. The call's id is the
answer's header trace_id, by V3 alipay-trace-id. muban call show shows the whole
call.`,
		Example: "  muban alipay explain 6385c6c1-0fcadca1-22c1fc91",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			call, err := c.Call(ctx, args[0])
			if err == nil && call.Value.Explanation == nil && !s.json {
				return s.say("call %s was not refused", args[0])
			}
			return show(s, call, err, func(call apiclient.Call) view { return explainView(call, language) })
		}),
	}
	languageFlag(cmd, &language)
	return cmd
}

// explained are the values of a refused signature in the order in which they
// are read; what else there is follows.
var explained = []string{"advice", "mistakes", "signed_by", "key", "sign_type", "charset", "signed"}

func explainView(call apiclient.Call, l language) view {
	why := call.Explanation
	d := details{{"call", call.ID}, {"app_id", call.AppID}}
	rows := explanationRows(*why, l)
	see := rows[len(rows)-1]
	if why.Values["advice"] != "" && l == english {
		rows = rows[:1] // the advice is what the rest says
	} else {
		rows = rows[:len(rows)-1]
		delete(why.Values, "advice") // the words in the other language have it
	}
	d = append(d, rows...)
	for _, name := range explained {
		d = append(d, [2]string{name, why.Values[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(why.Values)) {
		if !slices.Contains(explained, name) && name != "app_id" {
			d = append(d, [2]string{name, why.Values[name]})
		}
	}
	return append(d, see)
}
