package apiclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// Code is the stable name of a class of errors.
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
)

// Problem is an answer that was not a success: the API's problem document
// (RFC 9457). Nothing was changed by the call.
type Problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail"`
	Code   Code         `json:"code"`
	Errors []FieldError `json:"errors"`
}

// FieldError is one thing that was wrong with a request.
type FieldError struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

// Error says in words what was wrong.
func (p *Problem) Error() string {
	if p.Detail == "" {
		return fmt.Sprintf("the server answered %d %s", p.Status, p.Title)
	}
	return p.Detail
}

// IsProblem reports whether err is a problem with that code.
func IsProblem(err error, code Code) bool {
	problem, ok := errors.AsType[*Problem](err)
	return ok && problem.Code == code
}

// problemOf reads an answer that is not a success.
func problemOf(req *http.Request, resp *http.Response, body []byte) error {
	problem := &Problem{}
	if !isJSON(resp, "application/problem+json") || json.Unmarshal(body, problem) != nil {
		return strangeAnswer(req, resp)
	}
	problem.Status = resp.StatusCode
	return problem
}

// StrangeAnswerError is an answer that no Muban gives: something else is at
// that address, or between.
type StrangeAnswerError struct {
	URL         string
	Status      string // "404 Not Found"
	ContentType string
}

func (e *StrangeAnswerError) Error() string {
	kind := e.ContentType
	if kind == "" {
		kind = "no Content-Type"
	}
	return fmt.Sprintf("%s answered %s (%s), as no Muban does", e.URL, e.Status, kind)
}

func strangeAnswer(req *http.Request, resp *http.Response) error {
	return &StrangeAnswerError{req.URL.Redacted(), resp.Status, resp.Header.Get("Content-Type")}
}

// UnreachableError says that a call was not answered.
type UnreachableError struct {
	Server string
	Err    error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("cannot reach %s: %v", e.Server, e.Err)
}

// Unwrap returns what the network said.
func (e *UnreachableError) Unwrap() error { return e.Err }

// Unsent reports whether the request surely never left: the server did not
// take the connection.
func (e *UnreachableError) Unsent() bool {
	op, ok := errors.AsType[*net.OpError](e.Err)
	return ok && op.Op == "dial"
}

// unreachable says why there is no answer. asked is the caller's context: its
// end is the caller's own doing.
func (c *Client) unreachable(asked context.Context, err error) error {
	return Unreachable(asked, c.Server(), err)
}

// Unreachable explains the error of an http.Client that called server. asked
// is the context the call was asked with: where it has ended, that is the
// error.
func Unreachable(asked context.Context, server string, err error) error {
	if asked.Err() != nil {
		return asked.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &UnreachableError{server, fmt.Errorf("no answer within %v", answerWithin)}
	}
	// What wraps it repeats the address.
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return &UnreachableError{server, op}
	}
	return &UnreachableError{server, err}
}
