// Package baidu holds what crosses the network between a Baidu Smart Program
// client and the platform: parameters and answers of the six template message
// calls, of both logins and of the token call, and the platform's table of
// error codes.
//
// Answers are written exactly as documented, members in the documented order.
// Requests are read as leniently as the clients in the field need it
// (protocol.md §4.1, §10): parameters from the query and from the body alike,
// the body a form, multipart/form-data or JSON; numbers as text; the
// parameters that are JSON (data, keyword_id_list, ext) as text or, in a JSON
// body, as the value itself; names that nobody knows.
//
// [DecodeParams] reads a whole request. The other Decode functions take what
// one call needs out of its [Params]. Their errors say what is wrong in words
// that may be shown to the app's developer and show no secret: a [BodyError],
// a [ParamError] or a [wire.KeywordError].
package baidu
