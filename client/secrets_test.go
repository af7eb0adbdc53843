package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
)

// No error and no log line holds the secret or the token, whatever goes wrong.
func TestNothingSecretIsSaid(t *testing.T) {
	t.Parallel()
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for name, answer := range map[string]http.HandlerFunc{
		"hung up": hangUp, "refused": say(200, `{"errcode":40001,"errmsg":"invalid credential"}`), "a page": say(502, "<html>"),
		"busy": say(200, `{"errcode":-1,"errmsg":"system error"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var said lockedText
			i := newImpostor(t, answer)
			quiet := func(c *client.Config) {
				c.Logger = logTo(&said)
				c.PlainToken = true
			}
			c := i.client(t, muban.WeChatMini, quiet)
			_, err := c.Send(t.Context(), payment)
			_, readErr := c.LibraryTitles(t.Context(), muban.Range{Count: 1})
			i.Close()
			_, tokenErr := i.client(t, muban.WeChatMini, quiet).Send(t.Context(), payment)
			_, deadErr := c.LibraryTitles(t.Context(), muban.Range{Count: 1})
			for _, err := range []error{err, readErr, tokenErr, deadErr} {
				if err == nil {
					t.Error("a call succeeded")
					continue
				}
				said.add(err.Error())
			}
			said.add(c.String())
			if text := said.String(); strings.Contains(text, theSecret) || strings.Contains(text, theToken) || strings.Contains(text, "secret=") {
				t.Errorf("a secret is in: %s", text)
			}
		})
	}
}

// lockedText gathers what is written to it.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) add(text string) { _, _ = l.Write([]byte(text + "\n")) }

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Secrets as they come, with characters that a query escapes.
const (
	oddToken  = "77_an+access/token=="
	oddSecret = "an+app/secret=="
	oddAuth   = "an+app_auth/token=="
)

// TestEchoes: whatever the other side says of what it was sent, no secret of
// that is in an error, in anything behind it, or in the log.
func TestEchoes(t *testing.T) {
	t.Parallel()
	raw := func(answer func(line, body string) string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(connection, answer(r.Method+" "+r.RequestURI, string(body)))
			_ = connection.Close()
		}
	}
	quoting := func(text func(r *http.Request) string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			said, code := jsonText(text(r)), 40001
			_, _ = fmt.Fprintf(w, `{"errcode":%d,"errmsg":%[2]s,"error_code":110,"error_msg":%[2]s,"error":%[2]s,"error_description":%[2]s,`+
				`"error_response":{"code":"40002","msg":"?","sub_code":"isv.invalid-signature","sub_msg":%[2]s}}`, code, said)
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"the line of the request":     raw(func(line, _ string) string { return line + " HTTP/1.1\r\n\r\n" }),
		"the body alone":              raw(func(_, body string) string { return body + "\r\n\r\n" }),
		"a redirect to nowhere":       raw(func(line, _ string) string { return "HTTP/1.1 302 Found\r\nLocation: https://h:x/" + line + "\r\n\r\n" }),
		"a header that is none":       raw(func(line, _ string) string { return "HTTP/1.1 200 OK\r\n" + line + "\r\n\r\n" }),
		"a refusal, with the address": quoting(func(r *http.Request) string { return r.RequestURI }),
		"a refusal, with the values":  quoting(func(r *http.Request) string { return fmt.Sprint(r.Form, " rid: ", r.Form) }),
	} {
		for _, p := range muban.Platforms() {
			for _, ofToken := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %s %t", name, p, ofToken), func(t *testing.T) {
					t.Parallel()
					var said lockedText
					server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if strings.HasSuffix(r.URL.Path, "token") && !ofToken {
							say(http.StatusOK, `{"access_token":"`+oddToken+`","expires_in":7200}`)(w, r)
							return
						}
						answer(w, r)
					}))
					t.Cleanup(server.Close)
					i := &impostor{Server: server}
					_, err := i.client(t, p, func(c *client.Config) {
						c.Logger, c.PlainToken = logTo(&said), p == muban.WeChatMini
						if p == muban.Alipay {
							c.Alipay.AppAuthToken = oddAuth
						} else {
							c.Secret = oddSecret
						}
					}).Send(t.Context(), sendOn(p))
					sayAll(&said, errorOf(t, err))
					for _, secret := range []string{oddToken, oddSecret, oddAuth} {
						for _, written := range []string{secret, url.QueryEscape(secret)} {
							if text := said.String(); strings.Contains(text, written) {
								t.Errorf("%s is in: %s", written, text)
							}
						}
					}
				})
			}
		}
	}
}

// sendOn is a send that can be right on a platform.
func sendOn(p muban.Platform) client.SendRequest {
	req := payment
	if p == muban.WeChatOA {
		req.Grant = client.Grant{}
	}
	return req
}

func jsonText(text string) string {
	written, _ := json.Marshal(text)
	return string(written)
}

// sayAll says an error and everything behind it.
func sayAll(said *lockedText, err error) {
	printTo(said, "%v", err)
	printTo(said, "%+v", err)
	switch wrapper := err.(type) { //nolint:errorlint // each is looked at
	case interface{ Unwrap() error }:
		if cause := wrapper.Unwrap(); cause != nil {
			sayAll(said, cause)
		}
	case interface{ Unwrap() []error }:
		for _, cause := range wrapper.Unwrap() {
			sayAll(said, cause)
		}
	}
}

// transport is a function that makes requests.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What lies behind an error is found, also where a secret had to be taken out of
// the text before it.
func TestCausesBehindAnEcho(t *testing.T) {
	t.Parallel()
	i := newImpostor(t, say(http.StatusOK, ""))
	_, err := i.client(t, muban.WeChatMini, func(c *client.Config) {
		c.HTTPClient = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "token") {
				return http.DefaultTransport.RoundTrip(r)
			}
			return nil, fmt.Errorf("asking %s: %w", r.URL, &net.OpError{Op: "read", Net: "tcp", Err: context.DeadlineExceeded})
		})}
	}).Send(t.Context(), payment)
	network, ok := errors.AsType[*net.OpError](err)
	if !ok || !network.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v: the cause is %v", err, network)
	}
	if text := err.Error(); strings.Contains(text, theToken) || !strings.Contains(text, "/send?access_token=***: read tcp: context deadline exceeded") {
		t.Errorf("it says %q", text)
	}
}

// quotingStore takes no token, and says which.
type quotingStore struct{ client.TokenStore }

func (quotingStore) Replace(_ context.Context, _ string, _ uint64, next client.Token) (bool, error) {
	return false, fmt.Errorf("failing row contains (%s)", jsonText(next.Text))
}

// A token store that quotes what it was given does not bring it into the log.
func TestStoreThatQuotesTheToken(t *testing.T) {
	t.Parallel()
	i := newImpostor(t, say(http.StatusOK, `{"errcode":0}`))
	var said lockedText
	c := i.client(t, muban.WeChatMini, func(c *client.Config) {
		c.Logger, c.TokenStore = logTo(&said), quotingStore{client.NewMemoryTokens()}
	})
	must(t, ignore(c.Send(t.Context(), payment)))
	if text := said.String(); strings.Contains(text, theToken) || !strings.Contains(text, "failing row contains") {
		t.Errorf("the log says %s", text)
	}
}

// What holds secrets does not print them, in no format and no log.
func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	private := testKeys()[0].private
	keys := client.AlipayKeys{AppPrivateKey: private, AlipayPublicKey: testKeys()[1].public, AppAuthToken: oddAuth}
	config := client.Config{Platform: muban.WeChatMini, AppID: "app", Secret: oddSecret, BaseURL: "http://h"}
	c, err := client.New(config)
	must(t, err)
	alipay, err := client.New(client.Config{Platform: muban.Alipay, AppID: "app", Alipay: keys})
	must(t, err)
	tokens := client.NewMemoryTokens()
	token := client.Token{Text: oddToken, Generation: 1}
	must(t, ignore(tokens.Replace(t.Context(), "key", 0, token)))
	for _, value := range []any{config, &config, c, alipay, keys, &keys, tokens, token} {
		var said lockedText
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			printTo(&said, format, value)
			printTo(&said, format, []any{value})
		}
		logTo(&said).Info("text", "value", value)
		slog.New(slog.NewJSONHandler(&said, nil)).Info("JSON", "value", value)
		for _, secret := range []string{oddSecret, oddToken, oddAuth, "PRIVATE", private[40:60]} {
			if text := said.String(); strings.Contains(text, secret) {
				t.Errorf("%T prints %s: %s", value, secret, text)
			}
		}
	}
}
