package httpx

import (
	"net/http"
	"net/url"
	"strings"
)

// QueryValue is r.URL.Query().Get(name) without reading the other parameters:
// of a call's query usually one is of interest.
func QueryValue(r *http.Request, name string) string {
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if strings.Contains(pair, ";") {
			continue // as net/url has it
		}
		if key != name {
			if !strings.ContainsAny(key, "%+") {
				continue
			}
			if unescaped, err := url.QueryUnescape(key); err != nil || unescaped != name {
				continue
			}
		}
		if unescaped, err := url.QueryUnescape(value); err == nil {
			return unescaped
		}
	}
	return ""
}
