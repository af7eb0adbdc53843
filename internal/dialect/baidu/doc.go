// Package baidu speaks the dialect of Baidu's Smart Program server API over
// HTTP: it merges a request's parameters, asks messaging, and encodes what
// comes back. It knows the token call, both logins and the six calls of
// template messages.
//
// The status is always 200 and there are no redirects: the official Go SDK
// takes any other status for a broken network before it reads the answer
// (protocol.md §4.2, §10). Every call takes GET and POST, parameters in the
// query or in the body (protocol.md §4.1).
//
// Failures have these shapes: the gateway's error_code, for paths and access
// tokens; the calls' own errno, with other members on getsessionkey; and
// OAuth's error, below /oauth (protocol.md §1.5, §1.6, §1.7, §4.3). A call is checked in this order: path and method,
// access_token, on send the push permission, that the body can be read, and
// then by the rules of messaging (decisions.md).
package baidu
