package messaging

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/muban-dev/muban"
)

// AddOfficialTemplate adds a title of the official accounts' library to the
// account's own templates (api_add_template). number is the library's number
// of it; names choose keywords of a title of a class (类目), in that order, and
// count for no other title.
//
// Refusals, in this order: unknown number, a title of another industry, names
// that the title of a class does not have, the account's limit of templates.
func (s *Service) AddOfficialTemplate(ctx context.Context, app muban.App, number string, names []string) (muban.Template, error) {
	title, err := s.LibraryTitle(ctx, app.Platform, number)
	if isRule(err, muban.RuleTitleUnknown) {
		return muban.Template{}, muban.Refuse(muban.RuleTemplateNumber, "template_id_short", quoteName(number))
	}
	if err != nil {
		return muban.Template{}, err
	}
	if refusal := s.checkTemplateIndustry(app, title); refusal != nil {
		return muban.Template{}, refusal
	}
	if ofClass(title.ID) {
		if title, err = chooseNames(title, names); err != nil {
			return muban.Template{}, err
		}
	}
	return s.storeTemplate(ctx, app, fromFinishedTitle(app, title))
}

// ofClass reports whether a number is that of a title of a class: digits only
// (protocol.md §3.3).
func ofClass(number string) bool {
	return strings.Trim(number, digits) == ""
}

// chooseNames is the title with the lines of the chosen keywords only, in the
// order of the names.
func chooseNames(title muban.Title, names []string) (muban.Title, error) {
	lines := classLines(title)
	if len(names) == 0 {
		return muban.Title{}, keywordName(title, "is missing or empty", lines)
	}
	var content, example []string
	chosen := make(map[string]bool, len(names))
	for _, name := range names {
		line, known := lines[name]
		if !known {
			return muban.Title{}, keywordName(title, "names "+quoteName(name), lines)
		}
		if chosen[name] {
			return muban.Title{}, keywordName(title, "names "+quoteName(name)+" twice", lines)
		}
		chosen[name] = true
		content, example = append(content, line.content), append(example, line.example)
	}
	title.Content, title.Example = strings.Join(content, "\n"), strings.Join(example, "\n")
	return title, nil
}

// classLine is the line of one keyword in a title of a class.
type classLine struct {
	number           int // of the line
	content, example string
}

// classLines are the lines of a title by the names of their keywords.
func classLines(title muban.Title) map[string]classLine {
	lines := make(map[string]classLine)
	examples := strings.Split(title.Example, "\n")
	for i, content := range strings.Split(title.Content, "\n") {
		keys, _ := muban.Placeholders(content)
		if len(keys) == 0 || keys[0].Name == "" {
			continue
		}
		line := classLine{number: i, content: content}
		if i < len(examples) {
			line.example = examples[i]
		}
		lines[keys[0].Name] = line
	}
	return lines
}

func keywordName(title muban.Title, problem string, lines map[string]classLine) *muban.Refusal {
	known := make([]string, strings.Count(title.Content, "\n")+1)
	for name, line := range lines {
		known[line.number] = name
	}
	known = slices.DeleteFunc(known, func(name string) bool { return name == "" })
	return muban.Refuse(muban.RuleKeywordName, "template_id_short", title.ID, "problem", problem, "keywords", strings.Join(known, ", "))
}

// OwnTemplates lists all of an app's templates in the order they were made, as
// get_all_private_template does.
func (s *Service) OwnTemplates(ctx context.Context, app muban.App) ([]muban.Template, error) {
	templates, _, err := s.store.TemplateRange(ctx, app.ID, muban.Range{Count: math.MaxInt32})
	return templates, err
}
