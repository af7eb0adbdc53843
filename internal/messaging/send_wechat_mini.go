package messaging

import (
	"context"
	"time"

	"github.com/muban-dev/muban"
)

// sendWeChatMini checks in this order: touser, template, page, form_id, daily
// limit. Token, method and body came before, in the dialect (decisions.md).
func (s *Service) sendWeChatMini(ctx context.Context, app muban.App, req muban.SendRequest, now time.Time) (muban.Message, error) {
	user, err := s.weChatRecipient(ctx, app, req.To.ID)
	if err != nil {
		return muban.Message{}, err
	}
	template, err := s.templateToSend(ctx, app, req.TemplateID)
	if err != nil {
		return muban.Message{}, err
	}
	if refusal := checkPage(app, req.Page); refusal != nil {
		return muban.Message{}, refusal
	}
	if refusal := checkFormID(app, req.GrantID); refusal != nil {
		return muban.Message{}, refusal
	}
	message := draft(app, user, template, req, now)
	return s.accept(ctx, app, message, func(g *muban.Grant) *muban.Refusal {
		return weChatMiniGrant(g, message)
	})
}

// weChatRecipient finds the user of an openid. Only the openid addresses a
// send; the union id does not.
func (s *Service) weChatRecipient(ctx context.Context, app muban.App, openID string) (muban.User, error) {
	if openID == "" {
		return muban.User{}, muban.Refuse(muban.RuleRecipientMissing, "parameter", "touser")
	}
	if plausibleID(openID) {
		user, err := s.cachedUser(ctx, app.ID, openID)
		if err == nil && user.OpenID == openID {
			return user, nil
		}
		if err != nil && !notFound(err) {
			return muban.User{}, err
		}
	}
	return muban.User{}, muban.Refuse(muban.RuleRecipientUnknown, "app_id", app.ID, "user", quote(openID))
}

// The developer tools put these texts where a phone puts a form id.
const (
	mockFormID    = "the formId is a mock one"
	retiredFormID = "the formId is no longer available in develop or trial version"
)

func checkFormID(app muban.App, id string) *muban.Refusal {
	switch {
	case id == "":
		return muban.Refuse(muban.RuleGrantMissing, "parameter", "form_id")
	case id == mockFormID || id == retiredFormID:
		return muban.Refuse(muban.RuleGrantMock, "grant_id", id)
	case !plausibleID(id):
		return muban.Refuse(muban.RuleGrantUnknown, "app_id", app.ID, "grant_id", quote(id))
	}
	return nil
}
