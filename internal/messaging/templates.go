package messaging

import (
	"context"
	"strconv"
	"strings"

	"github.com/muban-dev/muban"
)

// AddTemplate makes a template of a library title's keywords in the given
// order, and adds it to the app's own.
//
// Refusals, in this order: unknown title, number of keywords, a keyword that
// is unknown or repeated, the app's limit of templates.
func (s *Service) AddTemplate(ctx context.Context, app muban.App, libraryID string, keywordIDs []Number) (muban.Template, error) {
	title, err := s.LibraryTitle(ctx, app.Platform, libraryID)
	if err != nil {
		return muban.Template{}, err
	}
	keywords, err := chooseKeywords(app.Platform, title, keywordIDs)
	if err != nil {
		return muban.Template{}, err
	}
	return s.storeTemplate(ctx, app, fromLibrary(app, title, keywords))
}

// chooseKeywords picks a title's keywords in the order that was asked for.
func chooseKeywords(platform muban.Platform, title muban.Title, ids []Number) ([]muban.Keyword, error) {
	rules := muban.RulesOf(platform)
	if len(ids) < rules.MinKeywords || len(ids) > rules.MaxKeywords {
		return nil, muban.Refuse(muban.RuleKeywordCount, "count", strconv.Itoa(len(ids)),
			"least", strconv.Itoa(rules.MinKeywords), "most", strconv.Itoa(rules.MaxKeywords))
	}
	chosen := make([]muban.Keyword, 0, len(ids))
	seen := make(map[int64]bool, len(ids))
	for _, id := range ids {
		keyword, known := muban.Keyword{}, false
		if id.Valid && id.Value <= maxKeywordID {
			keyword, known = title.Keyword(int(id.Value))
		}
		if !known {
			return nil, muban.Refuse(muban.RuleKeywordUnknown, "library_id", title.ID, "keyword_id", quoteName(id.Text))
		}
		if seen[id.Value] {
			return nil, muban.Refuse(muban.RuleKeywordRepeated, "keyword_id", quote(id.Text))
		}
		seen[id.Value] = true
		chosen = append(chosen, keyword)
	}
	return chosen, nil
}

// maxKeywordID keeps a keyword's number within a 32-bit int.
const maxKeywordID = 1<<31 - 1

func fromLibrary(app muban.App, title muban.Title, keywords []muban.Keyword) muban.Template {
	content, example, keys := muban.RulesOf(app.Platform).Compose(keywords)
	ids := make([]int, len(keywords))
	for i, k := range keywords {
		ids[i] = k.ID
	}
	return muban.Template{
		AppID: app.ID, Title: title.Title, Content: content, Example: example,
		LibraryID: title.ID, KeywordIDs: ids, Keywords: keys,
	}
}

// NewTemplate is a template as the native API makes it: from the library, or
// of a free text.
type NewTemplate struct {
	LibraryID  string
	KeywordIDs []int

	ID, Title, Content, Example string
}

// CreateTemplate adds a template to an app through the native API.
func (s *Service) CreateTemplate(ctx context.Context, appID string, req NewTemplate) (muban.Template, error) {
	app, err := s.App(ctx, appID)
	if err != nil {
		return muban.Template{}, err
	}
	if req.ID != "" && !ownID(req.ID) {
		return muban.Template{}, invalid("template_id", req.ID, "1 to 256 printable characters")
	}
	if err := checkSendable(app.Platform, "template_id", req.ID, longestAlipayTemplate); err != nil {
		return muban.Template{}, err
	}
	var template muban.Template
	if req.LibraryID == "" {
		template, err = freeTemplate(app, req)
	} else {
		template, err = s.libraryTemplate(ctx, app, req)
	}
	if err != nil {
		return muban.Template{}, err
	}
	template.ID = req.ID
	return s.storeTemplate(ctx, app, template)
}

func (s *Service) libraryTemplate(ctx context.Context, app muban.App, req NewTemplate) (muban.Template, error) {
	if req.Title != "" || req.Content != "" || req.Example != "" {
		return muban.Template{}, invalid("library_id", req.LibraryID, "given without title, content and example, which then come from the library")
	}
	title, err := s.LibraryTitle(ctx, app.Platform, req.LibraryID)
	if err != nil {
		return muban.Template{}, err
	}
	if app.Platform == muban.WeChatOA {
		return fromFinishedTitle(app, title), nil
	}
	ids := make([]Number, len(req.KeywordIDs))
	for i, id := range req.KeywordIDs {
		ids[i] = Number{Text: strconv.Itoa(id), Value: int64(id), Valid: true}
	}
	keywords, err := chooseKeywords(app.Platform, title, ids)
	if err != nil {
		return muban.Template{}, err
	}
	return fromLibrary(app, title, keywords), nil
}

// fromFinishedTitle makes a template of an official account's library entry,
// whose text is finished.
func fromFinishedTitle(app muban.App, title muban.Title) muban.Template {
	keys, _ := muban.Placeholders(title.Content)
	return muban.Template{
		AppID: app.ID, Title: title.Title, Content: title.Content, Example: title.Example, Keywords: keys,
		LibraryID: title.ID, PrimaryIndustry: title.PrimaryIndustry, DeputyIndustry: title.DeputyIndustry,
	}
}

func freeTemplate(app muban.App, req NewTemplate) (muban.Template, error) {
	if !plainLine(req.Title) {
		return muban.Template{}, invalid("title", req.Title, "the template's title, or library_id for one from the library")
	}
	if len(req.KeywordIDs) > 0 {
		return muban.Template{}, invalid("keyword_ids", strconv.Itoa(len(req.KeywordIDs))+" keywords", "given only with library_id")
	}
	if err := checkContent(req.Content); err != nil {
		return muban.Template{}, err
	}
	if strings.ContainsRune(req.Example, 0) {
		return muban.Template{}, invalid("example", req.Example, "a text without the character U+0000")
	}
	keys, _ := muban.Placeholders(req.Content)
	return muban.Template{AppID: app.ID, Title: req.Title, Content: req.Content, Example: req.Example, Keywords: keys}, nil
}

// storeTemplate gives the template its id and time and keeps the app's limit.
func (s *Service) storeTemplate(ctx context.Context, app muban.App, t muban.Template) (muban.Template, error) {
	if t.ID == "" {
		t.ID = newTemplateID(app.Platform)
	}
	t.CreatedAt = s.clock.Now()
	return s.store.CreateTemplate(ctx, t, func(held int64) error {
		if app.TemplateLimit == nil || held < *app.TemplateLimit {
			return nil
		}
		return muban.Refuse(muban.RuleTemplateLimit, "app_id", app.ID,
			"held", strconv.FormatInt(held, 10), "limit", strconv.FormatInt(*app.TemplateLimit, 10))
	})
}

// TemplateRange lists the app's templates as its platform's own call does, in
// the order they were made, with the number of all of them.
func (s *Service) TemplateRange(ctx context.Context, app muban.App, offset, count Number) ([]muban.Template, int64, error) {
	r, err := checkRange(app.Platform, offset, count)
	if err != nil {
		return nil, 0, err
	}
	return s.store.TemplateRange(ctx, app.ID, r)
}

// Templates lists the app's templates newest first.
func (s *Service) Templates(ctx context.Context, appID string, page muban.Page) (muban.List[muban.Template], error) {
	if _, err := s.App(ctx, appID); err != nil {
		return muban.List[muban.Template]{}, err
	}
	return s.store.Templates(ctx, appID, page)
}

// Template returns one template of the app.
func (s *Service) Template(ctx context.Context, appID, id string) (muban.Template, error) {
	return s.store.Template(ctx, appID, id)
}

// DeleteTemplate removes a template: sends with it are refused at once, what
// was accepted is delivered. An unknown id is muban.RuleTemplateUnknown.
func (s *Service) DeleteTemplate(ctx context.Context, appID, id string) error {
	unknown := muban.Refuse(muban.RuleTemplateUnknown, "app_id", appID, "template_id", quoteName(id))
	if !plausibleID(id) {
		return unknown
	}
	err := s.store.DeleteTemplate(ctx, appID, id)
	s.templates.Forget(templateKey{appID, id})
	if notFound(err) {
		return unknown
	}
	return err
}
