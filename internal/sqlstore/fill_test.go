package sqlstore_test

import (
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// A filled store reads like one that was sent to, and goes on.
func TestFilledStoreHasAPast(t *testing.T) {
	t.Parallel()
	t.Run("engine SQLite", func(t *testing.T) {
		t.Parallel()
		fillAndLook(t, sqlstore.Options{Dir: t.TempDir()})
	})
	t.Run("engine PostgreSQL", func(t *testing.T) {
		t.Parallel()
		fillAndLook(t, sqlstore.Options{Database: pgtest.Database(t)})
	})
}

func fillAndLook(t *testing.T, o sqlstore.Options) {
	t.Helper()
	s := openWith(t, o, nil)
	if _, err := s.CreateUser(t.Context(), muban.User{AppID: s.app.ID, OpenID: "oNewest"}); err != nil {
		t.Fatal(err)
	}
	_, err := s.CreateTemplate(t.Context(), muban.Template{
		AppID: s.app.ID, ID: "template", Title: "title", Content: "地点{{keyword1.DATA}}", Keywords: []muban.TemplateKeyword{{Key: "keyword1", Name: "地点"}},
	}, func(int64) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	s.mustClose()
	const messages = 70_000 // more than a transaction
	stored := 0
	if err := sqlstore.Fill(t.Context(), o, sqlstore.Filling{AppID: s.app.ID, Messages: messages, Progress: func(n int) { stored += n }}); err != nil {
		t.Fatal(err)
	}
	if stored != messages {
		t.Errorf("told of %d messages, want %d", stored, messages)
	}

	again := openWith(t, o, s)
	defer again.mustClose()
	list, err := again.Messages(t.Context(), muban.MessageFilter{AppID: s.app.ID}, muban.Page{Limit: 500})
	if err != nil || len(list.Items) != 500 {
		t.Fatalf("%d messages, error %v", len(list.Items), err)
	}
	for _, m := range list.Items {
		grant, err := again.Grant(t.Context(), m.AppID, m.GrantID)
		if err != nil {
			t.Fatal(err)
		}
		if m.State != muban.StateDelivered || m.Rendered != "地点339208499" || m.TemplateID != "template" || m.UserID != grant.UserID ||
			grant.Remaining != 0 || len(grant.SpentBy) != 1 || grant.SpentBy[0] != m.ID {
			t.Fatalf("message %+v\nby grant %+v", m, grant)
		}
	}
	again.mint("new")
	sent, err := again.send("new")
	if err != nil || sent.ID <= list.Items[0].ID {
		t.Errorf("sent %v after %v, error %v", sent.ID, list.Items[0].ID, err)
	}
}
