package client

import (
	"context"
	"iter"

	"github.com/muban-dev/muban"
)

// Template is one of an app's own templates.
type Template struct {
	ID      string
	Title   string
	Content string // 购买地点{{keyword1.DATA}}
	Example string

	// Official account only.
	PrimaryIndustry, DeputyIndustry string
}

// AddTemplateRequest says which template to make.
type AddTemplateRequest struct {
	// LibraryID is the title of the library: AT0002, BD0016; on an official
	// account the number in its library, template_id_short.
	LibraryID string
	// KeywordIDs are the numbers of the title's keywords, in the order in which
	// the template shows them. WeChat Mini Program and Baidu.
	KeywordIDs []int
	// KeywordNames are the names of the keywords. Official account, where the
	// title has a choice of them.
	KeywordNames []string
}

// AddTemplate makes a template of a title and returns its id. All platforms
// but Alipay have it, where templates are made on its website.
//
// It is not repeated where its answer was lost: adding twice makes two.
func (c *Client) AddTemplate(ctx context.Context, req AddTemplateRequest) (string, error) {
	keeper, ok := c.platform.(templateKeeper)
	if !ok {
		return "", notOnPlatform(c.config.Platform, OpAddTemplate)
	}
	if req.LibraryID == "" {
		return "", argument(c.config.Platform, OpAddTemplate, "LibraryID", "is empty; it must be a title's of the library")
	}
	id := ""
	call, bad := keeper.addTemplate(req, &id)
	if bad != nil {
		return "", bad
	}
	if _, err := c.do(ctx, call); err != nil {
		return "", err
	}
	return id, nil
}

// Templates goes through the app's own templates, page by page where the
// platform has pages. It ends after the first error. To delete some of them,
// collect them first: a list that shrinks moves under the pages.
func (c *Client) Templates(ctx context.Context) iter.Seq2[Template, error] {
	keeper, ok := c.platform.(templateKeeper)
	if !ok {
		return func(yield func(Template, error) bool) {
			yield(Template{}, notOnPlatform(c.config.Platform, OpTemplates))
		}
	}
	return eachOf(c.config.Platform, OpTemplates, func(t Template) string { return t.ID }, func(r muban.Range) ([]Template, bool, error) {
		var list []Template
		call, paged := keeper.templates(r, &list)
		if _, err := c.do(ctx, call); err != nil {
			return nil, false, err
		}
		return list, paged && int64(len(list)) == r.Count, nil
	})
}

// DeleteTemplate deletes one of the app's own templates. Messages that were
// accepted before are delivered all the same.
//
// Where the answer of a first request was lost and a repeat says that there is
// no such template, it is deleted, and that is no error.
func (c *Client) DeleteTemplate(ctx context.Context, id string) error {
	keeper, ok := c.platform.(templateKeeper)
	if !ok {
		return notOnPlatform(c.config.Platform, OpDeleteTemplate)
	}
	if id == "" {
		return argument(c.config.Platform, OpDeleteTemplate, "id", "is empty; it must be a template's")
	}
	_, err := c.do(ctx, keeper.deleteTemplate(id))
	return err
}
