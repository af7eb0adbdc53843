package muban

import "time"

// TokenKind tells apart the calls that issue access tokens. Tokens of one
// kind replace one another; kinds do not touch each other.
type TokenKind string

// The kinds of access token.
const (
	TokenPlain  TokenKind = "plain"  // WeChat /cgi-bin/token
	TokenStable TokenKind = "stable" // WeChat /cgi-bin/stable_token
	TokenBaidu  TokenKind = "baidu"  // Baidu /oauth/2.0/token
	TokenCloud  TokenKind = "cloud"  // WeChat cloud hosting's cloudbase_access_token
)

// Token is an access token as it is stored: by its hash, never by its text.
type Token struct {
	AppID string
	Hash  []byte // SHA-256 of the token's text
	// Seed is the random part from which, with the app's secret, the text can
	// be made again (stable_token answers the same text until it is due).
	Seed      []byte
	Kind      TokenKind
	Forced    bool // issued by force_refresh
	IssuedAt  time.Time
	ExpiresAt time.Time
	// DeadAt is when a newer token or a revocation ends it; zero if neither.
	DeadAt time.Time
}

// TokenScope names the tokens a rule looks at: those of one app and kind,
// issued after Since, that have no end before Now or were forced.
type TokenScope struct {
	AppID  string
	Kind   TokenKind
	Now    time.Time
	Since  time.Time
	Forget time.Time // tokens that expired before are dropped
}
