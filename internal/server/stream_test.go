package server_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/server"
)

// node is a started server.
type node struct {
	*testing.T
	*server.Server
	url string
}

func newNode(t *testing.T, o server.Options) *node {
	t.Helper()
	o.Listen, o.Log, o.Sandbox = "127.0.0.1:0", slog.New(slog.DiscardHandler), true
	s, err := server.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	n := &node{t, s, "http://" + s.Addr()}
	t.Cleanup(n.stop)
	return n
}

func (n *node) stop() {
	n.Helper()
	if err := n.Stop(); err != nil {
		n.Error(err)
	}
}

// events is a stream that is read.
type events struct {
	t     *testing.T
	lines *bufio.Scanner
	id    string // of the last event
}

func (n *node) stream(query, lastEventID string) *events {
	n.Helper()
	r, err := http.NewRequestWithContext(n.Context(), http.MethodGet, n.url+"/api/v1/stream"+query, nil)
	if err != nil {
		n.Fatal(err)
	}
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		n.Fatal(err)
	}
	n.Cleanup(func() { _ = response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || kind != "text/event-stream" {
		n.Fatalf("status %d, Content-Type %q", response.StatusCode, kind)
	}
	return &events{t: n.T, lines: bufio.NewScanner(response.Body)}
}

// next is the next event's type and data; the type is empty at the end.
func (e *events) next() (kind string, data map[string]any) {
	e.t.Helper()
	for e.lines.Scan() {
		name, value, _ := strings.Cut(e.lines.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			kind = value
		case "data":
			if err := json.Unmarshal([]byte(value), &data); err != nil {
				e.t.Fatalf("%s: %v", value, err)
			}
			return kind, data
		}
	}
	return "", nil
}

func (e *events) wants(kind, member, value string) {
	e.t.Helper()
	if got, data := e.next(); got != kind || fmt.Sprint(data[member]) != value {
		e.t.Errorf("event %s %v, want %s with %s %s", got, data, kind, member, value)
	}
}

// furnish makes an app with a user and a template.
func furnish(t *testing.T, service *messaging.Service) (app muban.App, template muban.Template) {
	t.Helper()
	app, err := service.CreateApp(t.Context(), messaging.NewApp{Platform: muban.WeChatMini})
	if err == nil {
		_, err = service.CreateUser(t.Context(), app.ID, messaging.NewUser{OpenID: "oUser"})
	}
	if err == nil {
		template, err = service.CreateTemplate(t.Context(), app.ID, messaging.NewTemplate{LibraryID: "AT0002", KeywordIDs: []int{3}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return app, template
}

func mint(t *testing.T, service *messaging.Service, app, id string) {
	t.Helper()
	if _, _, err := service.MintGrants(t.Context(), app, messaging.MintRequest{User: "oUser", Kind: muban.GrantForm, Count: 1, ID: id}); err != nil {
		t.Fatal(err)
	}
}

func send(t *testing.T, service *messaging.Service, app muban.App, template, grant string) {
	t.Helper()
	_, err := service.Send(t.Context(), app, muban.SendRequest{To: muban.Recipient{ID: "oUser"}, TemplateID: template, GrantID: grant})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	n := newNode(t, server.Options{Data: t.TempDir()})
	app, template := furnish(t, n.Service())
	all, calls := n.stream("", ""), n.stream("?types=call,callback&app_id="+app.ID, "")
	mint(t, n.Service(), app.ID, "g1")
	all.wants("grant", "id", "g1")
	send(t, n.Service(), app, template.ID, "g1")
	all.wants("grant", "remaining", "0")
	all.wants("message", "grant_id", "g1")
	resume := all.id

	// A call of nobody's is not the app's; one that names it is.
	get(t, n.url+"/cgi-bin/token?grant_type=client_credential&appid=wxnone&secret=x", "")
	get(t, n.url+"/cgi-bin/token?grant_type=client_credential&appid="+app.ID+"&secret=x", "")
	calls.wants("call", "code", "40125")
	all.wants("call", "code", "40013")
	all.wants("call", "code", "40125")

	again := n.stream("", resume)
	again.wants("call", "code", "40013")
	n.stream("", "of-another").wants("reset", "reason", "events after of-another are not kept any more")
	for _, query := range []string{"?types=other", "?app_id=nobody", "?x=y"} {
		if status, _ := get(t, n.url+"/api/v1/stream"+query, ""); status < 400 {
			t.Errorf("%s: status %d", query, status)
		}
	}

	// Streams end when the server stops, which they do not hold up.
	began := time.Now()
	n.stop()
	if kind, data := all.next(); kind != "" {
		t.Errorf("at the end: %s %v", kind, data)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the server stopped after %v", took)
	}
}

// HEAD tells what GET would answer with, and leaves the connection to the next
// request.
func TestHeadOfTheStream(t *testing.T) {
	t.Parallel()
	n := newNode(t, server.Options{Data: t.TempDir()})
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", n.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(connection, "HEAD /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(connection)
	for _, want := range []struct{ method, contentType string }{{http.MethodHead, "text/event-stream"}, {http.MethodGet, "text/plain; charset=utf-8"}} {
		answer, err := http.ReadResponse(answers, &http.Request{Method: want.method})
		if err != nil {
			t.Fatalf("%s: %v", want.method, err)
		}
		if got := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || got != want.contentType {
			t.Errorf("%s: status %d, Content-Type %q, want %q", want.method, answer.StatusCode, got, want.contentType)
		}
		if err := answer.Body.Close(); err != nil { // reads what is left
			t.Error(err)
		}
	}
}

// Whoever reads from one node hears of what others do.
func TestStreamOfTwoNodes(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	a, b := newNode(t, server.Options{Database: address}), newNode(t, server.Options{Database: address})
	app, template := furnish(t, b.Service())
	heard := a.stream("?app_id="+app.ID, "")
	mint(t, b.Service(), app.ID, "g1")
	heard.wants("grant", "id", "g1")
	began := time.Now()
	send(t, b.Service(), app, template.ID, "g1")
	heard.wants("grant", "remaining", "0")
	heard.wants("message", "grant_id", "g1")
	if took := time.Since(began); took > 5*time.Second { // promised is one, but the machine may be busy
		t.Errorf("heard after %v", took)
	}
}
