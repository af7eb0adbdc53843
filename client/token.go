package client

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// Token is an access token as a [TokenStore] keeps it. Its JSON form will not
// change.
type Token struct {
	Text string `json:"text"`
	// Generation numbers the tokens of a key: each has a higher one than the
	// token whose place it took. A client never puts one over another of a
	// generation that it has not seen.
	Generation uint64    `json:"generation"`
	FetchedAt  time.Time `json:"fetched_at"`
	ExpiresAt  time.Time `json:"expires_at"`
	// ForcedAt is when WeChat was last made to end its token early
	// (force_refresh), which it allows twenty times a day.
	ForcedAt time.Time `json:"forced_at,omitzero"`
}

// String says everything but the token itself.
func (t Token) String() string {
	return fmt.Sprintf("access token of generation %d until %s", t.Generation, t.ExpiresAt.Format(time.RFC3339))
}

// GoString is what String says.
func (t Token) GoString() string { return t.String() }

// LogValue is what String says.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// TokenStore keeps access tokens, each under a key that names the platform, the
// app and where its platform is: a line of text. Clients whose
// stores hold the same tokens, in one process or in many, share them.
//
// [NewMemoryTokens] and [NewFileTokens] are two. Elsewhere it is a compare and
// swap. In SQL:
//
//	Load:    SELECT token FROM tokens WHERE key = $1
//	Replace: INSERT INTO tokens VALUES ($1, $2, $3) ON CONFLICT DO NOTHING where held is 0, else
//	         UPDATE tokens SET generation = $2, token = $3 WHERE key = $1 AND generation = held;
//	         true where that changed a row
//
// In Redis, GET, and a script (EVAL) that compares the generation in the stored
// JSON and sets the new one. Keep tokens in a place as safe as the app's secret:
// whoever has one can send. They need no expiry of their own, and must survive
// that of a cache only so far that a lost one is fetched again.
//
// The context of Load and Replace ends after five seconds, that of Lock after a
// minute.
//
// A store that fails makes calls fail only once there is no good token in memory:
// fetching around a store that is down would have processes end each other's
// tokens.
type TokenStore interface {
	// Load returns the token under a key, the zero Token where there is none.
	Load(ctx context.Context, key string) (Token, error)
	// Replace puts next in the place of the token of generation held, 0 being
	// none, and says whether it did: not where the token there is of another
	// generation. Comparing and putting is one step; of several that replace
	// the same generation, one is told true.
	Replace(ctx context.Context, key string, held uint64, next Token) (bool, error)
}

// TokenLocker is a TokenStore that also lets one client at a time fetch a token
// for a key. Without it several processes may fetch at the same moment, and all
// but one throw away what they got: harmless, but counted by the platform.
//
// In Redis it is SET NX with an expiry of a minute and a value of one's own, in
// PostgreSQL an advisory lock.
type TokenLocker interface {
	TokenStore
	// Lock waits until nobody else holds the key, or the context ends. The lock
	// goes with unlock, which is called once and waited for five seconds at most,
	// and with the process that took it.
	Lock(ctx context.Context, key string) (unlock func(), err error)
}
