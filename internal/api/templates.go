package api

import (
	"context"
	"net/http"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func (a *api) templateRoutes() {
	handle(a, "POST /api/v1/apps/{app_id}/templates", doc{
		id: "createTemplate", tag: "templates", summary: "Create a template", status: http.StatusCreated, answer: "The template.",
		text: "Either from the library, with `library_id` and `keyword_ids` in the order wanted, or of a free text, with `title`, `content` and perhaps `template_id` and `example`. Placeholders are written `{{keyword1.DATA}}`. An app that already holds its `template_limit` is a conflict.",
	}, a.createTemplate)
	handle(a, "GET /api/v1/apps/{app_id}/templates", doc{
		id: "listTemplates", tag: "templates", summary: "List an app's templates", answer: "A part of the list.",
		text: "Newest first.",
	}, a.listTemplates)
	handle(a, "GET /api/v1/apps/{app_id}/templates/{template_id}", doc{
		id: "getTemplate", tag: "templates", summary: "Show a template", answer: "The template.",
		text: "With the keys that a send's data may have.",
	}, a.getTemplate)
	handle(a, "DELETE /api/v1/apps/{app_id}/templates/{template_id}", doc{
		id: "deleteTemplate", tag: "templates", summary: "Delete a template", answer: "It is gone.",
		text: "Sends with it are refused at once; what was accepted keeps its text and is delivered.",
	}, a.deleteTemplate)
}

// TemplatePath is the path of a template.
type TemplatePath struct {
	AppPath
	TemplateID string `path:"template_id" doc:"The template's id." example:"ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY"`
}

// NewTemplate is a template to be made.
type NewTemplate struct {
	LibraryID  string `json:"library_id,omitempty" doc:"The title of the library to make it from." example:"AT0002"`
	KeywordIDs []int  `json:"keyword_ids,omitempty" nullable:"false" minimum:"1" maximum:"2147483647" maxItems:"100" doc:"The title's keywords in the order wanted." example:"[3,4,5]"`
	TemplateID string `json:"template_id,omitempty" doc:"Free text only; generated if left out."`
	Title      string `json:"title,omitempty" doc:"Free text only." example:"购买成功通知"`
	Content    string `json:"content,omitempty" doc:"Free text only, with placeholders." example:"购买地点{{keyword1.DATA}}"`
	Example    string `json:"example,omitempty" doc:"Free text only: the content filled in."`
}

// Template is an app's own template as the API shows it.
type Template struct {
	TemplateID      string            `json:"template_id" doc:"What sends name it by." example:"ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY"`
	Title           string            `json:"title" doc:"Shown above the text." example:"购买成功通知"`
	Content         string            `json:"content" doc:"The text with its placeholders." example:"购买地点{{keyword1.DATA}}\n"`
	Example         string            `json:"example,omitempty" doc:"The content filled in." example:"购买地点:TIT造舰厂\n"`
	Keywords        []TemplateKeyword `json:"keywords" nullable:"false" doc:"The placeholders in the order of the content."`
	LibraryID       string            `json:"library_id,omitempty" doc:"The title of the library it was made from." example:"AT0002"`
	KeywordIDs      []int             `json:"keyword_ids,omitempty" nullable:"false" doc:"The title's keywords it was made of, in their order."`
	PrimaryIndustry string            `json:"primary_industry,omitempty" doc:"Official account only." example:"IT科技"`
	DeputyIndustry  string            `json:"deputy_industry,omitempty" doc:"Official account only." example:"互联网|电子商务"`
	CreatedAt       Timestamp         `json:"created_at" doc:"When it was made."`
}

// TemplateKeyword is one placeholder of a template.
type TemplateKeyword struct {
	Key  string `json:"key" doc:"What a send's data calls it." example:"keyword1"`
	Name string `json:"name" doc:"The label before its value; may be empty." example:"购买地点"`
}

func showTemplate(t muban.Template) Template {
	return Template{
		TemplateID: t.ID, Title: t.Title, Content: t.Content, Example: t.Example,
		Keywords: each(t.Keywords, func(k muban.TemplateKeyword) TemplateKeyword {
			return TemplateKeyword{Key: k.Key, Name: k.Name}
		}),
		LibraryID: t.LibraryID, KeywordIDs: t.KeywordIDs,
		PrimaryIndustry: t.PrimaryIndustry, DeputyIndustry: t.DeputyIndustry, CreatedAt: Timestamp{t.CreatedAt},
	}
}

func (a *api) createTemplate(ctx context.Context, in *struct {
	AppPath
	Body NewTemplate
},
) (*Answer[Template], error) {
	template, err := a.service.CreateTemplate(ctx, in.AppID, messaging.NewTemplate{
		LibraryID: in.Body.LibraryID, KeywordIDs: in.Body.KeywordIDs,
		ID: in.Body.TemplateID, Title: in.Body.Title, Content: in.Body.Content, Example: in.Body.Example,
	})
	return &Answer[Template]{showTemplate(template)}, err
}

func (a *api) listTemplates(ctx context.Context, in *struct {
	AppPath
	Paging
},
) (*Answer[List[Template]], error) {
	templates, err := a.service.Templates(ctx, in.AppID, in.page())
	return &Answer[List[Template]]{listOf(templates, showTemplate)}, err
}

func (a *api) getTemplate(ctx context.Context, in *TemplatePath) (*Answer[Template], error) {
	template, err := a.service.Template(ctx, in.AppID, in.TemplateID)
	return &Answer[Template]{showTemplate(template)}, err
}

func (a *api) deleteTemplate(ctx context.Context, in *TemplatePath) (*struct{}, error) {
	return nil, a.service.DeleteTemplate(ctx, in.AppID, in.TemplateID)
}
