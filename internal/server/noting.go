package server

import (
	"context"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
)

// noting is the use cases as the dialects see them: what a send named and what
// it became, and who logged in, is noted on the request's exchange, for the
// inspector.
type noting struct{ *messaging.Service }

func (n noting) Send(ctx context.Context, app muban.App, req muban.SendRequest) (muban.Message, error) {
	message, err := n.Service.Send(ctx, app, req)
	note(ctx, app, req, message)
	return message, err
}

func (n noting) SendLinked(ctx context.Context, mini muban.App, officialID string, req muban.SendRequest) (muban.Message, error) {
	message, err := n.Service.SendLinked(ctx, mini, officialID, req)
	note(ctx, mini, req, message)
	return message, err
}

func (n noting) SignInByCode(ctx context.Context, req messaging.SignIn) (messaging.SignedIn, error) {
	in, err := n.Service.SignInByCode(ctx, req)
	if err == nil {
		httpx.From(ctx).User = in.User.MainID()
	}
	return in, err
}

func (n noting) SignInTo(ctx context.Context, app muban.App, code string) (messaging.SignedIn, error) {
	in, err := n.Service.SignInTo(ctx, app, code)
	if err == nil {
		httpx.From(ctx).User = in.User.MainID()
	}
	return in, err
}

func (n noting) IssueUserToken(ctx context.Context, app muban.App, req messaging.UserTokenRequest) (messaging.UserToken, error) {
	token, err := n.Service.IssueUserToken(ctx, app, req)
	if err == nil {
		httpx.From(ctx).User = token.User.MainID()
	}
	return token, err
}

// note: the app is the one that called, also where the message is another's
// that is linked to it.
func note(ctx context.Context, app muban.App, req muban.SendRequest, message muban.Message) {
	x := httpx.From(ctx)
	x.CalledBy(app)
	x.User, x.GrantID, x.TemplateID, x.MessageID = req.To.ID, req.GrantID, req.TemplateID, message.ID
}
