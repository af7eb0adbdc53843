package wire_test

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/muban-dev/muban/wire"
)

func TestDecodeKeywords(t *testing.T) {
	t.Parallel()
	type keywords = map[string]wire.Keyword
	for _, test := range []struct {
		source, raw string
		want        keywords
	}{
		{"seed 001, data", `{"keyword1": {"value": "2018-09-06"},"keyword2": {"value": "kfc"}}`, keywords{"keyword1": {Value: "2018-09-06"}, "keyword2": {Value: "kfc"}}},
		{"decisions.md, data", `{"keyword1":{"value":339208499}}`, keywords{"keyword1": {Value: "339208499"}}},
		{"digits are kept", `{"k":{"value":1.50},"l":{"value":-1e400},"m":{"value":12345678901234567890}}`, keywords{"k": {Value: "1.50"}, "l": {Value: "-1e400"}, "m": {Value: "12345678901234567890"}}},
		{"a missing value", `{"k":{},"l":{"Value":"x"}}`, keywords{"k": {NoValue: true}, "l": {NoValue: true}}},
		{"protocol.md §2.1, color", `{"k":{"value":"x","color":"#173177"}}`, keywords{"k": {Value: "x", Color: "#173177"}}},
		{"a color that is no text", `{"k":{"value":"x","color":["#173177"]},"l":{"color":null},"m":{"color":"\u0000"}}`, keywords{"k": {Value: "x"}, "l": {NoValue: true}, "m": {NoValue: true}}},
		{"protocol.md §10 no. 6", ` [ ] `, keywords{}},
		{"empty", "\n{\t}\r ", keywords{}},
		{"escapes", `{"keyword\u0031":{"value":"\u5317\ud83d\ude00\n"}}`, keywords{"keyword1": {Value: "北😀\n"}}},
		{"the last of repeated names", `{"k":{"value":"a"},"k":{"value":"b","value":"c"}}`, keywords{"k": {Value: "c"}}},
		{"an empty name", `{"":{"value":"x"}}`, keywords{"": {Value: "x"}}},
	} {
		got, err := wire.DecodeKeywords([]byte(test.raw))
		if err != nil || !maps.Equal(got, test.want) || got == nil {
			t.Errorf("%s: %s: %v, %v; want %v", test.source, test.raw, got, err, test.want)
		}
	}
}

func TestDecodeKeywordsErrors(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", " ", "null", "true", "7", `"{}"`, `[{}]`, `[1]`, "{", "{}}", "{'k':{}}", `{"k":{"value":"x",}}`,
		"{\"k\":{\"value\":\"\xff\"}}", "\xef\xbb\xbf{}", strings.Repeat("[", 100_000), strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000),
	} {
		_, err := wire.DecodeKeywords([]byte(raw))
		var whole *wire.KeywordsError
		if !errors.As(err, &whole) || whole.Problem == "" || len(whole.Problem) > 200 {
			t.Errorf("%.40q: %v, want a KeywordsError", raw, err)
		}
	}
	for raw, want := range map[string]wire.KeywordError{
		`{"k":"x"}`:                               {Key: "k", Value: `"x"`},
		`{"k":null}`:                              {Key: "k", Value: "null"},
		`{"k":[]}`:                                {Key: "k", Value: "[]"},
		`{"k":{"value":null}}`:                    {Key: "k", Value: "null"},
		`{"k":{"value": true }}`:                  {Key: "k", Value: "true"},
		`{"k":{"value":{"DATA":1}}}`:              {Key: "k", Value: `{"DATA":1}`},
		`{"k":{"value":"\u0000"}}`:                {Key: "k", Value: "a text with the character U+0000"},
		`{"\u0000":{"value":"x"}}`:                {Key: "\x00", Value: "an entry with the character U+0000 in its name"},
		`{"k\u0000":{}}`:                          {Key: "k\x00", Value: "an entry with the character U+0000 in its name"},
		`{"a":{"value":"x"},"k":7.0}`:             {Key: "k", Value: "7.0"},
		`{"k":"` + strings.Repeat("北", 30) + `"}`: {Key: "k", Value: `"` + strings.Repeat("北", 19) + "…"},
	} {
		_, err := wire.DecodeKeywords([]byte(raw))
		var entry *wire.KeywordError
		if !errors.As(err, &entry) || *entry != want {
			t.Errorf("%s: %v, want %+v", raw, err, want)
		}
		if err != nil && !strings.Contains(err.Error(), want.Key) {
			t.Errorf("%s: error %q does not name the entry", raw, err)
		}
	}
}

// What is accepted is what the standard library reads there.
func FuzzDecodeKeywords(f *testing.F) {
	for _, seed := range []string{
		`{"keyword1":{"value":"x","color":"#fff"},"keyword2":{"value":1.50}}`, `{"k":{}}`, "[]", "{}", " [ ] ",
		`{"k":{"value":null}}`, `{"k":"x"}`, "{\"k\":{\"value\":\"\xff\"}}", `{"k":{"value":"\ud800\u0000"}}`, "[[[", `{"":{"":""}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := string(raw)
		got, err := wire.DecodeKeywords(raw)
		if string(raw) != before {
			t.Fatalf("%q was changed to %q", before, raw)
		}
		var whole *wire.KeywordsError
		var entry *wire.KeywordError
		if err != nil {
			if got != nil || !errors.As(err, &whole) && !errors.As(err, &entry) {
				t.Fatalf("%v, %v", got, err)
			}
			return
		}
		var empty []any
		if json.Unmarshal(raw, &empty) == nil && empty != nil {
			if len(empty)+len(got) != 0 {
				t.Fatalf("%q: %v", raw, got)
			}
			return
		}
		var want map[string]map[string]json.RawMessage
		if err := json.Unmarshal(raw, &want); err != nil || len(got) != len(want) {
			t.Fatalf("%q: %v, want %v (%v)", raw, got, want, err)
		}
		for key, members := range want {
			text := ""
			if value, given := members["value"]; given && json.Unmarshal(value, &text) != nil {
				text = string(value)
			}
			if got[key].Value != text || !utf8.ValidString(text+key) || strings.Contains(key+text+got[key].Color, "\x00") {
				t.Fatalf("%q: %q is %q, want %q", raw, key, got[key].Value, text)
			}
		}
	})
}
