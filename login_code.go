package muban

import "time"

// LoginUse is what a login code is good for.
type LoginUse string

// The uses of login codes: what the phone gives the app's backend (wx.login,
// swan.login, my.getAuthCode), and Alipay's refresh_token, which is answered
// for such a code and used in the same way.
const (
	LoginSignIn  LoginUse = "sign_in"
	LoginRefresh LoginUse = "refresh"
)

// LoginCode stands for a user until an app's backend exchanges it, once, for
// who that is (code2session). It is stored by its hash, never by its text.
type LoginCode struct {
	AppID  string
	Hash   []byte // SHA-256 of the code's text
	Use    LoginUse
	UserNo int64
	UserID string // the user's main id
	// IssuedAt, ExpiresAt: good until, and not at, ExpiresAt.
	IssuedAt, ExpiresAt time.Time
	// UsedAt is when it was exchanged; zero if it was not.
	UsedAt time.Time
}
