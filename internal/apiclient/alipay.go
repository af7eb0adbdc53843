package apiclient

import (
	"context"
	"net/http"
	"time"
)

// Authorization is the right of one Alipay app to act for another.
type Authorization struct {
	AppAuthToken string    `json:"app_auth_token"`
	ExpiresAt    time.Time `json:"expires_at"`
}

// Certificates are what an Alipay client is configured with in certificate
// mode, as PEM, and their numbers.
type Certificates struct {
	AppCert          string `json:"app_cert"`
	AppCertSN        string `json:"app_cert_sn"`
	AlipayCert       string `json:"alipay_cert"`
	AlipayCertSN     string `json:"alipay_cert_sn"`
	AlipayRootCert   string `json:"alipay_root_cert"`
	AlipayRootCertSN string `json:"alipay_root_cert_sn"`
}

// CreateAuthorization lets agentID act for appID.
func (c *Client) CreateAuthorization(ctx context.Context, appID, agentID string) (Answer[Authorization], error) {
	body := Members{"app_id": agentID}
	return do[Authorization](ctx, c, call{method: http.MethodPost, path: appPath(appID, "authorizations"), body: body})
}

// Certificates shows an Alipay app's certificates.
func (c *Client) Certificates(ctx context.Context, appID string) (Answer[Certificates], error) {
	return do[Certificates](ctx, c, call{method: http.MethodGet, path: appPath(appID, "certificates")})
}
