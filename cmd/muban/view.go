package main

import (
	"cmp"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"
)

// view is something to be shown to a person.
type view interface {
	render(paper) string
}

// paper is what a view is written on.
type paper struct {
	terminal bool
	width    int // of the terminal, in columns
}

func paperOf(w io.Writer) paper {
	file, ok := w.(*os.File)
	if !ok || !isTerminal(w) {
		return paper{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	return paper{terminal: true, width: width}
}

// table is a list of objects, one a row; the first column is the object's id.
type table struct {
	heads []string
	rows  [][]string
}

// newTable makes the table of items, whose cells row gives.
func newTable[T any](items []T, row func(T) []string, heads ...string) view {
	t := table{heads: heads}
	for _, item := range items {
		cells := row(item)
		for i, cell := range cells {
			cells[i] = oneLine(cell)
		}
		t.rows = append(t.rows, cells)
	}
	return t
}

// render draws borders on a terminal and leaves them away elsewhere.
func (t table) render(p paper) string {
	switch {
	case len(t.rows) == 0:
		return ""
	case p.terminal && t.fits(p.width):
		return t.bordered(p.width)
	default:
		return columns(t.all())
	}
}

// all is the table with its heads as the first row.
func (t table) all() [][]string { return append([][]string{t.heads}, t.rows...) }

// columns aligns cells, also those with Chinese, which is twice as wide.
func columns(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	var out strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", widths[i]-lipgloss.Width(cell)+2))
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return out.String()
}

// details is one object, a member a line. Members without a value are left
// out.
type details [][2]string

func (d details) render(paper) string {
	var rows [][]string
	for _, member := range d {
		lines := strings.Split(strings.TrimRight(member[1], "\n"), "\n")
		if member[1] == "" {
			continue
		}
		rows = append(rows, []string{member[0], printable(lines[0])})
		for _, line := range lines[1:] {
			rows = append(rows, []string{"", printable(line)})
		}
	}
	if len(rows) == 0 {
		return ""
	}
	return columns(rows)
}

// printable shows control characters instead of obeying them: names and texts
// come from anybody. Line breaks stay.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Bidi_Control) {
			return '\uFFFD'
		}
		return r
	}, text)
}

// oneLine is a text fit for a cell.
func oneLine(text string) string {
	return strings.ReplaceAll(printable(strings.TrimRight(text, "\n")), "\n", " ⏎ ")
}

// stamp shows a time as the API writes it; nothing where it is not set.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// yesNoAbsent shows what not every platform has.
func yesNoAbsent(b *bool) string {
	if b == nil {
		return ""
	}
	return yesNo(*b)
}

func numberOr(n *int64, absent string) string {
	if n == nil {
		return absent
	}
	return strconv.FormatInt(*n, 10)
}

// lines joins texts to a member of several lines.
func lines[T ~string](texts []T, none string) string {
	parts := make([]string, len(texts))
	for i, text := range texts {
		parts[i] = string(text)
	}
	return cmp.Or(strings.Join(parts, "\n"), none)
}
