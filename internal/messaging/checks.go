package messaging

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/muban-dev/muban"
)

// Number is a whole number as a client wrote it. It is not Valid where the
// client wrote none, or one that does not fit 64 bits.
type Number struct {
	Text  string
	Value int64
	Valid bool
}

// longestID bounds the ids that are looked up, in characters; no platform's id
// is longer (Baidu's swan_id has about 90).
const longestID = 256

// plausibleID reports whether an id from outside can exist at all. Others are
// treated as unknown without asking the store, which need not be able to hold
// control characters or broken UTF-8.
func plausibleID(id string) bool {
	return id != "" && utf8.RuneCountInString(id) <= longestID && utf8.ValidString(id) && !strings.ContainsFunc(id, unicode.IsControl)
}

// ownID reports whether an id may be given to something. One that nobody can
// see, or that turns the text around it, may not.
func ownID(id string) bool {
	return plausibleID(id) && strings.TrimSpace(id) != "" && !strings.ContainsFunc(id, unseen)
}

// unseen is what is not printed: control and format characters, and Unicode's
// own ends of lines and paragraphs.
func unseen(r rune) bool {
	return unicode.IsControl(r) || r > unicode.MaxASCII && unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// plainLine reports whether a text can stand in one line of a list or a
// message: not blank, without control characters and ends of lines.
func plainLine(text string) bool {
	return strings.TrimSpace(text) != "" && utf8.ValidString(text) && !strings.ContainsFunc(text, endsLine)
}

// endsLine is any control character, a line end among them, and the two that
// Unicode has besides.
func endsLine(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

// isRule reports whether err is the refusal of that rule.
func isRule(err error, rule muban.Rule) bool {
	if err == nil {
		return false // the usual case, on every send
	}
	var refusal *muban.Refusal
	return errors.As(err, &refusal) && refusal.Rule == rule
}

// notFound is the store's "not there".
func notFound(err error) bool { return isRule(err, muban.RuleNotFound) }

// invalid is a native call's bad member: which, what it was, what is right.
func invalid(field, value, wanted string) *muban.Refusal {
	return muban.Refuse(muban.RuleInvalid, "field", field, "value", quote(value), "wanted", wanted)
}

// quote makes a value from outside safe to show: empty values visible, blanks
// around it too, what has no glyph escaped, and what reads like a word of ours
// told apart from it.
func quote(s string) string {
	noGlyph := func(r rune) bool { return !strconv.IsPrint(r) }
	switch {
	case s == "":
		return "empty"
	case s == "empty", s == "none", s != strings.TrimSpace(s), strings.ContainsFunc(s, noGlyph), !utf8.ValidString(s):
		return strconv.Quote(s)
	}
	return s
}

// quoteName is quote where the value names a thing, as in "there is no title …".
func quoteName(s string) string {
	if s == "" {
		return "(empty)"
	}
	return quote(s)
}

// stamp writes a time for people, in the zone the platforms count in.
func stamp(t time.Time) string {
	return muban.PlatformTime(t).Format("2006-01-02 15:04:05.000 -0700")
}
