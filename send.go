package muban

import "time"

// Recipient is whom a send is addressed to, as the client wrote it.
type Recipient struct {
	ID string
	// Guest is set where Baidu's touser (a swan_id) was used, not
	// touser_openId.
	Guest bool
	// AnyID is set where Alipay's to_open_id was used, which may be either of a
	// user's ids, not to_user_id, which is the 2088… one.
	AnyID bool
}

// SendRequest is a template message on its way in, in the words that the
// platforms share. What a platform does not have stays zero.
type SendRequest struct {
	To         Recipient
	TemplateID string
	Page       string
	Data       map[string]Value
	// Valueless are the keys of Data that came without a value, in no order.
	// Their text is empty; Alipay counts them as missing.
	Valueless []string

	// GrantID is form_id, prepay_id, scene_id or trade_no.
	GrantID string
	// GrantKind is the kind the client claims (Baidu's scene_type); empty
	// where the platform's send does not say.
	GrantKind GrantKind

	EmphasisKeyword string
	// Ext is Baidu's ext as it was sent; Review what it says of the review
	// service (评价), nil where there is no ext.
	Ext         string
	Review      *Review
	URL         string
	MiniProgram MiniProgram
	Color       string
	ClientMsgID string
}

// Accept is a send that passed every check which needs no lock, on its way
// into the store.
type Accept struct {
	// Message is complete, its end included, but for its id, which the store
	// gives it.
	Message Message
	// Callback is pushed to the app's server, as the store stores it together
	// with the message; nil where there is nobody to tell. It is complete but
	// for its own and the message's id.
	Callback *Callback
	// RepeatWithin is for how long a ClientMsgID stands for one message: a send
	// that repeats it to the same user within that time of the first one's
	// acceptance stores, spends and counts nothing and gets the first one's
	// message. 0 repeats nothing.
	RepeatWithin time.Duration
	// Decide is the rule that accepts or refuses the send by what the ledger
	// says at that moment: nil accepts. It is pure and quick; the store calls
	// it, perhaps more than once, while it holds locks. The message's GrantKind
	// is taken from the ledger's grant.
	Decide func(Ledger) *Refusal
}

// Review names the review service that a Baidu send belongs to (seed 001,
// 说明: 评价服务).
type Review struct {
	CategoryID, XzhID string
}
