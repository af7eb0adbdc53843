package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/server"
)

// call makes a request of the native API.
func (n *node) call(method, path, body string) (status int) {
	n.Helper()
	r, err := http.NewRequestWithContext(n.Context(), method, n.url+path, strings.NewReader(body))
	if err != nil {
		n.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		n.Fatal(err)
	}
	_ = response.Body.Close() // what it says is not looked at
	return response.StatusCode
}

func TestReset(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]func(*testing.T) server.Options{
		"SQLite":     func(t *testing.T) server.Options { t.Helper(); return server.Options{Data: t.TempDir()} },
		"PostgreSQL": func(t *testing.T) server.Options { t.Helper(); return server.Options{Database: pgtest.Database(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			o.Refill = func(ctx context.Context, s *server.Server) error {
				_, err := s.Service().CreateApp(ctx, messaging.NewApp{Platform: muban.Baidu, ID: "refilled"})
				return err
			}
			n := newNode(t, o)
			app, template := furnish(t, n.Service())
			mint(t, n.Service(), app.ID, "g1")
			send(t, n.Service(), app, template.ID, "g1")
			issued, err := n.Service().IssueToken(t.Context(), messaging.TokenRequest{
				Kind: muban.TokenPlain, GrantType: "client_credential", AppID: app.ID, Secret: app.Secret,
			})
			if err != nil {
				t.Fatal(err)
			}
			list := "/cgi-bin/wxopen/template/library/list?access_token=" + issued.Text
			if _, body := get(t, n.url+list, ""); !strings.Contains(body, "43002") {
				t.Fatalf("before: %s", body)
			}
			for path, body := range map[string]string{
				"/api/v1/clock/advance": `{"by":"240h"}`, "/api/v1/library/baidu/titles": `{"id":"BD9","title":"t","keywords":[{"name":"k"}]}`,
			} {
				if status := n.call(http.MethodPost, path, body); status >= 300 {
					t.Fatalf("%s: %d", path, status)
				}
			}
			if status := n.call(http.MethodDelete, "/api/v1/library/wechat-mini/titles/AT0002", ""); status != 204 {
				t.Fatalf("deleting a title: %d", status)
			}
			stream := n.stream("?types=call", "")

			for range 2 {
				if status := n.call(http.MethodPost, "/api/v1/reset", ""); status != 204 {
					t.Fatalf("reset: %d", status)
				}
				stream.wants("reset", "reason", "the sandbox was reset")
			}
			for path, want := range map[string]string{
				"/api/v1/apps":     `"refilled"`,
				"/api/v1/messages": `"items":[]`,
				"/api/v1/calls":    `"items":[]`,
				"/api/v1/library/wechat-mini/titles/AT0002": `购买成功通知`,
				"/api/v1/clock": `"running"`,
			} {
				if status, body := get(t, n.url+path, ""); status != 200 || !strings.Contains(body, want) || strings.Contains(body, app.ID) {
					t.Errorf("%s afterwards: %d %s", path, status, body)
				}
			}
			for _, path := range []string{"/api/v1/library/baidu/titles/BD9", "/api/v1/apps/" + app.ID + "/grants/g1"} {
				if status, _ := get(t, n.url+path, ""); status != 404 {
					t.Errorf("%s is still there: %d", path, status)
				}
			}
			if _, body := get(t, n.url+list, ""); !strings.Contains(body, "40001") {
				t.Errorf("the old token: %s", body)
			}

			// It works like a new one: the same ids can be made again.
			furnish(t, n.Service())
		})
	}
}
