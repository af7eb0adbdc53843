package api

import (
	"encoding/json"
	"maps"
	"net/http"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
)

// Code is the stable name of a class of errors, for programs.
type Code string

// The codes of the native API.
const (
	CodeInvalidRequest    Code = "invalid_request"
	CodeNotFound          Code = "not_found"
	CodeConflict          Code = "conflict"
	CodeClockBackwards    Code = "clock_backwards"
	CodeNotOnThisPlatform Code = "not_on_this_platform"
	CodeUnauthorized      Code = "unauthorized"
	CodeForbidden         Code = "forbidden"
	CodeTooLarge          Code = "too_large"
	CodeBusy              Code = "busy"
	CodeInspectorOff      Code = "inspector_off"
	CodeInternal          Code = "internal"
)

// Problem is an RFC 9457 problem document: every answer that is not a
// success. As an error it can be returned from handlers.
type Problem struct {
	Type   string       `json:"type" doc:"Always about:blank: code tells the classes apart." example:"about:blank"`
	Title  string       `json:"title" doc:"The HTTP status in words." example:"Unprocessable Entity"`
	Status int          `json:"status" doc:"The HTTP status." example:"422"`
	Detail string       `json:"detail" doc:"What was wrong, with which value, and what would be right." example:"body.kind is missing"`
	Code   Code         `json:"code" doc:"The class of the error, for programs." enum:"invalid_request,not_found,conflict,clock_backwards,not_on_this_platform,unauthorized,forbidden,too_large,busy,inspector_off,internal"`
	Errors []FieldError `json:"errors,omitempty" nullable:"false" doc:"Each thing that is wrong with the request, where its place is known."`

	// What is noted of it besides, and never written.
	header  http.Header
	refusal *muban.Refusal
	cause   error
}

// FieldError is one thing that is wrong with a request.
type FieldError struct {
	Location string `json:"location" doc:"Where: body.…, query.… or path.…" example:"query.limit"`
	Message  string `json:"message" doc:"What is wrong there and what would be right." example:"is 501; expected number <= 500"`
}

func newProblem(status int, code Code, detail string) *Problem {
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code,
		header: http.Header{},
	}
}

// Error says in words what was wrong.
func (p *Problem) Error() string { return p.Detail }

// Unwrap returns what went wrong inside, if that is why.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus tells huma the answer's status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma the answer's type.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// note puts the problem into the request's record and its headers on the
// answer. Every problem passes here once, just before it is written.
func (p *Problem) note(w http.ResponseWriter, r *http.Request) {
	x := httpx.Of(r)
	httpx.AbortIfUnknown(x, p.cause)
	if p.cause != nil {
		x.Err = p.cause
	}
	maps.Copy(w.Header(), p.header)
	if p.refusal != nil {
		x.Refused(w, p.refusal, string(p.Code))
		return
	}
	x.Code = string(p.Code)
}

// answerProblem answers a request that did not get as far as its operation.
// Problems of operations are written by huma; see humaConfig.
func answerProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	p.note(w, r)
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a client that hung up needs no answer
}
