// Package muban holds the words of template messages (模板消息): the system
// by which mini programs and official accounts reach their users after an
// order or a form.
//
// Four platforms document their own dialect of it. The words here are the
// ones they share:
//
//   - An [App] is a developer's account on one [Platform].
//   - A [User] is a recipient as one app sees it.
//   - The public library has [Title] entries with numbered [Keyword] words;
//     an app picks some of them, in its own order, to make a [Template].
//   - A [Grant] is the right to send that a user's action created: a form
//     submitted, an order paid. It has an owner, a number of uses and an end.
//   - A [Message] is a send that was accepted. It is delivered, refused by
//     its user, or it fails.
//   - A [Refusal] is a send, or any other call, that was not accepted, with
//     the rule that refused it and the values that were compared.
//
// Where a type has JSON names they are those of the native API; the store keeps
// it under them too, so they do not change.
//
// The rules in which the platforms differ are data: see [Rules]. The package
// imports the standard library only and does no I/O.
package muban
