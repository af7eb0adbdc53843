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
}

// Errors lists the codes that the calls of this package can answer, in
// ascending order.
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

// Answer is what is sent to say that a call failed with this row's code.
func (e Error) Answer() any {
	if e.Gateway {
		return GatewayFailure{e.Code, e.Text}
	}
	return Failure{e.Code, e.Text}
}

// errorTable has one row per code, ascending. The texts of the gateway are
// those of the open platform's table "OpenAPI错误码列表"; 2003 and 30001 are worded
// as in the official Java SDK's SmartAppErrorCode, the others as in
// the seeds' 错误码.
var errorTable = []Error{
	{2, "Service temporarily unavailable", "the server is busy or failed; nothing was stored, try again", "docs/protocol.md §1.6", true},
	{3, "Unsupported openapi method", "there is no call at this path, or not with this HTTP method", "docs/protocol.md §1.6", true},
	{17, "Open api daily request limit reached", "the app has sent its daily limit of messages", "docs/protocol.md §1.6", true},
	{110, "Access token invalid or no longer valid", "access_token is missing, was never issued, was revoked or is another platform's", "docs/protocol.md §1.6", true},
	{111, "Access token expired", "access_token is over its life of 30 days", "docs/protocol.md §1.6", true},
	{2002, "参数错误", "a parameter is missing or not what it must be", "Baidu sendTemplateMessage (seed 000), 错误码", false},
	{2003, "模板超过限额，无法添加", "the app holds as many templates as it may", "docs/protocol.md §4.3", false},
	{4001, "template_id 不正确", "the app has no such template", "Baidu sendTemplateMessage (seed 000), 错误码", false},
	{4002, "消息推送接口调用失败", "the server is busy or failed; nothing was sent, try again", "Baidu sendTemplateMessage (seed 000), 错误码", false},
	{4003, "表单无效", "the form is unknown, expired or spent", "Baidu sendTemplateMessage (seed 000), 错误码", false},
	{4004, "场景id无效", "the scene is unknown, expired or spent, or not used as it was issued", "Baidu sendTemplateMessage (seed 000), 错误码", false},
	{6001, "无 push 权限", "the app has no push permission", "Baidu sendTemplateMessage (seed 000), 错误码", false},
	{30001, "参数错误", "templatedel: the app has no such template", "docs/protocol.md §4.3", false},
}
