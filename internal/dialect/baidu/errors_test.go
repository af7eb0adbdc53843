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
		_, inTable := baidu.CodeOf(string(rule.Kind()), "", false)
		_, isStray := strays[rule.Kind()]
		if inTable == isStray {
			t.Errorf("rule %s: kind %s has no code, or two", rule, rule.Kind())
		}
		if row, _ := baidu.ErrorOf(codeOf("", &muban.Refusal{Kind: rule.Kind()})); row.Text == "" {
			t.Errorf("rule %s: its code has no text", rule)
		}
	}
}

// The table of codes uses no word that no rule uses.
func TestKindsAreThoseOfRules(t *testing.T) {
	t.Parallel()
	for _, row := range baidu.Errors() {
		for _, kind := range row.Kinds {
			if !slices.ContainsFunc(muban.RuleNames(), func(r muban.Rule) bool { return string(r.Kind()) == kind }) {
				t.Errorf("code %d: kind %s is made by no rule", row.Code, kind)
			}
		}
	}
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	form := map[string]string{"kind": "form"}
	for _, test := range []struct {
		call    string
		refusal *muban.Refusal
		code    int
	}{
		{baidu.CallSend, nil, 4002},
		{baidu.CallListTemplates, nil, 2},
		{"", nil, 2},
		{baidu.CallSend, &muban.Refusal{Kind: "a kind of tomorrow"}, 4002},
		{baidu.CallLibraryGet, &muban.Refusal{Kind: "a kind of tomorrow"}, 2},
		{baidu.CallSend, &muban.Refusal{Kind: muban.KindGrantSpent, Values: form}, 4003},
		{baidu.CallSend, &muban.Refusal{Kind: muban.KindGrantSpent, Values: map[string]string{"kind": "payment"}}, 4004},
		{baidu.CallSend, &muban.Refusal{Kind: muban.KindGrantMismatch, Values: form}, 4004},
		{baidu.CallSend, &muban.Refusal{Kind: muban.KindTemplateUnknown}, 4001},
		{baidu.CallDeleteTemplate, &muban.Refusal{Kind: muban.KindTemplateUnknown}, 30001},
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
