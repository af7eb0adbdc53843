package mubantest_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/client/callback"
	"github.com/muban-dev/muban/mubantest"
)

// In a test it is mubantest.Start(t), and nothing needs to be closed.
func Example() {
	m := mubantest.New()
	defer m.Close()
	app := m.NewApp(muban.WeChatMini)
	buyer := app.NewUser()
	template := app.NewTemplate("购买成功通知", "商品{{keyword1.DATA}}\n")

	// What is tested: any code that sends, with any client that calls m.URL.
	_, err := app.Client().Send(context.Background(), client.SendRequest{
		To: buyer.OpenID, Template: template,
		Data:  map[string]muban.Value{"keyword1": {Text: "咖啡"}},
		Grant: buyer.MintGrant(muban.GrantForm),
	})
	fmt.Println(err)

	message := app.WaitMessage()
	fmt.Print(message.State, " ", message.Rendered)
	// Output:
	// <nil>
	// delivered 商品咖啡
}

// A user who blocks the app gets nothing, though the send is accepted.
func ExampleUser_Block() {
	m := mubantest.New()
	defer m.Close()
	app := m.NewApp(muban.WeChatMini)
	buyer, template := app.NewUser(), app.NewTemplate("t", "{{keyword1.DATA}}")
	buyer.Block()
	_, err := app.Client().Send(context.Background(), client.SendRequest{
		To: buyer.OpenID, Template: template, Grant: buyer.MintGrant(muban.GrantForm),
	})
	message := app.WaitMessage()
	fmt.Println(err, message.State, message.Reason)
	// Output: <nil> refused user_block
}

// A handler of events can be tested without a server: with signed requests.
func ExampleApp_SignedEvent() {
	m := mubantest.New()
	defer m.Close()
	app := m.NewApp(muban.WeChatOA)
	config := app.Callback(muban.CallbackSafe)
	config.Finished = func(_ context.Context, f callback.Finished) error {
		fmt.Println("message", f.MessageID, f.State)
		return nil
	}
	handler, err := callback.New(config)
	if err != nil {
		panic(err)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, app.SignedEvent("/wechat/events", callback.Finished{
		OpenID: "oia2TjuEGTNoeX76QEjQNrcURxG8", MessageID: 200163836, State: muban.StateDelivered,
	}))
	fmt.Println(answer.Body)
	fmt.Println(handler.Close(context.Background()))
	// Output:
	// message 200163836 delivered
	// success
	// <nil>
}

// After seven days a form no longer pays.
func ExampleServer_Advance() {
	m := mubantest.New()
	defer m.Close()
	app := m.NewApp(muban.WeChatMini)
	buyer, template := app.NewUser(), app.NewTemplate("t", "{{keyword1.DATA}}")
	grant := buyer.MintGrant(muban.GrantForm)
	m.Advance(7 * 24 * time.Hour)
	_, err := app.Client().Send(context.Background(), client.SendRequest{To: buyer.OpenID, Template: template, Grant: grant})
	fmt.Println(client.KindOf(err))
	fmt.Println(app.Grant(grant.ID).Remaining, "use is left")
	// Output:
	// grant_unknown
	// 1 use is left
}
