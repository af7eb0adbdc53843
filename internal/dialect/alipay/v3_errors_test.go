package alipay

import (
	"slices"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// Every refusal that any rule can make has a code in the table of V3, whose row
// says so; and every row is answered.
func TestV3CodesAndTheTable(t *testing.T) {
	t.Parallel()
	answered := map[string]bool{}
	check := func(refusal *muban.Refusal) {
		t.Helper()
		code := v3CodeOf(refusal)
		row, known := alipay.V3ErrorOf(code)
		if !known {
			t.Errorf("%s is answered with %q, which is in no table", refusal.Rule, code)
			return
		}
		answered[code] = true
		if code != v3Failed && !slices.Contains(row.Kinds, string(refusal.Kind)) {
			t.Errorf("%s stands for %v, and its row does not say so of %s", code, row.Kinds, refusal.Kind)
		}
	}
	for _, rule := range muban.RuleNames() {
		if rule != muban.RuleCertificateUnknown { // of a call that V3 does not have
			check(muban.Refuse(rule))
		}
	}
	check(muban.Refuse(muban.RuleGrantUnknown, "kind", "payment"))
	for _, name := range []string{
		"Authorization", alipay.ParamTimestamp, alipay.ParamSign, alipay.ParamAppCertSN, alipay.V3RootCertSN, alipay.V3EncryptType, "page",
	} {
		check(unfit(name, "", "given"))
		check(unfit(name, "x", "given"))
	}
	for _, row := range alipay.V3Errors() {
		if !answered[row.Code] {
			t.Errorf("%s is never answered", row.Code)
		}
	}
	if code := v3CodeOf(nil); code != v3Failed {
		t.Errorf("without a refusal: %s", code)
	}
	if code := v3CodeOf(&muban.Refusal{Kind: "a kind of tomorrow"}); code != v3Failed {
		t.Errorf("a kind of tomorrow: %s", code)
	}
}
