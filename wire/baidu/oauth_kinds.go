package baidu

// oauthMeaning says which kind of refusal, in the words of muban.Kind, the
// calls below /oauth answer how.
type oauthMeaning struct {
	kind    string
	failure OAuthFailure
}

// The codes of the calls below /oauth that are named elsewhere.
const (
	// OAuthParameter and its number ErrnoParameter are jscode2sessionkey's own
	// for what OAuthInvalidRequest is elsewhere. The number stands beside its
	// other codes too, whose own are not known (protocol.md §1.7), and is what
	// getsessionkey refuses with.
	OAuthParameter = "parameter is invalid"
	ErrnoParameter = 10010100

	OAuthInvalidRequest = "invalid_request"
	OAuthUnavailable    = "temporarily_unavailable"
)

// oauthMeanings have the texts of the open platform's table "OAuth2.0错误码列表".
// Every kind that is not here is [OAuthInvalidRequest], whose text there is
// about refresh tokens.
var oauthMeanings = []oauthMeaning{
	{"grant_type_invalid", OAuthFailure{Error: "unsupported_grant_type", ErrorDescription: "The authorization grant type is not supported"}},
	{"secret_wrong", OAuthFailure{Error: "invalid_client", ErrorDescription: "Client authentication failed"}},
	{"app_unknown", OAuthFailure{Error: "invalid_client", ErrorDescription: "unknown client id"}},
	{"login_code_invalid", OAuthFailure{Error: "invalid_grant", ErrorDescription: "Invalid authorization code"}},
	{"login_code_used", OAuthFailure{Error: "invalid_grant", ErrorDescription: "The provided authorization grant is revoked"}},
}

// OAuthFailureOf is how the token call answers a kind of refusal, a
// muban.Kind; ok is false where the answer is OAuthInvalidRequest with a text
// of its own.
func OAuthFailureOf(kind string) (failure OAuthFailure, ok bool) {
	for _, m := range oauthMeanings {
		if m.kind == kind {
			return m.failure, true
		}
	}
	return OAuthFailure{}, false
}

// OAuthKindsOf lists the kinds of refusal, each a muban.Kind, that an answer
// of the token call stands for; nil for a code that is not in the table. Its
// description decides where it is one that is known.
func OAuthKindsOf(f OAuthFailure) (kinds []string) {
	switch f.Error {
	case OAuthInvalidRequest:
		return []string{"parameter"}
	case OAuthUnavailable:
		return []string{"busy"}
	}
	for _, m := range oauthMeanings {
		if m.failure.Error != f.Error {
			continue
		}
		if m.failure.ErrorDescription == f.ErrorDescription {
			return []string{m.kind}
		}
		kinds = append(kinds, m.kind)
	}
	return kinds
}
