package wechat

// StableTokenRequest is the body of /cgi-bin/stable_token (protocol.md §1.2).
type StableTokenRequest struct {
	GrantType    string `json:"grant_type"`
	AppID        string `json:"appid"`
	Secret       string `json:"secret"`
	ForceRefresh bool   `json:"force_refresh"`
}

// DecodeStableToken reads the body of stable_token.
func DecodeStableToken(body []byte) (StableTokenRequest, error) {
	var req StableTokenRequest
	err := decodeObject(body, func(name, value []byte) (err error) {
		switch string(name) {
		case "grant_type":
			req.GrantType, err = text("grant_type", value)
		case "appid":
			req.AppID, err = text("appid", value)
		case "secret":
			req.Secret, err = text("secret", value)
		case "force_refresh":
			req.ForceRefresh, err = flag("force_refresh", value)
		}
		return err
	})
	if err != nil {
		return StableTokenRequest{}, err
	}
	return req, nil
}

// flag reads a boolean, also where it was written as a number or a text.
func flag(member string, raw []byte) (bool, error) {
	switch string(raw) {
	case "true", "1", `"true"`, `"1"`:
		return true, nil
	case "false", "0", `"false"`, `"0"`, "null", `""`:
		return false, nil
	}
	return false, &BodyError{member + " is " + shape(raw) + "; it must be true or false"}
}
