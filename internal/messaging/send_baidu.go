package messaging

import (
	"context"
	"time"

	"github.com/muban-dev/muban"
)

// MayPush refuses an app without push permission. Baidu asks this before it
// reads a send's parameters (seed 000, 6001), and so does Alipay.
func (s *Service) MayPush(app muban.App) error {
	if !app.PushAllowed {
		return muban.Refuse(muban.RulePushAllowed, "app_id", app.ID)
	}
	return nil
}

// sendBaidu checks in this order: push permission, parameters (page among
// them), template, scene (decisions.md).
func (s *Service) sendBaidu(ctx context.Context, app muban.App, req muban.SendRequest, now time.Time) (muban.Message, error) {
	if err := s.MayPush(app); err != nil {
		return muban.Message{}, err
	}
	if refusal := checkBaiduParameters(app, req); refusal != nil {
		return muban.Message{}, refusal
	}
	template, err := s.templateToSend(ctx, app, req.TemplateID)
	if err != nil {
		return muban.Message{}, err
	}
	user, err := s.baiduRecipient(ctx, app, req.To)
	if err != nil {
		return muban.Message{}, err
	}
	message := draft(app, user, template, req, now)
	if !plausibleID(req.GrantID) {
		return muban.Message{}, baiduScene(nil, message, req)
	}
	return s.accept(ctx, app, message, func(g *muban.Grant) *muban.Refusal {
		return baiduScene(g, message, req)
	})
}

// baiduRecipient finds the recipient. An id that names nobody is no error of
// its own on Baidu: the scene, which belongs to somebody else, is refused.
func (s *Service) baiduRecipient(ctx context.Context, app muban.App, to muban.Recipient) (muban.User, error) {
	if !plausibleID(to.ID) {
		return muban.User{}, nil
	}
	user, err := s.cachedUser(ctx, app.ID, to.ID)
	if notFound(err) {
		return muban.User{}, nil
	}
	if err != nil {
		return muban.User{}, err
	}
	addressed := user.OpenID
	if to.Guest {
		addressed = user.SwanID
	}
	if addressed != to.ID {
		return muban.User{}, nil
	}
	return user, nil
}

func checkBaiduParameters(app muban.App, req muban.SendRequest) *muban.Refusal {
	missing := func(parameter, wanted string) *muban.Refusal {
		return muban.Refuse(muban.RuleRequestParameter, "parameter", parameter, "value", "missing or empty", "wanted", wanted)
	}
	switch {
	case req.TemplateID == "":
		return missing("template_id", "the id of one of the app's templates")
	case req.To.ID == "":
		return missing("touser_openId", "given, or touser for a guest")
	case req.GrantID == "":
		return missing("scene_id", "the id of a form or an order")
	case req.GrantKind == "":
		return missing("scene_type", "1 (form), 2 (cashier order) or 3 (direct order)")
	case req.Review != nil && (req.To.Guest || req.Review.CategoryID == "" || req.Review.XzhID == ""):
		return muban.Refuse(muban.RuleRequestParameter, "parameter", "ext", "value", quote(req.Ext),
			"wanted", `{"xzh_id":…,"category_id":…} with both members, and sent with touser_openId`)
	}
	return checkPage(app, req.Page)
}
