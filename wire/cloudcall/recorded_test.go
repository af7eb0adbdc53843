package cloudcall

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The secret under which the requests in testdata were signed. They are what
// wx-server-sdk 4.0.2 wrote to its connection, byte for byte: send.http is the
// sample of seed 002, add.http an addTemplate with every option that shows on
// the wire (version v2, appid) and an env that no real one is like.
// send-3.0.4.http is the sample of seed 002 by version 3.0.4, whose form 2.6
// and 2.7 have too.
const recordedSecret = "0123456789abcdef0123456789abcdef"

// recording is a recorded request, taken apart.
type recording struct {
	auth   Authorization
	signed Signed
	at     time.Time
}

func recorded(tb testing.TB, name string) recording {
	tb.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	must(tb, err)
	defer func() { must(tb, file.Close()) }()
	r, err := http.ReadRequest(bufio.NewReader(file))
	must(tb, err)
	body, err := io.ReadAll(r.Body)
	must(tb, err)
	form, err := ReadForm(r.Header.Get("Content-Type"), body)
	must(tb, err)
	auth, err := ParseAuthorization(r.Header.Get("Authorization"))
	must(tb, err)
	at, err := auth.Time(r.Header)
	must(tb, err)
	return recording{auth, Signed{r.Method, r.Host, r.URL.EscapedPath(), r.URL.RawQuery, r.Header, form}, at}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
