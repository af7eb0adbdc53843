package main

import (
	"strings"

	"charm.land/lipgloss/v2"
	borders "charm.land/lipgloss/v2/table"
)

// On a terminal a table has borders, and long texts are wrapped to its width.
// Ids are never broken, because people copy them: a table whose ids do not fit
// is better without borders.

// frame is what borders and padding take: a border and two blanks a column,
// and the last border.
func (t table) frame() int { return 3*len(t.heads) + 1 }

// fits reports whether the table can be drawn that wide.
func (t table) fits(width int) bool {
	need := t.frame()
	for _, least := range t.widths(leastWidth) {
		need += least
	}
	return need <= width
}

func (t table) bordered(width int) string {
	widths := t.shrunk(width - t.frame())
	rows := make([][]string, len(t.rows))
	for i, row := range t.rows {
		rows[i] = make([]string, len(row))
		for j, cell := range row {
			rows[i][j] = lipgloss.Wrap(cell, widths[j], "")
		}
	}
	padded := lipgloss.NewStyle().Padding(0, 1)
	return borders.New().
		Headers(t.heads...).Rows(rows...).
		Border(lipgloss.RoundedBorder()).
		StyleFunc(func(int, int) lipgloss.Style { return padded }).
		String() + "\n"
}

// shrunk are the columns' widths after the widest that can be wrapped gave
// way until all of them fit.
func (t table) shrunk(room int) []int {
	widths, least := t.widths(lipgloss.Width), t.widths(leastWidth)
	sum := 0
	for _, w := range widths {
		sum += w
	}
	for ; sum > room; sum-- {
		widest := -1
		for i, w := range widths {
			if w > least[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

// widths are the columns' widths as measure sees their cells.
func (t table) widths(measure func(string) int) []int {
	widths := make([]int, len(t.heads))
	for _, row := range t.all() {
		for i, cell := range row {
			widths[i] = max(widths[i], measure(cell))
		}
	}
	return widths
}

// leastWidth is how narrow a cell can be without breaking a word. Chinese,
// which can be broken anywhere, should still have a few characters a line.
func leastWidth(cell string) int {
	const chinese = 12
	least := 0
	for word := range strings.FieldsSeq(cell) {
		width := lipgloss.Width(word)
		if width > len([]rune(word)) {
			width = min(width, chinese)
		}
		least = max(least, width)
	}
	return least
}
