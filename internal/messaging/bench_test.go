package messaging_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// BenchmarkSend is a send from its decoded request to its durable message: the
// checks, and the accept on SQLite by 64 callers with a grant for each send.
func BenchmarkSend(b *testing.B) {
	w := newWorld(openStore(b, sqlstore.Options{Dir: b.TempDir()}))
	ctx := b.Context()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	app, err := w.CreateApp(ctx, messaging.NewApp{Platform: muban.WeChatMini})
	must(err)
	user, err := w.CreateUser(ctx, app.ID, messaging.NewUser{})
	must(err)
	template, err := w.CreateTemplate(ctx, app.ID, messaging.NewTemplate{LibraryID: "AT0002", KeywordIDs: []int{3, 4, 5}})
	must(err)
	var grants []muban.Grant
	for len(grants) < b.N {
		more, _, err := w.MintGrants(ctx, app.ID, messaging.MintRequest{User: user.OpenID, Kind: muban.GrantForm, Count: min(1000, b.N-len(grants))})
		must(err)
		grants = append(grants, more...)
	}
	w.clock.advance(time.Second)
	var next atomic.Int64
	b.SetParallelism(32)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, err := w.Send(ctx, app, muban.SendRequest{
				To: muban.Recipient{ID: user.OpenID}, TemplateID: template.ID, Page: "index", GrantID: grants[next.Add(1)-1].ID,
				Data: map[string]muban.Value{"keyword1": {Text: "339208499"}, "keyword2": {Text: "2015年01月05日 12:30"}, "keyword3": {Text: "腾讯微信总部"}},
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}
