// Package alipay speaks the dialect of Alipay's open platform over HTTP: the
// gateway at /gateway.do, behind which methods stand. It merges a request's
// parameters, verifies its signature, asks messaging, and signs what comes
// back.
//
// The status is always 200. Every answer is signed by the key that the
// platform has for the app that asked, errors too, over the exact bytes that
// are sent and in the request's charset; only where no app can be told is there
// nobody to sign, and the answer that brings a certificate has nobody yet to
// verify it (protocol.md §5.4 to §5.6). Signing is most of what a call costs and
// is done last, when nothing is locked any more.
//
// A request is checked in this order: path and HTTP method, app_id, charset,
// method, format, version, timestamp, sign_type, sign, the certificates'
// numbers, the signature, app_auth_token, push permission, the content, and
// then by the rules of messaging (docs/dialects/alipay.md).
//
// Beside the gateway stands OpenAPI V3, in the files v3*.go: another form of the
// same platform for the same apps (protocol.md §5.8). It has paths, headers and
// statuses of its own, one table of codes and one writer; keys, certificates,
// encryption, what a method does and how a wrong signature is explained are
// the gateway's.
package alipay
