package messaging_test

import (
	"strings"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// What a client sent can be seen in the explanation: that it is empty, what is
// around it, what has no glyph, and that it is no word of ours.
func TestValuesCanBeSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(openStore(t, sqlstore.Options{Dir: t.TempDir()}))
	s := newScene(t, w, muban.WeChatMini, "AT0002")
	title := func(id string) error {
		_, err := s.LibraryTitle(t.Context(), muban.WeChatMini, id)
		return err
	}
	send := func(id string) error {
		_, err := s.Send(t.Context(), s.app, muban.SendRequest{To: muban.Recipient{ID: s.user.OpenID}, TemplateID: s.template.ID, GrantID: id})
		return err
	}
	list := func(offset string) error {
		_, _, err := s.TemplateRange(t.Context(), s.app, messaging.Number{Text: offset}, messaging.Number{})
		return err
	}
	for _, test := range []struct {
		ask         func(string) error
		value, want string
	}{
		{title, "", "no title (empty)"},
		{title, "AT 9", "no title AT 9"},
		{title, " AT9", `no title " AT9"`},
		{title, "AT9\u3000", `no title "AT9\u3000"`},
		{title, "AT\u200b9", `no title "AT\u200b9"`},
		{title, "标题", "no title 标题"},
		{title, "none", `no title "none"`},
		{send, "form-1 ", `no grant "form-1 ";`},
		{send, "form-1", "no grant form-1;"},
		{list, "", "offset is empty;"},
		{list, "empty", `offset is "empty";`},
	} {
		if err := test.ask(test.value); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %s", test.value, err, test.want)
		}
	}

	none := int64(0)
	s.change(func(a *muban.App) { a.DailyLimit = &none })
	if err := send(s.mint(s.user.OpenID, muban.GrantForm).ID); err == nil || !strings.Contains(err.Error(), "on 2026-03-01 (UTC+8)") {
		t.Errorf("past the daily limit: %v", err)
	}
}
