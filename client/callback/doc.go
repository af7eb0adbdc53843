// Package callback receives what WeChat tells an official account's server:
// above all how the sending of a template message ended.
//
//	h, err := callback.New(callback.Config{
//		AppID: appID, Token: token, AESKey: key, Mode: muban.CallbackSafe, // as in the account's console
//		Finished: func(ctx context.Context, f callback.Finished) error {
//			return db.Record(ctx, f.MessageID, f.State)
//		},
//	})
//	…
//	http.Handle("/wechat/events", h)
//
// The handler answers the verification of the URL, verifies signatures in
// constant time, refuses what is too old or too new, decrypts, and leaves out
// what comes again.
//
// # Answering in time
//
// The platform waits five seconds for an answer and pushes an event three times
// in all. An event is handed to Config.Finished or Config.Other in one of
// Config.Workers goroutines, and answered when that has returned:
//
//   - nil: "success". The event is remembered, and what comes again is answered
//     without handling it.
//   - an error, a panic, or a goroutine that ended (t.FailNow): status 500. The
//     event is forgotten, and handled again when the platform pushes it again.
//   - nothing within Config.AnswerWithin: "success", and the handling goes on.
//     An error after that is logged, and the event is lost: a handler that may be
//     slow stores the event first and works later.
//
// Where Config.Queue events wait for a worker already, the next is answered with
// status 503 at once: the platform pushes it again, so that a burst is spread
// over half a minute and what is beyond that is refused, not kept in memory.
//
// The compatibility promise of package client holds for this package too.
package callback
