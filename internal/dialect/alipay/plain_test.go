package alipay_test

import (
	"log/slog"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	dialect "github.com/muban-dev/muban/internal/dialect/alipay"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire/alipay"
)

// The inspector is told in UTF-8 and in the clear what a call said in another
// charset or encrypted; of others it is told nothing, since they can be read.
func TestCallsInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	told := make(chan [2]string, 1)
	server := httptest.NewServer(httpx.Wrap(dialect.New(w.service), httpx.Options{
		Now: w.clock.Now, Log: slog.New(slog.DiscardHandler), Inspect: func(x httpx.Exchanged) {
			var both [2]string
			if x.Plain != nil {
				both[0], both[1] = x.Plain()
			}
			told <- both
		},
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	ask := func(p params, wants ...string) {
		t.Helper()
		w.send(p)
		got := <-told
		if len(wants) == 0 && got != [2]string{} {
			t.Errorf("told %q", got)
		}
		for n, want := range wants {
			if !strings.Contains(got[n], want) {
				t.Errorf("told %q, want %q in it", got[n], want)
			}
		}
	}
	ask(w.sending("none"))
	ask(w.sending("none").but(params{"charset": "GBK"}).signedBy(appKey()), `支付宝`, `"sub_msg":"formId`)

	w.set(func(a *muban.App) { a.ContentKey = contentKey })
	key, err := alipay.ParseContentKey(contentKey)
	must(t, err)
	text, err := alipay.EncryptContent(key, []byte(w.content("none").json()))
	must(t, err)
	ask(w.sending("").but(params{"biz_content": text, "encrypt_type": "AES"}).signedBy(appKey()), `"biz_content":{`, `"code":"40004"`)
}

// Whoever has no key at all can send as many parameters as fit a body; no more
// of them is told than is kept of a body.
func TestManyParametersInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	told := make(chan string, 1)
	server := httptest.NewServer(httpx.Wrap(dialect.New(w.service), httpx.Options{
		Now: w.clock.Now, Log: slog.New(slog.DiscardHandler), Inspect: func(x httpx.Exchanged) {
			asked, _ := x.Plain()
			told <- asked
		},
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	var form strings.Builder
	form.WriteString("charset=gbk")
	for n := range 140_000 {
		form.WriteString("&" + strconv.FormatInt(int64(n), 36) + "=")
	}
	w.do("POST", "/gateway.do", formType, form.String())
	// Quotes and commas stand around the names.
	if asked := <-told; len(asked) < httpx.MostKept || len(asked) > 4*httpx.MostKept {
		t.Errorf("told %d bytes of %d", len(asked), form.Len())
	}
}
