package mubantest

import (
	"context"
	"slices"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

// waitWithin is how long WaitMessage waits: much longer than a delivery takes,
// even on a busy machine.
const waitWithin = 15 * time.Second

// WaitMessage waits until the next of the app's messages has reached its end,
// and returns it. The first call returns the first message that was accepted, the
// second call the second, and so on; of parallel tests that share an app, each
// gets another one. No message within fifteen seconds fails the test.
func (a *App) WaitMessage() muban.Message {
	s := a.server
	s.to.Helper()
	a.waiting.Lock()
	defer a.waiting.Unlock()
	ctx := context.Background()
	query := apiclient.MessageQuery{AppID: a.ID, Wait: waitWithin}
	if a.last != 0 {
		query.After = a.last.String()
	}
	found, err := s.api.Messages(ctx, query, apiclient.All)
	s.must("waiting for a message", err)
	items := found.Value.Items
	if len(items) == 0 {
		s.to.Fatalf("mubantest: app %s has no other message within %v", a.ID, waitWithin)
	}
	next := items[len(items)-1] // they are listed newest first
	ended, err := s.api.FinalMessage(ctx, next.ID, waitWithin)
	s.must("waiting for the end of message "+next.ID, err)
	if !ended.Value.State.Final() {
		s.to.Fatalf("mubantest: message %s is still %s after %v", next.ID, ended.Value.State, waitWithin)
	}
	message := a.message(ended.Value)
	a.last = message.ID
	return message
}

// Messages lists all messages of the app that were accepted so far, the oldest
// first, whatever has become of them.
func (a *App) Messages() []muban.Message {
	s := a.server
	s.to.Helper()
	found, err := s.api.Messages(context.Background(), apiclient.MessageQuery{AppID: a.ID}, apiclient.All)
	s.must("listing messages", err)
	var messages []muban.Message
	for _, m := range slices.Backward(found.Value.Items) {
		messages = append(messages, a.message(m))
	}
	return messages
}

func (a *App) message(m apiclient.Message) muban.Message {
	a.server.to.Helper()
	message := muban.Message{
		ID: a.messageID(m.ID), AppID: m.AppID, Platform: m.Platform, UserID: m.User,
		TemplateID: m.TemplateID, Title: m.Title, Rendered: m.Rendered, Page: m.Page, URL: m.URL,
		EmphasisKeyword: m.EmphasisKeyword, Color: m.Color, Ext: m.Ext, ClientMsgID: m.ClientMsgID,
		GrantID: m.GrantID, GrantKind: m.GrantKind, State: m.State, Reason: m.Reason, Channels: m.Channels,
		AcceptedAt: m.AcceptedAt, DeliveredAt: m.DeliveredAt, FinishedAt: m.FinishedAt, ReadAt: m.ReadAt,
		Data: make(map[string]muban.Value, len(m.Data)),
	}
	for key, v := range m.Data {
		message.Data[key] = muban.Value{Text: v.Value, Color: v.Color}
	}
	if m.MiniProgram != nil {
		message.MiniProgram = muban.MiniProgram{AppID: m.MiniProgram.AppID, PagePath: m.MiniProgram.PagePath}
	}
	return message
}

func (a *App) messageID(text string) muban.MessageID {
	a.server.to.Helper()
	id, ok := muban.ParseMessageID(text)
	if !ok {
		a.server.to.Fatalf("mubantest: %q is no message id", text)
	}
	return id
}
