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

// OAuthFailure is what the token call answers where it fails. Its codes are
// those of OAuth 2.0; the official SDKs look at error only (protocol.md §1.5).
type OAuthFailure struct {
	Error            string `json:"error"`
	ErrorDescription string `json:"error_description"`
	// The gateway's members, where it is the gateway that fails.
	ErrorCode int    `json:"error_code,omitempty"`
	ErrorMsg  string `json:"error_msg,omitempty"`
}
