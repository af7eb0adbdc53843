package messaging_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// impatient is a pace whose senders leave before they may go on.
type impatient struct{}

func (impatient) Wait(context.Context, string) error { return context.Canceled }

// TestWhoIsHeldBack: only a send of which the app will be told, after all that
// could refuse it without the store; who leaves meanwhile has sent nothing.
func TestWhoIsHeldBack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, url, template string
		want                error // nil: accepted
	}{
		{name: "an event will be pushed", url: "http://203.0.113.1/", want: context.Canceled},
		{name: "nobody is told"},
		{name: "refused", url: "http://203.0.113.1/", template: "unknown", want: muban.Refuse(muban.RuleTemplateUnknown)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			store := openStore(t, sqlstore.Options{Dir: t.TempDir()})
			w := newWorld(store)
			w.Service = messaging.New(store, w.clock, messaging.Options{Stale: time.Minute, Pace: impatient{}})
			s := newScene(t, w, muban.WeChatOA, "TM00015")
			s.change(func(a *muban.App) { a.Callback.URL = test.url })
			request := muban.SendRequest{To: muban.Recipient{ID: s.user.OpenID}, TemplateID: s.template.ID}
			if test.template != "" {
				request.TemplateID = test.template
			}
			_, err := s.Send(t.Context(), s.app, request)
			var got, want *muban.Refusal
			if errors.As(test.want, &want) {
				if !errors.As(err, &got) || got.Rule != want.Rule {
					t.Errorf("got %v, want the rule %s", err, want.Rule)
				}
			} else if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			sent, err := store.Messages(t.Context(), muban.MessageFilter{AppID: s.app.ID}, muban.Page{Limit: 10})
			s.must(err)
			if accepted := len(sent.Items) == 1; accepted != (test.want == nil) {
				t.Errorf("%d messages are stored", len(sent.Items))
			}
		})
	}
}
