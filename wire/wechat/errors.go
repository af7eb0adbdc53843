package wechat

import "slices"

// Error is one row of the platform's table of error codes.
type Error struct {
	Code int
	// Text is the official English errmsg. Live answers append to it, so
	// clients compare the code (protocol.md §1.3).
	Text string
	// Meaning says when the code is answered.
	Meaning string
	// See is the document that has the code.
	See string
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

// errorTable has one row per code, ascending. The texts are the English ones
// of the platform's return codes (protocol.md, "Errmsg strings"); those of
// 40066 and 45002 are also in its "common error codes", which explains them
// as a URL that is not the document's and a request that is too large.
var errorTable = []Error{
	{-1, "system error", "the server is busy or failed; nothing was stored, try again", "docs/protocol.md §1.3"},
	{40001, "invalid credential, access_token is invalid or not latest", "access_token was never issued, was revoked, or a newer one took its place", "docs/protocol.md §1.3"},
	{40002, "invalid grant_type", "grant_type is not client_credential", "docs/protocol.md §1.3"},
	{40003, "invalid openid", "touser is missing or not a user of this app", "docs/protocol.md §2.2"},
	{40013, "invalid appid", "no such app, or no official account linked to this one", "docs/protocol.md §1.3, §2.3"},
	{40036, "invalid template_id size", "template_id is missing or empty", "docs/protocol.md §2.2, §3.4"},
	{40037, "invalid template_id", "the app has no such template", "WeChat templateMessage.send (seed 002), errcode"},
	{40066, "invalid url", "there is no call at this path", "docs/decisions.md"},
	{40097, "invalid args", "the template library has no such title", "docs/protocol.md §2.2"},
	{40125, "invalid appsecret", "secret is not the app's", "docs/protocol.md §1.3"},
	{41001, "access_token missing", "the query has no access_token", "docs/protocol.md §1.3"},
	{41002, "appid missing", "appid is missing or empty", "docs/protocol.md §1.3"},
	{41004, "appsecret missing", "secret is missing or empty", "docs/protocol.md §1.3"},
	{41028, "invalid form id", "form_id is missing, unknown, expired or another user's", "WeChat templateMessage.send (seed 002), errcode"},
	{41029, "form id used count reach limit", "form_id has no uses left", "WeChat templateMessage.send (seed 002), errcode"},
	{41030, "invalid page", "page is not one of the app's pages", "WeChat templateMessage.send (seed 002), errcode"},
	{42001, "access_token expired", "access_token is over its life of two hours", "docs/protocol.md §1.3"},
	{43001, "require GET method", "the call takes GET only", "docs/protocol.md §1.3"},
	{43002, "require POST method", "the call takes POST only", "docs/protocol.md §1.3"},
	{44002, "empty post data", "the request has no body", "docs/protocol.md §1.3"},
	{45002, "content size out of limit", "the request's body is too large", "docs/decisions.md"},
	{45009, "reach max api daily quota limit", "the app has sent its daily limit of messages", "WeChat templateMessage.send (seed 002), errcode"},
	{45026, "template num exceeds limit", "the app holds as many templates as it may", "docs/protocol.md §2.2"},
	{45075, "invalid keyword id", "keyword_id_list names a keyword that the title does not have, or one twice", "docs/protocol.md §2.2"},
	{45076, "invalid count", "count is missing or not from 1 to 20", "docs/protocol.md §2.2"},
	{45100, "invalid size of keyword_id_list", "keyword_id_list holds none or more than 10", "docs/protocol.md §2.2"},
	{45164, "invalid offset", "offset is missing or not a whole number from 0", "docs/protocol.md §2.2"},
	{47001, "data format error", "the body is no JSON object, or a member has a type that cannot be read", "docs/protocol.md §1.3"},
	{48001, "api unauthorized", "access_token is good, but of an app of another kind", "docs/protocol.md §1.3"},
}
