package apiclient

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/muban-dev/muban"
)

// User is a recipient as one app sees it. Ids that the user does not have are
// empty.
type User struct {
	OpenID          string         `json:"open_id"`
	SwanID          string         `json:"swan_id"`
	AlipayOpenID    string         `json:"alipay_open_id"`
	UnionID         string         `json:"union_id"`
	Name            string         `json:"name"`
	Blocked         bool           `json:"blocked"`
	Following       *bool          `json:"following"`
	Delivery        muban.Delivery `json:"delivery"`
	NotificationBar *bool          `json:"notification_bar"`
	CreatedAt       time.Time      `json:"created_at"`
}

// CreateUser makes a user of its members; ids not given are generated.
func (c *Client) CreateUser(ctx context.Context, appID string, members Members) (Answer[User], error) {
	return do[User](ctx, c, call{method: http.MethodPost, path: appPath(appID, "users"), body: members})
}

// Users lists an app's users.
func (c *Client) Users(ctx context.Context, appID string, limit int) (Answer[List[User]], error) {
	return follow[List[User]](ctx, c, call{path: appPath(appID, "users")}, limit)
}

// User shows a user by any of its ids.
func (c *Client) User(ctx context.Context, appID, user string) (Answer[User], error) {
	return do[User](ctx, c, call{method: http.MethodGet, path: appPath(appID, "users", user)})
}

// UpdateUser changes a user.
func (c *Client) UpdateUser(ctx context.Context, appID, user string, patch Members) (Answer[User], error) {
	return do[User](ctx, c, call{method: http.MethodPatch, path: appPath(appID, "users", user), body: patch})
}

// DeleteUser deletes a user and its grants.
func (c *Client) DeleteUser(ctx context.Context, appID, user string) error {
	_, err := c.send(ctx, call{method: http.MethodDelete, path: appPath(appID, "users", user)})
	return err
}

// LoginCode is what a phone gives its app's backend.
type LoginCode struct {
	Code      string    `json:"code"`
	ExpiresAt time.Time `json:"expires_at"`
}

// IssueLoginCode issues a login code of a user.
func (c *Client) IssueLoginCode(ctx context.Context, appID, user string) (Answer[LoginCode], error) {
	return do[LoginCode](ctx, c, call{method: http.MethodPost, path: appPath(appID, "users", user, "login-codes")})
}

// Inbox is what a user sees, or its newest part, newest first.
type Inbox struct {
	List[Message]
	Unread int64 `json:"unread"` // of the whole inbox
}

// Inbox shows the delivered messages of one user of an app.
func (c *Client) Inbox(ctx context.Context, appID, user string, limit int) (Answer[Inbox], error) {
	return follow[Inbox](ctx, c, call{path: appPath(appID, "users", user, "inbox")}, limit)
}

// PersonInbox shows the delivered messages of one person over all apps.
func (c *Client) PersonInbox(ctx context.Context, unionID string, limit int) (Answer[Inbox], error) {
	return follow[Inbox](ctx, c, call{path: []string{"inbox"}, query: url.Values{"union_id": {unionID}}}, limit)
}

// MarkRead notes that the user read a message of its inbox.
func (c *Client) MarkRead(ctx context.Context, appID, user, messageID string) error {
	_, err := c.send(ctx, call{method: http.MethodPost, path: appPath(appID, "users", user, "inbox", messageID, "read")})
	return err
}
