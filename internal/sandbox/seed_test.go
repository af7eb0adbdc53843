package sandbox_test

import (
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/sandbox"
)

// A seed is written by hand: what is wrong with it is said without the names
// that it has in here, and on which line.
func TestReadSeed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"with a byte order mark and CRLF", "\uFEFF{\"apps\":[\r\n]}\r\n", ""},
		{"empty", "", "the seed is no JSON: line 1: unexpected end of JSON input"},
		{"broken", "{\"apps\":\n[}", "the seed is no JSON: line 2: invalid character '}' looking for beginning of value"},
		{"more than one value", "{}\n{}", "the seed is no JSON: line 2: invalid character '{' after top-level value"},
		{"a list", "[]", "the seed must be like {\"apps\":[{\"app\":{…},\"users\":[{…}],\"templates\":[{…}],\"grants\":[{…}]}]}: line 1: array is not expected as the whole"},
		{"apps that are no list", "{\n\"apps\":{}}", "line 2: object is not expected as apps"},
		{"an unknown member", `{"apps":[{"apq":{}}]}`, `unknown field "apq"`},
		{"too long", strings.Repeat(" ", 16<<20) + "{}", "the seed is over 16 MiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := sandbox.ReadSeed(strings.NewReader(test.text))
			if (err == nil) != (test.want == "") || err != nil && !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}
