package main

import (
	"strings"
	"testing"
	"time"

	"charm.land/lipgloss/v2"
)

func people() view {
	return newTable([][]string{
		{"o6_bmjrPTlm6", "小明", "购买地点 TIT造舰厂, 购买时间 2016年6月6日, 物品名称 咖啡"},
		{"x", "Bob\x1b[31m\nthe\u202Ebuilder", ""},
	}, func(row []string) []string { return row }, "ID", "NAME", "TEXT")
}

func TestATableWithoutATerminal(t *testing.T) {
	t.Parallel()
	const want = "" +
		"ID            NAME                    TEXT\n" +
		"o6_bmjrPTlm6  小明                    购买地点 TIT造舰厂, 购买时间 2016年6月6日, 物品名称 咖啡\n" +
		"x             Bob\uFFFD[31m ⏎ the\uFFFDbuilder\n"
	if got := people().render(paper{}); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestATableOnATerminal(t *testing.T) {
	t.Parallel()
	for _, width := range []int{200, 80, 64} {
		text := people().render(paper{terminal: true, width: width})
		lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
		for _, line := range lines {
			if got := lipgloss.Width(line); got > width || got != lipgloss.Width(lines[0]) {
				t.Errorf("on %d columns a line has %d, the first %d:\n%s", width, got, lipgloss.Width(lines[0]), text)
				break
			}
		}
		if !strings.HasPrefix(text, "╭") || !strings.Contains(text, "o6_bmjrPTlm6") {
			t.Errorf("on %d columns:\n%s", width, text)
		}
	}
}

func TestIDsAreNeverBroken(t *testing.T) {
	t.Parallel()
	text := people().render(paper{terminal: true, width: 30})
	if strings.Contains(text, "╭") || !strings.Contains(text, "o6_bmjrPTlm6 ") {
		t.Errorf("on 30 columns:\n%s", text)
	}
}

func TestAnEmptyTable(t *testing.T) {
	t.Parallel()
	none := newTable(nil, func(row []string) []string { return row }, "ID")
	if got := none.render(paper{terminal: true, width: 80}) + none.render(paper{}); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestDetails(t *testing.T) {
	t.Parallel()
	d := details{{"id", "1"}, {"page", ""}, {"text", "购买地点:TIT\n购买时间:\x07\n"}}
	const want = "id    1\ntext  购买地点:TIT\n      购买时间:\uFFFD\n"
	if got := d.render(paper{terminal: true, width: 80}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"7d":      168 * time.Hour,
		"1d12h":   36 * time.Hour,
		"90m":     90 * time.Minute,
		"0d1ms":   time.Millisecond,
		"100000d": 2_400_000 * time.Hour,
		"100001d": -1, "d": -1, "-1d": -1, "1.5d": -1, "1d2": -1, "week": -1, "": -1, "1d1d": -1,
	} {
		got, err := parseDuration(text)
		if (err == nil) != (want >= 0) || err == nil && got != want {
			t.Errorf("parseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}
