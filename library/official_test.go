package library_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/library"
)

// The numbers that an official account's title can have: the platform's two
// kinds, and our own (README.md), which are of a class.
var officialID = regexp.MustCompile(`^(TM\d{5}|OPENTM\d{9}|9\d{8})$`)

func TestStarterOfficialTitles(t *testing.T) {
	t.Parallel()
	titles := starterOf(t, muban.WeChatOA)
	if len(titles) < 60 {
		t.Errorf("%d titles, want 60 or more", len(titles))
	}
	finished := 0
	last := ""
	for _, title := range titles {
		if !officialID.MatchString(title.ID) {
			t.Errorf("%s is no number of an official account's title", title.ID)
		}
		// Those of a class, which cannot be added without naming keywords, come
		// first here and so last in lists, which begin with the newest.
		if title.ID <= last {
			t.Errorf("%s comes after %s", title.ID, last)
		}
		last = title.ID
		if strings.HasPrefix(title.Content, "{{first.DATA}}") && strings.HasSuffix(strings.ToLower(title.Content), "{{remark.data}}") {
			finished++
		}
	}
	if finished < 60 {
		t.Errorf("%d titles go from {{first.DATA}} to {{remark.DATA}}, want 60 or more", finished)
	}
}

// Every example shows the content filled in: all its labels, nothing left of
// its placeholders.
func TestStarterOfficialExamples(t *testing.T) {
	t.Parallel()
	placeholder := regexp.MustCompile(`\{\{[^{}]*\.DATA\}\}`)
	for _, title := range starterOf(t, muban.WeChatOA) {
		if title.Example == "" || strings.Contains(title.Example, "{{") || strings.Contains(title.Example, "\r") {
			t.Errorf("%s: example %q", title.ID, title.Example)
		}
		for _, label := range placeholder.Split(title.Content, -1) {
			if label = strings.Trim(label, "\n"); !strings.Contains(title.Example, label) {
				t.Errorf("%s: the example does not show %q: %q", title.ID, label, title.Example)
			}
		}
		seen := make(map[string]bool)
		keys, _ := muban.Placeholders(title.Content)
		for _, key := range keys {
			if seen[key.Key] {
				t.Errorf("%s has {{%s.DATA}} twice", title.ID, key.Key)
			}
			seen[key.Key] = true
		}
	}
}

// A title of a class (类目) has a line and a name for each keyword, so that
// some of them can be chosen by name.
func TestStarterClassTitles(t *testing.T) {
	t.Parallel()
	classes := 0
	for _, title := range starterOf(t, muban.WeChatOA) {
		if !strings.HasPrefix(title.ID, "9") {
			continue
		}
		classes++
		lines, examples := strings.Split(title.Content, "\n"), strings.Split(title.Example, "\n")
		if len(lines) != len(examples) {
			t.Errorf("%s: %d lines, %d in the example", title.ID, len(lines), len(examples))
		}
		for _, line := range lines {
			if keys, _ := muban.Placeholders(line); len(keys) != 1 || keys[0].Name == "" {
				t.Errorf("%s: the line %q has %v", title.ID, line, keys)
			}
		}
	}
	if classes == 0 {
		t.Error("there is no title of a class")
	}
}

// What the platform's document shows for TM00015 (protocol.md §3.1 gives the
// number).
func TestTM00015IsThePlatforms(t *testing.T) {
	t.Parallel()
	title := titleOf(t, muban.WeChatOA, "TM00015")
	want := "{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}"
	if title.Title != "订单支付成功" || title.Content != want || title.PrimaryIndustry != "IT科技" || title.DeputyIndustry != "互联网|电子商务" {
		t.Errorf("TM00015 is %+v", title)
	}
}

func TestIndustries(t *testing.T) {
	t.Parallel()
	table := library.Industries()
	if len(table) != 41 {
		t.Errorf("%d industries, want 41", len(table))
	}
	seen := make(map[string]bool)
	for i, row := range table {
		if row.Code != i+1 || row.FirstClass == "" || row.SecondClass == "" || seen[row.FirstClass+"/"+row.SecondClass] {
			t.Errorf("row %d is %+v", i+1, row)
		}
		seen[row.FirstClass+"/"+row.SecondClass] = true
	}
	// The platform answers second_class otherwise than its document's table has
	// it (README.md).
	for code, want := range map[int64]string{1: "互联网|电子商务", 8: "证券|基金|理财|信托", 29: "房地产|建筑", 41: "其他"} {
		if row, ok := library.IndustryOf(code); !ok || row.SecondClass != want {
			t.Errorf("industry %d is %+v, %v", code, row, ok)
		}
	}
	for _, code := range []int64{0, 42, -1, 1<<32 + 1} {
		if row, ok := library.IndustryOf(code); ok {
			t.Errorf("industry %d is %+v", code, row)
		}
	}
	// Titles name industries of the table.
	for _, title := range starterOf(t, muban.WeChatOA) {
		if title.PrimaryIndustry == "" && title.DeputyIndustry == "" {
			continue
		}
		if !slices.ContainsFunc(table, func(row muban.Industry) bool {
			return row.FirstClass == title.PrimaryIndustry && row.SecondClass == title.DeputyIndustry
		}) {
			t.Errorf("%s is of %s, %s", title.ID, title.PrimaryIndustry, title.DeputyIndustry)
		}
	}
}
