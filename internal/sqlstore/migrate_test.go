package sqlstore

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
)

// Messages and grants that were stored before 00006 read as they did.
func TestMessagesOfBeforeReadTheSame(t *testing.T) {
	t.Parallel()
	for engine, options := range map[string]func(*testing.T) Options{
		"engine SQLite":     func(t *testing.T) Options { t.Helper(); return Options{Dir: t.TempDir()} },
		"engine PostgreSQL": func(t *testing.T) Options { t.Helper(); return Options{Database: pgtest.Database(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			messagesOfBefore(t, options(t))
		})
	}
}

func messagesOfBefore(t *testing.T, options Options) {
	t.Helper()
	asOf(t, options, 5, []string{
		`INSERT INTO apps (number, app_id, platform, name, secret, settings, created_at) VALUES (16000001, 'wx1', 'wechat-mini', 'n', 's', '{}', 1)`,
		`INSERT INTO users (user_no, app_id, open_id, swan_id, alipay_open_id, union_id, name, blocked, following, delivery, notification_bar, created_at)
			VALUES (7, 'wx1', 'oUser', '', '', 'oUnion', '', 0, 1, 'ok', 1, 1)`,
		`INSERT INTO templates (seq, app_id, template_id, title, body, created_at) VALUES (20, 'wx1', 'kept', '题', '{"content":"地点{{keyword1.DATA}}\n"}', 1)`,
		`INSERT INTO grants (seq, app_id, grant_id, kind, user_no, user_id, logged_in, uses, remaining, issued_at, expires_at, spent_by)
			VALUES (30, 'wx1', 'g1', 'payment', 7, 'oUser', 1, 3, 1, 1, 604800001, '40,41')`,
		`INSERT INTO grants (seq, app_id, grant_id, kind, user_no, user_id, logged_in, uses, remaining, issued_at, expires_at, spent_by)
			VALUES (31, 'wx1', 'g2', 'form', 7, 'oUser', 1, 1, 1, 1, 604800001, '')`,
		`INSERT INTO messages (seq, app_id, user_no, template_id, grant_kind, state, reason, channels, accepted_at, delivered_at, finished_at, read_at, body)
			VALUES (40, 'wx1', 7, 'kept', 'payment', 'delivered', '', 'message_center,search_panel', 100, 150, 150, 200,
			'{"platform":"wechat-mini","user":"oUser","title":"题","data":{"keyword1":{"value":"厂","color":"#173177"}},"rendered":"地点厂\n","page":"index","grant_id":"g1"}')`,
		`INSERT INTO messages (seq, app_id, user_no, template_id, grant_kind, state, reason, channels, accepted_at, delivered_at, finished_at, read_at, body)
			VALUES (41, 'wx1', 7, 'gone', 'payment', 'refused', 'user_block', '', 300, 0, 300, 0,
			'{"platform":"wechat-mini","user":"oUser","title":"旧题","rendered":"旧文","grant_id":"g1"}')`,
	})
	store, err := Open(t.Context(), options)
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	at := func(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
	want := []muban.Message{{
		ID: 41, AppID: "wx1", Platform: muban.WeChatMini, UserNo: 7, UserID: "oUser", TemplateID: "gone", TemplateSeq: -41, Title: "旧题", Rendered: "旧文",
		GrantID: "g1", GrantKind: muban.GrantPayment, State: muban.StateRefused, Reason: muban.ReasonUserBlock, AcceptedAt: at(300), FinishedAt: at(300),
	}, {
		ID: 40, AppID: "wx1", Platform: muban.WeChatMini, UserNo: 7, UserID: "oUser", TemplateID: "kept", TemplateSeq: 20, Title: "题", Rendered: "地点厂\n",
		Data: map[string]muban.Value{"keyword1": {Text: "厂", Color: "#173177"}}, Page: "index", GrantID: "g1", GrantKind: muban.GrantPayment,
		State: muban.StateDelivered, Channels: []muban.Channel{muban.ChannelMessageCenter, muban.ChannelSearchPanel},
		AcceptedAt: at(100), DeliveredAt: at(150), FinishedAt: at(150), ReadAt: at(200),
	}}
	messages, err := store.Messages(t.Context(), muban.MessageFilter{AppID: "wx1"}, muban.Page{Limit: 10})
	must(t, err)
	if diff := cmp.Diff(want, messages.Items); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	found, err := store.Messages(t.Context(), muban.MessageFilter{TemplateID: "gone"}, muban.Page{Limit: 10})
	must(t, err)
	if len(found.Items) != 1 || found.Items[0].ID != 41 {
		t.Errorf("by the template that is gone: %v", found.Items)
	}
	for id, spentBy := range map[string][]muban.MessageID{"g1": {40, 41}, "g2": nil} {
		grant, err := store.Grant(t.Context(), "wx1", id)
		must(t, err)
		if diff := cmp.Diff(spentBy, grant.SpentBy); diff != "" || grant.Remaining != grant.Uses-len(spentBy) {
			t.Errorf("%s: %d left, spent by %v", id, grant.Remaining, grant.SpentBy)
		}
	}
}

// asOf makes a store as a program of that schema version left it.
func asOf(t *testing.T, options Options, version int64, statements []string) {
	t.Helper()
	s, err := connect(t.Context(), options)
	must(t, err)
	provider, err := s.newProvider()
	must(t, err)
	_, err = provider.UpTo(t.Context(), version)
	must(t, err)
	for _, statement := range statements {
		_, err = s.writer.ExecContext(t.Context(), statement)
		must(t, err)
	}
	must(t, s.engine.close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
