package muban

import (
	"strconv"
	"time"
)

// MessageID identifies a message in the installation: what the platform's
// send answered as msgid or msg_key.
type MessageID int64

// sequenceBits is the width of a message's sequence number. On Baidu, WeChat
// Mini and Alipay the id is the sequence number, so that it stays exact in
// clients that read numbers as floats; on official accounts ids lie above, so
// that such clients are found out (protocol.md §3.2).
const sequenceBits = 53

// NewMessageID makes the id of the message with that sequence number.
func NewMessageID(p Platform, seq int64) MessageID {
	if p != WeChatOA {
		return MessageID(seq)
	}
	// The upper bits repeat nothing but the sequence, so that an id can be
	// turned back; multiplying by an odd constant makes them look arbitrary.
	const golden = 0x9E3779B97F4A7C15
	high := 1 + (uint64(seq)*golden>>54)%1023
	return MessageID(high<<sequenceBits | uint64(seq))
}

// Seq is the message's sequence number: positive, below 2^53, growing with
// time.
func (id MessageID) Seq() int64 { return int64(id) & (1<<sequenceBits - 1) }

// String writes the id as the native API does.
func (id MessageID) String() string { return strconv.FormatInt(int64(id), 10) }

// ParseMessageID reads an id written by String; ok is false for anything else.
func ParseMessageID(s string) (id MessageID, ok bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != s {
		return 0, false
	}
	return MessageID(n), true
}

// Value is one keyword's text and, where the platform allows it, colour.
type Value struct {
	Text  string `json:"value"`
	Color string `json:"color,omitempty"`
}

// MiniProgram is where a tap on an official account's message leads.
type MiniProgram struct {
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
}

// Message is a send that was accepted.
type Message struct {
	ID       MessageID
	AppID    string
	Platform Platform
	// UserNo is the recipient; UserID the id it was addressed by.
	UserNo int64
	UserID string

	TemplateID string
	// TemplateSeq is the template's Seq, also once it is deleted.
	TemplateSeq int64
	// Title and Rendered, the template's text with the data filled in, are made
	// when the message is read.
	Title, Rendered string
	Data            map[string]Value
	Page            string
	URL             string
	MiniProgram     MiniProgram
	EmphasisKeyword string
	Color           string
	Ext             string // Baidu review service, as sent
	ClientMsgID     string

	GrantID   string
	GrantKind GrantKind

	State       State
	Reason      Reason
	Channels    []Channel
	AcceptedAt  time.Time
	DeliveredAt time.Time // zero until delivered
	FinishedAt  time.Time // zero until final
	ReadAt      time.Time // zero until read
}

// State is where a message is in its life. Every state but accepted is final.
type State string

// The states of a message.
const (
	StateAccepted  State = "accepted"  // on disk, not yet delivered
	StateDelivered State = "delivered" // in the user's message centre
	StateRefused   State = "refused"   // the user blocks the app
	StateFailed    State = "failed"    // the platform could not deliver it
)

// States lists every state.
func States() []State {
	return []State{StateAccepted, StateDelivered, StateRefused, StateFailed}
}

// Final reports whether the message will not change its state any more.
func (s State) Final() bool { return s != StateAccepted }

// Reason says why a message was refused or failed.
type Reason string

// The reasons, as the platforms' events tell them.
const (
	ReasonUserBlock    Reason = "user_block"
	ReasonSystemFailed Reason = "system_failed"
)

// Channel is a place where a Baidu user meets a message (seed 001, 消息的入口).
type Channel string

// The channels of Baidu.
const (
	ChannelMessageCenter   Channel = "message_center"
	ChannelSearchPanel     Channel = "search_panel"
	ChannelNotificationBar Channel = "notification_bar"
)

// Forgotten is what one batch of a store's deletion of old things took along.
type Forgotten struct {
	Messages, Callbacks, Grants int64
	// Next is the sequence number after which the next batch begins; 0 where
	// nothing old is left.
	Next int64
}

// InboxOwners says whose inbox is read: one user of one app, or one person
// over all apps.
type InboxOwners struct {
	AppID   string
	UserNo  int64
	UnionID string
}
