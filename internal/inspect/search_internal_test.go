package inspect

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzReadings: what a form or JSON escapes is read again, and no text can
// break the reader.
func FuzzReadings(f *testing.F) {
	for _, text := range []string{"支付的茶🍵 +8%", `{"a":"\u652f\ud83c\udf75"}`, `\ud83c`, `\u12`, "%e6%9", `\\\"`, "\x00\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		readings(text)
		if got := unescapedForm(url.QueryEscape(text)); got != text {
			t.Errorf("%q as a form was read as %q", text, got)
		}
		if !utf8.ValidString(text) || strings.Contains(text, `\`) {
			return // JSON holds no such bytes; and a backslash may begin an escape of its own
		}
		escaped, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := unescapedJSON(string(escaped)); got != `"`+text+`"` {
			t.Errorf("%q as JSON was read as %q", text, got)
		}
	})
}
