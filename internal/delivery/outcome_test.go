package delivery

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

func TestHowMessagesEnd(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	fine := muban.DueMessage{
		AppID: "app", Seq: 7, Platform: muban.Baidu, GrantKind: muban.GrantForm,
		UserKnown: true, Delivery: muban.DeliveryOK, NotificationBar: true,
	}
	places := []muban.Channel{muban.ChannelMessageCenter, muban.ChannelSearchPanel}
	delivered := func(channels ...muban.Channel) muban.Outcome {
		return muban.Outcome{State: muban.StateDelivered, Channels: channels}
	}
	failed := muban.Outcome{State: muban.StateFailed, Reason: muban.ReasonSystemFailed}
	refused := muban.Outcome{State: muban.StateRefused, Reason: muban.ReasonUserBlock}
	for _, test := range []struct {
		name, source string
		edit         func(*muban.DueMessage)
		want         muban.Outcome
	}{
		{"form on Baidu", "seed 001, 消息的入口: 支付、表单消息均有", func(*muban.DueMessage) {}, delivered(places...)},
		{"payment on Baidu", "seed 001, 手机通知栏: 仅限支付消息", func(d *muban.DueMessage) { d.GrantKind = muban.GrantPayment }, delivered(append(places, muban.ChannelNotificationBar)...)},
		{"order on Baidu", "seed 001, 手机通知栏: 仅限支付消息", func(d *muban.DueMessage) { d.GrantKind = muban.GrantOrder }, delivered(append(places, muban.ChannelNotificationBar)...)},
		{"payment, phone without a bar", "seed 001: 部分Android厂商机型可能受限", func(d *muban.DueMessage) {
			d.GrantKind, d.NotificationBar = muban.GrantPayment, false
		}, delivered(places...)},
		{"payment on WeChat", "decisions.md, Baidu channels", func(d *muban.DueMessage) { d.Platform, d.GrantKind = muban.WeChatMini, muban.GrantPayment }, delivered()},
		{"blocked", "decisions.md, a user who blocked the app", func(d *muban.DueMessage) { d.Blocked = true }, refused},
		{"delivery fails", "decisions.md, a user who blocked the app", func(d *muban.DueMessage) { d.Delivery = muban.DeliveryFail }, failed},
		{"blocked, and delivery fails", "what the user wants comes first", func(d *muban.DueMessage) { d.Blocked, d.Delivery = true, muban.DeliveryFail }, refused},
		{"deleted user", "nobody is there to see it", func(d *muban.DueMessage) { d.UserKnown, d.Delivery = false, "" }, failed},
	} {
		due := fine
		test.edit(&due)
		test.want.AppID, test.want.Seq, test.want.At = due.AppID, due.Seq, at
		if diff := cmp.Diff(test.want, decide(due, at)); diff != "" {
			t.Errorf("%s (%s):\n%s", test.name, test.source, diff)
		}
	}
}
