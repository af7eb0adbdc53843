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
		code, known := codes[rule.Kind()]
		if !known {
			t.Errorf("rule %s: kind %s has no code", rule, rule.Kind())
		}
		if row, inTable := wechat.ErrorOf(code); known && (!inTable || row.Text == "") {
			t.Errorf("kind %s: code %d has no text", rule.Kind(), code)
		}
	}
	for kind := range codes {
		if !slices.ContainsFunc(rules, func(r muban.Rule) bool { return r.Kind() == kind }) &&
			kind != muban.KindUnauthorized && kind != muban.KindForbidden {
			t.Errorf("kind %s is made by no rule", kind)
		}
	}
}

// The table of texts says of each code whether it is answered here.
func TestEveryCodeIsAnswered(t *testing.T) {
	t.Parallel()
	for _, row := range wechat.Errors() {
		answered := row.Code == 0
		for _, code := range codes {
			answered = answered || code == row.Code
		}
		if answered != row.Answered {
			t.Errorf("code %d: a kind has it: %v, the table says %v", row.Code, answered, row.Answered)
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
