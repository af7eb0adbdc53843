package sqlstore_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// BenchmarkAccept is the durable part of a send: 64 callers, each spending a
// grant of its own.
func BenchmarkAccept(b *testing.B) {
	ctx := context.Background()
	store, err := sqlstore.Open(ctx, sqlstore.Options{Dir: b.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	now := time.Now().UTC().Truncate(time.Millisecond)
	app, err := store.CreateApp(ctx, muban.App{ID: "wx00000000000000aa", Platform: muban.WeChatMini, CreatedAt: now})
	if err != nil {
		b.Fatal(err)
	}
	user, err := store.CreateUser(ctx, muban.User{AppID: app.ID, OpenID: "oUser", UnionID: "oUnion"})
	if err != nil {
		b.Fatal(err)
	}
	template, err := store.CreateTemplate(ctx, muban.Template{AppID: app.ID, ID: "wDYzYZVxobJivW9oMpSCpuvACOfJXQIoKUm0PY397Tc", CreatedAt: now}, func(int64) error { return nil })
	if err != nil {
		b.Fatal(err)
	}
	grants := make([]muban.Grant, b.N)
	for i := range grants {
		grants[i] = muban.Grant{
			AppID: app.ID, ID: fmt.Sprintf("%032x", uint64(i)*0x9E3779B97F4A7C15), Kind: muban.GrantForm, UserNo: user.No,
			Uses: 1, Remaining: 1, IssuedAt: now, ExpiresAt: now.Add(muban.Week),
		}
	}
	for i := 0; i < len(grants); i += 1000 {
		if _, err := store.CreateGrants(ctx, grants[i:min(i+1000, len(grants))]); err != nil {
			b.Fatal(err)
		}
	}
	var next atomic.Int64
	b.SetParallelism(32)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			grant := grants[next.Add(1)-1]
			_, err := store.Accept(ctx, muban.Accept{
				Message: muban.Message{
					AppID: app.ID, Platform: app.Platform, UserNo: user.No, UserID: user.OpenID,
					TemplateID: template.ID, TemplateSeq: template.Seq, Title: "购买成功通知",
					Data: map[string]muban.Value{
						"keyword1": {Text: "339208499"}, "keyword2": {Text: "2015年01月05日 12:30"},
						"keyword3": {Text: "腾讯微信总部"}, "keyword4": {Text: "广州市海珠区新港中路397号"},
					},
					Rendered: "购买地点339208499\n购买时间2015年01月05日 12:30\n物品名称腾讯微信总部\n地址广州市海珠区新港中路397号\n",
					Page:     "index", GrantID: grant.ID, State: muban.StateAccepted, AcceptedAt: now,
				},
				Decide: func(l muban.Ledger) *muban.Refusal {
					if l.Grant == nil || !l.Grant.Spendable(now) {
						return muban.Refuse(muban.RuleGrantUnknown)
					}
					return nil
				},
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}
