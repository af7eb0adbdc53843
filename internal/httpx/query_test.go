package httpx_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/muban-dev/muban/internal/httpx"
)

// Whatever the query, it is what net/url says.
func FuzzQueryValue(f *testing.F) {
	for _, query := range []string{
		"", "a", "a=", "a=1", "a=1&a=2", "b=1&a=2", "%61=1", "a=%", "a=%&a=2", "a=1;b=2&a=3", "a;=1&a=2", "a=x+y%20z", "+a=1", "a=b=c", "&&a=1&", "%=1&a=2",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := &http.Request{URL: &url.URL{RawQuery: query}}
		if got, want := httpx.QueryValue(r, "a"), r.URL.Query().Get("a"); got != want {
			t.Errorf("a of %q is %q, want %q", query, got, want)
		}
	})
}
