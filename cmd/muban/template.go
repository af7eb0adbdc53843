package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/apiclient"
)

func newTemplateCommand(s *shell) *cobra.Command {
	return newGroup("template", "An app's own templates",
		newTemplateCreate(s), newTemplateList(s), newTemplateShow(s), newTemplateDelete(s))
}

func newTemplateCreate(s *shell) *cobra.Command {
	var app string
	var t apiclient.NewTemplate
	cmd := &cobra.Command{
		Use: "create", Short: "Make a template, of a library title or of a text", Args: takes(),
		Long: `Make a template: of a title of the library, with its keywords in the order
given (an official account's titles are finished texts and take none), or of a
text with placeholders like {{keyword1.DATA}}.`,
		Example: "  muban template create --app wx3f7a9c0d5e8b2146 --library AT0002 --keywords 3,5,4\n" +
			"  muban template create --app wx3f7a9c0d5e8b2146 --title 发货通知 --content '订单 {{keyword1.DATA}} 已发货'",
	}
	appFlag(cmd, &app)
	flags := cmd.Flags()
	flags.StringVar(&t.LibraryID, "library", "", "the title of the library, by its id")
	flags.IntSliceVar(&t.KeywordIDs, "keywords", nil, "the title's keywords, by `NUMBER,…`, in the order wanted")
	flags.StringVar(&t.Title, "title", "", "the title of a text")
	flags.StringVar(&t.Content, "content", "", "the text")
	flags.StringVar(&t.Example, "example", "", "the text filled in, to show what it means")
	filledFlag(cmd, &t.TemplateID, "id", "the template_id of a text; generated if left out")
	cmd.MarkFlagsOneRequired("library", "content")
	cmd.MarkFlagsMutuallyExclusive("library", "content")
	cmd.MarkFlagsRequiredTogether("title", "content")
	cmd.RunE = s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
		template, err := c.CreateTemplate(ctx, app, t)
		return show(s, template, err, templateView)
	})
	return cmd
}

func newTemplateList(s *shell) *cobra.Command {
	var app string
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List an app's templates", Args: takes(),
		Example: "  muban template list --app wx3f7a9c0d5e8b2146",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			templates, err := c.Templates(ctx, app, limit)
			return showList(s, templates, err, templateTable)
		}),
	}
	appFlag(cmd, &app)
	limitFlag(cmd, &limit)
	return cmd
}

func newTemplateShow(s *shell) *cobra.Command {
	var app string
	cmd := &cobra.Command{
		Use: "show TEMPLATE_ID", Short: "Show a template with its text", Args: takes("TEMPLATE_ID"),
		Example: "  muban template show --app wx3f7a9c0d5e8b2146 ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			template, err := c.Template(ctx, app, args[0])
			return show(s, template, err, templateView)
		}),
	}
	appFlag(cmd, &app)
	return cmd
}

func newTemplateDelete(s *shell) *cobra.Command {
	var app string
	cmd := &cobra.Command{
		Use: "delete TEMPLATE_ID", Short: "Delete a template; what was accepted is delivered", Args: takes("TEMPLATE_ID"),
		Example: "  muban template delete --app wx3f7a9c0d5e8b2146 ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			return s.done(c.DeleteTemplate(ctx, app, args[0]), "deleted template %s", args[0])
		}),
	}
	appFlag(cmd, &app)
	return cmd
}

func templateTable(templates []apiclient.Template) view {
	return newTable(templates, func(t apiclient.Template) []string {
		return []string{t.TemplateID, t.Title, keywordList(t), t.LibraryID}
	}, "TEMPLATE_ID", "TITLE", "KEYWORDS", "LIBRARY")
}

// keywordList names the keywords as people know them.
func keywordList(t apiclient.Template) string {
	names := make([]string, len(t.Keywords))
	for i, k := range t.Keywords {
		names[i] = firstOf(k.Name, k.Key)
	}
	return strings.Join(names, ", ")
}

func templateView(t apiclient.Template) view {
	return details{
		{"template_id", t.TemplateID},
		{"title", t.Title},
		{"content", t.Content},
		{"example", t.Example},
		{"library_id", t.LibraryID},
		{"keyword_ids", joinNumbers(t.KeywordIDs)},
		{"primary_industry", t.PrimaryIndustry},
		{"deputy_industry", t.DeputyIndustry},
		{"created_at", stamp(t.CreatedAt)},
	}
}
