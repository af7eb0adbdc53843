package inspect_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/inspect"
)

// asked is a request and its answer, as a dialect would give it.
type asked struct {
	method, path, body, contentType, authorization string
	answer                                         string
	app                                            string
	header                                         [2]string // another one of the request
	plain                                          func() (string, string)
	refusal                                        *muban.Refusal
}

// ask serves a request with an inspector looking on and returns the call's id.
func ask(t *testing.T, i *inspect.Inspector, a asked) string {
	t.Helper()
	handler := httpx.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := httpx.Of(r)
		x.Dialect, x.Call, x.AppID, x.Plain = "wechat", "token", a.app, a.plain
		if _, err := httpx.ReadBody(r); err != nil && a.refusal == nil {
			t.Error(err)
		}
		if a.refusal != nil {
			x.Refused(w, a.refusal, "40001")
		}
		_, _ = w.Write([]byte(a.answer))
	}), httpx.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), Inspect: i.Record})
	method := a.method
	if method == "" {
		method = http.MethodPost
	}
	r := httptest.NewRequestWithContext(t.Context(), method, a.path, strings.NewReader(a.body))
	r.Header.Set("Content-Type", a.contentType)
	r.Header.Set("Authorization", a.authorization)
	r.Header.Set("Cookie", "session=not-kept")
	if a.header[0] != "" {
		r.Header.Set(a.header[0], a.header[1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Header().Get(httpx.CallHeader)
}

// calls lists calls for a reader who stays.
func calls(t *testing.T, i *inspect.Inspector, filter muban.CallFilter, page muban.Page) muban.List[muban.Call] {
	t.Helper()
	list, err := i.Calls(t.Context(), filter, page)
	if err != nil {
		t.Error(err)
	}
	return list
}

// everything is all that can be seen of a call.
func everything(c muban.Call) string {
	text := fmt.Sprintf("%+v", c)
	if c.Refusal != nil {
		text += fmt.Sprintf("%+v", *c.Refusal)
	}
	return text
}

const secret = "6d7562616e2064656d6f206b65790001"

// Whatever way a secret is written, it is not seen, and what stands around it
// is.
func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	i := inspect.New(inspect.Options{})
	for name, a := range map[string]asked{
		"query":                        {path: "/x?appid=seen&secret=" + secret + "&end=1"},
		"query with an encoded name":   {path: "/x?appid=seen&%73ecret=" + secret},
		"query within a query":         {path: "/x?appid=seen?access_token=" + secret},
		"query, encoded twice":         {path: "/x?appid=seen&to=https%3A%2F%2Fx%3Faccess_token%3D" + secret},
		"form":                         {path: "/x", body: "client_id=seen&client_secret=" + secret + "&grant_type=y"},
		"form with blanks":             {path: "/x", body: "client_id=seen& client_secret =" + secret},
		"sk":                           {path: "/x?client_id=seen&sk=" + secret},
		"sk in JSON":                   {path: "/x", body: `{"ask":"seen","sk":"` + secret + `"}`},
		"sk where nothing can be read": {path: "/x", body: "{client_id:seen,sk:" + secret + "}"},
		"JSON":                         {path: "/x", body: `{"appid":"seen","secret":"` + secret + `"}`},
		"JSON with an escaped name":    {path: "/x", body: `{"appid":"seen","s\u0065cret" : "` + secret + `"}`},
		"JSON that ends too early":     {path: "/x", body: `{"appid":"seen","secret":"` + secret},
		"JSON with single quotes":      {path: "/x", body: `{'appid':'seen','secret':'` + secret + `'}`},
		"JSON in a form":               {path: "/x", body: `biz_content=seen{"app_auth_token":"` + secret + `"}`},
		"encoded JSON in a form":       {path: "/x", body: `biz_content=seen%7B%22app_auth_token%22%3A%22` + secret + `%22%7D`},
		"a list":                       {path: "/x", body: `["seen",{"session_key":"` + secret + `"}]`},
		"multipart":                    {path: "/x", body: "--b\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\nseen\r\n--b\r\nContent-Disposition: form-data; name=\"wxCloudApiToken\"\r\n\r\n" + secret + "\r\n--b--\r\n"},
		"another name":                 {path: "/x", body: `{"appid":"seen","appSecret":"` + secret + `"}`},
		"the answer":                   {path: "/x?seen", answer: `{"access_token":"` + secret + `"}`},
		"the answer quotes it":         {path: "/x?seen&access_token=" + secret, answer: `{"errmsg":"access_token=` + secret + `&amp;x"}`},
		"the refusal quotes it":        {path: "/x?seen&access_token=" + secret, refusal: muban.Refuse(muban.RuleRequestParameter, "value", "it was "+secret)},
		"the path":                     {path: "/x/" + secret + "?seen&access_token=" + secret},
		"one within another":           {path: "/x?seen&token=" + secret + "&secret=" + secret + "0", body: "text " + secret + "0"},
		"a signature":                  {path: "/x", authorization: "TC3-HMAC-SHA256 Credential=seen/2026/tcb, SignedHeaders=host, Signature=" + secret},
		"Alipay's signature":           {path: "/x", authorization: "ALIPAY-SHA256withRSA app_id=seen,nonce=n,timestamp=1,sign=" + secret},
		"a token in a header":          {path: "/x?seen", header: [2]string{"alipay-app-auth-token", secret}, refusal: muban.Refuse(muban.RuleSignatureWrong, "signed", "POST\n/x\n\n"+secret+"\n")},
		"a bearer":                     {path: "/x?seen", authorization: "Bearer " + secret},
	} {
		call, err := i.Call(ask(t, i, a))
		if err != nil {
			t.Fatal(err)
		}
		text := everything(call)
		if strings.Contains(text, secret) || strings.Contains(text, "not-kept") {
			t.Errorf("%s: the secret is seen: %s", name, text)
		}
		if !strings.Contains(text, "seen") || !strings.Contains(text, "***") {
			t.Errorf("%s: too much is masked, or nothing: %s", name, text)
		}
	}
}

// What is no secret stays as it was sent, to the byte.
func TestWhatIsNoSecretIsKept(t *testing.T) {
	t.Parallel()
	i := inspect.New(inspect.Options{})
	for _, body := range []string{
		`{"touser":"o1","data":{"keyword1":{"value":"密码 \"token\" 1<2"}},"token_type":null}`,
		"data=%7B%22keyword1%22%3A%7B%22value%22%3A%22%E5%B9%BF%22%7D%7D&scene_id=11.a.b&sign=abc%2Bdef%3D%3D",
		"", "\x00\x01", "[1,2", "no=1&&x", `"`,
	} {
		call, err := i.Call(ask(t, i, asked{path: "/x?touser=o1&sign=a%2Bb", body: body}))
		if err != nil {
			t.Fatal(err)
		}
		if call.Request.Body.Base64 {
			if call.Request.Body.Text != "AAE=" {
				t.Errorf("%q became base64 %s", body, call.Request.Body.Text)
			}
		} else if call.Request.Body.Text != body {
			t.Errorf("%q became %q", body, call.Request.Body.Text)
		}
		if call.Request.Query != "touser=o1&sign=a%2Bb" {
			t.Errorf("the query became %q", call.Request.Query)
		}
	}
}

// Two masks are the same if the secrets are, so that one can be recognised and
// looked for.
func TestAMaskTellsWhichOne(t *testing.T) {
	t.Parallel()
	i := inspect.New(inspect.Options{})
	first := ask(t, i, asked{path: "/x?access_token=" + secret})
	again := ask(t, i, asked{path: "/y?access_token=" + secret})
	other := ask(t, i, asked{path: "/z?access_token=" + secret[:31] + "2"})
	query := func(id string) string {
		call, err := i.Call(id)
		if err != nil {
			t.Fatal(err)
		}
		return call.Request.Query
	}
	if query(first) != query(again) || query(first) == query(other) {
		t.Errorf("masks %q, %q and %q", query(first), query(again), query(other))
	}
	found := calls(t, i, muban.CallFilter{Text: secret}, muban.Page{Limit: 10})
	if len(found.Items) != 2 || found.Items[0].ID != again || found.Items[1].ID != first {
		t.Errorf("found %d calls by the whole token", len(found.Items))
	}
}

func TestOnlyTheLastAreKept(t *testing.T) {
	t.Parallel()
	i := inspect.New(inspect.Options{Calls: 3})
	var ids []string
	for range 5 {
		ids = append(ids, ask(t, i, asked{path: "/x"}))
	}
	list := calls(t, i, muban.CallFilter{}, muban.Page{Limit: 2})
	if len(list.Items) != 2 || list.Items[0].ID != ids[4] || list.Next == 0 {
		t.Fatalf("first part %d calls, next %d", len(list.Items), list.Next)
	}
	rest := calls(t, i, muban.CallFilter{}, muban.Page{Limit: 2, Before: list.Next})
	if len(rest.Items) != 1 || rest.Items[0].ID != ids[2] || rest.Next != 0 {
		t.Errorf("second part %d calls, next %d", len(rest.Items), rest.Next)
	}
	if _, err := i.Call(ids[1]); err == nil {
		t.Error("a call that was let go of is still found")
	}
	if newer := calls(t, i, muban.CallFilter{After: ids[3]}, muban.Page{Limit: 9}); len(newer.Items) != 1 {
		t.Errorf("%d calls after the last but one", len(newer.Items))
	}
	if newer := calls(t, i, muban.CallFilter{After: ids[0]}, muban.Page{Limit: 9}); len(newer.Items) != 3 {
		t.Errorf("%d calls after one that is gone", len(newer.Items))
	}
	i.Clear()
	if left := calls(t, i, muban.CallFilter{}, muban.Page{Limit: 9}); len(left.Items) != 0 {
		t.Errorf("%d calls left", len(left.Items))
	}
}

// Memory is bounded too, and looking, which may make a call larger, cannot
// break the bound.
func TestBytesAreBounded(t *testing.T) {
	t.Parallel()
	const most = 200_000
	i := inspect.New(inspect.Options{Bytes: most})
	body := "{" + strings.Repeat(`"token":"a",`, 2000)
	for range 20 {
		ask(t, i, asked{path: "/x", body: body})
	}
	before := len(calls(t, i, muban.CallFilter{Text: "/x"}, muban.Page{Limit: 99}).Items)
	list := calls(t, i, muban.CallFilter{}, muban.Page{Limit: 99})
	bytes := 0
	for _, call := range list.Items {
		bytes += len(call.Request.Body.Text)
	}
	if before == 0 || len(list.Items) == 0 || bytes > most {
		t.Errorf("%d calls of %d bytes are kept", len(list.Items), bytes)
	}
}

// What a call says in words is counted like the rest, and what it was read
// from, which may be a whole body, is let go of.
func TestWordsAreBounded(t *testing.T) {
	t.Parallel()
	const most = 1_000_000
	i := inspect.New(inspect.Options{Bytes: most})
	words := func() (weak.Pointer[[httpx.MaxBody]byte], func() (string, string)) {
		read := new([httpx.MaxBody]byte)
		return weak.Make(read), func() (string, string) {
			text := strings.Repeat("中", len(read)/3)
			return `{"asked":"` + text, `{"answered":"` + text
		}
	}
	var all []weak.Pointer[[httpx.MaxBody]byte]
	for range 20 {
		read, plain := words()
		all = append(all, read)
		ask(t, i, asked{path: "/x", body: "x", plain: plain})
	}
	runtime.GC()
	for n, read := range all {
		if read.Value() != nil {
			t.Fatalf("call %d holds what its words were read from", n)
		}
	}
	list := calls(t, i, muban.CallFilter{}, muban.Page{Limit: 99})
	if kept := len(list.Items); kept == 0 || kept > most/(2*httpx.MostKept) {
		t.Errorf("%d calls are kept of %d bytes each", kept, 2*httpx.MostKept)
	}
	for _, call := range list.Items {
		for _, text := range []string{call.Request.Body.Decoded, call.Answer.Body.Decoded} {
			if len(text) > httpx.MostKept+len("…") || !strings.HasSuffix(text, "…") {
				t.Errorf("%d bytes of words, ending in %q", len(text), text[len(text)-3:])
			}
		}
	}
}

// Nobody waits for a list whose reader has left.
func TestReaderLeaves(t *testing.T) {
	t.Parallel()
	i := inspect.New(inspect.Options{})
	ask(t, i, asked{path: "/x"})
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := i.Calls(gone, muban.CallFilter{}, muban.Page{Limit: 9}); !errors.Is(err, context.Canceled) {
		t.Errorf("the list says %v", err)
	}
}

func TestLongBodiesAreCut(t *testing.T) {
	t.Parallel()
	i := inspect.New(inspect.Options{})
	body := strings.Repeat("中", 40_000)
	call, err := i.Call(ask(t, i, asked{path: "/x", body: body, answer: body}))
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []muban.CallBody{call.Request.Body, call.Answer.Body} {
		if !got.Truncated || got.Base64 || got.Size != len(body) || !strings.HasPrefix(body, got.Text) || len(got.Text) < httpx.MostKept-3 {
			t.Errorf("truncated %v, base64 %v, size %d, kept %d", got.Truncated, got.Base64, got.Size, len(got.Text))
		}
	}
	tooLarge := strings.Repeat("x", httpx.MaxBody+10)
	call, err = i.Call(ask(t, i, asked{path: "/x", body: tooLarge, refusal: muban.Refuse(muban.RuleRequestTooLarge, "limit", "1")}))
	if err != nil {
		t.Fatal(err)
	}
	if got := call.Request.Body; !got.Truncated || got.Size != len(tooLarge) || len(got.Text) != httpx.MostKept {
		t.Errorf("of a body that is refused: truncated %v, size %d, kept %d", got.Truncated, got.Size, len(got.Text))
	}
}

// Calls are recorded, looked at and let go of at the same time.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	i := inspect.New(inspect.Options{Calls: 50})
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for range 100 {
				ask(t, i, asked{path: "/x?access_token=" + secret, refusal: muban.Refuse(muban.RuleRequestParameter, "value", secret)})
			}
		})
		work.Go(func() {
			for range 50 {
				for _, call := range calls(t, i, muban.CallFilter{Text: "access"}, muban.Page{Limit: 20}).Items {
					if strings.Contains(everything(call), secret) {
						t.Error("the secret is seen")
					}
				}
			}
		})
	}
	work.Wait()
	if kept := calls(t, i, muban.CallFilter{}, muban.Page{Limit: 99}); len(kept.Items) != 50 {
		t.Errorf("%d calls are kept", len(kept.Items))
	}
}

// A call whose connection is closed without an answer is kept as such.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	i := inspect.New(inspect.Options{})
	handler := httpx.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		httpx.Of(r).Dialect = "wechat"
		panic(http.ErrAbortHandler)
	}), httpx.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), Inspect: i.Record})
	func() {
		defer func() { _ = recover() }()
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/x", nil))
	}()
	list := calls(t, i, muban.CallFilter{}, muban.Page{Limit: 9})
	if len(list.Items) != 1 || list.Items[0].Answer.Status != 0 {
		t.Errorf("kept %+v", list.Items)
	}
}

func FuzzMasking(f *testing.F) {
	f.Add(`{"secret":"`, `"}`)
	f.Add("a=1&access_token=", "&b=2")
	f.Add("--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n", "\r\n--x--")
	f.Fuzz(func(t *testing.T, before, after string) {
		i := inspect.New(inspect.Options{})
		// Known by the query, it is masked wherever it stands in the body.
		call, err := i.Call(ask(t, i, asked{path: "/x?access_token=" + secret, body: before + secret + after}))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(call.Request.Body.Text, secret) {
			t.Errorf("%q is seen in %q", secret, call.Request.Body.Text)
		}
	})
}
