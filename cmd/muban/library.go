package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

func newLibraryCommand(s *shell) *cobra.Command {
	return newGroup("library", "A platform's template library: titles with numbered keywords",
		newLibraryList(s), newLibraryShow(s), newLibraryAdd(s), newLibraryDelete(s),
		newLibraryImport(s), newLibraryExport(s),
		newLibraryRequest(s), newLibraryRequests(s), newLibraryApprove(s), newLibraryReject(s))
}

func platformFlag(cmd *cobra.Command, platform *muban.Platform) {
	choiceFlag(cmd, platform, "platform", "whose library", muban.Platforms()...)
	must(cmd.MarkFlagRequired("platform"))
}

func newLibraryList(s *shell) *cobra.Command {
	var platform muban.Platform
	var q string
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List titles, or those that contain a text", Args: takes(),
		Example: "  muban library list --platform wechat-mini -q 购买",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			titles, err := c.Titles(ctx, platform, q, limit)
			return showList(s, titles, err, titleTable)
		}),
	}
	platformFlag(cmd, &platform)
	cmd.Flags().VarP((*filledValue)(&q), "query", "q", "only titles whose id or text contains this")
	limitFlag(cmd, &limit)
	return cmd
}

func newLibraryShow(s *shell) *cobra.Command {
	var platform muban.Platform
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show a title with its keywords", Args: takes("ID"),
		Example: "  muban library show --platform wechat-mini AT0002",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			title, err := c.Title(ctx, platform, args[0])
			return show(s, title, err, titleView)
		}),
	}
	platformFlag(cmd, &platform)
	return cmd
}

func newLibraryAdd(s *shell) *cobra.Command {
	var platform muban.Platform
	var t apiclient.Title
	var keywords []string
	cmd := &cobra.Command{
		Use: "add", Short: "Add a title", Args: takes(),
		Long:    "Add a title: with keywords or, on wechat-oa, with a text.",
		Example: "  muban library add --platform baidu --title 取餐提醒 --keyword 取餐号=A12 --keyword 9002:门店=TIT造舰厂",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			for _, text := range keywords {
				keyword, err := parseKeyword(text)
				if err != nil {
					return err
				}
				t.Keywords = append(t.Keywords, keyword)
			}
			title, err := c.CreateTitle(ctx, platform, t)
			return show(s, title, err, titleView)
		}),
	}
	platformFlag(cmd, &platform)
	needFlag(cmd, &t.Title, "title", "the title's text")
	flags := cmd.Flags()
	filledFlag(cmd, &t.ID, "id", "its id; generated if left out")
	flags.StringArrayVar(&keywords, "keyword", nil, "a keyword as `[NUMBER:]NAME=EXAMPLE`; repeated")
	flags.StringVar(&t.Content, "content", "", "wechat-oa: the text, with placeholders")
	flags.StringVar(&t.Example, "example", "", "wechat-oa: the text filled in")
	flags.StringVar(&t.PrimaryIndustry, "primary-industry", "", "wechat-oa: the industry it is for")
	flags.StringVar(&t.DeputyIndustry, "deputy-industry", "", "wechat-oa: the branch of that industry")
	cmd.MarkFlagsOneRequired("keyword", "content")
	return cmd
}

// parseKeyword reads [NUMBER:]NAME=EXAMPLE.
func parseKeyword(text string) (apiclient.Keyword, error) {
	name, example, found := strings.Cut(text, "=")
	k := apiclient.Keyword{Name: name, Example: example}
	if number, rest, numbered := strings.Cut(name, ":"); numbered {
		if n, err := strconv.Atoi(number); err == nil {
			k.KeywordID, k.Name = n, rest
		}
	}
	if !found || k.Name == "" {
		return k, usageErrorf("--keyword %s: want NAME=EXAMPLE or NUMBER:NAME=EXAMPLE, like 3:购买地点=TIT造舰厂", text)
	}
	return k, nil
}

func newLibraryDelete(s *shell) *cobra.Command {
	var platform muban.Platform
	cmd := &cobra.Command{
		Use: "delete ID", Short: "Remove a title; templates made from it stay", Args: takes("ID"),
		Example: "  muban library delete --platform baidu BD9001",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			return s.done(c.DeleteTitle(ctx, platform, args[0]), "deleted title %s of %s", args[0], platform)
		}),
	}
	platformFlag(cmd, &platform)
	return cmd
}

func titleTable(titles []apiclient.Title) view {
	return newTable(titles, func(t apiclient.Title) []string {
		names := make([]string, len(t.Keywords))
		for i, k := range t.Keywords {
			names[i] = strconv.Itoa(k.KeywordID) + " " + k.Name
		}
		return []string{t.ID, t.Title, firstOf(strings.Join(names, ", "), t.Content)}
	}, "ID", "TITLE", "KEYWORDS")
}

func titleView(t apiclient.Title) view {
	d := details{
		{"id", t.ID},
		{"title", t.Title},
		{"content", t.Content},
		{"example", t.Example},
		{"primary_industry", t.PrimaryIndustry},
		{"deputy_industry", t.DeputyIndustry},
	}
	for _, k := range t.Keywords {
		d = append(d, [2]string{"keyword " + strconv.Itoa(k.KeywordID), k.Name + ": " + k.Example + " (" + string(k.Origin) + ")"})
	}
	return d
}
