// Package cloudcall speaks the dialect of WeChat's cloud calls (云调用): what
// wx-server-sdk sends from a cloud function to Tencent Cloud's gateway, at
// POST /admin. Like the gateway it recognises the app by a signature instead
// of an access token, looks up what the function may call, and passes the call
// on to WeChat's own API; rules, codes and texts are those of the same call
// over HTTP.
//
// The status is always 200: the SDK takes any other for a failure of the
// network. What is refused is answered in one of three forms, by who refuses:
// the gateway, the list of permissions, or the API (see [Handler.ServeHTTP]).
//
// A request is checked in this order: method, size, form, signature, action,
// the call's name, requestData, permission, the app that the call is for, the
// parameters' JSON, and then as the call is over HTTP.
package cloudcall
