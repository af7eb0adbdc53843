package library

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/muban-dev/muban"
)

// What a library holds, in its files and in the store alike: what one takes and
// the other does not could be exported and not imported.
const (
	LongestID    = 64  // characters of a title's id
	LongestTitle = 128 // characters of a title's text

	LargestNumber = math.MaxInt32 // of a keyword; the same on every machine
)

// checkTitle refuses a title that a library cannot hold, or from which no
// template could be made.
func checkTitle(t muban.Title) error {
	if err := checkText("id", t.ID, LongestID); err != nil {
		return err
	}
	if strings.ContainsFunc(t.ID, unseen) {
		return fmt.Errorf("id %q has a character that is not printed; leave it out", t.ID)
	}
	if err := checkText("title", t.Title, LongestTitle); err != nil {
		return err
	}
	if t.Platform == muban.WeChatOA {
		return checkFinished(t)
	}
	return checkNumbered(t)
}

// checkFinished checks an official account's title, whose text is finished.
func checkFinished(t muban.Title) error {
	if len(t.Keywords) > 0 {
		return fmt.Errorf("keywords are not for %s; give its text as content", t.Platform)
	}
	if strings.TrimSpace(t.Content) == "" {
		return errors.New("content is empty; want a text such as {{first.DATA}}")
	}
	if strings.ContainsFunc(t.Content+t.Example, Unprintable) {
		return errors.New("content or example has a control character; only line breaks and tabs may be there")
	}
	if _, bad := muban.Placeholders(t.Content); bad != "" {
		return fmt.Errorf("content has the placeholder %q; want one such as {{keyword1.DATA}}", bad)
	}
	if err := checkOptional("primary_industry", t.PrimaryIndustry); err != nil {
		return err
	}
	return checkOptional("deputy_industry", t.DeputyIndustry)
}

// Unprintable is unicode.IsControl for texts of several lines: an official
// account's content and example.
func Unprintable(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

// checkNumbered checks a title that carries numbered keywords.
func checkNumbered(t muban.Title) error {
	if t.Content+t.Example+t.PrimaryIndustry+t.DeputyIndustry != "" {
		return fmt.Errorf("content, example and industries are not for %s; give keywords", t.Platform)
	}
	if len(t.Keywords) == 0 {
		return errors.New("keywords are missing; want at least one")
	}
	numberOf := make(map[int]int, len(t.Keywords))
	for i, k := range t.Keywords {
		if err := checkKeyword(k); err != nil {
			return fmt.Errorf("keyword %d (keyword_id %d): %w", i+1, k.ID, err)
		}
		if first, repeated := numberOf[k.ID]; repeated {
			return fmt.Errorf("keyword %d (keyword_id %d): keyword %d has that number already; give each its own", i+1, k.ID, first)
		}
		numberOf[k.ID] = i + 1
	}
	return nil
}

func checkKeyword(k muban.Keyword) error {
	if k.ID < 1 || k.ID > LargestNumber {
		return fmt.Errorf("keyword_id has to be from 1 to %d", LargestNumber)
	}
	if err := checkText("name", k.Name, math.MaxInt); err != nil {
		return err
	}
	if strings.ContainsAny(k.Name, "{}") { // would read as a placeholder in a template
		return fmt.Errorf("name %q has a brace; leave it out", k.Name)
	}
	if err := checkOptional("example", k.Example); err != nil { // not every own keyword has one
		return err
	}
	if k.Origin != muban.OriginPlatform && k.Origin != muban.OriginMuban {
		return fmt.Errorf("origin is %q; want %q or %q", k.Origin, muban.OriginPlatform, muban.OriginMuban)
	}
	return nil
}

// checkText refuses a line of text that is blank, long or not one line.
func checkText(member, text string, longest int) error {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("%s is empty; it has to be given", member)
	case n > longest:
		return fmt.Errorf("%s has %d characters; at most %d fit", member, n, longest)
	case strings.ContainsFunc(text, endsLine):
		return fmt.Errorf("%s %q has a control character; leave it out", member, text)
	}
	return nil
}

// checkOptional refuses a text of any length, which may be left out, that is
// not one line.
func checkOptional(member, text string) error {
	switch {
	case strings.ContainsFunc(text, endsLine):
		return fmt.Errorf("%s %q has a control character; leave it out", member, text)
	case text != "" && strings.TrimSpace(text) == "":
		return fmt.Errorf("%s is blank; leave it out", member)
	}
	return nil
}

// endsLine is any control character, and the two ends of lines and paragraphs
// that Unicode has besides.
func endsLine(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

// unseen is what is in a text and not printed, such as what turns it around.
func unseen(r rune) bool { return unicode.Is(unicode.Cf, r) }
