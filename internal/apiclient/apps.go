package apiclient

import (
	"context"
	"net/http"
	"time"

	"github.com/muban-dev/muban"
)

// App is a developer's account on one platform. What the platform does not
// have is zero.
type App struct {
	AppID            string         `json:"app_id"`
	Platform         muban.Platform `json:"platform"`
	Name             string         `json:"name"`
	Secret           string         `json:"secret"` // where it was made; everywhere in muban dev
	OriginalID       string         `json:"original_id"`
	Pages            []string       `json:"pages"`
	DailyLimit       *int64         `json:"daily_limit"`
	TemplateLimit    *int64         `json:"template_limit"`
	PushAllowed      *bool          `json:"push_allowed"`
	Callback         *AppCallback   `json:"callback"`
	Industries       *Industries    `json:"industries"`
	LinkedApps       []string       `json:"linked_apps"`
	CloudPermissions *[]string      `json:"cloud_permissions"`
	AppPublicKey     string         `json:"app_public_key"`
	AlipayPublicKey  string         `json:"alipay_public_key"`
	AppCert          string         `json:"app_cert"`
	ContentKey       string         `json:"content_key"`
	CreatedAt        time.Time      `json:"created_at"`
}

// AppCallback is where and how the app's server is told of events.
type AppCallback struct {
	URL         string             `json:"url"`
	Token       string             `json:"token"`
	AESKey      string             `json:"aes_key"`
	Mode        muban.CallbackMode `json:"mode"`
	Verified    bool               `json:"verified"`
	VerifyError string             `json:"verify_error"`
}

// Industries are the codes of an official account's two trades.
type Industries struct {
	Primary   int `json:"primary"`
	Secondary int `json:"secondary"`
}

// CreateApp makes an app of its members: platform, name, and settings.
func (c *Client) CreateApp(ctx context.Context, members Members) (Answer[App], error) {
	return do[App](ctx, c, call{method: http.MethodPost, path: []string{"apps"}, body: members})
}

// Apps lists all platforms' apps.
func (c *Client) Apps(ctx context.Context, limit int) (Answer[List[App]], error) {
	return follow[List[App]](ctx, c, call{path: []string{"apps"}}, limit)
}

// App shows an app.
func (c *Client) App(ctx context.Context, appID string) (Answer[App], error) {
	return do[App](ctx, c, call{method: http.MethodGet, path: appPath(appID)})
}

// UpdateApp changes an app.
func (c *Client) UpdateApp(ctx context.Context, appID string, patch Members) (Answer[App], error) {
	return do[App](ctx, c, call{method: http.MethodPatch, path: appPath(appID), body: patch})
}

// DeleteApp deletes an app and everything of it.
func (c *Client) DeleteApp(ctx context.Context, appID string) error {
	_, err := c.send(ctx, call{method: http.MethodDelete, path: appPath(appID), patient: true})
	return err
}

// ResetSecret gives an app a new secret.
func (c *Client) ResetSecret(ctx context.Context, appID string) (Answer[App], error) {
	return do[App](ctx, c, call{method: http.MethodPost, path: appPath(appID, "secret", "reset")})
}

// RevokeTokens kills every access token of an app.
func (c *Client) RevokeTokens(ctx context.Context, appID string) error {
	_, err := c.send(ctx, call{method: http.MethodPost, path: appPath(appID, "tokens", "revoke")})
	return err
}

// CloudToken is a cloudbase_access_token.
type CloudToken struct {
	Token     string    `json:"cloudbase_access_token"`
	ExpiresAt time.Time `json:"expires_at"`
}

// IssueCloudToken issues a cloudbase_access_token of an app.
func (c *Client) IssueCloudToken(ctx context.Context, appID string) (Answer[CloudToken], error) {
	return do[CloudToken](ctx, c, call{method: http.MethodPost, path: appPath(appID, "cloud-tokens")})
}

func appPath(appID string, below ...string) []string {
	return append([]string{"apps", appID}, below...)
}
