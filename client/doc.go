// Package client sends template messages (模板消息) and keeps the templates they
// are made from: one API for WeChat Mini Program, WeChat Official Account, Baidu
// Smart Program and Alipay Mini Program, in the words of package muban.
//
//	c, err := client.New(client.Config{Platform: muban.WeChatMini, AppID: appID, Secret: secret})
//	…
//	sent, err := c.Send(ctx, client.SendRequest{
//		To:       openID,
//		Template: templateID,
//		Data:     map[string]muban.Value{"keyword1": {Text: "TIT造舰厂"}},
//		Grant:    client.Grant{ID: formID, Kind: muban.GrantForm},
//	})
//
// It calls the real platform, or a Muban where Config.BaseURL names one; nothing
// else differs. Package mubantest starts a Muban inside a test.
//
// # Access tokens
//
// A client fetches its access token once, however many goroutines ask, renews it
// before it ends, and where the platform refuses it, renews it once and repeats
// the call. A [TokenStore] shares it between processes. On WeChat the token is
// that of stable_token, which no other program's token call ends.
//
// # Errors
//
// Every error is, or wraps, an [*Error]: its Kind in the words of package muban,
// whatever the platform, besides the platform's own code and text, and whether a
// retry can help. [KindOf] picks the kind out:
//
//	switch client.KindOf(err) {
//	case muban.KindGrantSpent, muban.KindGrantUnknown: // another grant is needed
//	case client.KindOutcomeUnknown: // it may have been sent; see Error.Retry
//	}
//
// # Retries
//
// What surely did not arrive is sent again, and so is what changes nothing.
// Anything else is repeated only where a second message is impossible: on an
// official account, whose client_msg_id is set on every send, and with a
// WeChat form_id, which pays for one message only. Elsewhere a send whose answer
// was lost is an error of KindOutcomeUnknown. docs/sdk.md has the whole table.
//
// # Compatibility
//
// The package follows semantic versioning with the module. Within a major
// version, programs that use it keep compiling and keep their meaning: exported
// names stay, the zero value of a new member of a struct means what was done
// before, and an [*Error] keeps its Kind for the same answer of a platform, unless
// its documents change. New kinds, platforms and members may be added: write
// composite literals with names, and a default where you switch on a kind. The
// texts of errors and log lines, and how often and how fast calls are repeated,
// are no part of this. [TokenStore] will not grow methods, and tokens that one
// version stores are read by the others.
//
// It imports the standard library, muban and muban/wire, and always will.
package client
