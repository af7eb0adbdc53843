// Package apiclient is a typed client of Muban's native API, for the commands
// and for tests. Its types mirror the API's JSON.
//
// A call returns an [Answer]: the decoded value together with the very JSON
// that was received, so that a command can hand that on. An answer that is
// not a success is a [*Problem]; no answer at all is an [*UnreachableError].
package apiclient
