// Package zhtest finds English that is left in what is said in Chinese.
package zhtest

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
)

// Check fails a test whose request was refused with an explanation that is not
// wholly Chinese.
func Check(t *testing.T, r *http.Request, why httpx.RefusalDoc) {
	t.Helper()
	if why.Rule == "" {
		return
	}
	refusal := &muban.Refusal{Rule: why.Rule, Values: why.Values}
	if left := English(refusal.Chinese(), asked(r), Things(why.Values)); len(left) > 0 {
		t.Errorf("%q is left in %s (%s)", left, refusal.Chinese(), why.Detail)
	}
}

// asked is what a request says.
func asked(r *http.Request) string {
	said := r.Method + " " + r.URL.Path + " " + r.URL.EscapedPath() + " " + r.URL.RawQuery + " " + unescaped(r.URL.RawQuery)
	if r.GetBody == nil {
		return said
	}
	body, err := r.GetBody()
	if err != nil {
		return said
	}
	var text strings.Builder
	_ = r.Header.Write(&text)
	buffer := make([]byte, 64<<10)
	for err == nil && text.Len() < 1<<20 {
		var n int
		n, err = body.Read(buffer)
		text.Write(buffer[:n])
	}
	return said + " " + text.String() + " " + unescaped(text.String())
}

func unescaped(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		return ""
	}
	return plain
}

// Things are values that name what exists: apps, pages, keywords.
func Things(values map[string]string) string {
	var all []string
	for _, name := range []string{"app_id", "agent", "grant_id", "owner", "pages", "known", "keywords", "template_id", "permissions"} {
		if value := values[name]; value != "none" {
			all = append(all, value)
		}
	}
	return strings.Join(all, " ")
}

// things are numbers in hex, and headers, which are named by several words.
var things = regexp.MustCompile(`\b[0-9a-f]{16,}\b|\balipay(?:-[a-z]+)+\b`)

var word = regexp.MustCompile(`[A-Za-z/][A-Za-z_./]+`)

// English are the words of a text that are neither names of the wire, as all
// with a low line, a dot or a slash are, nor in what was said before.
func English(text string, said ...string) []string {
	spoken := word.FindAllString(strings.Join(said, " "), -1)
	return slices.DeleteFunc(word.FindAllString(things.ReplaceAllString(text, ""), -1), func(w string) bool {
		w = strings.Trim(w, ".")
		return strings.ContainsAny(w, "_./") || slices.Contains(names, w) || slices.Contains(spoken, w) ||
			len(w) > longest && strings.Contains(strings.Join(said, " "), w) // it was cut
	})
}

// longest is longer than any word of ours.
const longest = 20
