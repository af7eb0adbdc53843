package console_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/console"
)

// browser is what a browser says when it goes to a page.
const browser = "text/html,application/xhtml+xml,*/*;q=0.8"

func TestOwns(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, method, path, accept string
		want                       bool
	}{
		{"the start, whoever asks", "GET", "/", "", true},
		{"a file, whoever asks", "GET", "/console.js", "*/*", true},
		{"a page in a browser", "GET", "/messages/12", browser, true},
		{"head of a page", "HEAD", "/phone", browser, true},
		{"a page of a thing whose id looks like a file", "GET", "/templates/order.paid", browser, true},
		{"a page deep below, with an encoded id", "GET", "/phone/com.example%2Fapp/a.b", browser, true},
		{"a page asked for by a program", "GET", "/messages/12", "*/*", false},
		{"the native API in a browser", "GET", "/api/v1/apps", browser, false},
		{"a file that does not exist", "GET", "/favicon.ico", browser, false},
		{"a folder for programs", "GET", "/.well-known/change-password", browser, false},
		{"not a reading", "POST", "/", browser, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), test.method, test.path, nil)
			r.Header.Set("Accept", test.accept)
			if got := console.Owns(r); got != test.want {
				t.Errorf("Owns(%s %s) = %v, want %v", test.method, test.path, got, test.want)
			}
		})
	}
}

func ask(t *testing.T, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	console.New().ServeHTTP(w, r)
	return w
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// A reload of any of the console's pages must come back to it.
func TestEveryPageIsTheSameDocument(t *testing.T) {
	t.Parallel()
	start, deep := text(t, ask(t, "/").Body), text(t, ask(t, "/messages/12").Body)
	if !strings.Contains(start, `src="/console.js"`) || start != deep {
		t.Errorf("/ answers %q, /messages/12 %q; want one page that loads /console.js", start, deep)
	}
}

// The page names files by their full path, each of which must be there.
func TestThePageNamesFilesThatExist(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"/console.js", "/console.css", "/icon.svg"} {
		if !strings.Contains(text(t, ask(t, "/").Body), `"`+name+`"`) {
			t.Errorf("the page does not name %s", name)
		}
		kind := ask(t, name).Header().Get("Content-Type")
		if kind == "" || strings.HasPrefix(kind, "text/html") {
			t.Errorf("%s is answered as %q", name, kind)
		}
	}
}

func TestNothingFromElsewhereIsAllowed(t *testing.T) {
	t.Parallel()
	policy := ask(t, "/").Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("Content-Security-Policy is %q, want %s in it", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("Content-Security-Policy is %q; nothing unsafe may be in it", policy)
	}
}

func TestAnUnchangedFileIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"", "gzip"} {
		etag := ask(t, "/console.js", "Accept-Encoding", encoding).Header().Get("ETag")
		again := ask(t, "/console.js", "Accept-Encoding", encoding, "If-None-Match", etag)
		if again.Code != http.StatusNotModified || text(t, again.Body) != "" {
			t.Errorf("encoding %q: asked with its ETag %s it answers %d with a body", encoding, etag, again.Code)
		}
		other := ask(t, "/console.js", "Accept-Encoding", encoding, "If-None-Match", `"older"`)
		if other.Code != http.StatusOK {
			t.Errorf("encoding %q: asked with another ETag it answers %d, want 200", encoding, other.Code)
		}
	}
}

func TestCompressedIsTheSame(t *testing.T) {
	t.Parallel()
	answer := ask(t, "/console.js", "Accept-Encoding", "gzip, br")
	inside, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text(t, inside) != text(t, ask(t, "/console.js").Body) {
		t.Error("the compressed file is not the file")
	}
}
