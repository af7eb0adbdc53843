package api

import (
	"context"

	"github.com/muban-dev/muban/internal/messaging"
)

func (a *api) inboxRoutes() {
	handle(a, "GET /api/v1/apps/{app_id}/users/{user}/inbox", doc{
		id: "getUserInbox", tag: "inbox", summary: "Show a user's inbox", answer: "A part of the inbox.",
		text: "The messages of this app that were delivered to the user.",
	}, a.userInbox)
	handle(a, "POST /api/v1/apps/{app_id}/users/{user}/inbox/{message_id}/read", doc{
		id: "markMessageRead", tag: "inbox", summary: "Mark a message as read", answer: "It is read.",
		text: "A message that was read before keeps its time of reading.",
	}, a.markRead)
	handle(a, "GET /api/v1/inbox", doc{
		id: "getPersonInbox", tag: "inbox", summary: "Show a person's inbox over all apps", answer: "A part of the inbox.",
		text: "The message centre of one person: the delivered messages of all apps in which a user has this `union_id`.",
	}, a.personInbox)
}

// Inbox is a part of what a user sees.
type Inbox struct {
	Items      []Message `json:"items" nullable:"false" doc:"Delivered messages, newest first."`
	Unread     int64     `json:"unread" doc:"How many messages of the whole inbox are unread." example:"3"`
	NextCursor string    `json:"next_cursor,omitempty" doc:"Pass it as cursor for the next part; absent on the last." example:"MTIz"`
}

func showInbox(inbox messaging.Inbox) Inbox {
	part := listOf(inbox.Messages, showMessage)
	return Inbox{Items: part.Items, Unread: inbox.Unread, NextCursor: part.NextCursor}
}

func (a *api) userInbox(ctx context.Context, in *struct {
	UserPath
	Paging
},
) (*Answer[Inbox], error) {
	inbox, err := a.service.Inbox(ctx, in.AppID, in.User, in.page())
	return &Answer[Inbox]{showInbox(inbox)}, err
}

func (a *api) markRead(ctx context.Context, in *struct {
	UserPath
	MessageID string `path:"message_id" doc:"The message's id." example:"1234567890"`
},
) (*struct{}, error) {
	id, err := messageID(in.MessageID)
	if err != nil {
		return nil, err
	}
	return nil, a.service.MarkRead(ctx, in.AppID, in.User, id)
}

func (a *api) personInbox(ctx context.Context, in *struct {
	UnionID string `query:"union_id" required:"true" doc:"The person." example:"o6_bmasdasdsad6_2sgVt7hMZOPfL"`
	Paging
},
) (*Answer[Inbox], error) {
	inbox, err := a.service.PersonInbox(ctx, in.UnionID, in.page())
	return &Answer[Inbox]{showInbox(inbox)}, err
}
