package alipay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/muban-dev/muban/wire/alipay"
)

// candidate is a string that an app may have signed instead of the right one.
type candidate struct {
	mistake, advice string
	signed          []byte
}

// pair is a parameter as it goes into a candidate.
type pair struct {
	name, value string
	inBody      bool
}

// What is tried with one parameter left out is bounded.
const (
	mostMembers = 40
	longestName = 64
)

// candidates are what clients are known to sign, the right string first: it is
// what was signed where only the hash is wrong.
func candidates(c *call) iter.Seq[candidate] {
	all := pairs(c.params)
	return func(yield func(candidate) bool) {
		if !yield(candidate{"", "", c.params.SignedText()}) {
			return
		}
		for _, without := range leftOut(all) {
			if !yield(without) {
				return
			}
		}
		for _, m := range mistakes {
			for _, left := range []string{"", alipay.ParamSignType} {
				one := candidate{m.name, m.advice, m.signed(c, without(all, left))}
				if left != "" {
					one.mistake += ", left_out sign_type"
					one.advice += "; and sign_type was left out, which must be signed"
				}
				if one.signed != nil && !yield(one) {
					return
				}
			}
		}
	}
}

// pairs are the parameters that may be signed, as they came.
func pairs(p alipay.Params) []pair {
	var all []pair
	for one := range p.All() {
		if one.Name != alipay.ParamSign {
			all = append(all, pair{one.Name, one.Value, one.InBody})
		}
	}
	return all
}

func without(all []pair, name string) []pair {
	return slices.DeleteFunc(slices.Clone(all), func(p pair) bool { return p.name == name })
}

// only are the parameters of the body, or of the query.
func only(all []pair, inBody bool) []pair {
	return slices.DeleteFunc(slices.Clone(all), func(p pair) bool { return p.inBody != inBody })
}

// leftOut are the candidates that lack parameters which must be signed.
func leftOut(all []pair) []candidate {
	found := []candidate{
		{"left_out body", "the parameters of the body were left out of what was signed; sign those of the query and of the body", sorted(only(all, false))},
		{"left_out query", "the parameters of the query were left out of what was signed; sign those of the query and of the body", sorted(only(all, true))},
	}
	for _, one := range all[:min(len(all), mostMembers)] {
		if len(one.name) > longestName {
			continue // no parameter of the platform
		}
		advice := printable(one.name) + " was left out of what was signed; every parameter but sign is signed"
		if one.name == alipay.ParamSignType {
			advice = "sign_type was left out of what was signed; only the check of asynchronous notices leaves it out"
		}
		found = append(found, candidate{"left_out " + printable(one.name), advice, sorted(without(all, one.name))})
	}
	return found
}

// sorted writes pairs in the right order, blank values left out.
func sorted(of []pair) []byte {
	of = slices.DeleteFunc(slices.Clone(of), func(p pair) bool { return strings.TrimSpace(p.value) == "" })
	slices.SortFunc(of, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	return joined(of)
}

func joined(of []pair) []byte {
	var out []byte
	for i, p := range of {
		if i > 0 {
			out = append(out, '&')
		}
		out = append(append(append(out, p.name...), '='), p.value...)
	}
	return out
}

// mistakes are what goes wrong with the string as a whole. signed makes the
// string that the mistake gives; nil where it cannot be made.
var mistakes = []struct {
	name, advice string
	signed       func(c *call, all []pair) []byte
}{
	{"encoded_values", "the values were signed percent-encoded; sign them as they are and encode them only to send them", each(url.QueryEscape)},
	{"encoded_values", "the values were signed percent-encoded; sign them as they are and encode them only to send them", each(escapeComponent)},
	{"encoded_twice", "the values were percent-encoded twice; what is signed is the value that arrives", each(unescape)},
	{"sent_unencoded", "values with + were sent without percent-encoding, so that it arrived as a blank; encode every value that is sent", each(plus)},
	{"charset", "the string was signed in another charset than the request is sent in; sign the bytes that are sent, in charset", inOtherCharset(alipay.GBK)},
	{"charset", "the string was signed in another charset than the request is sent in; sign the bytes that are sent, in charset", inOtherCharset(alipay.GB18030)},
	{"charset", "the string was signed in another charset than the request is sent in; sign the bytes that are sent, in charset", inOtherCharset(alipay.UTF8)},
	{"unescaped_json", `JSON was signed with its characters as they are and sent with \u escapes; sign the text that is sent`, each(unescapeUnicode)},
	{"escaped_json", `JSON was signed with \u escapes and sent with its characters as they are; sign the text that is sent`, each(escapeUnicode)},
	{"escaped_json", `JSON was signed with <, > and & as \u escapes and sent with them as they are; sign the text that is sent`, each(escapeHTML)},
	{"escaped_slashes", `JSON was signed with / and sent with \/; sign the text that is sent`, each(unescapeSlash)},
	{"escaped_slashes", `JSON was signed with \/ and sent with /; sign the text that is sent`, each(escapeSlash)},
	{"reformatted_json", "JSON was signed compact and sent with white space; sign the text that is sent", each(compactJSON)},
	{"reformatted_json", "JSON was signed with white space and sent compact; sign the text that is sent", each(spacedJSON)},
	{"escaped_quotes", `JSON was signed with \" for its quotes; sign the text that is sent`, each(escapeQuotes)},
	{"html_entities", "the string was signed with HTML entities; sign &, quotes and the like as they are", whole(escapeEntities)},
	// As the gateway's own sub_msg shows it, from where it is copied.
	{"html_entities", "the string was signed with HTML entities; sign &, quotes and the like as they are", whole(escapeAmpersands)},
	{"blank_signed", "parameters with a blank value were signed; leave them out", blankToo},
	{"repeated_signed", "charset was signed twice because it is sent twice; a name is signed once", charsetTwice},
	{"not_sorted", "the parameters were not sorted by name before they were signed", func(_ *call, all []pair) []byte { return joined(all) }},
	{"quoted_values", `the values were signed in quotes, as an older interface wants it; sign them as name=value`, each(func(v string) string { return `"` + v + `"` })},
	{"trimmed_values", "a value was signed without the white space around it, with which it was sent, as smartwalle/alipay does; send it without", each(strings.TrimSpace)},
	{"trailing_ampersand", "the string was signed with an & at its end", whole(func(s string) string { return s + "&" })},
	{"trailing_newline", "the string was signed with a line break at its end", whole(func(s string) string { return s + "\n" })},
	{"trailing_newline", "the string was signed with a line break at its end", whole(func(s string) string { return s + "\r\n" })},
}

// each is the mistake of changing every value.
func each(change func(string) string) func(*call, []pair) []byte {
	return func(_ *call, all []pair) []byte {
		changed := slices.Clone(all)
		for i := range changed {
			if strings.TrimSpace(changed[i].value) != "" {
				changed[i].value = change(changed[i].value)
			}
		}
		return sorted(changed)
	}
}

// whole is the mistake of changing the string.
func whole(change func(string) string) func(*call, []pair) []byte {
	return func(_ *call, all []pair) []byte { return []byte(change(string(sorted(all)))) }
}

// inOtherCharset is the mistake of signing other bytes than are sent.
func inOtherCharset(other alipay.Charset) func(*call, []pair) []byte {
	return func(c *call, all []pair) []byte {
		text := toUTF8(c.charset, sorted(all))
		if enc := gb(other); enc != nil {
			text, _ = enc.NewEncoder().Bytes(text) // nil where it cannot
		}
		return text
	}
}

func blankToo(_ *call, all []pair) []byte {
	byName := slices.Clone(all)
	slices.SortFunc(byName, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	return joined(byName)
}

func charsetTwice(c *call, all []pair) []byte {
	twice := append(slices.Clone(all), pair{name: alipay.ParamCharset, value: c.params.Get(alipay.ParamCharset)})
	return sorted(twice)
}

// escapeComponent is JavaScript's encodeURIComponent.
func escapeComponent(v string) string {
	return strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*", "%7E", "~").Replace(url.QueryEscape(v))
}

func unescape(v string) string {
	decoded, err := url.QueryUnescape(v)
	if err != nil {
		return v
	}
	return decoded
}

// plus is a value before a form's reader took its + for a blank. The blank of
// timestamp was one.
func plus(v string) string {
	if _, err := alipay.ParseTimestamp(v); err == nil {
		return v
	}
	return strings.ReplaceAll(v, " ", "+")
}

// unescapeUnicode decodes the \u escapes of characters beyond ASCII, and those
// of <, > and &.
func unescapeUnicode(v string) string {
	var out strings.Builder
	for rest := v; rest != ""; {
		before, after, found := strings.Cut(rest, `\u`)
		out.WriteString(before)
		if !found {
			break
		}
		r, n := escapedRune(after)
		if n == 0 {
			out.WriteString(`\u`)
			rest = after
			continue
		}
		out.WriteRune(r)
		rest = after[n:]
	}
	return out.String()
}

// escapedRune reads what follows a \u; n is how much of it that was.
func escapedRune(text string) (r rune, n int) {
	unit := func(s string) (rune, bool) {
		var u rune
		if len(s) < 4 {
			return 0, false
		}
		_, err := fmt.Sscanf(s[:4], "%04x", &u)
		return u, err == nil
	}
	first, ok := unit(text)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(first) && strings.HasPrefix(text[4:], `\u`) {
		if second, ok := unit(text[6:]); ok {
			return utf16.DecodeRune(first, second), 10
		}
	}
	return first, 4
}

func escapeUnicode(v string) string {
	var out strings.Builder
	for _, r := range v {
		if r < 0x80 {
			out.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&out, `\u%04x`, u)
		}
	}
	return out.String()
}

func escapeHTML(v string) string {
	return strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(v)
}

func escapeSlash(v string) string { return strings.ReplaceAll(v, "/", `\/`) }

func unescapeSlash(v string) string { return strings.ReplaceAll(v, `\/`, "/") }

func escapeQuotes(v string) string { return strings.ReplaceAll(v, `"`, `\"`) }

func escapeEntities(v string) string {
	return strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;").Replace(v)
}

func escapeAmpersands(v string) string { return strings.ReplaceAll(v, "&", "&amp;") }

func compactJSON(v string) string {
	var out bytes.Buffer
	if json.Compact(&out, []byte(v)) != nil {
		return v
	}
	return out.String()
}

// spacedJSON is JSON as Python writes it, unless told otherwise.
func spacedJSON(v string) string {
	if !strings.HasPrefix(v, "{") || !json.Valid([]byte(v)) {
		return v
	}
	var out strings.Builder
	inText, escaped := false, false
	for _, r := range v {
		out.WriteRune(r)
		switch {
		case r == '"' && !escaped:
			inText = !inText
		case !inText && (r == ',' || r == ':'):
			out.WriteByte(' ')
		}
		escaped = r == '\\' && !escaped
	}
	return out.String()
}
