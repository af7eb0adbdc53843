package baidu

import "slices"

// Error is one row of the platform's table of error codes.
type Error struct {
	Code int
	// Text is what is answered: msg, or error_msg of the gateway's codes.
	Text string
	// Meaning says when the code is answered.
	Meaning string
	// See is the document that has the code.
	See string
	// Gateway is set where the answer is a [GatewayFailure], not a [Failure].
	Gateway bool
	// Kinds are the refusals that the code stands for, the usual one first, in
	// the words of muban.Kind, which this package does not import. The server
	// takes the code of a kind from here, a client the kinds of a code.
	Kinds []string
	// Call is set where the code is of one call only, Form where it is of a
	// scene that is a form.
	Call string
	Form bool
	// Elsewhere is set where the platform answers the code and this server
	// never does.
	Elsewhere bool
}

// Errors lists the codes of the calls of this package in ascending order.
func Errors() []Error { return slices.Clone(errorTable) }

// ErrorOf returns the row of a code; ok is false for a code that is not in
// the table.
func ErrorOf(code int) (row Error, ok bool) {
	i, ok := slices.BinarySearchFunc(errorTable, code, func(e Error, code int) int { return e.Code - code })
	if !ok {
		return Error{}, false
	}
	return errorTable[i], true
}

// Answer is what is sent to say that a call failed with this row's code, but
// by getsessionkey, whose own is a [SessionAnswer].
func (e Error) Answer() any {
	if e.Gateway {
		return GatewayFailure{e.Code, e.Text}
	}
	return Failure{e.Code, e.Text}
}

// CodeOf is the code that a call refuses with for a kind of refusal, a
// muban.Kind; form is set where the scene of a send is one. Of the rows with
// the kind, one that is of this call or of forms goes before one that is of
// all. ok is false for a kind that this platform has no code for.
func CodeOf(kind, call string, form bool) (code int, ok bool) {
	for _, row := range errorTable {
		special := row.Call != "" || row.Form
		fits := (row.Call == "" || row.Call == call) && (!row.Form || form)
		if row.Elsewhere || !fits || !slices.Contains(row.Kinds, kind) {
			continue
		}
		code, ok = row.Code, true
		if special {
			break
		}
	}
	return code, ok
}

const (
	seeGateway = "docs/protocol.md §1.6"
	seeCalls   = "docs/protocol.md §4.3"
	seeSession = "docs/protocol.md §1.7"
	see000     = "Baidu sendTemplateMessage (seed 000), 错误码"
)

// errorTable has one row per code, ascending. The texts of the gateway are
// those of the open platform's table "OpenAPI错误码列表"; 2003 and 30001 are worded
// as in the official Java SDK's SmartAppErrorCode, the others as in
// the seeds' 错误码.
var errorTable = []Error{
	{Code: 1, Text: "Unknown error", Meaning: "the platform failed; try again", See: seeGateway, Gateway: true, Kinds: []string{"busy"}, Elsewhere: true},
	{Code: 2, Text: "Service temporarily unavailable", Meaning: "the server is busy or failed; nothing was stored, try again", See: seeGateway, Gateway: true, Kinds: []string{"busy"}},
	{Code: 3, Text: "Unsupported openapi method", Meaning: "there is no call at this path, or not with this HTTP method", See: seeGateway, Gateway: true, Kinds: []string{"unknown_path", "needs_get", "needs_post"}},
	{Code: 4, Text: "Open api request limit reached", Meaning: "too many calls; try again", See: seeGateway, Gateway: true, Kinds: []string{"busy"}, Elsewhere: true},
	{Code: 6, Text: "No permission to access data", Meaning: "the app may not make the call", See: seeGateway, Gateway: true, Kinds: []string{"api_unauthorized"}, Elsewhere: true},
	// The documents have no code for it: by default there is no daily limit.
	{Code: 17, Text: "Open api daily request limit reached", Meaning: "the app has sent its daily limit of messages", See: seeGateway, Gateway: true, Kinds: []string{"daily_limit"}},
	{Code: 18, Text: "Open api qps request limit reached", Meaning: "too many calls a second; try again", See: seeGateway, Gateway: true, Kinds: []string{"busy"}, Elsewhere: true},
	{Code: 19, Text: "Open api total request limit reached", Meaning: "the app has made all the calls that it may", See: seeGateway, Gateway: true, Kinds: []string{"daily_limit"}, Elsewhere: true},
	{Code: 100, Text: "Invalid parameter", Meaning: "a parameter is missing or not what it must be", See: seeGateway, Gateway: true, Kinds: []string{"parameter"}, Elsewhere: true},
	{Code: 101, Text: "Invalid API key", Meaning: "there is no app of this App Key", See: seeGateway, Gateway: true, Kinds: []string{"app_unknown"}, Elsewhere: true},
	{Code: 110, Text: "Access token invalid or no longer valid", Meaning: "access_token is missing, was never issued, was revoked, expired over 7 days ago or is another platform's", See: seeGateway, Gateway: true, Kinds: []string{"token_invalid", "token_missing", "api_unauthorized"}},
	{Code: 111, Text: "Access token expired", Meaning: "access_token is over its life of 30 days", See: seeGateway, Gateway: true, Kinds: []string{"token_expired"}},
	{Code: 2002, Text: "参数错误", Meaning: "a parameter is missing or not what it must be", See: see000, Kinds: []string{
		"parameter", "page_unknown", "body_empty", "body_malformed", "body_too_large",
		"offset", "count", "title_unknown", "keyword_count", "keyword_invalid",
	}},
	{Code: 2003, Text: "模板超过限额，无法添加", Meaning: "the app holds as many templates as it may", See: seeCalls, Kinds: []string{"template_limit"}},
	{Code: 4001, Text: "template_id 不正确", Meaning: "the app has no such template", See: see000, Kinds: []string{"template_unknown", "template_missing"}},
	{Code: 4002, Text: "消息推送接口调用失败", Meaning: "the server is busy or failed; nothing was sent, try again", See: see000, Kinds: []string{"busy"}, Call: CallSend},
	// What a form was not issued for, another user or scene_type, has the code
	// of any scene (decisions.md).
	{Code: 4003, Text: "表单无效", Meaning: "the form is unknown, expired or spent", See: see000, Kinds: []string{"grant_unknown", "grant_expired", "grant_spent"}, Form: true},
	{Code: 4004, Text: "场景id无效", Meaning: "the scene is unknown, expired or spent, or not used as it was issued", See: see000, Kinds: []string{"grant_unknown", "grant_expired", "grant_spent", "grant_mismatch", "recipient_unknown"}},
	{Code: 6001, Text: "无 push 权限", Meaning: "the app has no push permission", See: see000, Kinds: []string{"push_forbidden"}},
	{Code: 30001, Text: "参数错误", Meaning: "templatedel: the app has no such template", See: seeCalls, Kinds: []string{"template_unknown"}, Call: CallDeleteTemplate},
	{Code: ErrnoParameter, Text: OAuthParameter, Meaning: "getsessionkey: code is missing, unknown, expired or used, or the body cannot be read", See: seeSession, Kinds: []string{
		"login_code_invalid", "login_code_used", "login_code_missing",
		"parameter", "body_empty", "body_malformed", "body_too_large",
	}, Call: CallGetSessionKey},
}
