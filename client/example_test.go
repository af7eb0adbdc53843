package client_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/mubantest"
)

// The examples run against a Muban. Without BaseURL they would call the real
// platforms.

// A mini program tells a buyer what was bought.
func Example_weChatMini() {
	server := mubantest.New() // stands in for WeChat
	defer server.Close()
	app := server.NewApp(muban.WeChatMini)
	buyer := app.NewUser()

	ctx := context.Background()
	c, err := client.New(client.Config{Platform: muban.WeChatMini, AppID: app.ID, Secret: app.Secret, BaseURL: server.URL})
	if err != nil {
		panic(err)
	}
	title, err := c.LibraryTitle(ctx, "AT0002")
	if err != nil {
		panic(err)
	}
	fmt.Println(title.Title, title.Keywords[0].Name)
	template, err := c.AddTemplate(ctx, client.AddTemplateRequest{LibraryID: title.ID, KeywordIDs: []int{3, 5}})
	if err != nil {
		panic(err)
	}
	_, err = c.Send(ctx, client.SendRequest{
		To:         buyer.OpenID,
		Template:   template,
		Data:       map[string]muban.Value{"keyword1": {Text: "TIT造舰厂"}, "keyword2": {Text: "咖啡"}},
		Page:       "pages/orders/orders?id=7",
		Grant:      buyer.MintGrant(muban.GrantForm), // the formId that the page posted
		WeChatMini: &client.WeChatMini{EmphasisKeyword: "keyword2.DATA"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Print(app.WaitMessage().Rendered)
	// Output:
	// 购买成功通知 购买地点
	// 购买地点TIT造舰厂
	// 物品名称咖啡
}

// An official account writes to a follower. What becomes of it, package callback
// tells.
func Example_weChatOA() {
	server := mubantest.New() // stands in for WeChat
	defer server.Close()
	app := server.NewApp(muban.WeChatOA)
	follower := app.NewUser()

	ctx := context.Background()
	c, err := client.New(client.Config{Platform: muban.WeChatOA, AppID: app.ID, Secret: app.Secret, BaseURL: server.URL})
	if err != nil {
		panic(err)
	}
	template, err := c.AddTemplate(ctx, client.AddTemplateRequest{LibraryID: "TM00015"})
	if err != nil {
		panic(err)
	}
	send := client.SendRequest{
		To:       follower.OpenID,
		Template: template,
		Data: map[string]muban.Value{
			"first": {Text: "您好"}, "orderMoneySum": {Text: "30.00元", Color: "#173177"}, "orderProductName": {Text: "咖啡"},
		},
		WeChatOA: &client.WeChatOA{
			URL: "https://example.com/orders/7",
			// Sent twice under this name, it is one message.
			ClientMsgID: "order-7-paid",
		},
	}
	one, err := c.Send(ctx, send)
	if err != nil {
		panic(err)
	}
	two, err := c.Send(ctx, send)
	if err != nil {
		panic(err)
	}
	fmt.Println(one.MessageID == two.MessageID, len(app.Messages()))
	// Output: true 1
}

// A Baidu program writes to a guest, who has no open_id.
func Example_baidu() {
	server := mubantest.New() // stands in for Baidu
	defer server.Close()
	app := server.NewApp(muban.Baidu)
	guest := app.NewGuest()
	template := app.NewTemplate("取票成功通知", "订单号{{keyword1.DATA}}\n金额{{keyword2.DATA}}")

	c, err := client.New(client.Config{Platform: muban.Baidu, AppID: app.ID, Secret: app.Secret, BaseURL: server.URL})
	if err != nil {
		panic(err)
	}
	sent, err := c.Send(context.Background(), client.SendRequest{
		Template: template,
		Data:     map[string]muban.Value{"keyword1": {Text: "321254555"}, "keyword2": {Text: "300元"}},
		Grant:    guest.MintGrant(muban.GrantPayment),
		Baidu:    &client.Baidu{SwanID: guest.SwanID},
	})
	if err != nil {
		panic(err)
	}
	message := app.WaitMessage()
	fmt.Println(sent.MessageID == message.ID, message.Channels)
	// Output: true [message_center search_panel notification_bar]
}

// An Alipay program signs its requests. Its templates are made on the platform's
// website.
func Example_alipay() {
	server := mubantest.New() // stands in for Alipay
	defer server.Close()
	app := server.NewApp(muban.Alipay)
	buyer := app.NewUser()
	template := app.NewTemplate("购买成功通知", "商品{{keyword1.DATA}}\n")

	ctx := context.Background()
	c, err := client.New(client.Config{
		Platform: muban.Alipay, AppID: app.ID, BaseURL: server.URL,
		Alipay: client.AlipayKeys{
			AppPrivateKey:   app.Keys.AppPrivateKey,   // 应用私钥
			AlipayPublicKey: app.Keys.AlipayPublicKey, // 支付宝公钥
		},
	})
	if err != nil {
		panic(err)
	}
	_, err = c.Send(ctx, client.SendRequest{
		To:       buyer.OpenID, // 2088…
		Template: template,
		Data:     map[string]muban.Value{"keyword1": {Text: "咖啡"}},
		Page:     "pages/orders/orders?id=7",
		Grant:    buyer.MintGrant(muban.GrantPayment), // the trade_no
	})
	fmt.Println(err)
	fmt.Print(app.WaitMessage().Rendered)

	_, err = c.AddTemplate(ctx, client.AddTemplateRequest{LibraryID: "AT0002"})
	fmt.Println(client.KindOf(err))
	// Output:
	// <nil>
	// 商品咖啡
	// not_on_this_platform
}

// What to do about an error is decided by its kind, whatever the platform.
func ExampleKindOf() {
	server := mubantest.New()
	defer server.Close()
	app := server.NewApp(muban.WeChatMini)
	buyer, template := app.NewUser(), app.NewTemplate("t", "{{keyword1.DATA}}")
	request := client.SendRequest{To: buyer.OpenID, Template: template, Grant: buyer.MintGrant(muban.GrantForm)}

	c := app.Client()
	for range 2 {
		_, err := c.Send(context.Background(), request)
		switch client.KindOf(err) {
		case "": // no error
			fmt.Println("sent")
		case muban.KindGrantSpent, muban.KindGrantUnknown, muban.KindGrantExpired:
			fmt.Println("another grant is needed")
		case client.KindOutcomeUnknown:
			fmt.Println("it may have been sent")
		default:
			fmt.Println("failed:", err)
		}
		if e, ok := errors.AsType[*client.Error](err); ok {
			fmt.Println(e.Code, e.Text)
			fmt.Println(e.Retry.Can, e.Retry.Why)
		}
	}
	// Output:
	// sent
	// another grant is needed
	// 41029 form id used count reach limit
	// false this grant does not pay for this send; it needs another one
}

// Lists are iterators: pages are fetched as they are needed.
func ExampleClient_AllLibraryTitles() {
	server := mubantest.New()
	defer server.Close()
	c := server.NewApp(muban.Baidu).Client()
	for title, err := range c.AllLibraryTitles(context.Background()) {
		if err != nil {
			panic(err)
		}
		if title.Title == "取票成功通知" {
			fmt.Println(title.ID)
			break
		}
	}
	// Output: BD0016
}
