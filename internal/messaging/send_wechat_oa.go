package messaging

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// sendWeChatOA checks in this order: touser, then what every message of an
// official account needs. Token, method, body and data came before, in the
// dialect (decisions.md).
func (s *Service) sendWeChatOA(ctx context.Context, app muban.App, req muban.SendRequest, now time.Time) (muban.Message, error) {
	user, err := s.weChatRecipient(ctx, app, req.To.ID)
	if err != nil {
		return muban.Message{}, err
	}
	return s.sendOfficial(ctx, app, user, req, now)
}

// sendOfficial checks in this order: whether the user follows, template, mini
// program, client_msg_id, daily limit. Who follows needs no grant.
func (s *Service) sendOfficial(ctx context.Context, app muban.App, user muban.User, req muban.SendRequest, now time.Time) (muban.Message, error) {
	if !user.Following {
		return muban.Message{}, muban.Refuse(muban.RuleRecipientFollows, "app_id", app.ID, "user", quote(user.OpenID))
	}
	template, err := s.templateToSend(ctx, app, req.TemplateID)
	if err != nil {
		return muban.Message{}, err
	}
	if err := s.checkMiniProgram(ctx, req.MiniProgram); err != nil {
		return muban.Message{}, err
	}
	if n := len(req.ClientMsgID); n > longestID {
		return muban.Message{}, muban.Refuse(muban.RuleClientMsgIDSize, "bytes", strconv.Itoa(n), "most", strconv.Itoa(longestID))
	}
	return s.accept(ctx, app, draft(app, user, template, req, now), nil)
}

// checkMiniProgram refuses a message that would lead to a mini program that
// does not exist here, or to a page that it does not have. It need not be
// linked to the account.
func (s *Service) checkMiniProgram(ctx context.Context, to muban.MiniProgram) error {
	if to.AppID == "" {
		return nil
	}
	unknown := muban.Refuse(muban.RuleMiniProgramUnknown, "mini_program", quote(to.AppID))
	if !plausibleID(to.AppID) {
		return unknown
	}
	app, err := s.cachedApp(ctx, to.AppID)
	if notFound(err) || err == nil && app.Platform != muban.WeChatMini {
		return unknown
	}
	if err != nil {
		return err
	}
	if !hasPage(app, to.PagePath) {
		return muban.Refuse(muban.RuleMiniProgramPage, "mini_program", app.ID, "page", quote(to.PagePath), "pages", strings.Join(app.Pages, ", "))
	}
	return nil
}

// SendLinked sends a message of an official account for a mini program that is
// linked to it: the official account's half of uniform_send (protocol.md §2.3).
// The message is the account's, and counts towards its limit. It is addressed
// by an openid of the account, or by one of the mini program, whose person
// then has to be a user of the account, found by the union id.
//
// Besides refusals the error may be muban.ErrOutcomeUnknown.
func (s *Service) SendLinked(ctx context.Context, mini muban.App, officialID string, req muban.SendRequest) (muban.Message, error) {
	official, err := s.linkedOfficial(ctx, mini, officialID)
	if err != nil {
		return muban.Message{}, err
	}
	user, err := s.linkedRecipient(ctx, mini, official, req.To.ID)
	if err != nil {
		return muban.Message{}, err
	}
	req.To.ID = user.OpenID // what the account's events name
	return retryStale(func() (muban.Message, error) { return s.sendOfficial(ctx, official, user, req, s.clock.Now()) })
}

// linkedOfficial finds the official account. It is enough that one of the two
// names the other among its linked apps.
func (s *Service) linkedOfficial(ctx context.Context, mini muban.App, id string) (muban.App, error) {
	other := "the official account, whose appid is missing"
	if id != "" {
		other = quote(id)
	}
	refusal := muban.Refuse(muban.RuleAppLinked, "app_id", mini.ID, "other", other)
	if !plausibleID(id) {
		return muban.App{}, refusal
	}
	official, err := s.cachedApp(ctx, id)
	if err != nil && !notFound(err) {
		return muban.App{}, err
	}
	if err != nil || official.Platform != muban.WeChatOA ||
		!slices.Contains(official.LinkedApps, mini.ID) && !slices.Contains(mini.LinkedApps, official.ID) {
		return muban.App{}, refusal
	}
	return official, nil
}

func (s *Service) linkedRecipient(ctx context.Context, mini, official muban.App, openID string) (muban.User, error) {
	user, refusal := s.weChatRecipient(ctx, official, openID)
	if !isRule(refusal, muban.RuleRecipientUnknown) {
		return user, refusal
	}
	person, err := s.weChatRecipient(ctx, mini, openID)
	if isRule(err, muban.RuleRecipientUnknown) {
		return muban.User{}, refusal
	}
	if err != nil {
		return muban.User{}, err
	}
	user, err = s.cachedUser(ctx, official.ID, person.UnionID)
	if notFound(err) || err == nil && user.UnionID != person.UnionID {
		return muban.User{}, refusal
	}
	return user, err
}
