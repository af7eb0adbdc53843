package muban

import (
	"strconv"
	"strings"
	"time"
)

// Template is an app's own template (个人模板).
type Template struct {
	AppID     string
	ID        string
	Seq       int64 // orders the app's list by creation
	Title     string
	Content   string // text with {{name.DATA}} placeholders
	Example   string
	LibraryID string // the title it was made from; empty for a free text
	// KeywordIDs are the library's numbers of its keywords, in their order.
	KeywordIDs []int
	// Keywords are the placeholders in the order of the content.
	Keywords                        []TemplateKeyword
	PrimaryIndustry, DeputyIndustry string
	CreatedAt                       time.Time
}

// TemplateKeyword is one placeholder of a template.
type TemplateKeyword struct {
	Key  string `json:"key"`  // keyword1, first
	Name string `json:"name"` // the label shown before the value; may be empty
}

// Compose writes the content and example of a template made of the given
// library keywords, numbered keyword1… in that order (seed 003, addTemplate:
// the order is the developer's).
func (r Rules) Compose(keywords []Keyword) (content, example string, keys []TemplateKeyword) {
	lines := make([]string, len(keywords))
	samples := make([]string, len(keywords))
	keys = make([]TemplateKeyword, len(keywords))
	for i, k := range keywords {
		key := "keyword" + strconv.Itoa(i+1)
		keys[i] = TemplateKeyword{Key: key, Name: k.Name}
		lines[i] = k.Name + "{{" + key + ".DATA}}" + r.LineEnd
		samples[i] = k.Name + r.ExampleSeparator + k.Example + r.LineEnd
	}
	return strings.Join(lines, r.LineJoin), strings.Join(samples, r.LineJoin), keys
}

// Render fills the template's placeholders: a missing key leaves its place
// empty, a key without a place is ignored (seed 002, data).
func (t Template) Render(data map[string]Value) string {
	var out strings.Builder
	rest := t.Content
	for {
		before, after, found := strings.Cut(rest, "{{")
		key, tail, closed := strings.Cut(after, ".DATA}}")
		if !found || !closed {
			out.WriteString(rest)
			return out.String()
		}
		out.WriteString(before)
		out.WriteString(data[key].Text)
		rest = tail
	}
}

// Placeholders reads the placeholders of a content in their order. A pair of
// braces that does not close, or whose name does not end in .DATA, is returned
// as bad (seed 004: names end in .DATA, braces are reserved).
func Placeholders(content string) (keys []TemplateKeyword, bad string) {
	for line := range strings.SplitSeq(content, "\n") {
		rest := line
		for {
			before, after, found := strings.Cut(rest, "{{")
			if !found {
				if strings.Contains(rest, "}}") {
					return nil, strings.TrimSpace(rest)
				}
				break
			}
			name, tail, closed := strings.Cut(after, "}}")
			key, isData := strings.CutSuffix(name, ".DATA")
			if !closed || !isData || key == "" || strings.ContainsAny(key, "{} ") {
				if closed {
					name += "}}"
				}
				return nil, "{{" + name
			}
			label := strings.TrimRight(strings.TrimSpace(before), ":：")
			keys = append(keys, TemplateKeyword{Key: key, Name: label})
			rest = tail
		}
	}
	return keys, ""
}
