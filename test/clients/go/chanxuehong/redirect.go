package main

import (
	"net/http"
	"net/url"
	"sync/atomic"
)

// redirect sends to Muban what the library addresses to the platform: it
// changes scheme and host of the URL and leaves the Host header as it was. It
// counts the requests.
type redirect struct {
	to    *url.URL
	next  http.RoundTripper
	count atomic.Int64
}

func (t *redirect) RoundTrip(request *http.Request) (*http.Response, error) {
	t.count.Add(1)
	moved := request.Clone(request.Context())
	moved.URL.Scheme, moved.URL.Host = t.to.Scheme, t.to.Host
	return t.next.RoundTrip(moved)
}
