package callback_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/client/callback"
	"github.com/muban-dev/muban/mubantest"
)

// An official account sends, and learns what became of it.
func Example() {
	server := mubantest.New() // stands in for WeChat
	defer server.Close()
	app := server.NewApp(muban.WeChatOA)
	follower := app.NewUser()
	template := app.NewTemplate("订单支付成功", "{{first.DATA}}")

	done := make(chan callback.Finished, 1)
	config := app.Callback(muban.CallbackSafe) // AppID, Token, AESKey, Mode: as in the account's console
	config.Finished = func(_ context.Context, f callback.Finished) error {
		done <- f
		return nil
	}
	handler, err := callback.New(config)
	if err != nil {
		panic(err)
	}
	receiver := httptest.NewServer(handler) // your server
	defer receiver.Close()
	app.PushTo(receiver.URL)

	sent, err := app.Client().Send(context.Background(), client.SendRequest{
		To: follower.OpenID, Template: template,
		Data:     map[string]muban.Value{"first": {Text: "您好", Color: "#173177"}},
		WeChatOA: &client.WeChatOA{URL: "https://example.com/orders/7", ClientMsgID: "order-7-paid"},
	})
	if err != nil {
		panic(err)
	}
	finished := <-done
	fmt.Println(finished.MessageID == sent.MessageID, finished.State, finished.Status)
	fmt.Println(handler.Close(context.Background()))
	// Output:
	// true delivered success
	// <nil>
}
