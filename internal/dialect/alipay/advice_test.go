package alipay

import (
	"slices"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/zhtest"
)

// What the doctor advises is said in Chinese too.
func TestAdviceInChinese(t *testing.T) {
	t.Parallel()
	var all []candidate
	for _, m := range mistakes {
		all = append(all, candidate{mistake: m.name, advice: m.advice})
	}
	for _, m := range v3Mistakes {
		all = append(all, candidate{mistake: m.name, advice: m.advice})
	}
	for _, s := range []spoiled{notEncoded, encoded} {
		all = append(all, candidate{mistake: s.mistake, advice: s.advice})
	}
	all = append(all, leftOut([]pair{{name: "sign_type"}, {name: "version"}})...)
	for _, one := range all {
		words := muban.Refuse(muban.RuleSignatureWrong, "app_id", "2021", "advice", one.advice).Chinese()
		left := zhtest.English(words, "name=value charset version HTML")
		if left = slices.Compact(left); len(left) > 0 {
			t.Errorf("%s: %q is left in %s", one.mistake, left, words)
		}
	}
}
