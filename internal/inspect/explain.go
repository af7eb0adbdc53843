package inspect

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

// Ledger is what the inspector asks when it explains a refusal: how things are
// now, which may be later than the call.
type Ledger interface {
	Grant(ctx context.Context, appID, id string) (muban.Grant, error)
	Grants(ctx context.Context, appID string, query messaging.GrantQuery, page muban.Page) (muban.List[muban.Grant], error)
	Message(ctx context.Context, id muban.MessageID) (muban.Message, error)
	Templates(ctx context.Context, appID string, page muban.Page) (muban.List[muban.Template], error)
	Users(ctx context.Context, appID string, page muban.Page) (muban.List[muban.User], error)
}

var _ Ledger = (*messaging.Service)(nil)

// mostExamples bounds what is named of what would have been accepted.
const mostExamples = 3

// Explain tells of a refused call what its refusal does not say. A call that
// was not refused has no explanation, and what was deleted since is not told
// of. Errors are the ledger's.
func (i *Inspector) Explain(ctx context.Context, c muban.Call) (muban.Explanation, error) {
	if c.Refusal == nil {
		return muban.Explanation{}, nil
	}
	e := &explaining{Inspector: i, call: c}
	topic, _, _ := strings.Cut(string(c.Refusal.Rule), ".")
	var err error
	switch topic {
	case "grant":
		err = e.grant(ctx)
	case "token":
		e.token()
	case "login", "refresh":
		e.login()
	case "authorization":
		e.authorization()
	case "template":
		if c.Refusal.Kind == muban.KindTemplateUnknown || c.Refusal.Kind == muban.KindTemplateMissing {
			err = e.templates(ctx)
		}
	case "recipient":
		if c.Refusal.Kind == muban.KindRecipientUnknown {
			err = e.recipients(ctx)
		}
	}
	if err != nil && !isGone(err) {
		return muban.Explanation{}, err
	}
	return e.told(), nil
}

// explaining is the work on one call.
type explaining struct {
	*Inspector
	call     muban.Call
	accepted muban.Words
	story    []muban.StoryEvent
}

// told is the explanation, with the call at its place in the story.
func (e *explaining) told() muban.Explanation {
	if len(e.story) > 0 {
		e.happened(e.call.At, "this call was refused", "本次调用被拒绝", muban.StoryEvent{CallID: e.call.ID})
		slices.SortStableFunc(e.story, func(a, b muban.StoryEvent) int { return a.At.Compare(b.At) })
	}
	return muban.Explanation{Accepted: e.accepted, Story: e.story}
}

// happened adds to the story; by says what it happened by.
func (e *explaining) happened(at time.Time, english, chinese string, by muban.StoryEvent) {
	by.At, by.Words = at, muban.Words{English: english, Chinese: chinese}
	e.story = append(e.story, by)
}

// isGone reports whether something was deleted since, or never was.
func isGone(err error) bool {
	refusal, is := errors.AsType[*muban.Refusal](err)
	return is && (refusal.Kind == muban.KindNotFound || refusal.Kind == muban.KindRecipientUnknown || refusal.Kind == muban.KindAppUnknown)
}

// examples joins what would have been accepted, with a mark where there is
// more.
func examples[T any](list muban.List[T], name func(T) string) string {
	names := make([]string, len(list.Items))
	for i, item := range list.Items {
		names[i] = name(item)
	}
	text := strings.Join(names, ", ")
	if list.Next != 0 {
		text += ", …"
	}
	return text
}

// refusing is the app by whose things the call was refused: in uniform_send it
// may be the official account, not the mini program that called.
func (e *explaining) refusing() string {
	return cmp.Or(e.call.Refusal.Values["app_id"], e.call.AppID)
}

func (e *explaining) templates(ctx context.Context) error {
	appID := e.refusing()
	found, err := e.options.Ledger.Templates(ctx, appID, muban.Page{Limit: mostExamples})
	if err != nil {
		return err
	}
	if len(found.Items) == 0 {
		e.accepted = muban.Words{
			English: "app " + appID + " has no templates yet; add one from the library",
			Chinese: "应用 " + appID + " 还没有模板；请先从模板库添加",
		}
		return nil
	}
	names := examples(found, func(t muban.Template) string { return t.ID + " (" + t.Title + ")" })
	e.accepted = muban.Words{English: "one of the app's templates: " + names, Chinese: "应用已有的模板：" + names}
	return nil
}

func (e *explaining) recipients(ctx context.Context) error {
	appID := e.refusing()
	found, err := e.options.Ledger.Users(ctx, appID, muban.Page{Limit: mostExamples})
	if err != nil {
		return err
	}
	if len(found.Items) == 0 {
		e.accepted = muban.Words{English: "app " + appID + " has no users yet; create one", Chinese: "应用 " + appID + " 还没有用户；请先创建"}
		return nil
	}
	names := examples(found, muban.User.MainID)
	e.accepted = muban.Words{English: "one of the app's users: " + names, Chinese: "应用已有的用户：" + names}
	return nil
}
