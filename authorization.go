package muban

import "time"

// Authorization lets one Alipay app, a service provider's, act for another: its
// calls carry the authorization's token (app_auth_token) and are made with the
// other app's templates, users and grants.
type Authorization struct {
	// AppID is the app that is acted for; AgentID the one that may.
	AppID, AgentID string
	// Hash is the SHA-256 of the token's text, which is not kept.
	Hash                []byte
	IssuedAt, ExpiresAt time.Time
}
