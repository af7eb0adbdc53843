package baidu

import (
	"context"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire"
	"github.com/muban-dev/muban/wire/baidu"
)

// send is template/send (seed 000; seed 001, sendTemplateMessage).
func (h *Handler) send(ctx context.Context, app muban.App, params baidu.Params) (any, error) {
	req, err := baidu.DecodeSend(params)
	if err != nil {
		return nil, err
	}
	kind, err := sceneKind(req.SceneType)
	if err != nil {
		return nil, err
	}
	message, err := h.service.Send(ctx, app, muban.SendRequest{
		To:         recipient(req),
		TemplateID: req.TemplateID,
		Page:       req.Page,
		Data:       values(req.Data),
		GrantID:    req.SceneID,
		GrantKind:  kind,
		Ext:        req.ExtText,
		Review:     review(req.Ext),
	})
	if err != nil {
		return nil, err
	}
	return baidu.Success(baidu.Sent{MsgKey: int64(message.ID)}), nil
}

// sceneKind is the kind of grant that scene_type claims (seed 000, scene_type).
func sceneKind(sceneType wire.Number) (muban.GrantKind, error) {
	if kind := muban.GrantKindOfScene(sceneType.Value); kind != "" {
		return kind, nil
	}
	shown := printable(sceneType.Text)
	if strings.TrimSpace(shown) == "" {
		shown = "missing or empty"
	}
	return "", muban.Refuse(muban.RuleRequestParameter, "parameter", "scene_type",
		"value", shown, "wanted", "1 (form), 2 (cashier order) or 3 (direct order)")
}

// recipient: of the two, touser_openId alone counts (seed 001, 说明).
func recipient(req baidu.SendRequest) muban.Recipient {
	if req.ToUserOpenID != "" {
		return muban.Recipient{ID: req.ToUserOpenID}
	}
	return muban.Recipient{ID: req.ToUser, Guest: true}
}

func review(ext *baidu.Ext) *muban.Review {
	if ext == nil {
		return nil
	}
	return &muban.Review{CategoryID: string(ext.CategoryID), XzhID: string(ext.XzhID)}
}

// values are the texts of data. Baidu knows no colours.
func values(data map[string]wire.Keyword) map[string]muban.Value {
	if len(data) == 0 {
		return nil
	}
	texts := make(map[string]muban.Value, len(data))
	for key, keyword := range data {
		texts[key] = muban.Value{Text: keyword.Value}
	}
	return texts
}
