package messaging

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/library"
)

// LibraryRange lists titles of a platform's library as its own call does, in
// the order they were added, with the number of all titles.
func (s *Service) LibraryRange(ctx context.Context, platform muban.Platform, offset, count Number) ([]muban.Title, int64, error) {
	r, err := checkRange(platform, offset, count)
	if err != nil {
		return nil, 0, err
	}
	return s.store.TitleRange(ctx, platform, r)
}

// LibraryTitle returns one title with its keywords.
func (s *Service) LibraryTitle(ctx context.Context, platform muban.Platform, id string) (muban.Title, error) {
	unknown := muban.Refuse(muban.RuleTitleUnknown, "library_id", quoteName(id))
	if !plausibleID(id) {
		return muban.Title{}, unknown
	}
	title, err := s.store.Title(ctx, platform, id)
	if notFound(err) {
		return muban.Title{}, unknown
	}
	return title, err
}

// Titles lists a platform's library newest first, for the native API; q
// selects titles whose id or text contains it.
func (s *Service) Titles(ctx context.Context, platform muban.Platform, q string, page muban.Page) (muban.List[muban.Title], error) {
	return s.store.Titles(ctx, platform, q, page)
}

// CreateTitle adds a title to a platform's library. Without an id it gets one
// in the platform's own format.
func (s *Service) CreateTitle(ctx context.Context, title muban.Title) (muban.Title, error) {
	if title.ID == "" {
		title.ID = newTitleID(title.Platform)
	}
	if err := CheckTitle(title); err != nil {
		return muban.Title{}, err
	}
	return s.store.CreateTitle(ctx, title)
}

// DeleteTitle removes a title; templates made from it stay.
func (s *Service) DeleteTitle(ctx context.Context, platform muban.Platform, id string) error {
	return s.store.DeleteTitle(ctx, platform, id)
}

// CheckTitle refuses a title that no library can hold.
func CheckTitle(t muban.Title) error {
	if !ownID(t.ID) || utf8.RuneCountInString(t.ID) > library.LongestID {
		return invalid("id", t.ID, fmt.Sprintf("1 to %d printable characters", library.LongestID))
	}
	if !plainLine(t.Title) || utf8.RuneCountInString(t.Title) > library.LongestTitle {
		return invalid("title", t.Title, fmt.Sprintf("the title's text, in one line of at most %d characters", library.LongestTitle))
	}
	if t.Platform == muban.WeChatOA {
		return checkFinishedTitle(t)
	}
	if len(t.Keywords) == 0 {
		return invalid("keywords", "", "at least one keyword")
	}
	seen := make(map[int]bool, len(t.Keywords))
	for _, k := range t.Keywords {
		if k.ID <= 0 || k.ID > library.LargestNumber || seen[k.ID] {
			return invalid("keywords.keyword_id", strconv.Itoa(k.ID), fmt.Sprintf("from 1 to %d and not repeated", library.LargestNumber))
		}
		if err := checkKeyword(k); err != nil {
			return err
		}
		seen[k.ID] = true
	}
	return nil
}

// checkKeyword refuses a keyword that no title can have, but for its number.
func checkKeyword(k muban.Keyword) error {
	switch {
	case !plainLine(k.Name) || strings.ContainsAny(k.Name, "{}"):
		return invalid("keywords.name", k.Name, "a word in one line, without braces")
	case k.Example != "" && !plainLine(k.Example):
		return invalid("keywords.example", k.Example, "a text in one line")
	case k.Origin != muban.OriginPlatform && k.Origin != muban.OriginMuban:
		return invalid("keywords.origin", string(k.Origin), "platform or muban")
	}
	return nil
}

// checkFinishedTitle refuses an official account's entry that a template could
// not be, or whose industries no list can show.
func checkFinishedTitle(t muban.Title) error {
	for _, industry := range []struct{ member, name string }{
		{"primary_industry", t.PrimaryIndustry}, {"deputy_industry", t.DeputyIndustry},
	} {
		if industry.name != "" && !plainLine(industry.name) {
			return invalid(industry.member, industry.name, "an industry's name, in one line")
		}
	}
	for _, text := range []struct{ member, value string }{{"content", t.Content}, {"example", t.Example}} {
		if strings.ContainsFunc(text.value, library.Unprintable) {
			return invalid(text.member, text.value, "a text without control characters but for line ends and tabs")
		}
	}
	return checkContent(t.Content)
}

// checkContent refuses a text whose placeholders cannot be read (seed 004).
func checkContent(content string) error {
	if strings.TrimSpace(content) == "" || strings.ContainsRune(content, 0) {
		return invalid("content", content, "a text, with placeholders like {{keyword1.DATA}}")
	}
	if _, bad := muban.Placeholders(content); bad != "" {
		return muban.Refuse(muban.RulePlaceholder, "placeholder", quote(bad))
	}
	return nil
}

// checkRange reads the two numbers of a list call (seed 003: offset from 0,
// count 1 to 20; seed 001 gives Baidu the same bound).
func checkRange(platform muban.Platform, offset, count Number) (muban.Range, error) {
	most := muban.RulesOf(platform).MaxPage
	if !offset.Valid || offset.Value < 0 {
		return muban.Range{}, muban.Refuse(muban.RuleListOffset, "offset", quote(offset.Text))
	}
	if !count.Valid || count.Value < 1 || count.Value > most {
		return muban.Range{}, muban.Refuse(muban.RuleListCount, "count", quote(count.Text), "most", strconv.FormatInt(most, 10))
	}
	return muban.Range{Offset: offset.Value, Count: count.Value}, nil
}
