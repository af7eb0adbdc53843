package httpx_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
)

// served answers a request with the handler, inside the middleware.
func served(t *testing.T, o httpx.Options, body io.Reader, handler func(http.ResponseWriter, *http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/path", body)
	httpx.Wrap(http.HandlerFunc(handler), o).ServeHTTP(w, r)
	return w
}

func TestDateIsTheSandboxClocks(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2040, 1, 2, 3, 4, 5, 0, time.UTC) }
	w := served(t, httpx.Options{Now: now}, nil, func(http.ResponseWriter, *http.Request) {})
	if got, want := w.Header().Get("Date"), "Mon, 02 Jan 2040 03:04:05 GMT"; got != want {
		t.Errorf("Date is %q, want %q", got, want)
	}
}

func TestJSONHasNoByteTooMany(t *testing.T) {
	t.Parallel()
	w := served(t, httpx.Options{}, nil, func(w http.ResponseWriter, _ *http.Request) {
		if err := httpx.JSON(w, map[string]string{"a": "<中&>\n"}); err != nil {
			t.Error(err)
		}
	})
	if got, want := w.Body.String(), `{"a":"<中&>\n"}`; got != want {
		t.Errorf("body %q, want %q", got, want)
	}
	if got := w.Header().Get("Content-Type"); !strings.Contains(got, "application/json") {
		t.Errorf("Content-Type %q", got)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		body io.Reader
		size int
		rule muban.Rule
	}{
		{"none", nil, 0, ""},
		{"small", strings.NewReader("abc"), 3, ""},
		{"largest", bytes.NewReader(make([]byte, httpx.MaxBody)), httpx.MaxBody, ""},
		{"one too many", bytes.NewReader(make([]byte, httpx.MaxBody+1)), 0, muban.RuleRequestTooLarge},
		{"one too many, of unknown length", io.MultiReader(bytes.NewReader(make([]byte, httpx.MaxBody+1))), 0, muban.RuleRequestTooLarge},
	} {
		served(t, httpx.Options{}, test.body, func(_ http.ResponseWriter, r *http.Request) {
			body, err := httpx.ReadBody(r)
			var refusal *muban.Refusal
			if errors.As(err, &refusal) != (test.rule != "") || refusal != nil && refusal.Rule != test.rule {
				t.Errorf("%s: %v, want rule %q", test.name, err, test.rule)
			}
			if len(body) != test.size {
				t.Errorf("%s: %d bytes, want %d", test.name, len(body), test.size)
			}
		})
	}
}

func TestBodyCutShort(t *testing.T) {
	t.Parallel()
	served(t, httpx.Options{}, nil, func(_ http.ResponseWriter, r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader("abc")), 10
		if _, err := httpx.ReadBody(r); !httpx.ClientGone(err) {
			t.Errorf("got %v, want the client gone", err)
		}
	})
}

func TestRefusalsAreExplainedInTheSandboxOnly(t *testing.T) {
	t.Parallel()
	for _, explain := range []bool{true, false} {
		w := served(t, httpx.Options{Explain: explain}, nil, func(w http.ResponseWriter, r *http.Request) {
			httpx.Of(r).Refused(w, muban.Refuse(muban.RulePageUnknown, "page", "中😀\"\x7f", "pages", "a"), "41030")
		})
		header := w.Header().Get(httpx.RefusalHeader)
		if !explain {
			if header != "" {
				t.Errorf("told outside the sandbox: %s", header)
			}
			continue
		}
		if strings.ContainsFunc(header, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("the header is not plain ASCII: %q", header)
		}
		var doc httpx.RefusalDoc
		if err := json.Unmarshal([]byte(header), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Rule != muban.RulePageUnknown || doc.Values["page"] != "中😀\"\x7f" || !strings.Contains(doc.Detail, "中😀") {
			t.Errorf("got %+v", doc)
		}
	}
}

// A client reads some 16 KiB of headers, whatever a refusal has to say; the
// refusal itself stays whole.
func TestRefusalsStaySmallInTheHeader(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 100_000)
	refusal := muban.Refuse(muban.RulePageUnknown, "short", "ok")
	refusal.Values["page"], refusal.Values["pages"] = long, strings.Repeat("\x01", 100_000)
	w := served(t, httpx.Options{Explain: true}, nil, func(w http.ResponseWriter, r *http.Request) {
		x := httpx.Of(r)
		x.Refused(w, refusal, "41030")
		if x.Refusal.Values["page"] != long {
			t.Error("the refusal was cut as well")
		}
	})
	header := w.Header().Get(httpx.RefusalHeader)
	var doc httpx.RefusalDoc
	if err := json.Unmarshal([]byte(header), &doc); err != nil {
		t.Fatal(err)
	}
	if len(header) > 8<<10 || !strings.HasSuffix(doc.Values["page"], "长…") || doc.Values["short"] != "ok" {
		t.Errorf("%d bytes, %+v", len(header), doc)
	}
}

func TestRequestIDIsWeChatsAndStays(t *testing.T) {
	t.Parallel()
	served(t, httpx.Options{}, nil, func(_ http.ResponseWriter, r *http.Request) {
		rid := httpx.Of(r).RID()
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`).MatchString(rid) || rid != httpx.Of(r).RID() {
			t.Errorf("rid %q, then %q", rid, httpx.Of(r).RID())
		}
	})
}

func TestPanics(t *testing.T) {
	t.Parallel()
	if err := httpx.Guard(func() error { panic("broken") }); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("Guard gave %v", err)
	}
	var log bytes.Buffer
	for _, test := range []struct {
		cause  any
		logged bool
	}{{http.ErrAbortHandler, false}, {"broken", true}} {
		log.Reset()
		got := recovered(func() {
			served(t, httpx.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, nil, func(http.ResponseWriter, *http.Request) { panic(test.cause) })
		})
		if err, ok := got.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("panic(%v) came out as %v, want the connection closed", test.cause, got)
		}
		if (log.Len() > 0) != test.logged {
			t.Errorf("panic(%v) logged: %s", test.cause, log.String())
		}
	}
}

func recovered(f func()) (cause any) {
	defer func() { cause = recover() }()
	f()
	return nil
}

func TestUnknownOutcomeIsNotAnswered(t *testing.T) {
	t.Parallel()
	got := recovered(func() {
		served(t, httpx.Options{}, nil, func(_ http.ResponseWriter, r *http.Request) {
			httpx.AbortIfUnknown(httpx.Of(r), muban.ErrOutcomeUnknown)
		})
	})
	if err, ok := got.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
		t.Errorf("got %v, want the connection closed", got)
	}
}
