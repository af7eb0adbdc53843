package muban

import "time"

// Call is one platform request and its answer, as the inspector keeps it for
// the app's developer. Secrets and access tokens in it are masked.
type Call struct {
	// ID is the request's id, which WeChat shows as rid and Alipay as
	// trace_id or alipay-trace-id.
	ID  string
	Seq int64 // orders lists by when calls ended
	// At is when the call came, by the clock that governs the rules; Took how
	// long the answer took, in real time.
	At   time.Time
	Took time.Duration

	// Dialect and Name say what was called, in fixed words: "wechat",
	// "message/wxopen/template/send". A path at which there is no call is
	// "unknown".
	Dialect, Name string
	// AppID is the app that called or that the call named; empty where neither
	// can be told. Platform is empty where the app is not known.
	AppID    string
	Platform Platform
	// User, GrantID and TemplateID are those of a send, as it named them; of a
	// login User is who logged in.
	User, GrantID, TemplateID string
	// MessageID is the message that a send became; 0 where it became none.
	MessageID MessageID

	// Token stands for the token or secret that came first in the request; it is
	// the mask that is in the texts. Empty where there was none.
	Token string
	// Code is what the platform's answer says: "0", "41028", "10000"; empty
	// where there was no answer.
	Code string
	// Refusal is why the call was not accepted; nil where it was, or where
	// something went wrong inside.
	Refusal *Refusal

	Request CallRequest
	// Answer is the zero value where the connection was closed without one.
	Answer CallAnswer
}

// Explanation is what can be told of a refused call beyond its refusal.
type Explanation struct {
	// Accepted says what would have been accepted; the zero value where the
	// refusal says all there is to say.
	Accepted Words
	// Story is the life of the grant or the token concerned, the call itself
	// included, oldest first; empty where there is none or nothing is known.
	Story []StoryEvent
}

// Words are a text in both languages.
type Words struct{ English, Chinese string }

// StoryEvent is something that happened to a grant or a token.
type StoryEvent struct {
	At time.Time
	Words
	// MessageID is the message that it happened by, CallID the call; zero where
	// there is none.
	MessageID MessageID
	CallID    string
}

// CallRequest is what was asked.
type CallRequest struct {
	Method string
	// Path and Query are as they came, percent-encoded.
	Path, Query string
	// Headers are those that matter to a call, by their canonical names.
	Headers map[string]string
	Body    CallBody
}

// CallAnswer is what was answered.
type CallAnswer struct {
	Status  int
	Headers map[string]string
	Body    CallBody
}

// CallBody is the body of a request or an answer.
type CallBody struct {
	// Text is the body's beginning, in UTF-8; base64 of it where Base64 is set,
	// because it is no text.
	Text   string
	Base64 bool
	// Decoded says as JSON what the bytes do not show: what was encrypted, in
	// another charset than UTF-8, or a protocol buffer. Empty elsewhere.
	Decoded string
	// Size is the length of the whole body in bytes; Truncated says that it is
	// longer than what was kept.
	Size      int
	Truncated bool
}
