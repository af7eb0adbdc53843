package wechat

import (
	"context"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/wechat"
)

// send is message/wxopen/template/send (seed 002).
func (h *Handler) send(ctx context.Context, app muban.App, body []byte) (any, error) {
	req, err := wechat.DecodeSend(body)
	if err != nil {
		return nil, err
	}
	return h.sendMini(ctx, app, req.ToUser, req.MiniMessage)
}

// uniformSend is message/wxopen/template/uniform_send (protocol.md §2.3).
func (h *Handler) uniformSend(ctx context.Context, app muban.App, body []byte) (any, error) {
	req, err := wechat.DecodeUniformSend(body)
	if err != nil {
		return nil, err
	}
	if req.Mini == nil {
		return h.sendLinked(ctx, app, req.ToUser, *req.Official)
	}
	return h.sendMini(ctx, app, req.ToUser, *req.Mini)
}

// sendMini answers no message id: the platform's send has none (seed 002,
// 返回值).
func (h *Handler) sendMini(ctx context.Context, app muban.App, to string, m wechat.MiniMessage) (any, error) {
	_, err := h.service.Send(ctx, app, muban.SendRequest{
		To:              muban.Recipient{ID: to},
		TemplateID:      m.TemplateID,
		Page:            m.Page,
		Data:            values(m.Data),
		GrantID:         m.FormID,
		EmphasisKeyword: m.EmphasisKeyword,
		Color:           m.Color,
	})
	if err != nil {
		return nil, err
	}
	return wechat.OK(), nil
}

func values(data wechat.Data) map[string]muban.Value {
	if len(data) == 0 {
		return nil
	}
	texts := make(map[string]muban.Value, len(data))
	for key, v := range data {
		texts[key] = muban.Value{Text: v.Value, Color: v.Color}
	}
	return texts
}
