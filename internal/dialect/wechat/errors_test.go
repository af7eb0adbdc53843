package wechat

import (
	"slices"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/wechat"
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
		code, inTable := wechat.CodeOf(string(rule.Kind()))
		stray, isStray := strays[rule.Kind()]
		if inTable == isStray {
			t.Errorf("rule %s: kind %s has no code, or two: %d and %d", rule, rule.Kind(), code, stray)
		}
		if row, _ := wechat.ErrorOf(codeOf(rule.Kind())); row.Text == "" {
			t.Errorf("kind %s: code %d has no text", rule.Kind(), row.Code)
		}
	}
}

// The table of codes says of each whether it is answered here, and uses no
// word that no rule uses.
func TestEveryCodeIsAnswered(t *testing.T) {
	t.Parallel()
	for _, row := range wechat.Errors() {
		if row.Answered && len(row.Kinds) == 0 && row.Code != 0 {
			t.Errorf("code %d belongs to no kind", row.Code)
		}
		for _, kind := range row.Kinds {
			if !slices.ContainsFunc(muban.RuleNames(), func(r muban.Rule) bool { return string(r.Kind()) == kind }) {
				t.Errorf("code %d: kind %s is made by no rule", row.Code, kind)
			}
		}
	}
}

func TestUnknownKindIsSystemError(t *testing.T) {
	t.Parallel()
	if code := codeOf("a kind of tomorrow"); code != -1 {
		t.Errorf("code %d, want -1", code)
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
