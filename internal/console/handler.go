package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/muban-dev/muban/internal/httpx"
)

//go:embed dist
var dist embed.FS

// policy lets the console load and call nothing but the server it came from,
// and nobody frame it. Scripts and styles are files: none stand in the page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page is what every path of the console begins with.
const page = "index.html"

// Owns reports whether the console answers a request: one for a built file, or
// a browser on its way to a page. Programs that ask for a path that nobody
// knows are told so by the native API. That a path is no page its first part
// tells, like favicon.ico: what follows may be an id with a dot in it.
func Owns(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" || isFile(name) {
		return true
	}
	view, _, _ := strings.Cut(name, "/")
	return view != "api" && path.Ext(view) == "" && strings.Contains(r.Header.Get("Accept"), "text/html")
}

func isFile(name string) bool {
	info, err := fs.Stat(dist, "dist/"+name)
	return err == nil && !info.IsDir()
}

// kinds are the types of the files there are; a machine's own table of types
// may say anything.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".md":   "text/markdown; charset=utf-8",
}

// asset is a file in the form that goes out.
type asset struct {
	content, compressed []byte
	kind, etag          string
}

// New makes the handler of what [Owns] says is the console's.
func New() http.Handler {
	var assets sync.Map // name → func() (*asset, error), made on first use: starting stays fast
	load := func(name string) (*asset, error) {
		once, _ := assets.LoadOrStore(name, sync.OnceValues(func() (*asset, error) { return read(name) }))
		return once.(func() (*asset, error))() //nolint:forcetypeassert // stored above
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		if !isFile(name) {
			name = page
		}
		file, err := load(name)
		if err != nil {
			httpx.Of(r).Err = err
			http.Error(w, "the console cannot be read", http.StatusInternalServerError)
			return
		}
		file.serve(w, r)
	})
}

func read(name string) (*asset, error) {
	content, err := dist.ReadFile("dist/" + name)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	sum := sha256.Sum256(content)
	var compressed bytes.Buffer
	out := gzip.NewWriter(&compressed)
	_, _ = out.Write(content) // a buffer takes everything
	_ = out.Close()
	return &asset{
		content: content, compressed: compressed.Bytes(),
		kind: kinds[path.Ext(name)], etag: hex.EncodeToString(sum[:8]),
	}, nil
}

// serve answers with the file, or that the browser's copy is still good. The
// names of files stay the same from version to version, so that a browser asks
// each time; its ETag makes that cheap.
func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Content-Type", a.kind)

	body, etag := a.content, `"`+a.etag+`"`
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body, etag = a.compressed, `"`+a.etag+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a browser that left is no error
	}
}
