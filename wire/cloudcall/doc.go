// Package cloudcall holds what crosses the network when a cloud function calls
// WeChat through wx-server-sdk (云调用): the form and the two protocol buffer
// messages of an openapi call, the TC3-HMAC-SHA256 signature around them, and
// the codes that the gateway itself refuses with. The JSON within is that of
// package wire/wechat.
//
// None of it is documented. It was read off wx-server-sdk 4.0.2 while it
// called a server of ours (docs/dialects/cloudcall.md, "On the wire").
//
// A decoder's error says what is wrong in words that may be shown to the app's
// developer: a [FormatError], a [SignatureError] or a [ValueError].
package cloudcall
