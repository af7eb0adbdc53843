package wechat

import (
	"context"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/wechat"
)

// libraryList is library/list (seed 003, getTemplateLibraryList).
func (h *Handler) libraryList(ctx context.Context, app muban.App, body []byte) (any, error) {
	req, err := wechat.DecodeList(body)
	if err != nil {
		return nil, err
	}
	titles, total, err := h.service.LibraryRange(ctx, app.Platform, messaging.Number(req.Offset), messaging.Number(req.Count))
	if err != nil {
		return nil, err
	}
	list := make([]wechat.LibraryTitle, len(titles))
	for i, t := range titles {
		list[i] = wechat.LibraryTitle{ID: t.ID, Title: t.Title}
	}
	return wechat.LibraryListAnswer{Status: wechat.OK(), List: list, TotalCount: total}, nil
}

// libraryGet is library/get (seed 003, getTemplateLibraryById).
func (h *Handler) libraryGet(ctx context.Context, app muban.App, body []byte) (any, error) {
	req, err := wechat.DecodeLibraryGet(body)
	if err != nil {
		return nil, err
	}
	title, err := h.service.LibraryTitle(ctx, app.Platform, req.ID)
	if err != nil {
		return nil, err
	}
	keywords := make([]wechat.Keyword, len(title.Keywords))
	for i, k := range title.Keywords {
		keywords[i] = wechat.Keyword{KeywordID: k.ID, Name: k.Name, Example: k.Example}
	}
	return wechat.LibraryGetAnswer{Status: wechat.OK(), ID: title.ID, Title: title.Title, KeywordList: keywords}, nil
}

// addTemplate is add (seed 003, addTemplate).
func (h *Handler) addTemplate(ctx context.Context, app muban.App, body []byte) (any, error) {
	req, err := wechat.DecodeAdd(body)
	if err != nil {
		return nil, err
	}
	ids := make([]messaging.Number, len(req.KeywordIDList))
	for i, id := range req.KeywordIDList {
		ids[i] = messaging.Number(id)
	}
	template, err := h.service.AddTemplate(ctx, app, req.ID, ids)
	if err != nil {
		return nil, err
	}
	return wechat.AddAnswer{Status: wechat.OK(), TemplateID: template.ID}, nil
}

// listTemplates is list (seed 003, getTemplateList).
func (h *Handler) listTemplates(ctx context.Context, app muban.App, body []byte) (any, error) {
	req, err := wechat.DecodeList(body)
	if err != nil {
		return nil, err
	}
	templates, _, err := h.service.TemplateRange(ctx, app, messaging.Number(req.Offset), messaging.Number(req.Count))
	if err != nil {
		return nil, err
	}
	list := make([]wechat.Template, len(templates))
	for i, t := range templates {
		list[i] = wechat.Template{TemplateID: t.ID, Title: t.Title, Content: t.Content, Example: t.Example}
	}
	return wechat.ListAnswer{Status: wechat.OK(), List: list}, nil
}

// deleteTemplate is del (seed 003, deleteTemplate), and the official account's
// del_private_template (protocol.md §3.1).
func (h *Handler) deleteTemplate(ctx context.Context, app muban.App, body []byte) (any, error) {
	req, err := wechat.DecodeDelete(body)
	if err != nil {
		return nil, err
	}
	if err := h.service.DeleteTemplate(ctx, app.ID, req.TemplateID); err != nil {
		return nil, err
	}
	return wechat.OK(), nil
}
