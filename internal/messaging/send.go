package messaging

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// Send accepts or refuses a template message by the rules of the app's
// platform. An accepted message is on disk when Send returns.
//
// Besides refusals the error may be muban.ErrOutcomeUnknown.
func (s *Service) Send(ctx context.Context, app muban.App, req muban.SendRequest) (muban.Message, error) {
	return retryStale(func() (muban.Message, error) { return s.send(ctx, app, req) })
}

func (s *Service) send(ctx context.Context, app muban.App, req muban.SendRequest) (muban.Message, error) {
	now := s.clock.Now()
	switch app.Platform {
	case muban.WeChatMini:
		return s.sendWeChatMini(ctx, app, req, now)
	case muban.WeChatOA:
		return s.sendWeChatOA(ctx, app, req, now)
	case muban.Baidu:
		return s.sendBaidu(ctx, app, req, now)
	case muban.Alipay:
		return s.sendAlipay(ctx, app, req, now)
	default:
		return muban.Message{}, muban.Refuse(muban.RuleNotOnPlatform, "platform", string(app.Platform), "object", "send call here")
	}
}

// accept hands a send that passed every other check to the store, where its
// grant, by grantRule (nil where the platform needs none), and the app's daily
// limit decide. The rules hold a pointer to the draft and nothing larger: they
// live as long as the send waits.
func (s *Service) accept(ctx context.Context, app muban.App, m *muban.Message, grantRule func(*muban.Grant) *muban.Refusal) (muban.Message, error) {
	told := callback(&app, m)
	if told != nil && s.pace != nil {
		if err := s.pace.Wait(ctx, app.ID); err != nil {
			return muban.Message{}, err
		}
	}
	limit := app.DailyLimit
	accepted, err := s.store.Accept(ctx, muban.Accept{
		Message: *m, Callback: told, RepeatWithin: repeatWithin(m),
		Decide: func(l muban.Ledger) *muban.Refusal {
			if grantRule != nil {
				if refusal := grantRule(l.Grant); refusal != nil {
					return refusal
				}
			}
			return dailyLimit(m, limit, l.SentToday)
		},
	})
	switch {
	case isRule(err, muban.RuleGrantUnknown):
		err = s.elsewhere(ctx, m, err)
	case isRule(err, muban.RuleTemplateUnknown):
		s.templates.Forget(templateKey{m.AppID, m.TemplateID})
		err = &stale{err}
	case isRule(err, muban.RuleGrantOwner) && s.isAnother(ctx, m):
		err = &stale{err}
	}
	return accepted, err
}

// isAnother reports whether the recipient's id is another user's by now than the
// one that was cached: another node made it anew. Then that one is cached.
func (s *Service) isAnother(ctx context.Context, m *muban.Message) bool {
	if m.UserNo == 0 { // it was nobody's
		return false
	}
	s.users.Forget(userKey{m.AppID, m.UserID})
	user, err := s.cachedUser(ctx, m.AppID, m.UserID)
	return err == nil && user.No != m.UserNo
}

// stale is the store's refusal of a send whose template was there a moment ago,
// or whose recipient was another, by what was cached.
type stale struct{ error }

func (e *stale) Unwrap() error { return e.error }

// retryStale has a send that met what is stale judged once more: another node
// may have made the template anew, with other keywords perhaps, or the user.
func retryStale(send func() (muban.Message, error)) (muban.Message, error) {
	message, err := send()
	if err == nil {
		return message, nil
	}
	if _, met := errors.AsType[*stale](err); met {
		return send()
	}
	return message, err
}

// repeatWithin is for how long a send with the same client_msg_id repeats this
// one; 0 where it has none.
func repeatWithin(m *muban.Message) time.Duration {
	if m.ClientMsgID == "" {
		return 0
	}
	return muban.RulesOf(m.Platform).RepeatWithin
}

// elsewhere tells a grant that belongs to another app from one that exists
// nowhere: seed 000, Q&A 1 ("请检查 appkey").
func (s *Service) elsewhere(ctx context.Context, m *muban.Message, refusal error) error {
	exists, err := s.store.GrantElsewhere(ctx, m.Platform, m.GrantID)
	if err != nil {
		return err
	}
	if exists {
		return muban.Refuse(muban.RuleGrantApp, "app_id", m.AppID, "grant_id", quote(m.GrantID))
	}
	return refusal
}

// dailyLimit refuses a send past the app's limit of its day (seed 002, 45009).
func dailyLimit(m *muban.Message, limit *int64, sent int64) *muban.Refusal {
	if limit == nil || sent < *limit {
		return nil
	}
	return muban.Refuse(muban.RuleDailyLimit, "app_id", m.AppID,
		"sent", strconv.FormatInt(sent, 10), "day", muban.PlatformTime(m.AcceptedAt).Format(time.DateOnly),
		"limit", strconv.FormatInt(*limit, 10))
}

// draft is the message that a request becomes once it is accepted, its end
// included.
func draft(app muban.App, user muban.User, template muban.Template, req muban.SendRequest, now time.Time) *muban.Message {
	m := &muban.Message{
		AppID: app.ID, Platform: app.Platform, UserNo: user.No, UserID: req.To.ID,
		TemplateID: template.ID, TemplateSeq: template.Seq, Data: req.Data,
		Page: req.Page, URL: req.URL, MiniProgram: req.MiniProgram,
		EmphasisKeyword: req.EmphasisKeyword, Color: req.Color, Ext: req.Ext, ClientMsgID: req.ClientMsgID,
		GrantID: req.GrantID, GrantKind: req.GrantKind, AcceptedAt: now,
	}
	finish(m, user)
	return m
}

// templateToSend finds the template of a send.
func (s *Service) templateToSend(ctx context.Context, app muban.App, id string) (muban.Template, error) {
	if id == "" {
		return muban.Template{}, muban.Refuse(muban.RuleTemplateMissing, "app_id", app.ID)
	}
	if plausibleID(id) {
		template, err := s.cachedTemplate(ctx, app.ID, id)
		if !notFound(err) {
			return template, err
		}
	}
	return muban.Template{}, muban.Refuse(muban.RuleTemplateUnknown, "app_id", app.ID, "template_id", quote(id))
}

// checkPage compares the page without its leading slash and its query with
// the app's pages. No pages means every page; no page means no jump.
func checkPage(app muban.App, page string) *muban.Refusal {
	if hasPage(app, page) {
		return nil
	}
	return muban.Refuse(muban.RulePageUnknown, "page", quote(page), "pages", strings.Join(app.Pages, ", "))
}

func hasPage(app muban.App, page string) bool {
	if page == "" || len(app.Pages) == 0 {
		return true
	}
	wanted := barePage(page)
	return slices.ContainsFunc(app.Pages, func(known string) bool { return barePage(known) == wanted })
}

func barePage(page string) string {
	page = strings.TrimPrefix(page, "/")
	if end := strings.IndexAny(page, "?#"); end >= 0 {
		page = page[:end]
	}
	return page
}
