package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// List is a list, or its newest part, newest first.
type List[T any] struct {
	Items []T `json:"items"`
	// NextCursor is set where there is more.
	NextCursor string `json:"next_cursor"`
}

// All as a limit asks for a whole list.
const All = 0

// largestPage is the most items that the API answers at once.
const largestPage = 500

// follow gets a list of at most limit items, page by page, as an answer of
// the form that one page has.
func follow[L any](ctx context.Context, c *Client, r call, limit int) (Answer[L], error) {
	body, err := c.pages(ctx, r, limit)
	if err != nil {
		return Answer[L]{}, err
	}
	return decode[L](body)
}

// page is a part of any list; members that not all lists have are kept aside.
type page struct {
	Items      []json.RawMessage `json:"items"`
	NextCursor string            `json:"next_cursor"`
}

func (c *Client) pages(ctx context.Context, r call, limit int) (json.RawMessage, error) {
	r.method, r.query = http.MethodGet, maps.Clone(r.query)
	if r.query == nil {
		r.query = url.Values{}
	}
	var items []json.RawMessage
	for first := true; ; first = false {
		size := largestPage
		if limit != All {
			size = min(size, limit-len(items))
		}
		r.query.Set("limit", strconv.Itoa(size))
		body, err := c.send(ctx, r)
		if err != nil {
			return nil, err
		}
		part, err := decode[page](body)
		if err != nil {
			return nil, err
		}
		items = append(items, part.Value.Items...)
		full := limit != All && len(items) >= limit
		if part.Value.NextCursor == "" || len(part.Value.Items) == 0 || full {
			if first {
				return body, nil
			}
			return joined(body, items)
		}
		r.query.Set("cursor", part.Value.NextCursor)
		r.query.Del("wait") // the list has begun: nothing is left to wait for
		r.wait = 0
	}
}

// joined is the last page with all pages' items in its place.
func joined(last json.RawMessage, items []json.RawMessage) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(last, &members); err != nil {
		return nil, fmt.Errorf("the server's answer cannot be read: %w", err)
	}
	list, err := encode(items)
	if err != nil {
		return nil, err
	}
	members["items"] = list
	return encode(members)
}

// encode leaves the text of the raw parts as the server wrote it.
func encode(v any) (json.RawMessage, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("joining the pages of a list: %w", err)
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}
