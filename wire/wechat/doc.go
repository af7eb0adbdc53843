// Package wechat holds what crosses the network between a WeChat client and
// the platform: requests and answers of the calls around template messages,
// of mini programs and official accounts, and of the token calls; the
// platform's table of error codes; and the pushes by which it tells an
// account's server of events, with their signatures and their encryption.
//
// Answers are written exactly as documented. Requests are read as leniently
// as the clients in the field need it (protocol.md §2.4, §10): numbers as
// text, blank or null members that are optional, [] where PHP means {},
// members that nobody knows, a byte order mark. The Content-Type of a request
// says nothing, since wechatpy sends none.
//
// Decode functions take a whole body. Their errors say what is wrong with it
// in words that may be shown to the app's developer: [ErrEmptyBody], a
// [BodyError], a [DataError] or an [ArgumentError]. Member names are case sensitive, and of
// members that are repeated the last one counts.
//
// Pushes go both ways through a [Codec], made of the account's callback
// settings: the platform's side writes them with [Codec.Push] and reads the
// replies, the server's side reads them with [Codec.Read]. Tests of a server
// make theirs with Push too.
package wechat
