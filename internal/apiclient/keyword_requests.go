package apiclient

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/muban-dev/muban"
)

// NewKeywordRequest is an application for a keyword.
type NewKeywordRequest struct {
	AppID   string `json:"app_id"`
	TitleID string `json:"title_id"`
	Name    string `json:"name"`
	Example string `json:"example,omitempty"`
}

// KeywordRequest is an application for a keyword, with what became of it.
type KeywordRequest struct {
	ID        string             `json:"id"`
	Platform  muban.Platform     `json:"platform"`
	AppID     string             `json:"app_id"`
	TitleID   string             `json:"title_id"`
	Name      string             `json:"name"`
	Example   string             `json:"example"`
	State     muban.RequestState `json:"state"`
	Reason    string             `json:"reason"`
	KeywordID int                `json:"keyword_id"`
	CreatedAt time.Time          `json:"created_at"`
	DecidedAt time.Time          `json:"decided_at"`
}

// KeywordRequestQuery selects applications; zero members select everything.
type KeywordRequestQuery struct {
	AppID string
	State muban.RequestState
}

// RequestKeyword applies for a keyword.
func (c *Client) RequestKeyword(ctx context.Context, p muban.Platform, r NewKeywordRequest) (Answer[KeywordRequest], error) {
	return do[KeywordRequest](ctx, c, call{method: http.MethodPost, path: requestPath(p), body: r})
}

// KeywordRequests lists applications.
func (c *Client) KeywordRequests(ctx context.Context, p muban.Platform, q KeywordRequestQuery, limit int) (Answer[List[KeywordRequest]], error) {
	query := url.Values{}
	if q.AppID != "" {
		query.Set("app_id", q.AppID)
	}
	if q.State != "" {
		query.Set("state", string(q.State))
	}
	return follow[List[KeywordRequest]](ctx, c, call{path: requestPath(p), query: query}, limit)
}

// ApproveKeyword approves an application.
func (c *Client) ApproveKeyword(ctx context.Context, p muban.Platform, id string) (Answer[KeywordRequest], error) {
	return do[KeywordRequest](ctx, c, call{method: http.MethodPost, path: requestPath(p, id, "approve")})
}

// RejectKeyword rejects an application.
func (c *Client) RejectKeyword(ctx context.Context, p muban.Platform, id, reason string) (Answer[KeywordRequest], error) {
	return do[KeywordRequest](ctx, c, call{method: http.MethodPost, path: requestPath(p, id, "reject"), body: Members{"reason": reason}})
}

func requestPath(p muban.Platform, below ...string) []string {
	return append([]string{"library", string(p), "keyword-requests"}, below...)
}
