// Package api is Muban's own REST API: JSON under /api/v1 and its OpenAPI 3.1
// document at /api/openapi.json.
//
// Each object (app, user, template, …) has a file with its routes, its form
// on the wire and its handlers. A handler calls one use case of
// internal/messaging and turns what comes back into that form; it holds no
// rule of its own. Reading and validating requests and describing them in the
// document is huma's work, done once in operation.go.
//
// Whatever is not an answer is an RFC 9457 problem document: errors.go has
// the one table from refusals to status and code.
package api
