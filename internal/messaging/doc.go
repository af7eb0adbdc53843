// Package messaging holds the use cases of template messages and every rule
// around them: who may call, what the library offers, which templates an app
// holds, what a grant is worth, when a send is accepted.
//
// A dialect decodes a platform's request, calls one method here and encodes
// what comes back. Refusals are *muban.Refusal values; every other error is
// internal, and its text is not for clients.
//
// The package does no I/O of its own. What it needs of the world are the
// small interfaces in ports.go.
package messaging
