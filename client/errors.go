package client

import (
	"errors"
	"fmt"
	"strings"

	"github.com/muban-dev/muban"
)

// The kinds of error that only a client has; all others are package muban's.
const (
	// KindOutcomeUnknown: the request may have been accepted and there is no
	// answer that says so. Error.Retry says what can be done.
	KindOutcomeUnknown muban.Kind = "outcome_unknown"
	// KindUnreachable: there was no answer, or none of the platform's, and
	// nothing was changed: the request never left, or the call only reads.
	KindUnreachable muban.Kind = "unreachable"
	// KindCanceled: the context ended before anything was changed.
	KindCanceled muban.Kind = "canceled"
	// KindArgument: the call cannot be made like that; Error.Field names what
	// is wrong. Nothing left.
	KindArgument muban.Kind = "argument"
	// KindTokenStore: the TokenStore failed, and there was no good token
	// without it. Nothing left.
	KindTokenStore muban.Kind = "token_store"
	// KindUnlisted: the platform refused with a code that stands for no kind.
	KindUnlisted muban.Kind = "unlisted"
)

// Op is an operation of a client, by the name of its method.
type Op string

// The operations.
const (
	OpLibraryTitles  Op = "LibraryTitles"
	OpLibraryTitle   Op = "LibraryTitle"
	OpAddTemplate    Op = "AddTemplate"
	OpTemplates      Op = "Templates"
	OpDeleteTemplate Op = "DeleteTemplate"
	OpIndustries     Op = "Industries"
	OpSetIndustries  Op = "SetIndustries"
	OpSend           Op = "Send"
	// OpToken is the fetching of an access token, which the others do.
	OpToken Op = "access token"
	// OpNew is [New], which looks at a Config.
	OpNew Op = "New"
)

// Error is why an operation failed.
type Error struct {
	Kind muban.Kind
	// Also are further kinds that the platform's code can stand for: Baidu
	// answers 4003 for a form that is unknown, expired or spent alike, and Kind
	// is the first of them.
	Also []muban.Kind

	Platform muban.Platform
	// Op is what failed: what was called, or OpToken where the access token
	// for it could not be had.
	Op Op

	// Code and Text are what the platform answered: "41028", "invalid form id";
	// empty where it did not answer. Meaning is when it answers that, and
	// RequestID what it calls the request (WeChat's rid), where known.
	Code, Text, Meaning, RequestID string

	// Field is what KindArgument is about: "Grant.ID", "Data[keyword1].Color".
	Field string

	// Retry says whether the same call can be made again.
	Retry Retry

	// ClientMsgID is the client_msg_id of a send to an official account. With
	// it in WeChatOA.ClientMsgID the send can be made again for ten minutes and
	// makes one message.
	ClientMsgID string

	// Err is what lies behind: of the network, of the context, or the
	// platform's refusal of a repeat; nil where there is nothing more to say.
	Err error
}

// Retry says whether making the same call again can help.
type Retry struct {
	// Can is set where the same call can succeed later and cannot make a second
	// message. What a client does by itself was done already.
	Can bool
	// Why says why, or why not, in words for a log.
	Why string
}

// KindOf is the kind of an error of this package; empty for any other.
func KindOf(err error) muban.Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

// Error says what failed, how the platform put it and what that means. It
// holds no secret and no access token: where the platform quotes one, *** stands
// in its place, in the members too.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Platform != "" { // New may have been given none
		b.WriteString(string(e.Platform) + " ")
	}
	fmt.Fprintf(&b, "%s: ", e.Op)
	switch {
	case e.Field != "":
		fmt.Fprintf(&b, "%s %s", e.Field, e.Text)
	case e.Code != "":
		fmt.Fprintf(&b, "%s (%s %s)", e.Kind, e.Code, e.Text)
	default:
		b.WriteString(string(e.Kind))
	}
	if e.Meaning != "" {
		b.WriteString(": " + e.Meaning)
	}
	if e.Kind == KindOutcomeUnknown && e.Retry.Why != "" {
		b.WriteString(": " + e.Retry.Why)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.RequestID != "" {
		b.WriteString(" [" + e.RequestID + "]")
	}
	return b.String()
}

// Unwrap returns what lies behind.
func (e *Error) Unwrap() error { return e.Err }

// argument refuses a call before anything leaves: the field, and what it is
// and should be.
func argument(p muban.Platform, op Op, field, problem string) *Error {
	return &Error{
		Kind: KindArgument, Platform: p, Op: op, Field: field, Text: problem,
		Retry: Retry{Why: "the same call would be refused again"},
	}
}

// notOnPlatform refuses a call that the platform does not have.
func notOnPlatform(p muban.Platform, op Op) *Error {
	return &Error{
		Kind: muban.KindNotOnPlatform, Platform: p, Op: op, Meaning: string(p) + " has no such call",
		Retry: Retry{Why: "the platform has no such call"},
	}
}
