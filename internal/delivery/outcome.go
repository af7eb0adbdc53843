package delivery

import (
	"time"

	"github.com/muban-dev/muban"
)

// decide says how a message ends: decisions.md, "A user who blocked the app".
func decide(d muban.DueMessage, at time.Time) muban.Outcome {
	outcome := muban.Outcome{AppID: d.AppID, Seq: d.Seq, At: at}
	switch {
	case d.UserKnown && d.Blocked:
		outcome.State, outcome.Reason = muban.StateRefused, muban.ReasonUserBlock
	case !d.UserKnown || d.Delivery == muban.DeliveryFail:
		outcome.State, outcome.Reason = muban.StateFailed, muban.ReasonSystemFailed
	default:
		outcome.State = muban.StateDelivered
		outcome.Channels = channels(d)
	}
	return outcome
}

// channels are the places where a Baidu user meets the message (seed 001,
// 消息的入口: the notification bar is for payments only).
func channels(d muban.DueMessage) []muban.Channel {
	if d.Platform != muban.Baidu {
		return nil
	}
	places := []muban.Channel{muban.ChannelMessageCenter, muban.ChannelSearchPanel}
	if d.GrantKind != muban.GrantForm && d.NotificationBar {
		places = append(places, muban.ChannelNotificationBar)
	}
	return places
}
