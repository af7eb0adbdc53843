// Package alipay holds what crosses the network between an Alipay app and the
// open platform's gateway (/gateway.do): parameters and how they are signed,
// the content of alipay.open.app.mini.templatemessage.send, answers and how
// they are signed, and the platform's table of error codes.
//
// It serves both ends. A server reads a request with [DecodeParams], verifies
// [Params.SignedText] and writes its answer as an [Envelope]; a client builds
// [Params], signs them and takes the answer apart with [Cut]. Signatures are
// over bytes, in whatever charset the two speak, and nothing here converts
// between charsets: what is read as text, [DecodeSend] for one, takes UTF-8.
//
// Requests are read as leniently as the clients in the field need it
// (protocol.md §5.1, §5.2): parameters from the query and from the body alike,
// a name in both, the body a form, multipart/form-data or JSON, data as JSON
// text or as an object. Answers are written so that the least lenient client
// can verify them (protocol.md §5.5): compact, the response first, sign last.
//
// What begins with V3 is the platform's other protocol, OpenAPI V3, whose
// parameters stand in headers and whose bodies are the contents themselves
// (protocol.md §5.8). A server reads [ParseV3Auth] and [DecodeV3Body], verifies
// [V3Request.SignedText] and signs a [V3Answer].
//
// Errors say what is wrong in words that may be shown to the app's developer:
// a [BodyError], a [ParamError] or a [wire.KeywordError].
package alipay
