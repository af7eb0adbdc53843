package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Answer is what a call answered: decoded, and as it was received.
type Answer[T any] struct {
	Value T
	// JSON is the body of the answer; nil where it had none.
	JSON json.RawMessage
}

// Members are a request body by member. In a PATCH, a JSON Merge Patch
// (RFC 7396), nil removes a member.
type Members map[string]any

// call is one request to the API.
type call struct {
	method string
	path   []string // below /api/v1/, each to be percent-encoded
	query  url.Values
	body   any           // nil for none
	wait   time.Duration // how long the server was asked to hold the answer
	// patient is set where the work itself may take any time.
	patient bool
}

// largestAnswer bounds what is read of an answer.
const largestAnswer = 256 << 20

// do makes the call and decodes its answer.
func do[T any](ctx context.Context, c *Client, r call) (Answer[T], error) {
	body, err := c.send(ctx, r)
	if err != nil {
		return Answer[T]{}, err
	}
	return decode[T](body)
}

func decode[T any](body json.RawMessage) (Answer[T], error) {
	answer := Answer[T]{JSON: body}
	if err := json.Unmarshal(body, &answer.Value); err != nil {
		return Answer[T]{}, fmt.Errorf("the server's answer cannot be read: %w", err)
	}
	return answer, nil
}

// send makes the call and returns the body of a success.
func (c *Client) send(ctx context.Context, r call) (json.RawMessage, error) {
	asked := ctx
	if !r.patient {
		limited, cancel := context.WithTimeout(ctx, r.wait+answerWithin)
		defer cancel()
		ctx = limited
	}
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.unreachable(asked, err)
	}
	defer func() { _ = resp.Body.Close() }() // nothing is left to be read
	body, err := io.ReadAll(io.LimitReader(resp.Body, largestAnswer+1))
	if err != nil {
		return nil, c.unreachable(asked, err)
	}
	if len(body) > largestAnswer {
		return nil, fmt.Errorf("the server's answer is over %d MiB; ask for less with a limit", largestAnswer>>20)
	}
	if resp.StatusCode/100 != 2 {
		return nil, problemOf(req, resp, body)
	}
	if len(body) > 0 && !isJSON(resp, "application/json") {
		return nil, strangeAnswer(req, resp)
	}
	return body, nil
}

func (c *Client) request(ctx context.Context, r call) (*http.Request, error) {
	address, err := c.address(r)
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("encoding the request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, err
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req, nil
}

var errNoID = errors.New("an id is empty; every object has one")

// address is the URL of a call. An empty id would lead to another call.
func (c *Client) address(r call) (string, error) {
	var path strings.Builder
	path.WriteString(c.Server() + "/api/v1")
	for _, segment := range r.path {
		if segment == "" {
			return "", errNoID
		}
		path.WriteString("/" + escapeSegment(segment))
	}
	if len(r.query) > 0 {
		path.WriteString("?" + r.query.Encode())
	}
	return path.String(), nil
}

// escapeSegment percent-encodes one segment of a path. The ids "." and ".."
// are encoded too, because a path is cleaned of them.
func escapeSegment(segment string) string {
	if segment == "." || segment == ".." {
		return strings.ReplaceAll(segment, ".", "%2E")
	}
	return url.PathEscape(segment)
}

func isJSON(resp *http.Response, want string) bool {
	got, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && got == want
}
