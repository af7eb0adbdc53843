package api

import (
	"context"
	"net/http"

	"github.com/muban-dev/muban"
)

func (a *api) libraryRoutes() {
	handle(a, "GET /api/v1/library/{platform}/titles", doc{
		id: "listTitles", tag: "library", summary: "List a library's titles", answer: "A part of the list.",
		text: "Newest first, each with its keywords or, on wechat-oa, its text.",
	}, a.listTitles)
	handle(a, "POST /api/v1/library/{platform}/titles", doc{
		id: "createTitle", tag: "library", summary: "Add a title to a library", status: http.StatusCreated, answer: "The title.",
		text: "With `keywords`, or on wechat-oa with `content`. What has no id or number gets one. An id that exists is a conflict.",
	}, a.createTitle)
	handle(a, "GET /api/v1/library/{platform}/titles/{id}", doc{
		id: "getTitle", tag: "library", summary: "Show a title", answer: "The title.",
		text: "With the keywords that templates are made of.",
	}, a.getTitle)
	handle(a, "DELETE /api/v1/library/{platform}/titles/{id}", doc{
		id: "deleteTitle", tag: "library", summary: "Remove a title from a library", answer: "It is gone.",
		text: "Templates that were made from it stay.",
	}, a.deleteTitle)
}

// LibraryPath is the path of a platform's library.
type LibraryPath struct {
	Platform muban.Platform `path:"platform" enum:"wechat-mini,wechat-oa,baidu,alipay" doc:"Whose library."`
}

// TitlePath is the path of a title.
type TitlePath struct {
	LibraryPath
	ID string `path:"id" doc:"The title's id." example:"AT0002"`
}

// NewTitle is a title to be added.
type NewTitle struct {
	ID              string       `json:"id,omitempty" doc:"Generated if left out." example:"AT0002"`
	Title           string       `json:"title" doc:"What messages of it are about." example:"购买成功通知"`
	Keywords        []NewKeyword `json:"keywords,omitempty" nullable:"false" maxItems:"1000" doc:"The numbered words it may carry; all platforms but wechat-oa."`
	Content         string       `json:"content,omitempty" doc:"wechat-oa only: the finished text." example:"{{first.DATA}}\n商品：{{keyword1.DATA}}"`
	Example         string       `json:"example,omitempty" doc:"wechat-oa only: the content filled in."`
	PrimaryIndustry string       `json:"primary_industry,omitempty" doc:"wechat-oa only." example:"IT科技"`
	DeputyIndustry  string       `json:"deputy_industry,omitempty" doc:"wechat-oa only." example:"互联网|电子商务"`
}

// NewKeyword is a keyword of a title to be added.
type NewKeyword struct {
	KeywordID int          `json:"keyword_id,omitempty" minimum:"1" maximum:"2147483647" doc:"Unique in the title; the next free number if left out." example:"3"`
	Name      string       `json:"name" doc:"The word." example:"购买地点"`
	Example   string       `json:"example,omitempty" doc:"A value it may have." example:"TIT造舰厂"`
	Origin    muban.Origin `json:"origin,omitempty" enum:"platform,muban" default:"muban" doc:"Whose number it is: the real platform's, or our own."`
}

// Title is an entry of a platform's library: with keywords or, on wechat-oa,
// with a finished text.
type Title struct {
	ID              string    `json:"id" doc:"What the platform calls template_short_id or title id." example:"AT0002"`
	Title           string    `json:"title" doc:"What messages of it are about." example:"购买成功通知"`
	Keywords        []Keyword `json:"keywords,omitzero" nullable:"false" doc:"The numbered words it may carry; all platforms but wechat-oa."`
	Content         string    `json:"content,omitempty" doc:"wechat-oa: the finished text."`
	Example         string    `json:"example,omitempty" doc:"wechat-oa: the content filled in."`
	PrimaryIndustry string    `json:"primary_industry,omitempty" doc:"wechat-oa only." example:"IT科技"`
	DeputyIndustry  string    `json:"deputy_industry,omitempty" doc:"wechat-oa only." example:"互联网|电子商务"`
}

// Keyword is a numbered word that a title may carry.
type Keyword struct {
	KeywordID int          `json:"keyword_id" doc:"Unique in the title." example:"3"`
	Name      string       `json:"name" doc:"The word." example:"购买地点"`
	Example   string       `json:"example" doc:"A value it may have." example:"TIT造舰厂"`
	Origin    muban.Origin `json:"origin" enum:"platform,muban" doc:"Whose number it is: the real platform's, or our own."`
}

func showTitle(t muban.Title) Title {
	shown := Title{
		ID: t.ID, Title: t.Title, Content: t.Content, Example: t.Example,
		PrimaryIndustry: t.PrimaryIndustry, DeputyIndustry: t.DeputyIndustry,
	}
	if t.Platform != muban.WeChatOA {
		shown.Keywords = each(t.Keywords, func(k muban.Keyword) Keyword {
			return Keyword{KeywordID: k.ID, Name: k.Name, Example: k.Example, Origin: k.Origin}
		})
	}
	return shown
}

// on is the title that the request describes.
func (t *NewTitle) on(p muban.Platform) muban.Title {
	title := muban.Title{
		Platform: p, ID: t.ID, Title: t.Title, Content: t.Content, Example: t.Example,
		PrimaryIndustry: t.PrimaryIndustry, DeputyIndustry: t.DeputyIndustry,
	}
	highest := 0
	for _, k := range t.Keywords {
		highest = max(highest, k.KeywordID)
	}
	for _, k := range t.Keywords {
		if k.KeywordID == 0 {
			highest++
			k.KeywordID = highest
		}
		title.Keywords = append(title.Keywords, muban.Keyword{ID: k.KeywordID, Name: k.Name, Example: k.Example, Origin: k.Origin})
	}
	return title
}

// unknownOn lists the members that titles of the platform do not have.
func (t *NewTitle) unknownOn(p muban.Platform) []string {
	if p == muban.WeChatOA {
		if len(t.Keywords) > 0 {
			return []string{"keywords"}
		}
		return nil
	}
	var unknown []string
	for _, m := range []struct{ name, value string }{
		{"content", t.Content},
		{"example", t.Example},
		{"primary_industry", t.PrimaryIndustry},
		{"deputy_industry", t.DeputyIndustry},
	} {
		if m.value != "" {
			unknown = append(unknown, m.name)
		}
	}
	return unknown
}

func (a *api) listTitles(ctx context.Context, in *struct {
	LibraryPath
	Q string `query:"q" doc:"Only those whose id or title contains this." example:"购买"`
	Paging
},
) (*Answer[List[Title]], error) {
	titles, err := a.service.Titles(ctx, in.Platform, in.Q, in.page())
	return &Answer[List[Title]]{listOf(titles, showTitle)}, err
}

func (a *api) createTitle(ctx context.Context, in *struct {
	LibraryPath
	Body NewTitle
},
) (*Answer[Title], error) {
	if err := notOnPlatform(in.Platform, in.Body.unknownOn(in.Platform)); err != nil {
		return nil, err
	}
	title, err := a.service.CreateTitle(ctx, in.Body.on(in.Platform))
	return &Answer[Title]{showTitle(title)}, err
}

func (a *api) getTitle(ctx context.Context, in *TitlePath) (*Answer[Title], error) {
	title, err := a.service.LibraryTitle(ctx, in.Platform, in.ID)
	return &Answer[Title]{showTitle(title)}, err
}

func (a *api) deleteTitle(ctx context.Context, in *TitlePath) (*struct{}, error) {
	return nil, a.service.DeleteTitle(ctx, in.Platform, in.ID)
}
