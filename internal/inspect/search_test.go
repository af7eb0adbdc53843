package inspect_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/inspect"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	i := inspect.New(inspect.Options{})
	good := ask(t, i, asked{path: "/one?a=1", app: "wx1", body: `{"touser":"oUser"}`})
	bad := ask(t, i, asked{path: "/two", refusal: muban.Refuse(muban.RuleGrantSpent, "app_id", "wx2", "grant_id", "form-9")})
	yes, no := true, false
	first, second := calls(t, i, muban.CallFilter{Text: good}, muban.Page{Limit: 1}).Items[0].At, calls(t, i, muban.CallFilter{Text: bad}, muban.Page{Limit: 1}).Items[0].At
	for name, test := range map[string]struct {
		filter muban.CallFilter
		want   string
	}{
		"app":                    {muban.CallFilter{AppID: "wx1"}, good},
		"app named by a refusal": {muban.CallFilter{AppID: "wx2"}, bad},
		"id":                     {muban.CallFilter{ID: " " + strings.ToUpper(good)}, good},
		"code":                   {muban.CallFilter{Code: "40001"}, bad},
		"refused":                {muban.CallFilter{Refused: &yes}, bad},
		"not refused":            {muban.CallFilter{Refused: &no}, good},
		"body":                   {muban.CallFilter{Text: "OUSER"}, good},
		"path":                   {muban.CallFilter{Text: "POST /one?a"}, good},
		"words":                  {muban.CallFilter{Text: "used up"}, bad},
		"nothing":                {muban.CallFilter{AppID: "wx1", Code: "40001"}, ""},
		"user":                   {muban.CallFilter{Users: []string{"oUser"}}, ""},
		"message":                {muban.CallFilter{MessageID: 7}, ""},
		"from":                   {muban.CallFilter{From: second.Add(time.Nanosecond)}, ""},
		"to":                     {muban.CallFilter{To: first}, ""},
		"from and to":            {muban.CallFilter{AppID: "wx1", From: first, To: first.Add(time.Nanosecond)}, good},
		"grant":                  {muban.CallFilter{GrantID: "form-9"}, ""},
	} {
		var got string
		for _, call := range calls(t, i, test.filter, muban.Page{Limit: 9}).Items {
			got += call.ID
		}
		if got != test.want {
			t.Errorf("%s: found %q, want %q", name, got, test.want)
		}
	}
}

// Text is found as people read it, however it was written in the request.
func TestSearchReadsWhatIsEscaped(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]asked{
		"a form":                    {path: "/x", body: "data=" + url.QueryEscape(`{"k":"支付的茶🍵 +8%"}`)},
		"a form that was cut":       {path: "/x", body: "data=" + url.QueryEscape("支付的茶🍵 +8%") + "%E6%9"},
		"a query":                   {path: "/x?data=" + url.QueryEscape("支付的茶🍵 +8%")},
		"JSON":                      {path: "/x", body: `{"k":"\u652f\u4ed8\u7684\u8336\ud83c\udf75 +8%"}`},
		"JSON in JSON":              {path: "/x", body: `{"k":"{\"v\":\"\\u652f\\u4ed8的茶🍵 +8%\"}"}`},
		"JSON with escapes, a form": {path: "/x", body: "data=" + url.QueryEscape(`{"k":"\u652f\u4ed8\u7684\u8336\ud83c\udf75 +8%"}`)},
		"an answer":                 {path: "/x", answer: `{"k":"\u652f\u4ed8\u7684\u8336\ud83c\udf75 +8%"}`},
	} {
		i := inspect.New(inspect.Options{})
		id := ask(t, i, a)
		found := calls(t, i, muban.CallFilter{Text: "支付的茶🍵 +8%"}, muban.Page{Limit: 9}).Items
		if len(found) != 1 || found[0].ID != id {
			t.Errorf("%s: found %d calls, want the one", name, len(found))
		}
	}
}
