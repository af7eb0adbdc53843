package messaging

import (
	"context"
	"slices"
	"time"

	"github.com/muban-dev/muban"
)

// MessageQuery selects messages; empty members select everything.
type MessageQuery struct {
	AppID      string
	User       string // any id of a user; needs AppID
	State      muban.State
	TemplateID string
	GrantID    string
	After      muban.MessageID
	From, To   time.Time // when it was accepted; To itself is out
}

// Message returns one message.
func (s *Service) Message(ctx context.Context, id muban.MessageID) (muban.Message, error) {
	return s.store.Message(ctx, id)
}

// Hold says how long an answer is held until there is something to answer.
type Hold struct {
	For time.Duration // 0 does not hold
	// Stop ends the hold when it is closed; may be nil.
	Stop <-chan struct{}
}

// Messages lists messages, newest first. It holds the answer until at least
// one matches; then, or when the hold is over, it answers what there is.
func (s *Service) Messages(ctx context.Context, query MessageQuery, page muban.Page, hold Hold) (muban.List[muban.Message], error) {
	filter, err := s.messageFilter(ctx, query)
	if err != nil {
		return muban.List[muban.Message]{}, err
	}
	timer := time.NewTimer(hold.For)
	defer timer.Stop()
	for {
		changed := s.store.Changed()
		found, err := s.store.Messages(ctx, filter, page)
		if err != nil || len(found.Items) > 0 || hold.For <= 0 {
			return found, err
		}
		if !waitForChange(ctx, changed, hold.Stop, timer) {
			return found, nil
		}
	}
}

// waitPoll is how often a waiting list looks for what other nodes did.
const waitPoll = 250 * time.Millisecond

// waitForChange waits for a change or, to see other nodes' changes, a moment.
// It returns false when the wait is over.
func waitForChange(ctx context.Context, changed, stop <-chan struct{}, end *time.Timer) bool {
	poll := time.NewTimer(waitPoll)
	defer poll.Stop()
	select {
	case <-changed:
	case <-poll.C:
	case <-end.C:
		return false
	case <-stop:
		return false
	case <-ctx.Done():
		return false
	}
	return true
}

func (s *Service) messageFilter(ctx context.Context, query MessageQuery) (muban.MessageFilter, error) {
	filter := muban.MessageFilter{
		AppID: query.AppID, State: query.State, TemplateID: query.TemplateID,
		GrantID: query.GrantID, AfterSeq: query.After.Seq(), From: query.From, To: query.To,
	}
	if query.State != "" && !slices.Contains(muban.States(), query.State) {
		return filter, invalid("state", string(query.State), "accepted, delivered, refused or failed")
	}
	if query.AppID != "" {
		if _, err := s.App(ctx, query.AppID); err != nil {
			return filter, err
		}
	}
	if query.User == "" {
		return filter, nil
	}
	if query.AppID == "" {
		return filter, invalid("user", query.User, "given with app_id, since ids are unique within an app only")
	}
	user, err := s.User(ctx, query.AppID, query.User)
	filter.UserNo = user.No
	return filter, err
}

// Inbox is what a user sees.
type Inbox struct {
	Messages muban.List[muban.Message]
	Unread   int64
}

// Inbox lists what one user of an app sees, newest first.
func (s *Service) Inbox(ctx context.Context, appID, userID string, page muban.Page) (Inbox, error) {
	user, err := s.User(ctx, appID, userID)
	if err != nil {
		return Inbox{}, err
	}
	messages, unread, err := s.store.Inbox(ctx, muban.InboxOwners{AppID: appID, UserNo: user.No}, page)
	return Inbox{messages, unread}, err
}

// PersonInbox lists what one person sees over all apps, newest first.
func (s *Service) PersonInbox(ctx context.Context, unionID string, page muban.Page) (Inbox, error) {
	if !plausibleID(unionID) {
		return Inbox{}, invalid("union_id", unionID, "the union_id of a person")
	}
	messages, unread, err := s.store.Inbox(ctx, muban.InboxOwners{UnionID: unionID}, page)
	return Inbox{messages, unread}, err
}

// MarkRead notes that the user read a message in its inbox.
func (s *Service) MarkRead(ctx context.Context, appID, userID string, id muban.MessageID) error {
	user, err := s.User(ctx, appID, userID)
	if err != nil {
		return err
	}
	return s.store.MarkRead(ctx, appID, user.No, id, s.clock.Now())
}
