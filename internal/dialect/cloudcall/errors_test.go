package cloudcall

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/dialect/wechat"
	"github.com/muban-dev/muban/internal/httpx"
)

// Every kind of refusal that any rule can make has an answer that the SDK
// throws: nothing that was refused looks like a success.
func TestEveryKindIsAnswered(t *testing.T) {
	t.Parallel()
	h := New(wechat.New(nil), nil, nil)
	for _, rule := range muban.RuleNames() {
		rec := httptest.NewRecorder()
		x := httpx.Of(httptest.NewRequestWithContext(t.Context(), "POST", "/admin", nil))
		h.fail(rec, x, muban.Refuse(rule))
		if rec.Body.Len() == 0 || x.Code == "" || x.Code == "0" || x.Refusal == nil || strings.Contains(rec.Body.String(), `"errcode":0`) {
			t.Errorf("rule %s: code %q, body %q", rule, x.Code, rec.Body)
		}
	}
	kinds := map[muban.Kind]bool{}
	for _, rule := range muban.RuleNames() {
		kinds[rule.Kind()] = true
	}
	for kind := range gatewayErrors {
		if _, twice := systemErrors[kind]; twice || !kinds[kind] {
			t.Errorf("kind %s is in both tables, or no rule makes it", kind)
		}
	}
}

// Every call of the table is one of the API's: a path that is misspelt would
// refuse all calls of that name.
func TestEveryCallIsServed(t *testing.T) {
	t.Parallel()
	api := wechat.New(nil)
	for name, path := range calls {
		if api.Platform(path) == "" {
			t.Errorf("%s: there is no call at %s", name, path)
		}
	}
}
