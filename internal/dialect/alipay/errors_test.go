package alipay

import (
	"slices"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/alipay"
)

// Every kind of refusal that any rule can make has a sub code here: a new kind
// cannot be forgotten.
func TestEveryKindHasACode(t *testing.T) {
	t.Parallel()
	rules := muban.RuleNames()
	if len(rules) == 0 {
		t.Fatal("there are no rules")
	}
	for _, rule := range rules {
		if _, known := codes[rule.Kind()]; !known {
			t.Errorf("rule %s: kind %s has no sub code", rule, rule.Kind())
		}
	}
	for kind := range codes {
		if !slices.ContainsFunc(rules, func(r muban.Rule) bool { return r.Kind() == kind }) &&
			kind != muban.KindUnauthorized && kind != muban.KindForbidden {
			t.Errorf("kind %s is made by no rule", kind)
		}
	}
	for rule := range ruleCodes {
		if !slices.Contains(rules, rule) {
			t.Errorf("rule %s has a sub code and does not exist", rule)
		}
	}
}

// Every sub code that is answered is in the public table, and says of the row
// for which kinds it stands; rows that are never answered say so.
func TestCodesAndTheTable(t *testing.T) {
	t.Parallel()
	answered := map[string][]muban.Kind{notMatchUser: {muban.KindGrantUnknown}}
	for kind, code := range codes {
		answered[code] = append(answered[code], kind)
	}
	for rule, code := range ruleCodes {
		answered[code] = append(answered[code], rule.Kind())
	}
	for _, own := range parameterCodes {
		answered[own.missing] = append(answered[own.missing], muban.KindParameter)
		answered[own.invalid] = append(answered[own.invalid], muban.KindParameter)
	}
	for code, kinds := range answered {
		row, known := alipay.ErrorOf(code)
		if !known || row.Elsewhere {
			t.Errorf("%s is answered and its row is %+v", code, row)
		}
		if code == failed {
			continue // whatever cannot be
		}
		for _, kind := range kinds {
			if !slices.Contains(row.Kinds, string(kind)) {
				t.Errorf("%s stands for %v, and its row does not say so of %s", code, row.Kinds, kind)
			}
		}
	}
	for _, row := range alipay.Errors() {
		if _, is := answered[row.SubCode]; is == row.Elsewhere {
			t.Errorf("%s is answered: %v, and its row says the opposite", row.SubCode, is)
		}
		for _, kind := range row.Kinds {
			if _, known := codes[muban.Kind(kind)]; !known {
				t.Errorf("%s: there is no kind %s", row.SubCode, kind)
			}
		}
	}
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	parameter := func(name string) *muban.Refusal {
		return muban.Refuse(muban.RuleRequestParameter, "parameter", name)
	}
	for _, test := range []struct {
		refusal *muban.Refusal
		code    string
	}{
		{nil, failed},
		{&muban.Refusal{Kind: "a kind of tomorrow"}, failed},
		{parameter("to_user_id"), "isv.invalid-parameter"},
		{parameter("timestamp"), "isv.invalid-timestamp"},
		{muban.Refuse(muban.RuleRequestMissing, "parameter", "timestamp"), "isv.missing-timestamp"},
		{muban.Refuse(muban.RuleRequestMissing, "parameter", "data"), "isv.invalid-parameter"},
		{muban.Refuse(muban.RuleGrantUnknown, "kind", "form"), "FORM_ID_NOT_MATCH_APPID"},
		{muban.Refuse(muban.RuleGrantUnknown, "kind", "payment"), "TRADE_NO_NOT_MATCH_USERID"},
		{muban.Refuse(muban.RuleGrantApp, "kind", "payment"), "FORM_ID_NOT_MATCH_APPID"},
		{muban.Refuse(muban.RuleGrantOwner), "TRADE_NO_NOT_MATCH_USERID"},
		{muban.Refuse(muban.RuleNotFound), failed},
		{muban.Refuse(muban.RuleCertificateUnknown), "isv.alipay-cert-not-exist"},
	} {
		if code := codeOf(test.refusal); code != test.code {
			t.Errorf("%+v: %s, want %s", test.refusal, code, test.code)
		}
	}
}

// What stands in a request is shown on terminals too.
func TestExplanationsArePrintable(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&wire.KeywordError{Key: "\x1b[2J", Value: "x"},
		&wire.KeywordError{Key: "x", Value: "\x1b[2J"},
		&alipay.BodyError{Problem: "malformed MIME header: \x1b[2J"},
		&alipay.ParamError{Parameter: "\x1b[2J", Problem: "\x1b[2J"},
	} {
		if refusal := refusalOf(err); refusal == nil || strings.Contains(refusal.Error(), "\x1b") {
			t.Errorf("%q is explained by %q", err, refusal)
		}
	}
	for text, want := range map[string]string{"关键词": "关键词", "": "", "\x1b[2J": `"\x1b[2J"`} {
		if got := printable(text); got != want {
			t.Errorf("printable(%q) = %s, want %s", text, got, want)
		}
	}
}
