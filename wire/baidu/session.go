package baidu

// DecodeGetSessionKey takes code, the only parameter of getsessionkey
// (protocol.md §1.7). Whether it is missing is for the call's own checks.
func DecodeGetSessionKey(p Params) (code string, err error) { return p.text("code") }

// SessionAnswer is what getsessionkey answers; where it failed, without data.
// Its envelope is another than that of [Answer] (protocol.md §1.7).
type SessionAnswer struct {
	Data      *Session `json:"data,omitempty"`
	ErrMsg    string   `json:"errmsg"`
	Errno     int      `json:"errno"`
	RequestID string   `json:"request_id"`
	Timestamp int64    `json:"timestamp"` // seconds
}

// SessionSuccess is the errmsg of a login that was served.
const SessionSuccess = "succ"

// Session is the data of getsessionkey: who logged in.
type Session struct {
	SessionKey string `json:"session_key"`
	OpenID     string `json:"open_id"`
}
