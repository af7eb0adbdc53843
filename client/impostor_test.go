package client_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
)

// impostor answers one call as it is told, and issues tokens.
type impostor struct {
	*httptest.Server
	calls  atomic.Int64
	tokens atomic.Int64
	// numbered has every token differ from the one before.
	numbered bool
}

func newImpostor(t *testing.T, answer http.HandlerFunc) *impostor {
	t.Helper()
	i := &impostor{}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "token") {
			token := theToken
			if n := i.tokens.Add(1); i.numbered {
				token += strconv.FormatInt(n, 10)
			}
			_, _ = io.WriteString(w, `{"access_token":"`+token+`","expires_in":7200}`)
			return
		}
		i.calls.Add(1)
		answer(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

const (
	theToken  = "77_the-access-token"
	theSecret = "the-app-secret"
)

func (i *impostor) client(t *testing.T, p muban.Platform, adjust ...func(*client.Config)) *client.Client {
	t.Helper()
	config := client.Config{Platform: p, AppID: "app", Secret: theSecret, BaseURL: i.URL, Clock: newTestClock(), Timeout: time.Minute}
	if p == muban.Alipay {
		keys := testKeys()
		config.Secret, config.Alipay = "", client.AlipayKeys{AppPrivateKey: keys[0].private, AlipayPublicKey: keys[1].public}
	}
	for _, change := range adjust {
		change(&config)
	}
	c, err := client.New(config)
	must(t, err)
	return c
}

func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// payment is a send that is never repeated by itself.
var payment = client.SendRequest{
	To: "user", Template: "t", Data: map[string]muban.Value{"keyword1": {Text: "x"}},
	Grant: client.Grant{ID: "wx2017", Kind: muban.GrantPayment},
}

func logTo(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func printTo(w io.Writer, format string, value any) { _, _ = fmt.Fprintf(w, format+"\n", value) }
