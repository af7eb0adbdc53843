package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

func newLibraryRequest(s *shell) *cobra.Command {
	var platform muban.Platform
	var r apiclient.NewKeywordRequest
	cmd := &cobra.Command{
		Use: "request", Short: "Apply for a keyword that a title does not have", Args: takes(),
		Long:    "Apply for a keyword that a title does not have. It can be used in templates\nonce the application is approved.",
		Example: "  muban library request --platform wechat-mini --app wx3f7a9c0d5e8b2146 --title AT0002 --name 取货码 --example A12",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			made, err := c.RequestKeyword(ctx, platform, r)
			return show(s, made, err, keywordRequestView)
		}),
	}
	platformFlag(cmd, &platform)
	appFlag(cmd, &r.AppID)
	needFlag(cmd, &r.TitleID, "title", "the title's id")
	needFlag(cmd, &r.Name, "name", "the word")
	cmd.Flags().StringVar(&r.Example, "example", "", "a value it may have")
	return cmd
}

func newLibraryRequests(s *shell) *cobra.Command {
	var platform muban.Platform
	var q apiclient.KeywordRequestQuery
	var limit int
	cmd := &cobra.Command{
		Use: "requests", Short: "List applications for keywords, decided ones too", Args: takes(),
		Example: "  muban library requests --platform wechat-mini --state pending",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			found, err := c.KeywordRequests(ctx, platform, q, limit)
			return showList(s, found, err, keywordRequestTable)
		}),
	}
	platformFlag(cmd, &platform)
	filledFlag(cmd, &q.AppID, "app", "only this app's")
	choiceFlag(cmd, &q.State, "state", "only those in this state", muban.RequestPending, muban.RequestApproved, muban.RequestRejected)
	limitFlag(cmd, &limit)
	return cmd
}

func newLibraryApprove(s *shell) *cobra.Command {
	var platform muban.Platform
	cmd := &cobra.Command{
		Use: "approve REQUEST", Short: "Approve an application: the title has the keyword from now on", Args: takes("REQUEST"),
		Example: "  muban library approve --platform wechat-mini 1234567891",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			approved, err := c.ApproveKeyword(ctx, platform, args[0])
			return show(s, approved, err, keywordRequestView)
		}),
	}
	platformFlag(cmd, &platform)
	return cmd
}

func newLibraryReject(s *shell) *cobra.Command {
	var platform muban.Platform
	var reason string
	cmd := &cobra.Command{
		Use: "reject REQUEST", Short: "Reject an application", Args: takes("REQUEST"),
		Example: "  muban library reject --platform wechat-mini 1234567891 --reason 与“提货码”重复",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			rejected, err := c.RejectKeyword(ctx, platform, args[0], reason)
			return show(s, rejected, err, keywordRequestView)
		}),
	}
	platformFlag(cmd, &platform)
	needFlag(cmd, &reason, "reason", "why, in one line")
	return cmd
}

func keywordRequestTable(requests []apiclient.KeywordRequest) view {
	return newTable(requests, func(r apiclient.KeywordRequest) []string {
		return []string{r.ID, r.AppID, r.TitleID, r.Name, string(r.State), firstOf(numberOf(r), r.Reason), stamp(r.CreatedAt)}
	}, "ID", "APP", "TITLE", "NAME", "STATE", "KEYWORD", "CREATED")
}

func keywordRequestView(r apiclient.KeywordRequest) view {
	return details{
		{"id", r.ID},
		{"app_id", r.AppID},
		{"title_id", r.TitleID},
		{"name", r.Name},
		{"example", r.Example},
		{"state", string(r.State)},
		{"keyword_id", numberOf(r)},
		{"reason", r.Reason},
		{"created_at", stamp(r.CreatedAt)},
		{"decided_at", stamp(r.DecidedAt)},
	}
}

// numberOf is the keyword's number; empty unless the request was approved.
func numberOf(r apiclient.KeywordRequest) string {
	if r.KeywordID == 0 {
		return ""
	}
	return strconv.Itoa(r.KeywordID)
}
