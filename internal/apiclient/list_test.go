package apiclient_test

import (
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/apiclient"
)

func TestAListIsFollowedToItsLimit(t *testing.T) {
	t.Parallel()
	first := `{"items":[` + strings.Repeat(`{"id":"<a>","x":1},`, 499) + `{"id":"<b>"}],"next_cursor":"c1"}`
	client, seen := fake(t, ok(first), ok(`{"items":[{"id":"<c>"}],"next_cursor":"c2","unread":7}`))
	inbox, err := client.Inbox(t.Context(), "a", "u", 501)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"/api/v1/apps/a/users/u/inbox?limit=500",
		"/api/v1/apps/a/users/u/inbox?cursor=c1&limit=1",
	} {
		if got := <-seen; got.uri != want {
			t.Errorf("asked %s, want %s", got.uri, want)
		}
	}
	if len(inbox.Value.Items) != 501 || inbox.Value.Items[500].ID != "<c>" || inbox.Value.NextCursor != "c2" || inbox.Value.Unread != 7 {
		t.Errorf("%d items, cursor %q, unread %d", len(inbox.Value.Items), inbox.Value.NextCursor, inbox.Value.Unread)
	}
	// Unknown members and the text itself stay as the server wrote them.
	got := string(inbox.JSON)
	if !strings.HasPrefix(got, `{"items":[{"id":"<a>","x":1},`) || !strings.HasSuffix(got, `{"id":"<b>"},{"id":"<c>"}],"next_cursor":"c2","unread":7}`) {
		t.Errorf("JSON %s … %s", got[:40], got[len(got)-60:])
	}
}

func TestAListOfOnePageIsTheAnswerAsItCame(t *testing.T) {
	t.Parallel()
	const body = "{\"unread\": 0, \"items\": []}\n"
	client, seen := fake(t, ok(body))
	inbox, err := client.PersonInbox(t.Context(), "u&1", 50)
	if err != nil {
		t.Fatal(err)
	}
	if string(inbox.JSON) != body || len(inbox.Value.Items) != 0 {
		t.Errorf("JSON %q, %d items", inbox.JSON, len(inbox.Value.Items))
	}
	if got := <-seen; got.uri != "/api/v1/inbox?limit=50&union_id=u%261" {
		t.Errorf("asked %s", got.uri)
	}
}

func TestAllOfAListThatBeganWithAWait(t *testing.T) {
	t.Parallel()
	client, seen := fake(t, ok(`{"items":[{"id":"2","state":"delivered"}],"next_cursor":"c"}`), ok(`{"items":[{"id":"1"}]}`))
	messages, err := client.Messages(t.Context(), apiclient.MessageQuery{AppID: "a", GrantID: "g/1", After: "0", Wait: 1500 * time.Millisecond}, apiclient.All)
	if err != nil {
		t.Fatal(err)
	}
	if len(messages.Value.Items) != 2 || messages.Value.NextCursor != "" {
		t.Errorf("messages %+v", messages.Value)
	}
	for _, want := range []string{
		"/api/v1/messages?after=0&app_id=a&grant_id=g%2F1&limit=500&wait=1.5s",
		"/api/v1/messages?after=0&app_id=a&cursor=c&grant_id=g%2F1&limit=500",
	} {
		if got := <-seen; got.uri != want {
			t.Errorf("asked %s, want %s", got.uri, want)
		}
	}
}

func TestAnErrorInTheMiddleOfAList(t *testing.T) {
	t.Parallel()
	client, _ := fake(t, ok(`{"items":[{"app_id":"a"}],"next_cursor":"c"}`),
		answer(503, "application/problem+json", `{"code":"busy","detail":"try again"}`))
	if _, err := client.Apps(t.Context(), apiclient.All); !apiclient.IsProblem(err, apiclient.CodeBusy) {
		t.Errorf("error %v, want busy", err)
	}
}

func TestFinalMessage(t *testing.T) {
	t.Parallel()
	accepted, delivered := ok(`{"id":"1","state":"accepted"}`), ok(`{"id":"1","state":"delivered"}`)
	t.Run("ends", func(t *testing.T) {
		t.Parallel()
		client, seen := fake(t, accepted, accepted, delivered)
		message, err := client.FinalMessage(t.Context(), "1", time.Minute)
		if err != nil || message.Value.State != "delivered" || len(seen) != 3 {
			t.Errorf("message %+v after %d calls, error %v", message.Value, len(seen), err)
		}
	})
	t.Run("does not end in time", func(t *testing.T) {
		t.Parallel()
		client, _ := fake(t, accepted, accepted)
		message, err := client.FinalMessage(t.Context(), "1", 0)
		if err != nil || message.Value.State != "accepted" {
			t.Errorf("message %+v, error %v", message.Value, err)
		}
	})
}
