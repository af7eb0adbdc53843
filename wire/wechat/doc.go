// Package wechat holds what crosses the network between a WeChat client and
// the platform: requests and answers of the mini-program half of template
// messages and of the token calls, and the platform's table of error codes.
//
// Answers are written exactly as documented. Requests are read as leniently
// as the clients in the field need it (protocol.md §2.4, §10): numbers as
// text, blank or null members that are optional, [] where PHP means {},
// members that nobody knows, a byte order mark. The Content-Type of a request
// says nothing, since wechatpy sends none.
//
// Decode functions take a whole body. Their errors say what is wrong with it
// in words that may be shown to the app's developer: [ErrEmptyBody], a
// [BodyError] or a [DataError]. Member names are case sensitive, and of
// members that are repeated the last one counts.
package wechat
