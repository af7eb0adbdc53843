package wechat

import (
	"context"
	"errors"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/wechat"
)

// sendOfficial is message/template/send (seed 004).
func (h *Handler) sendOfficial(ctx context.Context, app muban.App, body []byte) (any, error) {
	req, err := wechat.DecodeOfficialSend(body)
	if err != nil {
		return nil, err
	}
	message := officialRequest(req.ToUser, req.OfficialMessage)
	message.ClientMsgID = req.ClientMsgID
	sent, err := h.service.Send(ctx, app, message)
	if err != nil {
		return nil, err
	}
	return wechat.OfficialSendAnswer{Status: wechat.OK(), MsgID: int64(sent.ID)}, nil
}

// sendLinked is the official account's half of uniform_send. It answers no
// message id (protocol.md §2.3).
func (h *Handler) sendLinked(ctx context.Context, mini muban.App, to string, m wechat.LinkedMessage) (any, error) {
	_, err := h.service.SendLinked(ctx, mini, m.AppID, officialRequest(to, m.OfficialMessage))
	if refusal, ok := errors.AsType[*muban.Refusal](err); ok {
		return nil, refusal.On(muban.WeChatOA) // by the account's rules, whoever calls
	}
	if err != nil {
		return nil, err
	}
	return wechat.OK(), nil
}

func officialRequest(to string, m wechat.OfficialMessage) muban.SendRequest {
	return muban.SendRequest{
		To:          muban.Recipient{ID: to},
		TemplateID:  m.TemplateID,
		Data:        values(m.Data),
		URL:         m.URL,
		MiniProgram: muban.MiniProgram(m.MiniProgram),
		Color:       m.Color,
	}
}
