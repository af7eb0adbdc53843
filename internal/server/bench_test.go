package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/server"
)

// BenchmarkSend is a durable send without the network: decode, authorize,
// check, accept, encode; delivery runs beside it.
func BenchmarkSend(b *testing.B) {
	s, err := server.New(b.Context(), server.Options{
		Listen: "127.0.0.1:0", Data: b.TempDir(), AdminToken: strings.Repeat("x", 32), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Stop(); err != nil {
			b.Error(err)
		}
	})
	s.Start()
	bodies, token := sends(b, s.Service(), b.N)
	handler := s.Handler()
	var next atomic.Int64
	b.SetParallelism(64)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			body := bodies[next.Add(1)-1]
			r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/cgi-bin/message/wxopen/template/send?access_token="+token, strings.NewReader(body))
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if !strings.HasPrefix(w.Body.String(), `{"errcode":0,`) {
				b.Errorf("not accepted: %s", w.Body)
				return
			}
		}
	})
}

// sends makes an app and n bodies, each with a grant of its own.
func sends(b *testing.B, service *messaging.Service, n int) (bodies []string, token string) {
	b.Helper()
	ctx := context.Background()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	app, err := service.CreateApp(ctx, messaging.NewApp{Platform: muban.WeChatMini})
	must(err)
	user, err := service.CreateUser(ctx, app.ID, messaging.NewUser{})
	must(err)
	template, err := service.CreateTemplate(ctx, app.ID, messaging.NewTemplate{LibraryID: "AT0002", KeywordIDs: []int{3, 4, 5}})
	must(err)
	issued, err := service.IssueToken(ctx, messaging.TokenRequest{
		Kind: muban.TokenPlain, GrantType: "client_credential", AppID: app.ID, Secret: app.Secret,
	})
	must(err)
	for len(bodies) < n {
		grants, _, err := service.MintGrants(ctx, app.ID, messaging.MintRequest{User: user.OpenID, Kind: muban.GrantForm, Count: min(1000, n-len(bodies))})
		must(err)
		for _, g := range grants {
			bodies = append(bodies, fmt.Sprintf(`{"touser":%q,"template_id":%q,"page":"index","form_id":%q,"data":{`+
				`"keyword1":{"value":"339208499"},"keyword2":{"value":"2015年01月05日 12:30"},"keyword3":{"value":"腾讯微信总部"}}}`,
				user.OpenID, template.ID, g.ID))
		}
	}
	return bodies, issued.Text
}
