package baidu_test

import (
	"slices"
	"testing"

	"github.com/muban-dev/muban/wire/baidu"
)

// Whoever reads a code learns the kind that it was answered for.
func TestKindsAndCodesAreOneTable(t *testing.T) {
	t.Parallel()
	for _, row := range baidu.Errors() {
		if len(row.Kinds) == 0 {
			t.Errorf("code %d stands for nothing", row.Code)
		}
		if row.Elsewhere {
			continue
		}
		for _, kind := range row.Kinds {
			var codes []int
			for _, call := range []string{"", baidu.CallSend, baidu.CallDeleteTemplate, baidu.CallGetSessionKey} {
				if row.Call == baidu.CallGetSessionKey && call != row.Call {
					continue // what is wrong with a login code only this call says by a number
				}
				for _, form := range []bool{false, true} {
					code, ok := baidu.CodeOf(kind, call, form)
					found, _ := baidu.ErrorOf(code)
					if !ok || !slices.Contains(found.Kinds, kind) || found.Elsewhere {
						t.Errorf("kind %s of call %q has the code %d (%t), which does not stand for it here", kind, call, code, ok)
					}
					codes = append(codes, code)
				}
			}
			if !slices.Contains(codes, row.Code) {
				t.Errorf("code %d stands for %s and is never answered for it", row.Code, kind)
			}
		}
	}
	for _, test := range []struct {
		kind, call string
		form       bool
		code       int
	}{
		{"busy", "", false, 2},
		{"busy", baidu.CallSend, false, 4002},
		{"busy", baidu.CallDeleteTemplate, true, 2},
		{"template_unknown", baidu.CallSend, false, 4001},
		{"template_unknown", baidu.CallDeleteTemplate, false, 30001},
		{"parameter", "", false, 2002},
		{"parameter", baidu.CallGetSessionKey, false, 10010100},
		{"login_code_used", baidu.CallGetSessionKey, false, 10010100},
		{"busy", baidu.CallGetSessionKey, false, 2},
		{"grant_spent", baidu.CallSend, true, 4003},
		{"grant_spent", baidu.CallSend, false, 4004},
		{"grant_mismatch", baidu.CallSend, true, 4004},
	} {
		if code, _ := baidu.CodeOf(test.kind, test.call, test.form); code != test.code {
			t.Errorf("%s of %q, form %t: code %d, want %d", test.kind, test.call, test.form, code, test.code)
		}
	}
	if _, known := baidu.CodeOf("a kind of tomorrow", "", false); known {
		t.Error("an unknown kind has a code")
	}
}

func TestOAuthKinds(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"grant_type_invalid", "secret_wrong", "app_unknown"} {
		failure, known := baidu.OAuthFailureOf(kind)
		if got := baidu.OAuthKindsOf(failure); !known || !slices.Equal(got, []string{kind}) {
			t.Errorf("kind %s is answered by %+v, which is read as %q", kind, failure, got)
		}
	}
	if _, known := baidu.OAuthFailureOf("token_missing"); known {
		t.Error("token_missing has an OAuth code")
	}
	for code, want := range map[string][]string{
		"invalid_client":  {"secret_wrong", "app_unknown"}, // with a text that nobody knows
		"invalid_request": {"parameter"}, "temporarily_unavailable": {"busy"}, "invalid_scope": nil,
	} {
		if got := baidu.OAuthKindsOf(baidu.OAuthFailure{Error: code, ErrorDescription: "?"}); !slices.Equal(got, want) {
			t.Errorf("%s is read as %q, want %q", code, got, want)
		}
	}
}
