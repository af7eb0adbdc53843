package baidu

import (
	"context"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/baidu"
)

// libraryList is librarylist (seed 001, getTemplateLibraryList).
func (h *Handler) libraryList(ctx context.Context, app muban.App, params baidu.Params) (any, error) {
	req := baidu.DecodeList(params)
	titles, total, err := h.service.LibraryRange(ctx, app.Platform, messaging.Number(req.Offset), messaging.Number(req.Count))
	if err != nil {
		return nil, err
	}
	list := make([]baidu.LibraryTitle, len(titles))
	for i, t := range titles {
		list[i] = baidu.LibraryTitle{ID: t.ID, Title: t.Title}
	}
	return baidu.Success(baidu.LibraryList{TotalCount: total, List: list}), nil
}

// libraryGet is libraryget (seed 001, getTemplateLibraryById).
func (h *Handler) libraryGet(ctx context.Context, app muban.App, params baidu.Params) (any, error) {
	id, err := baidu.DecodeLibraryGet(params)
	if err != nil {
		return nil, err
	}
	title, err := h.service.LibraryTitle(ctx, app.Platform, id)
	if err != nil {
		return nil, err
	}
	keywords := make([]baidu.Keyword, len(title.Keywords))
	for i, k := range title.Keywords {
		keywords[i] = baidu.Keyword{KeywordID: k.ID, Name: k.Name, Example: k.Example}
	}
	return baidu.Success(baidu.LibraryEntry{
		ID: title.ID, Title: title.Title, KeywordCount: len(keywords), KeywordList: keywords,
	}), nil
}

// addTemplate is templateadd (seed 001, addTemplate).
func (h *Handler) addTemplate(ctx context.Context, app muban.App, params baidu.Params) (any, error) {
	req, err := baidu.DecodeAdd(params)
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
	return baidu.Success(baidu.Added{TemplateID: template.ID}), nil
}

// listTemplates is templatelist (seed 001, getTemplateList).
func (h *Handler) listTemplates(ctx context.Context, app muban.App, params baidu.Params) (any, error) {
	req := baidu.DecodeList(params)
	templates, total, err := h.service.TemplateRange(ctx, app, messaging.Number(req.Offset), messaging.Number(req.Count))
	if err != nil {
		return nil, err
	}
	list := make([]baidu.Template, len(templates))
	for i, t := range templates {
		list[i] = baidu.Template{TemplateID: t.ID, Title: t.Title, Content: t.Content, Example: t.Example}
	}
	return baidu.Success(baidu.TemplateList{TotalCount: total, List: list}), nil
}

// deleteTemplate is templatedel (seed 001, deleteTemplate).
func (h *Handler) deleteTemplate(ctx context.Context, app muban.App, params baidu.Params) (any, error) {
	id, err := baidu.DecodeDelete(params)
	if err != nil {
		return nil, err
	}
	if err := h.service.DeleteTemplate(ctx, app.ID, id); err != nil {
		return nil, err
	}
	return baidu.Success(baidu.Deleted{}), nil
}
