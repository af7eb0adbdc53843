package inspect_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/inspect"
)

// BenchmarkServed is what a call costs without and with the inspector, beside
// reading a body and writing an answer.
func BenchmarkServed(b *testing.B) {
	answer := []byte(`{"errcode":0,"errmsg":"ok","msgid":186396858187776}`)
	body := `{"touser":"oUser","template_id":"tpl","data":{"keyword1":{"value":"` + strings.Repeat("中", 100) + `"}}}`
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := httpx.Of(r)
		x.Dialect = "wechat"
		if _, err := httpx.ReadBody(r); err != nil {
			b.Error(err)
		}
		_ = httpx.EncodedJSON(w, answer)
	})
	for name, record := range map[string]func(httpx.Exchanged){"off": nil, "on": inspect.New(inspect.Options{}).Record} {
		b.Run(name, func(b *testing.B) {
			handler := httpx.Wrap(next, httpx.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), Inspect: record})
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/cgi-bin/message/template/send?access_token=x", strings.NewReader(body))
				handler.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
