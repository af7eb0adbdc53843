package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
	"github.com/muban-dev/muban/library"
)

func newLibraryImport(s *shell) *cobra.Command {
	var platform muban.Platform
	var replace bool
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Add the titles of a file", Args: takes("FILE"),
		Long: `Add the titles of a file, as library export writes it; - is standard input.
Titles that exist are left as they are unless --replace is given. The whole
file is checked before the first title is added.`,
		Example: "  muban library import --platform baidu titles.json",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			titles, err := s.readTitles(platform, args[0])
			if err != nil {
				return err
			}
			counts, err := importTitles(ctx, c, titles, replace)
			if err != nil {
				return err
			}
			return s.reportImport(platform, counts)
		}),
	}
	platformFlag(cmd, &platform)
	cmd.Flags().BoolVar(&replace, "replace", false, "overwrite titles that exist")
	return cmd
}

func newLibraryExport(s *shell) *cobra.Command {
	var platform muban.Platform
	cmd := &cobra.Command{
		Use: "export [FILE]", Short: "Write all titles to a file", Args: mayTake("FILE"),
		Long:    "Write all titles, the oldest first, to a file or to standard output.",
		Example: "  muban library export --platform baidu titles.json",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			titles, err := c.Titles(ctx, platform, "", apiclient.All)
			if err != nil {
				return err
			}
			var file bytes.Buffer
			if err := library.Encode(&file, exportedTitles(platform, titles.Value.Items)); err != nil {
				return err
			}
			if len(args) == 0 || args[0] == "-" {
				_, err := s.out.Write(file.Bytes())
				return err
			}
			const readable = 0o644
			return s.done(os.WriteFile(args[0], file.Bytes(), readable), "wrote %d titles to %s", len(titles.Value.Items), args[0])
		}),
	}
	platformFlag(cmd, &platform)
	return cmd
}

// open opens a file that a command was told to read; - is standard input.
func (s *shell) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(s.in), nil
	}
	return os.Open(name)
}

func (s *shell) readTitles(platform muban.Platform, name string) ([]muban.Title, error) {
	file, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // was only read
	titles, err := library.Decode(platform, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return titles, nil
}

// importCounts say what became of the titles of a file.
type importCounts struct {
	Added    int `json:"added"`
	Replaced int `json:"replaced"`
	Kept     int `json:"kept"` // existed and were left as they are
}

func importTitles(ctx context.Context, c *apiclient.Client, titles []muban.Title, replace bool) (importCounts, error) {
	var counts importCounts
	for i, title := range titles {
		if err := importTitle(ctx, c, title, replace, &counts); err != nil {
			return counts, fmt.Errorf("title %s: %w (the %d titles before it are imported)", title.ID, err, i)
		}
	}
	return counts, nil
}

func importTitle(ctx context.Context, c *apiclient.Client, title muban.Title, replace bool, counts *importCounts) error {
	_, err := c.CreateTitle(ctx, title.Platform, importedTitle(title))
	switch {
	case err == nil:
		counts.Added++
		return nil
	case !apiclient.IsProblem(err, apiclient.CodeConflict):
		return err
	case !replace:
		counts.Kept++
		return nil
	}
	if err := c.DeleteTitle(ctx, title.Platform, title.ID); err != nil {
		return err
	}
	if _, err := c.CreateTitle(ctx, title.Platform, importedTitle(title)); err != nil {
		return err
	}
	counts.Replaced++
	return nil
}

func (s *shell) reportImport(platform muban.Platform, counts importCounts) error {
	if s.json {
		body, err := json.Marshal(counts)
		if err != nil {
			return err
		}
		return s.printJSON(body)
	}
	text := fmt.Sprintf("added %d titles to %s", counts.Added, platform)
	if counts.Replaced > 0 {
		text += fmt.Sprintf(", replaced %d", counts.Replaced)
	}
	if counts.Kept > 0 {
		text += fmt.Sprintf("; %d existed and were left as they are (--replace overwrites them)", counts.Kept)
	}
	return s.done(nil, "%s", text)
}

func importedTitle(t muban.Title) apiclient.Title {
	title := apiclient.Title{
		ID: t.ID, Title: t.Title, Content: t.Content, Example: t.Example,
		PrimaryIndustry: t.PrimaryIndustry, DeputyIndustry: t.DeputyIndustry,
	}
	for _, k := range t.Keywords {
		title.Keywords = append(title.Keywords, apiclient.Keyword{KeywordID: k.ID, Name: k.Name, Example: k.Example, Origin: k.Origin})
	}
	return title
}

// exportedTitles turns the API's list, newest first, into a file's.
func exportedTitles(platform muban.Platform, items []apiclient.Title) []muban.Title {
	titles := make([]muban.Title, 0, len(items))
	for _, t := range slices.Backward(items) {
		title := muban.Title{
			Platform: platform, ID: t.ID, Title: t.Title, Content: t.Content, Example: t.Example,
			PrimaryIndustry: t.PrimaryIndustry, DeputyIndustry: t.DeputyIndustry,
		}
		for _, k := range t.Keywords {
			title.Keywords = append(title.Keywords, muban.Keyword{ID: k.KeywordID, Name: k.Name, Example: k.Example, Origin: k.Origin})
		}
		titles = append(titles, title)
	}
	return titles
}
