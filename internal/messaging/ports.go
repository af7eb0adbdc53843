package messaging

import (
	"context"
	"time"

	"github.com/muban-dev/muban"
)

// Clock tells the time that governs every rule: the wall clock in production,
// the sandbox clock in development.
type Clock interface {
	Now() time.Time
}

// Pace holds sends back for a moment where an app's events fall behind them.
type Pace interface {
	// Wait returns when the app's next send may be accepted; its error is ctx's.
	Wait(ctx context.Context, appID string) error
}

// Store is all that messaging keeps. Every method is safe for concurrent use.
// What is not there is refused with muban.RuleNotFound, what is there already
// with muban.RuleConflict; other errors are the store's own.
type Store interface {
	AppStore
	AlipayStore
	TokenStore
	LoginStore
	UserStore
	LibraryStore
	TemplateStore
	GrantStore
	MessageStore
	CallbackStore
	OverviewStore
}

// AppStore keeps apps.
type AppStore interface {
	// CreateApp stores a new app and gives it its number.
	CreateApp(ctx context.Context, app muban.App) (muban.App, error)
	App(ctx context.Context, appID string) (muban.App, error)
	AppByNumber(ctx context.Context, number int64) (muban.App, error)
	Apps(ctx context.Context, page muban.Page) (muban.List[muban.App], error)
	// UpdateApp stores what edit makes of the app; an error of edit changes
	// nothing and is returned as it is.
	UpdateApp(ctx context.Context, appID string, edit func(*muban.App) error) (muban.App, error)
	// UpdateAppDropping is UpdateApp, and in the same transaction deletes those
	// of the app's templates that drop picks.
	UpdateAppDropping(ctx context.Context, appID string, edit func(*muban.App) error, drop func(muban.Template) bool) (muban.App, error)
	// DeleteApp takes everything of the app along.
	DeleteApp(ctx context.Context, appID string) error
}

// AlipayStore keeps what Alipay's apps have besides: the keys that the platform
// signs with, apart from the apps, and who may act for whom.
type AlipayStore interface {
	// CreateAlipayApp is CreateApp with the key that answers to the app are
	// signed with, both or neither.
	CreateAlipayApp(ctx context.Context, app muban.App, key muban.PrivateKey) (muban.App, error)
	// PlatformKey returns the key of an app or, for the empty id, that of the
	// installation's certificate authority.
	PlatformKey(ctx context.Context, appID string) (muban.PrivateKey, error)
	// AddAuthorityKey stores the authority's key, once.
	AddAuthorityKey(ctx context.Context, key muban.PrivateKey) error
	CreateAuthorization(ctx context.Context, a muban.Authorization) error
	// Authorization finds one by the app that is acted for and its token's hash.
	Authorization(ctx context.Context, appID string, hash []byte) (muban.Authorization, error)
}

// TokenStore keeps access tokens by their hash.
type TokenStore interface {
	Token(ctx context.Context, appID string, hash []byte) (muban.Token, error)
	// UpdateTokens reads the tokens in scope, newest first, and stores (by
	// hash) those that rule returns, in one transaction. rule may be called
	// again if the transaction has to be.
	UpdateTokens(ctx context.Context, scope muban.TokenScope, rule func([]muban.Token) ([]muban.Token, error)) error
	// DeleteTokens forgets every token of the app.
	DeleteTokens(ctx context.Context, appID string) error
}

// LoginStore keeps login codes by their hash.
type LoginStore interface {
	// CreateLoginCode stores a new code. Codes of the app that expired before
	// forget are dropped.
	CreateLoginCode(ctx context.Context, code muban.LoginCode, forget time.Time) error
	// UseLoginCode shows use the code as it is stored and stores the time of
	// use that it sets, and with it, where use returns one, the code that takes
	// its place; all in one transaction, which no other use of the code, on
	// whatever node, comes between. An error of use changes nothing and is
	// returned as it is. use may be called again if the transaction has to be.
	UseLoginCode(ctx context.Context, appID string, hash []byte, use func(*muban.LoginCode) (next *muban.LoginCode, err error)) error
}

// UserStore keeps users. A user is found by any of its ids.
type UserStore interface {
	// CreateUser stores a new user and gives it its number. All ids must be
	// free within the app.
	CreateUser(ctx context.Context, user muban.User) (muban.User, error)
	User(ctx context.Context, appID, id string) (muban.User, error)
	Users(ctx context.Context, appID string, page muban.Page) (muban.List[muban.User], error)
	UpdateUser(ctx context.Context, appID, id string, edit func(*muban.User) error) (muban.User, error)
	// DeleteUser takes the user's grants and login codes along; messages stay.
	DeleteUser(ctx context.Context, appID, id string) error
}

// LibraryStore keeps the public template libraries.
type LibraryStore interface {
	Title(ctx context.Context, platform muban.Platform, id string) (muban.Title, error)
	// TitleRange lists titles in the order they were added, and counts all.
	TitleRange(ctx context.Context, platform muban.Platform, r muban.Range) ([]muban.Title, int64, error)
	// Titles lists titles newest first whose id or title contains q.
	Titles(ctx context.Context, platform muban.Platform, q string, page muban.Page) (muban.List[muban.Title], error)
	CreateTitle(ctx context.Context, title muban.Title) (muban.Title, error)
	DeleteTitle(ctx context.Context, platform muban.Platform, id string) error
	// CreateKeywordRequest stores an application and gives it its number.
	CreateKeywordRequest(ctx context.Context, request muban.KeywordRequest) (muban.KeywordRequest, error)
	KeywordRequests(ctx context.Context, filter muban.KeywordRequestFilter, page muban.Page) (muban.List[muban.KeywordRequest], error)
	// DecideKeywordRequest shows decide an application and its title, nil where
	// that is gone, and stores what it makes of the application and of the
	// title's keywords, in one transaction that no other decision about the
	// two comes between. An error of decide changes nothing and is returned as
	// it is.
	DecideKeywordRequest(ctx context.Context, platform muban.Platform, seq int64, decide func(*muban.KeywordRequest, *muban.Title) error) (muban.KeywordRequest, error)
}

// TemplateStore keeps the apps' own templates.
type TemplateStore interface {
	// CreateTemplate stores a new template unless check, told how many the
	// app holds, refuses.
	CreateTemplate(ctx context.Context, template muban.Template, check func(held int64) error) (muban.Template, error)
	Template(ctx context.Context, appID, id string) (muban.Template, error)
	// TemplateRange lists templates in the order they were made, and counts all.
	TemplateRange(ctx context.Context, appID string, r muban.Range) ([]muban.Template, int64, error)
	Templates(ctx context.Context, appID string, page muban.Page) (muban.List[muban.Template], error)
	DeleteTemplate(ctx context.Context, appID, id string) error
}

// GrantStore keeps grants.
type GrantStore interface {
	// CreateGrants stores new grants, all or none, and gives them their
	// sequence numbers.
	CreateGrants(ctx context.Context, grants []muban.Grant) ([]muban.Grant, error)
	Grant(ctx context.Context, appID, id string) (muban.Grant, error)
	// GrantElsewhere reports whether some app of the platform has that grant.
	GrantElsewhere(ctx context.Context, platform muban.Platform, id string) (bool, error)
	Grants(ctx context.Context, appID string, filter muban.GrantFilter, now time.Time, page muban.Page) (muban.List[muban.Grant], error)
}

// MessageStore keeps messages.
type MessageStore interface {
	// Accept decides the send under the store's locks and, if it is accepted,
	// spends its grant and stores the message and its callback, which gets a
	// place in the outbox, on disk before it returns. A refusal stores nothing.
	// When neither can be known the error is muban.ErrOutcomeUnknown.
	Accept(ctx context.Context, send muban.Accept) (muban.Message, error)
	Message(ctx context.Context, id muban.MessageID) (muban.Message, error)
	Messages(ctx context.Context, filter muban.MessageFilter, page muban.Page) (muban.List[muban.Message], error)
	// Inbox lists what the users see: delivered messages, newest first, and
	// how many of all of theirs are unread.
	Inbox(ctx context.Context, owners muban.InboxOwners, page muban.Page) (muban.List[muban.Message], int64, error)
	// MarkRead sets the time of reading of a delivered message of that user,
	// once: a message read before stays as it is.
	MarkRead(ctx context.Context, appID string, userNo int64, id muban.MessageID, at time.Time) error
	// Changed returns a channel that is closed at the next change of any
	// message. Changes made by other nodes are seen by asking again.
	Changed() <-chan struct{}
}

// CallbackStore keeps the callbacks.
type CallbackStore interface {
	Callback(ctx context.Context, seq int64) (muban.Callback, error)
	Callbacks(ctx context.Context, filter muban.CallbackFilter, page muban.Page) (muban.List[muban.Callback], error)
	// ResendCallback makes a callback due now, with one more attempt than it
	// had left; one that was over has one.
	ResendCallback(ctx context.Context, seq int64, now time.Time) (muban.Callback, error)
}

// OverviewStore counts.
type OverviewStore interface {
	// Overview counts what the query says, at a cost that its Most bounds.
	Overview(ctx context.Context, query muban.OverviewQuery) (muban.Overview, error)
}
