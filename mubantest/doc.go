// Package mubantest starts a real Muban inside a Go test, so that code which
// sends template messages is tested against the platforms' own rules: no account,
// no phone, no network.
//
//	func TestOrderIsConfirmed(t *testing.T) {
//		m := mubantest.Start(t)
//		app := m.NewApp(muban.WeChatMini)
//		buyer := app.NewUser()
//		template := app.NewTemplate("购买成功通知", "商品{{keyword1.DATA}}\n")
//
//		confirm(app.Client(), buyer.OpenID, template, buyer.MintGrant(muban.GrantForm)) // your code
//
//		if got := app.WaitMessage(); got.Rendered != "商品咖啡\n" {
//			t.Errorf("the buyer reads %q", got.Rendered)
//		}
//	}
//
// What the helpers do, anybody could do through Muban's native API at
// [Server.URL], which is open for the rest of it. Clients that are not package
// client are pointed there too: change scheme and host.
//
// Helpers do not return errors: what fails ends the test, as testing.TB's Fatal
// does, so call them from the test's own goroutine. With [New], which is for
// examples and TestMain, it panics.
//
// The package needs all of Muban, its database among it. Import it in tests
// only; package client does not.
package mubantest
