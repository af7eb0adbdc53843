package cloudcall

// JSONType is the Content-Type of JSON: of what the API answered, within an
// [Answer], and of an [Error] as a whole, where the SDK compares it to the
// letter.
const JSONType = "application/json; charset=utf-8"

// Error is an error of Tencent Cloud's gateway; the call never reached WeChat.
// The SDK throws it as its own number and "openapi.NAME:fail NUMBER TEXT.
// MESSAGE".
type Error struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	RequestID string `json:"requestId"`
}

// The gateway's codes (docs.cloudbase.net/error-code/basic). The SDK has a
// number for the second; the others are -501001 there, "resource system error".
const (
	SignParamInvalid  = "SIGN_PARAM_INVALID"
	InvalidParam      = "INVALID_PARAM" // -501007, "invalid parameters"
	ExceedRequestSize = "EXCEED_REQUEST_SIZE_LIMIT"
)

// The codes by which WeChat's side of the gateway refuses to ask the API, for
// [Answer.ErrorCode]. The SDK has the texts and throws "system error: error
// code: NUMBER".
const (
	// NotFound is "API not found" (wx-server-sdk 4.0.2, ERR_CODE).
	NotFound = -604100
	// NoPermission is "function has no permission to call this API"
	// (developers.weixin.qq.com/miniprogram/dev/wxcloud/guide/openapi/openapi.html).
	NoPermission = -604101
)
