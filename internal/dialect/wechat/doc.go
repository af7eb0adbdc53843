// Package wechat speaks the dialect of WeChat's server API over HTTP: it
// decodes a request, asks messaging, and encodes what comes back. It knows the
// token calls and the template messages of mini programs and official accounts.
//
// The status is always 200 and there are no redirects: clients of the real
// platform look at errcode, and some take any other status for a broken
// network (protocol.md §1.1, §10).
//
// Every call but the token calls is checked in this order: access_token,
// method, body, and then by the rules of messaging (decisions.md).
package wechat
