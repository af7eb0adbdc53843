package wechat

import (
	"context"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/wechat"
)

// setIndustry is template/api_set_industry (protocol.md §3.1).
func (h *Handler) setIndustry(ctx context.Context, app muban.App, body []byte) (any, error) {
	req, err := wechat.DecodeSetIndustry(body)
	if err != nil {
		return nil, err
	}
	if err := h.service.SetIndustries(ctx, app, messaging.Number(req.IndustryID1), messaging.Number(req.IndustryID2)); err != nil {
		return nil, err
	}
	return wechat.OK(), nil
}

// getIndustry is template/get_industry (protocol.md §3.1).
func (h *Handler) getIndustry(_ context.Context, app muban.App) (any, error) {
	primary, secondary := h.service.Industries(app)
	return wechat.IndustryAnswer{
		PrimaryIndustry:   wechat.Industry{FirstClass: primary.FirstClass, SecondClass: primary.SecondClass},
		SecondaryIndustry: wechat.Industry{FirstClass: secondary.FirstClass, SecondClass: secondary.SecondClass},
	}, nil
}

// addOfficialTemplate is template/api_add_template (protocol.md §3.1).
func (h *Handler) addOfficialTemplate(ctx context.Context, app muban.App, body []byte) (any, error) {
	req, err := wechat.DecodeOfficialAdd(body)
	if err != nil {
		return nil, err
	}
	template, err := h.service.AddOfficialTemplate(ctx, app, req.TemplateIDShort, req.KeywordNameList)
	if err != nil {
		return nil, err
	}
	return wechat.AddAnswer{Status: wechat.OK(), TemplateID: template.ID}, nil
}

// privateTemplates is template/get_all_private_template (protocol.md §3.1).
func (h *Handler) privateTemplates(ctx context.Context, app muban.App) (any, error) {
	templates, err := h.service.OwnTemplates(ctx, app)
	if err != nil {
		return nil, err
	}
	list := make([]wechat.PrivateTemplate, len(templates))
	for i, t := range templates {
		list[i] = wechat.PrivateTemplate{
			TemplateID: t.ID, Title: t.Title, PrimaryIndustry: t.PrimaryIndustry, DeputyIndustry: t.DeputyIndustry,
			Content: t.Content, Example: t.Example,
		}
	}
	return wechat.PrivateTemplatesAnswer{TemplateList: list}, nil
}
