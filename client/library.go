package client

import (
	"context"
	"iter"

	"github.com/muban-dev/muban"
)

// Title is an entry of a platform's public template library (模板库标题).
type Title struct {
	ID    string // AT0002, BD0016
	Title string // 购买成功通知
	// Keywords are the words that a template of this title may carry; only
	// LibraryTitle fills them in.
	Keywords []Keyword
}

// Keyword is a numbered word of a title (关键词).
type Keyword struct {
	ID      int
	Name    string // 购买地点
	Example string // TIT造舰厂
}

// TitlePage is a part of the library.
type TitlePage struct {
	Titles []Title
	Total  int64 // of the whole library
}

// MostAtOnce is how many entries one page may have on every platform
// (seed 003, count).
const MostAtOnce = 20

// LibraryTitles asks for a part of the template library: Offset from 0, Count
// from 1 to [MostAtOnce]. WeChat Mini Program and Baidu have it.
func (c *Client) LibraryTitles(ctx context.Context, r muban.Range) (*TitlePage, error) {
	lib, ok := c.platform.(library)
	if !ok {
		return nil, notOnPlatform(c.config.Platform, OpLibraryTitles)
	}
	page := &TitlePage{}
	if _, err := c.do(ctx, lib.titles(r, page)); err != nil {
		return nil, err
	}
	return page, nil
}

// AllLibraryTitles goes through the whole template library, page by page. It
// ends after the first error. A title that comes again, because the library
// changed meanwhile, is left out.
func (c *Client) AllLibraryTitles(ctx context.Context) iter.Seq2[Title, error] {
	return eachOf(c.config.Platform, OpLibraryTitles, func(t Title) string { return t.ID }, func(r muban.Range) ([]Title, bool, error) {
		page, err := c.LibraryTitles(ctx, r)
		if err != nil {
			return nil, false, err
		}
		return page.Titles, r.Offset+int64(len(page.Titles)) < page.Total, nil
	})
}

// LibraryTitle shows a title of the library with its keywords.
func (c *Client) LibraryTitle(ctx context.Context, id string) (*Title, error) {
	lib, ok := c.platform.(library)
	if !ok {
		return nil, notOnPlatform(c.config.Platform, OpLibraryTitle)
	}
	if id == "" {
		return nil, argument(c.config.Platform, OpLibraryTitle, "id", "is empty; it must be a title's, like AT0002")
	}
	title := &Title{}
	if _, err := c.do(ctx, lib.title(id, title)); err != nil {
		return nil, err
	}
	return title, nil
}
