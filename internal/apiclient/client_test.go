package apiclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/apiclient"
)

// asked is a request as the fake server saw it.
type asked struct{ method, uri, token, contentType, body string }

// fake starts a server that answers every request with the next of the given
// answers, and a client of it. The requests arrive on the channel.
func fake(t *testing.T, answers ...http.HandlerFunc) (*apiclient.Client, <-chan asked) {
	t.Helper()
	seen := make(chan asked, len(answers))
	next := make(chan http.HandlerFunc, len(answers))
	for _, answer := range answers {
		next <- answer
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading a request: %v", err)
		}
		select {
		case answer := <-next:
			seen <- asked{r.Method, r.RequestURI, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)}
			answer(w, r)
		default:
			t.Errorf("one request more than there are answers: %s %s", r.Method, r.RequestURI)
		}
	}))
	t.Cleanup(server.Close)
	client, err := apiclient.New(server.URL+"/", "t0ken")
	if err != nil {
		t.Fatal(err)
	}
	return client, seen
}

func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func ok(body string) http.HandlerFunc { return answer(http.StatusOK, "application/json", body) }

func TestCallsCarryTokenBodyAndEncodedIDs(t *testing.T) {
	t.Parallel()
	client, seen := fake(t, ok(`{"open_id":"a","delivery":"ok","created_at":"2026-11-21T02:14:00.125Z"}`))
	user, err := client.UpdateUser(t.Context(), "..", "o/1?%20 &中", apiclient.Members{"blocked": true, "name": nil})
	if err != nil {
		t.Fatal(err)
	}
	want := asked{
		http.MethodPatch, "/api/v1/apps/%2E%2E/users/o%2F1%3F%2520%20&%E4%B8%AD", "Bearer t0ken",
		"application/json", `{"blocked":true,"name":null}`,
	}
	if got := <-seen; got != want {
		t.Errorf("asked %+v, want %+v", got, want)
	}
	if created := time.Date(2026, 11, 21, 2, 14, 0, 125e6, time.UTC); !user.Value.CreatedAt.Equal(created) {
		t.Errorf("created_at %v", user.Value.CreatedAt)
	}
	if got := string(user.JSON); got != `{"open_id":"a","delivery":"ok","created_at":"2026-11-21T02:14:00.125Z"}` {
		t.Errorf("JSON %s", got)
	}
}

func TestCallsWithoutABodyOrAnAnswer(t *testing.T) {
	t.Parallel()
	client, seen := fake(t, answer(http.StatusNoContent, "", ""))
	if err := client.MarkRead(t.Context(), "a", "u", "1"); err != nil {
		t.Fatal(err)
	}
	want := asked{method: http.MethodPost, uri: "/api/v1/apps/a/users/u/inbox/1/read", token: "Bearer t0ken"}
	if got := <-seen; got != want {
		t.Errorf("asked %+v, want %+v", got, want)
	}
}

func TestAnEmptyIDIsNotSent(t *testing.T) {
	t.Parallel()
	client, seen := fake(t)
	if err := client.DeleteApp(t.Context(), ""); err == nil {
		t.Error("deleting app \"\" was accepted")
	}
	if len(seen) > 0 {
		t.Errorf("asked %+v", <-seen)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	const problem = `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"body.kind is missing",` +
		`"code":"invalid_request","errors":[{"location":"body.kind","message":"is missing"}]}`
	client, _ := fake(t, answer(http.StatusUnprocessableEntity, "application/problem+json", problem))
	_, err := client.MintGrants(t.Context(), "a", apiclient.Mint{User: "u"})
	got, is := errors.AsType[*apiclient.Problem](err)
	if !is {
		t.Fatalf("error %v, want a problem", err)
	}
	if got.Status != http.StatusUnprocessableEntity || got.Code != apiclient.CodeInvalidRequest || got.Error() != "body.kind is missing" ||
		len(got.Errors) != 1 || got.Errors[0] != (apiclient.FieldError{Location: "body.kind", Message: "is missing"}) {
		t.Errorf("problem %+v", got)
	}
	if !apiclient.IsProblem(err, apiclient.CodeInvalidRequest) || apiclient.IsProblem(err, apiclient.CodeNotFound) {
		t.Error("IsProblem does not tell codes apart")
	}
}

func TestStrangeAnswers(t *testing.T) {
	t.Parallel()
	for name, strange := range map[string]http.HandlerFunc{
		"a web page":             answer(http.StatusOK, "text/html", "<html>"),
		"another's error":        answer(http.StatusNotFound, "text/plain", "404 page not found"),
		"a problem that is none": answer(http.StatusNotFound, "application/problem+json", "{"),
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := fake(t, strange)
			_, err := client.App(t.Context(), "a")
			if _, is := errors.AsType[*apiclient.StrangeAnswerError](err); !is {
				t.Errorf("error %v, want a strange answer", err)
			}
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	t.Run("no connection", func(t *testing.T) {
		t.Parallel()
		gone := httptest.NewServer(nil)
		gone.Close()
		client, err := apiclient.New(gone.URL, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Clock(t.Context())
		if away, is := errors.AsType[*apiclient.UnreachableError](err); !is || !away.Unsent() || away.Server != gone.URL {
			t.Errorf("error %v, want unreachable and unsent", err)
		}
	})
	t.Run("the connection is closed", func(t *testing.T) {
		t.Parallel()
		client, _ := fake(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		_, err := client.CreateApp(t.Context(), apiclient.Members{"name": "a"})
		if away, is := errors.AsType[*apiclient.UnreachableError](err); !is || away.Unsent() {
			t.Errorf("error %v, want unreachable and perhaps sent", err)
		}
	})
	t.Run("the caller gives up", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		client, _ := fake(t, func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		})
		if _, err := client.Clock(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want canceled", err)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]string{
		"http://127.0.0.1:8080":     "http://127.0.0.1:8080",
		"https://muban.example/":    "https://muban.example",
		"127.0.0.1:8080":            "http://127.0.0.1:8080",
		"localhost":                 "http://localhost",
		"http://muban.example/base": "http://muban.example/base",
		"":                          "",
		"::":                        "",
		"ftp://127.0.0.1":           "",
		"http://":                   "",
		"http://a?b=c":              "",
		"http://user:secret@a":      "",
	} {
		client, err := apiclient.New(server, "")
		switch {
		case want == "" && err == nil:
			t.Errorf("server %q was accepted", server)
		case want != "" && err != nil:
			t.Errorf("server %q: %v", server, err)
		case want != "" && client.Server() != want:
			t.Errorf("server %q became %q", server, client.Server())
		}
	}
	if _, err := apiclient.New("localhost", "to ken"); err == nil {
		t.Error("a token with a space was accepted")
	}
}
