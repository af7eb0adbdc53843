package cloudcall

// Answer is the message CommOpenApiResp: what the API answered, or the code by
// which WeChat's side refused to ask it.
type Answer struct {
	// Data is the API's answer, ContentType what it is. The SDK parses it as
	// JSON if ContentType says application/json or text/plain.
	Data        []byte
	ContentType string
	// ErrorCode is [NotFound], [NoPermission] or 0. The SDK looks at nothing
	// else where it is set.
	ErrorCode int
	// HTTPCode is the status that the API answered with.
	HTTPCode int
}

// AnswerType is the HTTP Content-Type of an encoded Answer. Any will do but
// [JSONType], by which the SDK knows an error of the gateway.
const AnswerType = "application/octet-stream"

// Encode writes the message. Fields that are zero are left out.
func (a Answer) Encode() []byte {
	var message []byte
	if len(a.Data) > 0 {
		message = appendBytes(message, 1, a.Data)
	}
	if a.ContentType != "" {
		message = appendBytes(message, 2, []byte(a.ContentType))
	}
	if a.ErrorCode != 0 {
		// Negative numbers are written as 64 bits, int32 or not.
		message = appendVarint(message, 3, uint64(int64(a.ErrorCode)))
	}
	if a.HTTPCode != 0 {
		message = appendVarint(message, 4, uint64(a.HTTPCode))
	}
	return message
}
