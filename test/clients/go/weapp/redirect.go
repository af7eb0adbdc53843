package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
)

// redirect sends to Muban what a client addresses to the platform: it changes
// scheme and host of the URL and leaves the Host header as it was. It notes
// each answer's errcode, which weapp's errors leave out.
type redirect struct {
	to      *url.URL
	next    http.RoundTripper
	errcode int
}

func (t *redirect) RoundTrip(request *http.Request) (*http.Response, error) {
	t.errcode = 0
	moved := request.Clone(request.Context())
	moved.URL.Scheme, moved.URL.Host = t.to.Scheme, t.to.Host
	response, err := t.next.RoundTrip(moved)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(text))
	var answer struct {
		Errcode int `json:"errcode"`
	}
	if json.Unmarshal(text, &answer) == nil {
		t.errcode = answer.Errcode
	}
	return response, nil
}
