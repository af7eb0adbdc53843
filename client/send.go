package client

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/muban-dev/muban"
)

// SendRequest is a template message to be sent. What the platforms have in
// common is in common members; what only one of them has is in the member that
// bears its name, which must be nil for a client of another.
type SendRequest struct {
	// To is the recipient's openid (WeChat), open_id (Baidu: a user who is
	// logged in) or user id 2088… (Alipay).
	To string
	// Template is the id of one of the app's own templates.
	Template string
	// Data are the values of the template's keywords: keyword1, keyword2 and so
	// on; on an official account its template's own names. Colours are WeChat's.
	Data map[string]muban.Value
	// Page is where a tap leads, of the app's own pages, with or without a
	// query. An official account has WeChatOA.URL and MiniProgram instead.
	Page string
	// Grant pays for the message. An official account needs none.
	Grant Grant

	WeChatMini *WeChatMini
	WeChatOA   *WeChatOA
	Baidu      *Baidu
	Alipay     *Alipay
}

// Grant is the right to send that the user's action created.
type Grant struct {
	// ID is a form_id, prepay_id, scene_id or trade_no.
	ID string
	// Kind is what the user did. It decides whether a send whose answer was lost
	// may be repeated, and on Baidu it is scene_type.
	Kind muban.GrantKind
}

// WeChatMini is what only a mini program's send has.
type WeChatMini struct {
	// EmphasisKeyword is the keyword shown larger, like keyword1.DATA.
	EmphasisKeyword string
}

// WeChatOA is what only an official account's send has.
type WeChatOA struct {
	// URL is where a tap leads; MiniProgram goes before it.
	URL string
	// MiniProgram is a program linked to the account, and its page.
	MiniProgram muban.MiniProgram
	// Color is the colour of the message's texts.
	Color string
	// ClientMsgID names this send: within ten minutes, sends to one recipient
	// under one name make one message. Left empty, each Send makes a name of its
	// own, so that its repeats are harmless; give one to make the sends of
	// several processes, or of a later retry, one.
	ClientMsgID string
}

// Baidu is what only Baidu's send has.
type Baidu struct {
	// SwanID addresses a guest, in the place of To.
	SwanID string
	// Review sends a message of the review service (评价).
	Review *BaiduReview
}

// BaiduReview says which review a message asks for (ext).
type BaiduReview struct {
	XzhID, CategoryID string
}

// Alipay is what only Alipay's send has.
type Alipay struct {
	// OpenID addresses a user by the newer open id, in the place of To.
	OpenID string
}

// Sent is a message that was accepted. Whether it reaches the user shows later:
// on an official account by an event, see package callback.
type Sent struct {
	// MessageID is msgid or msg_key; 0 where the platform's send answers none,
	// on WeChat Mini Program and Alipay.
	MessageID muban.MessageID
	// ClientMsgID is the client_msg_id that was sent to an official account.
	ClientMsgID string
	// Requests is how many requests the send took, with those that did not
	// arrive.
	Requests int
	// Presumed is set where no answer said so: the first request's was lost,
	// and a repeat was refused because the form_id is spent (WeChat 41029). By
	// whom it was spent, the platform does not say: it was this send, unless the
	// form_id had been used before.
	Presumed bool
}

// Send sends a template message.
//
// A send that cannot be right is refused before anything leaves, with the
// field at fault in Error.Field. One whose answer was lost is repeated only where
// that cannot make a second message; where it cannot be told whether it was
// accepted the error is of [KindOutcomeUnknown].
func (c *Client) Send(ctx context.Context, req SendRequest) (*Sent, error) {
	if bad := c.checkSend(req); bad != nil {
		return nil, bad
	}
	sent := &Sent{}
	call, bad := c.platform.send(req, sent)
	if bad != nil {
		return nil, bad
	}
	sent.ClientMsgID = call.clientMsgID
	call.presumed = func() { sent.Presumed = true }
	requests, err := c.do(ctx, call)
	if err != nil {
		return nil, err
	}
	sent.Requests = requests
	return sent, nil
}

// checkSend refuses what is wrong on every platform, and what another platform
// than the client's has.
func (c *Client) checkSend(req SendRequest) *Error {
	p := c.config.Platform
	foreign := "is set, but this client is for " + string(p)
	for _, own := range []struct {
		platform muban.Platform
		field    string
		set      bool
	}{
		{muban.WeChatMini, "WeChatMini", req.WeChatMini != nil},
		{muban.WeChatOA, "WeChatOA", req.WeChatOA != nil},
		{muban.Baidu, "Baidu", req.Baidu != nil},
		{muban.Alipay, "Alipay", req.Alipay != nil},
	} {
		if own.set && own.platform != p {
			return argument(p, OpSend, own.field, foreign)
		}
	}
	if req.Template == "" {
		return argument(p, OpSend, "Template", "is empty; it must be the id of one of the app's templates")
	}
	colors := p == muban.WeChatMini || p == muban.WeChatOA
	for _, key := range slices.Sorted(maps.Keys(req.Data)) {
		switch {
		case key == "":
			return argument(p, OpSend, "Data", "has an entry without a name; names are like keyword1")
		case req.Data[key].Color != "" && !colors:
			return argument(p, OpSend, "Data["+key+"].Color", "is set; only WeChat has colours")
		}
	}
	if field := notUTF8(req); field != "" {
		return argument(p, OpSend, field, "is not UTF-8; a text of another charset, as GBK, would arrive as question marks")
	}
	return checkGrant(p, req.Grant)
}

// notUTF8 is the member whose text is not UTF-8; empty where all are. They
// would be sent with U+FFFD in the place of what cannot be read.
func notUTF8(req SendRequest) string {
	texts := [][2]string{{"To", req.To}, {"Template", req.Template}, {"Page", req.Page}, {"Grant.ID", req.Grant.ID}}
	if own := req.WeChatOA; own != nil {
		texts = append(texts, [][2]string{
			{"WeChatOA.URL", own.URL},
			{"WeChatOA.MiniProgram.PagePath", own.MiniProgram.PagePath},
			{"WeChatOA.ClientMsgID", own.ClientMsgID},
		}...)
	}
	for _, key := range slices.Sorted(maps.Keys(req.Data)) {
		texts = append(texts, [2]string{"Data", key}, [2]string{"Data[" + key + "]", req.Data[key].Text})
	}
	for _, one := range texts {
		if !utf8.ValidString(one[1]) {
			return one[0]
		}
	}
	return ""
}

// checkGrant refuses a grant of a kind that the platform does not have.
func checkGrant(p muban.Platform, g Grant) *Error {
	kinds := muban.RulesOf(p).Grants
	_, known := kinds[g.Kind]
	switch {
	case len(kinds) == 0 && g != Grant{}:
		return argument(p, OpSend, "Grant", "is set; on "+string(p)+" a send needs none")
	case len(kinds) == 0:
		return nil
	case g.ID == "":
		return argument(p, OpSend, "Grant.ID", "is empty; it must be the form or the payment that pays for the message")
	case !known:
		return argument(p, OpSend, "Grant.Kind", "is "+shown(string(g.Kind))+"; on "+string(p)+" it must be "+listed(kinds))
	}
	return nil
}

func listed(kinds map[muban.GrantKind]muban.GrantRule) string {
	var names []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		names = append(names, string(kind))
	}
	return strings.Join(names, " or ")
}
