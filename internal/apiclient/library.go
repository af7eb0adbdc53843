package apiclient

import (
	"context"
	"net/http"
	"net/url"

	"github.com/muban-dev/muban"
)

// Title is an entry of a platform's template library: with keywords or, on
// official accounts, with a finished text. As a request it may lack its ID
// and the keywords their numbers, which are then generated.
type Title struct {
	ID              string    `json:"id,omitempty"`
	Title           string    `json:"title"`
	Keywords        []Keyword `json:"keywords,omitempty"`
	Content         string    `json:"content,omitempty"`
	Example         string    `json:"example,omitempty"`
	PrimaryIndustry string    `json:"primary_industry,omitempty"`
	DeputyIndustry  string    `json:"deputy_industry,omitempty"`
}

// Keyword is a numbered word that a title may carry.
type Keyword struct {
	KeywordID int          `json:"keyword_id,omitempty"`
	Name      string       `json:"name"`
	Example   string       `json:"example,omitempty"`
	Origin    muban.Origin `json:"origin,omitempty"`
}

// CreateTitle adds a title to a platform's library.
func (c *Client) CreateTitle(ctx context.Context, p muban.Platform, t Title) (Answer[Title], error) {
	return do[Title](ctx, c, call{method: http.MethodPost, path: titlePath(p), body: t})
}

// Titles lists a platform's library; q selects titles whose id or text
// contains it.
func (c *Client) Titles(ctx context.Context, p muban.Platform, q string, limit int) (Answer[List[Title]], error) {
	query := url.Values{}
	if q != "" {
		query.Set("q", q)
	}
	return follow[List[Title]](ctx, c, call{path: titlePath(p), query: query}, limit)
}

// Title shows a title.
func (c *Client) Title(ctx context.Context, p muban.Platform, id string) (Answer[Title], error) {
	return do[Title](ctx, c, call{method: http.MethodGet, path: titlePath(p, id)})
}

// DeleteTitle removes a title; templates made from it stay.
func (c *Client) DeleteTitle(ctx context.Context, p muban.Platform, id string) error {
	_, err := c.send(ctx, call{method: http.MethodDelete, path: titlePath(p, id)})
	return err
}

func titlePath(p muban.Platform, below ...string) []string {
	return append([]string{"library", string(p), "titles"}, below...)
}
