package inspect

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/muban-dev/muban"
)

// selects is a filter as a question to each entry.
func (i *Inspector) selects(f muban.CallFilter) func(*entry) bool {
	id := strings.ToLower(strings.TrimSpace(f.ID))
	texts := i.searched(f.Text)
	return func(e *entry) bool {
		c := &e.call
		return (f.AppID == "" || c.AppID == f.AppID) &&
			(len(f.Users) == 0 || slices.Contains(f.Users, c.User)) &&
			(id == "" || c.ID == id) &&
			(f.Code == "" || c.Code == f.Code) &&
			(f.MessageID == 0 || c.MessageID == f.MessageID) &&
			(f.GrantID == "" || c.GrantID == f.GrantID) &&
			(f.Refused == nil || *f.Refused == e.refused) &&
			!c.At.Before(f.From) && (f.To.IsZero() || c.At.Before(f.To)) &&
			(len(texts) == 0 || i.holds(e, texts))
	}
}

// searched are the texts of which one has to be there: the one that is looked
// for and, since it may be a token, what stands in a token's place.
func (i *Inspector) searched(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	return []string{strings.ToLower(text), strings.ToLower(i.masker.mask(text))}
}

func (i *Inspector) holds(e *entry, texts []string) bool {
	return slices.ContainsFunc(textsOf(i.show(e)), func(text string) bool {
		text = strings.ToLower(text)
		return slices.ContainsFunc(texts, func(wanted string) bool { return strings.Contains(text, wanted) })
	})
}

// textsOf is everything of a call that can be searched.
func textsOf(c muban.Call) []string {
	texts := []string{c.ID, c.AppID, string(c.Platform), c.Name, c.User, c.GrantID, c.TemplateID, c.Code}
	for _, text := range []string{
		c.Request.Method + " " + c.Request.Path + "?" + c.Request.Query, c.Request.Body.Text, c.Answer.Body.Text,
		c.Request.Body.Decoded, c.Answer.Body.Decoded,
	} {
		texts = append(texts, readings(text)...)
	}
	if c.MessageID != 0 {
		texts = append(texts, c.MessageID.String())
	}
	for _, value := range c.Request.Headers {
		texts = append(texts, value)
	}
	if c.Refusal != nil {
		texts = append(texts, string(c.Refusal.Kind), string(c.Refusal.Rule), c.Refusal.Error(), c.Refusal.Chinese())
	}
	return texts
}

// readings are a text as it was written and as people read it, be it JSON or a
// form, which may hold JSON.
func readings(text string) []string {
	all := []string{text}
	if json := unescapedJSON(text); json != text {
		all = append(all, json)
	}
	if form := unescapedForm(text); form != text {
		all = append(all, unescapedJSON(form))
	}
	return all
}

// unescapedForm reads what is percent-encoded; unlike [url.QueryUnescape] it
// also reads a text that was cut within an escape.
func unescapedForm(text string) string {
	if !strings.ContainsAny(text, "%+") {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '+':
			out = append(out, ' ')
		case c == '%' && i+2 < len(text):
			if octet, err := hex.DecodeString(text[i+1 : i+3]); err == nil {
				out, i = append(out, octet...), i+2
				continue
			}
			fallthrough
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// deepestJSON is how many times JSON may stand in a string of JSON.
const deepestJSON = 3

// unescapedJSON reads the escapes of JSON's strings; what is none stays.
func unescapedJSON(text string) string {
	for depth := 0; depth < deepestJSON && strings.Contains(text, `\`); depth++ {
		var out strings.Builder
		out.Grow(len(text))
		for at := strings.IndexByte(text, '\\'); at >= 0; at = strings.IndexByte(text, '\\') {
			r, size := escapedRune(text[at:])
			out.WriteString(text[:at])
			out.WriteRune(r)
			text = text[at+size:]
		}
		out.WriteString(text)
		text = out.String()
	}
	return text
}

// The escapes of one letter, and what they stand for.
const (
	letters = `"\/bfnrt`
	letter  = "\"\\/\b\f\n\r\t"
)

// escapedRune is the character that an escape stands for, and how long it is; a
// character outside of the basic plane is written as two.
func escapedRune(text string) (r rune, size int) {
	if first, ok := codeUnit(text); ok {
		second, _ := codeUnit(text[unitSize:])
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			return r, 2 * unitSize
		}
		return first, unitSize
	}
	if len(text) > 1 {
		if at := strings.IndexByte(letters, text[1]); at >= 0 {
			return rune(letter[at]), 2
		}
	}
	return '\\', 1
}

const unitSize = len(`\u0000`)

// codeUnit reads the escape that a text begins with, if it is one by number.
func codeUnit(text string) (rune, bool) {
	if len(text) < unitSize || text[1] != 'u' || text[0] != '\\' {
		return 0, false
	}
	unit, err := strconv.ParseUint(text[2:unitSize], 16, 16)
	return rune(unit), err == nil
}
