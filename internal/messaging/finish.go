package messaging

import (
	"github.com/muban-dev/muban"
)

// finish gives an accepted message its end. Whether it reaches its user is known
// when it is accepted, so that it is stored with its end in one transaction and
// nothing can be lost between the two.
func finish(m *muban.Message, user muban.User) {
	m.FinishedAt = m.AcceptedAt
	switch {
	case user.Blocked:
		m.State, m.Reason = muban.StateRefused, muban.ReasonUserBlock
	case user.Delivery == muban.DeliveryFail:
		m.State, m.Reason = muban.StateFailed, muban.ReasonSystemFailed
	default:
		m.State, m.DeliveredAt = muban.StateDelivered, m.AcceptedAt
		m.Channels = channels(m, user)
	}
}

// channels are the places where a Baidu user meets the message (seed 001,
// 消息的入口: the notification bar is for payments only). The kind that the send
// claims is the grant's, or the send is refused.
func channels(m *muban.Message, user muban.User) []muban.Channel {
	if m.Platform != muban.Baidu {
		return nil
	}
	places := []muban.Channel{muban.ChannelMessageCenter, muban.ChannelSearchPanel}
	if m.GrantKind != muban.GrantForm && user.NotificationBar {
		places = append(places, muban.ChannelNotificationBar)
	}
	return places
}

// callbackAttempts is how often a callback is tried by itself (protocol.md §3.7).
const callbackAttempts = 3

// callback is what the app's server is to be told of the message's end; nil
// where the platform tells nothing, or the app has nobody to be told.
func callback(app *muban.App, m *muban.Message) *muban.Callback {
	if app.Callback.URL == "" {
		return nil
	}
	kind := muban.RulesOf(app.Platform).FinishEvent
	if kind == "" {
		return nil
	}
	return &muban.Callback{
		AppID: app.ID, URL: app.Callback.URL, State: muban.CallbackPending, Left: callbackAttempts,
		CreatedAt: m.FinishedAt, DueAt: m.FinishedAt,
		Event: muban.Event{Kind: kind, UserID: m.UserID, State: m.State, Reason: m.Reason, At: m.FinishedAt},
	}
}
