package baidu

import (
	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/baidu"
)

// oauthFailures gives the kinds of refusal that the token call knows their
// OAuth code, with the texts of the open platform's table "OAuth2.0错误码列表";
// its text of invalid_request is about refresh tokens, so that one is ours.
// Every other kind is invalid_request.
var oauthFailures = map[muban.Kind]baidu.OAuthFailure{
	muban.KindGrantTypeInvalid: {Error: "unsupported_grant_type", ErrorDescription: "The authorization grant type is not supported"},
	muban.KindAppUnknown:       {Error: "invalid_client", ErrorDescription: "unknown client id"},
	muban.KindSecretWrong:      {Error: "invalid_client", ErrorDescription: "Client authentication failed"},
}

// oauthFailure is what /oauth answers a refusal with; without a refusal it is
// our fault. The official Go SDK looks at error only there, so that the
// gateway's code for that (decisions.md) comes with it, not alone.
func oauthFailure(refusal *muban.Refusal) baidu.OAuthFailure {
	if refusal == nil || codeOf("", refusal) == unavailable {
		row, _ := baidu.ErrorOf(unavailable)
		return baidu.OAuthFailure{
			Error: "temporarily_unavailable", ErrorDescription: row.Text,
			ErrorCode: row.Code, ErrorMsg: row.Text,
		}
	}
	if known, has := oauthFailures[refusal.Kind]; has {
		return known
	}
	description := "The request is not one that this server knows"
	switch {
	case refusal.Values["parameter"] != "":
		description = "Missing or invalid parameter: " + refusal.Values["parameter"]
	case refusal.Kind == muban.KindBodyMalformed || refusal.Kind == muban.KindBodyTooLarge:
		description = "The request's body cannot be read"
	}
	return baidu.OAuthFailure{Error: "invalid_request", ErrorDescription: description}
}
