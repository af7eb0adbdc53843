package wechat

import "slices"

// Error is one row of the platform's table of error codes.
type Error struct {
	Code int
	// Text is the official English errmsg. Live answers append to it, so
	// clients compare the code (protocol.md §1.3). In the text of 47003,
	// {key} stands for the entry of data that is meant.
	Text string
	// Meaning says when the code is answered.
	Meaning string
	// See is the document that has the code.
	See string
	// Answered is false for a code that the documents list and that no call
	// here answers.
	Answered bool
	// Kinds are the refusals that the code stands for, the usual one first, in
	// the words of muban.Kind, which this package does not import. The server
	// takes the code of a kind from here, a client the kinds of a code.
	Kinds []string
}

// Errors lists the codes around template messages in ascending order: those of
// the calls of this package, and all others that seed 004 and protocol.md §3.4
// list.
func Errors() []Error { return slices.Clone(errorTable) }

// ErrorOf returns the row of a code; ok is false for a code that is not in
// the table.
func ErrorOf(code int) (row Error, ok bool) {
	i, ok := slices.BinarySearchFunc(errorTable, code, func(e Error, code int) int { return e.Code - code })
	if !ok {
		return Error{}, false
	}
	return errorTable[i], true
}

// CodeOf is the code that is answered for a kind of refusal, a muban.Kind; ok
// is false for a kind that this platform has no code for.
func CodeOf(kind string) (code int, ok bool) {
	for _, row := range errorTable {
		if row.Answered && slices.Contains(row.Kinds, kind) {
			return row.Code, true
		}
	}
	return 0, false
}
