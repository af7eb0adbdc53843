package baidu

import (
	"slices"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/baidu"
)

// Every kind of refusal that any rule can make has a code here, and every
// code a text: a new kind cannot be forgotten.
func TestEveryKindHasACode(t *testing.T) {
	t.Parallel()
	rules := muban.RuleNames()
	if len(rules) == 0 {
		t.Fatal("there are no rules")
	}
	for _, rule := range rules {
		if _, known := codes[rule.Kind()]; !known {
			t.Errorf("rule %s: kind %s has no code", rule, rule.Kind())
		}
	}
	for kind := range codes {
		if !slices.ContainsFunc(rules, func(r muban.Rule) bool { return r.Kind() == kind }) &&
			kind != muban.KindUnauthorized && kind != muban.KindForbidden {
			t.Errorf("kind %s is made by no rule", kind)
		}
	}
}

// The table of texts has no row that is never answered, and no code is
// answered without a text.
func TestCodesAndTexts(t *testing.T) {
	t.Parallel()
	var answered []int
	for _, table := range append([]map[muban.Kind]int{codes, formCodes}, callTables()...) {
		for kind, code := range table {
			answered = append(answered, code)
			if row, known := baidu.ErrorOf(code); !known || row.Text == "" {
				t.Errorf("kind %s: code %d has no text", kind, code)
			}
		}
	}
	for _, row := range baidu.Errors() {
		if !slices.Contains(answered, row.Code) {
			t.Errorf("code %d belongs to no kind", row.Code)
		}
	}
}

func callTables() (tables []map[muban.Kind]int) {
	for _, table := range callCodes {
		tables = append(tables, table)
	}
	return tables
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	form := map[string]string{"kind": "form"}
	for _, test := range []struct {
		call    string
		refusal *muban.Refusal
		code    int
	}{
		{callSend, nil, 4002},
		{callListTemplates, nil, 2},
		{"", nil, 2},
		{callSend, &muban.Refusal{Kind: "a kind of tomorrow"}, 4002},
		{callLibraryGet, &muban.Refusal{Kind: "a kind of tomorrow"}, 2},
		{callSend, &muban.Refusal{Kind: muban.KindGrantSpent, Values: form}, 4003},
		{callSend, &muban.Refusal{Kind: muban.KindGrantSpent, Values: map[string]string{"kind": "payment"}}, 4004},
		{callSend, &muban.Refusal{Kind: muban.KindGrantMismatch, Values: form}, 4004},
		{callSend, &muban.Refusal{Kind: muban.KindTemplateUnknown}, 4001},
		{callDeleteTemplate, &muban.Refusal{Kind: muban.KindTemplateUnknown}, 30001},
	} {
		if code := codeOf(test.call, test.refusal); code != test.code {
			t.Errorf("%s, %+v: code %d, want %d", test.call, test.refusal, code, test.code)
		}
	}
}

// A refresh token cannot be taken for the access token it came with.
func TestRefreshToken(t *testing.T) {
	t.Parallel()
	const access = "24.173e34227090dbe664c4991ef5c24779.2592000.1573901211.282335-16099124"
	got := refreshToken(access)
	if len(got) != len(access) || got[:3] != "25." || got[35:] != access[35:] || got[3:35] == access[3:35] {
		t.Errorf("refresh token %s of %s", got, access)
	}
}

// What stands in a request is shown on terminals too.
func TestExplanationsArePrintable(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&wire.KeywordError{Key: "\x1b[2J", Value: "x"},
		&wire.KeywordError{Key: "x", Value: "\x1b[2J"},
		&baidu.BodyError{Problem: "malformed MIME header: \x1b[2J"},
	} {
		if refusal := refusalOf(err); refusal == nil || strings.Contains(refusal.Error(), "\x1b") {
			t.Errorf("%q is explained by %q", err, refusal)
		}
	}
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"关键词": "关键词", "": "", "\x1b[2J": `"\x1b[2J"`, "a\u0085": `"a\u0085"`} {
		if got := printable(text); got != want {
			t.Errorf("printable(%q) = %s, want %s", text, got, want)
		}
	}
}
