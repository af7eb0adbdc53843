package baidu

// TokenRequest are the parameters of /oauth/2.0/token (protocol.md §1.5).
// scope is not among them: the platform has one for all of these calls.
type TokenRequest struct {
	GrantType, ClientID, ClientSecret string
}

// DecodeToken takes the parameters of the token call. Which of them are
// missing is for the call's own checks.
func DecodeToken(p Params) (TokenRequest, error) {
	text := texts{Params: p}
	req := TokenRequest{text.next("grant_type"), text.next("client_id"), text.next("client_secret")}
	if text.err != nil {
		return TokenRequest{}, text.err
	}
	return req, nil
}

// Scope is what every access token of a Smart Program is good for
// (protocol.md §1.5).
const Scope = "smartapp_snsapi_base"

// TokenAnswer is what the token call answers (protocol.md §1.5). The two
// session members are deprecated and empty.
type TokenAnswer struct {
	AccessToken   string `json:"access_token"`
	ExpiresIn     int64  `json:"expires_in"` // seconds
	RefreshToken  string `json:"refresh_token"`
	Scope         string `json:"scope"`
	SessionKey    string `json:"session_key"`
	SessionSecret string `json:"session_secret"`
}

// SessionKeyRequest are the parameters of /oauth/jscode2sessionkey
// (protocol.md §1.7).
type SessionKeyRequest struct {
	Code, ClientID, Secret string
}

// DecodeSessionKey takes the parameters of jscode2sessionkey. Which of them
// are missing is for the call's own checks.
func DecodeSessionKey(p Params) (SessionKeyRequest, error) {
	text := texts{Params: p}
	req := SessionKeyRequest{text.next("code"), text.next("client_id"), text.next("sk")}
	if text.err != nil {
		return SessionKeyRequest{}, text.err
	}
	return req, nil
}

// SessionKeyAnswer is what jscode2sessionkey answers (protocol.md §1.7).
type SessionKeyAnswer struct {
	OpenID     string `json:"openid"`
	SessionKey string `json:"session_key"`
}

// OAuthFailure is what the calls below /oauth answer where they fail. The codes
// are those of OAuth 2.0; of the token's the official SDKs look at error only (protocol.md §1.5).
type OAuthFailure struct {
	// Errno is jscode2sessionkey's.
	Errno            int    `json:"errno,omitempty"`
	Error            string `json:"error"`
	ErrorDescription string `json:"error_description"`
	// The gateway's members, where it is the gateway that fails.
	ErrorCode int    `json:"error_code,omitempty"`
	ErrorMsg  string `json:"error_msg,omitempty"`
}
