package apiclient

import (
	"context"
	"net/http"
	"time"
)

// Template is an app's own template.
type Template struct {
	TemplateID      string            `json:"template_id"`
	Title           string            `json:"title"`
	Content         string            `json:"content"`
	Example         string            `json:"example"`
	Keywords        []TemplateKeyword `json:"keywords"`
	LibraryID       string            `json:"library_id"`
	KeywordIDs      []int             `json:"keyword_ids"`
	PrimaryIndustry string            `json:"primary_industry"`
	DeputyIndustry  string            `json:"deputy_industry"`
	CreatedAt       time.Time         `json:"created_at"`
}

// TemplateKeyword is one placeholder of a template, in the content's order.
type TemplateKeyword struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// NewTemplate is a template to be made: of a library title, or of a text.
type NewTemplate struct {
	LibraryID  string `json:"library_id,omitempty"`
	KeywordIDs []int  `json:"keyword_ids,omitempty"`
	TemplateID string `json:"template_id,omitempty"`
	Title      string `json:"title,omitempty"`
	Content    string `json:"content,omitempty"`
	Example    string `json:"example,omitempty"`
}

// CreateTemplate adds a template to an app.
func (c *Client) CreateTemplate(ctx context.Context, appID string, t NewTemplate) (Answer[Template], error) {
	return do[Template](ctx, c, call{method: http.MethodPost, path: appPath(appID, "templates"), body: t})
}

// Templates lists an app's templates.
func (c *Client) Templates(ctx context.Context, appID string, limit int) (Answer[List[Template]], error) {
	return follow[List[Template]](ctx, c, call{path: appPath(appID, "templates")}, limit)
}

// Template shows a template.
func (c *Client) Template(ctx context.Context, appID, templateID string) (Answer[Template], error) {
	return do[Template](ctx, c, call{method: http.MethodGet, path: appPath(appID, "templates", templateID)})
}

// DeleteTemplate deletes a template; what was accepted is still delivered.
func (c *Client) DeleteTemplate(ctx context.Context, appID, templateID string) error {
	_, err := c.send(ctx, call{method: http.MethodDelete, path: appPath(appID, "templates", templateID)})
	return err
}
