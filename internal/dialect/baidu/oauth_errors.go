package baidu

import (
	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/baidu"
)

// oauthFailure is what /oauth answers a refusal with; without a refusal it is
// our fault. Of the token's answer the official Go SDK looks at error only, so
// that the gateway's code for that (decisions.md) comes with it, not alone; of
// jscode2sessionkey's at error_code and errno, so that it has one of them.
func oauthFailure(call string, refusal *muban.Refusal) baidu.OAuthFailure {
	fault, _ := baidu.ErrorOf(codeOf("", nil))
	if refusal == nil || codeOf("", refusal) == fault.Code {
		return baidu.OAuthFailure{
			Error: baidu.OAuthUnavailable, ErrorDescription: fault.Text,
			ErrorCode: fault.Code, ErrorMsg: fault.Text,
		}
	}
	var errno int
	if call == sessionKeyCall {
		errno = baidu.ErrnoParameter
	}
	if known, has := baidu.OAuthFailureOf(string(refusal.Kind)); has {
		known.Errno = errno
		return known
	}
	description := "The request is not one that this server knows"
	switch {
	case refusal.Values["parameter"] != "":
		description = "Missing or invalid parameter: " + refusal.Values["parameter"]
	case refusal.Kind == muban.KindBodyMalformed || refusal.Kind == muban.KindBodyTooLarge:
		description = "The request's body cannot be read"
	}
	if call == sessionKeyCall {
		return baidu.OAuthFailure{Errno: errno, Error: baidu.OAuthParameter, ErrorDescription: description}
	}
	return baidu.OAuthFailure{Error: baidu.OAuthInvalidRequest, ErrorDescription: description}
}
