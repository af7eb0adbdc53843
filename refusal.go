package muban

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// Kind classifies a refusal. Each dialect has one table from Kind to its own
// code and text.
type Kind string

// The kinds of refusal.
const (
	KindTokenMissing     Kind = "token_missing"
	KindTokenInvalid     Kind = "token_invalid"
	KindTokenExpired     Kind = "token_expired"
	KindAPIUnauthorized  Kind = "api_unauthorized"
	KindGrantTypeInvalid Kind = "grant_type_invalid" // OAuth grant_type, not a Grant
	KindAppMissing       Kind = "app_missing"
	KindAppUnknown       Kind = "app_unknown"
	KindSecretMissing    Kind = "secret_missing"
	KindSecretWrong      Kind = "secret_wrong"
	KindSignatureInvalid Kind = "signature_invalid"
	KindSignatureExpired Kind = "signature_expired"
	KindCallForbidden    Kind = "call_forbidden"

	// Of login codes; the refresh kinds are of Alipay's refresh_token.
	KindLoginCodeMissing Kind = "login_code_missing"
	KindLoginCodeInvalid Kind = "login_code_invalid" // unknown or expired
	KindLoginCodeUsed    Kind = "login_code_used"
	KindRefreshInvalid   Kind = "refresh_invalid"
	KindRefreshExpired   Kind = "refresh_expired"
	KindRefreshUsed      Kind = "refresh_used"

	KindNeedsGet      Kind = "needs_get"
	KindNeedsPost     Kind = "needs_post"
	KindUnknownPath   Kind = "unknown_path"
	KindBodyEmpty     Kind = "body_empty"
	KindBodyMalformed Kind = "body_malformed"
	KindBodyTooLarge  Kind = "body_too_large"
	KindParameter     Kind = "parameter"

	KindRecipientUnknown Kind = "recipient_unknown"
	KindTemplateMissing  Kind = "template_missing"
	KindTemplateUnknown  Kind = "template_unknown"
	KindTemplateLimit    Kind = "template_limit"
	KindPageUnknown      Kind = "page_unknown"
	KindPushForbidden    Kind = "push_forbidden"
	KindDailyLimit       Kind = "daily_limit"
	KindAppNotLinked     Kind = "app_not_linked"

	// Of official accounts only.
	KindNotFollowing       Kind = "not_following"
	KindDataArgument       Kind = "data_argument" // data that is no text
	KindMiniProgramUnknown Kind = "mini_program_unknown"
	KindMiniProgramPage    Kind = "mini_program_page"
	KindClientMsgIDSize    Kind = "client_msg_id_size"
	KindIndustryMissing    Kind = "industry_missing"
	KindIndustryUnknown    Kind = "industry_unknown"
	KindIndustryTooOften   Kind = "industry_too_often"
	KindTemplateIndustry   Kind = "template_industry"
	KindKeywordName        Kind = "keyword_name"

	KindGrantUnknown  Kind = "grant_unknown" // missing or never issued
	KindGrantExpired  Kind = "grant_expired"
	KindGrantSpent    Kind = "grant_spent"
	KindGrantMismatch Kind = "grant_mismatch" // another user's, or used otherwise than issued

	KindOffset         Kind = "offset"
	KindCount          Kind = "count"
	KindTitleUnknown   Kind = "title_unknown"
	KindKeywordCount   Kind = "keyword_count"
	KindKeywordInvalid Kind = "keyword_invalid"

	// Kinds of Alipay's gateway and its send.
	KindSignatureKey  Kind = "signature_key"  // the app has none to verify with
	KindContent       Kind = "content"        // encrypted content that cannot be read
	KindKeywords      Kind = "keywords"       // not exactly the template's
	KindKeywordLength Kind = "keyword_length" // a keyword's value is too long

	KindBusy Kind = "busy"

	// Kinds of the native API only.
	KindInvalid        Kind = "invalid"
	KindNotFound       Kind = "not_found"
	KindConflict       Kind = "conflict"
	KindNotOnPlatform  Kind = "not_on_this_platform"
	KindClockBackwards Kind = "clock_backwards"
	KindUnauthorized   Kind = "unauthorized"
	KindForbidden      Kind = "forbidden"
)

// Refusal is why a call was not accepted. It is an error; it changed nothing.
type Refusal struct {
	Kind Kind
	// Rule is the stable name of the rule that refused.
	Rule Rule
	// Values are what the rule compared, by name. They may be shown to the
	// app's developer and hold no secret.
	Values map[string]string
	// See is the document and place that says so; empty where it is our own.
	See string
}

// Refuse makes the refusal of a rule, with the values it compared as pairs of
// name and value. An unknown rule or an odd pair is a programming error and
// panics.
func Refuse(rule Rule, pairs ...string) *Refusal {
	facts, known := ruleFacts[rule]
	if !known || len(pairs)%2 != 0 {
		panic("muban: Refuse(" + string(rule) + "): unknown rule or odd values")
	}
	values := make(map[string]string, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = shorten(pairs[i+1])
	}
	return &Refusal{Kind: facts.kind, Rule: rule, Values: values, See: facts.see}
}

// Error says in words what was wrong, with which value, and what would be
// right.
func (r *Refusal) Error() string {
	return r.words(ruleFacts[r.Rule].text, func(_, value string) string { return value })
}

// Chinese says the same as Error in Chinese. What a client sent stays as it is.
func (r *Refusal) Chinese() string { return r.words(chinese[r.Rule], chineseValue) }

func (r *Refusal) words(text string, shown func(name, value string) string) string {
	if text == "" {
		return string(r.Rule)
	}
	pairs := make([]string, 0, 2*len(r.Values))
	for name, value := range r.Values {
		pairs = append(pairs, "{"+name+"}", shown(name, value))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// RuleNames lists the rules in alphabetical order.
func RuleNames() []Rule { return slices.Sorted(maps.Keys(ruleFacts)) }

// Kind returns the kind of refusal the rule makes.
func (r Rule) Kind() Kind { return ruleFacts[r].kind }

// shorten keeps a value that came from outside at a size fit for a message.
func shorten(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// ErrOutcomeUnknown says that a send may or may not have been stored. There
// is no honest answer to it: the connection is closed without one.
var ErrOutcomeUnknown = errors.New("it is not known whether the send was stored")
