package messaging

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/muban-dev/muban"
)

// sendAlipay checks in this order: push permission, parameters (page among
// them), template, keywords, form_id, daily limit. What the gateway looks at
// came before, in the dialect (docs/dialects/alipay.md).
func (s *Service) sendAlipay(ctx context.Context, app muban.App, req muban.SendRequest, now time.Time) (muban.Message, error) {
	if err := s.MayPush(app); err != nil {
		return muban.Message{}, err
	}
	if refusal := checkAlipayParameters(app, req); refusal != nil {
		return muban.Message{}, refusal
	}
	template, err := s.templateToSend(ctx, app, req.TemplateID)
	if err != nil {
		return muban.Message{}, err
	}
	if refusal := checkKeywords(template, req); refusal != nil {
		return muban.Message{}, refusal
	}
	user, err := s.alipayRecipient(ctx, app, req.To)
	if err != nil {
		return muban.Message{}, err
	}
	message := draft(app, user, template, req, now)
	if !plausibleID(req.GrantID) {
		return muban.Message{}, alipayGrant(nil, message)
	}
	return s.accept(ctx, app, message, func(g *muban.Grant) *muban.Refusal {
		return alipayGrant(g, message)
	})
}

func checkAlipayParameters(app muban.App, req muban.SendRequest) *muban.Refusal {
	missing := func(parameter, wanted string) *muban.Refusal {
		return muban.Refuse(muban.RuleRequestMissing, "parameter", parameter, "wanted", wanted)
	}
	switch {
	case req.To.ID == "":
		return missing("to_user_id", "a user's 2088… id, or to_open_id the newer one")
	case req.TemplateID == "":
		return missing("user_template_id", "the id of one of the app's templates")
	case req.GrantID == "":
		return missing("form_id", "a form's id or a trade number")
	}
	return checkPage(app, req.Page)
}

// The most characters of the ids in biz_content (protocol.md §5.1): what is
// longer could never be sent with. open_id, of which a send takes 20, is the
// user's other name elsewhere too, and is not bounded.
const (
	longestAlipayGrant    = 64
	longestAlipayTemplate = 64
	longestAlipayOpenID   = 128
)

// checkSendable refuses a new id that no send on the platform could name.
func checkSendable(p muban.Platform, field, id string, most int) error {
	if n := utf8.RuneCountInString(id); p == muban.Alipay && n > most {
		return invalid(field, id, fmt.Sprintf("at most %d characters (these are %d): a send on alipay takes no more", most, n))
	}
	return nil
}

// longestKeyword is the most characters of a keyword's value (protocol.md
// §5.1).
const longestKeyword = 50

// checkKeywords: data has the template's keywords, all of them with a value and
// no others (protocol.md §5.4, USER_TEMPLATE_LACK_KEYWORD), none of them too
// long.
func checkKeywords(template muban.Template, req muban.SendRequest) *muban.Refusal {
	data := req.Data
	var lacking, unknown []string
	wanted := make(map[string]bool, len(template.Keywords))
	for _, k := range template.Keywords {
		_, given := data[k.Key]
		switch {
		case wanted[k.Key]: // the template has it twice
		case !given:
			lacking = append(lacking, k.Key)
		case slices.Contains(req.Valueless, k.Key):
			lacking = append(lacking, k.Key+".value")
		}
		wanted[k.Key] = true
	}
	keys := make([]string, 0, len(data))
	for key := range data {
		keys = append(keys, key)
		if !wanted[key] {
			unknown = append(unknown, quote(key))
		}
	}
	if len(lacking)+len(unknown) > 0 {
		slices.Sort(unknown)
		return muban.Refuse(muban.RuleKeywordsMatch, "template_id", template.ID,
			"missing", orNone(lacking), "unknown", orNone(unknown))
	}
	slices.Sort(keys)
	for _, key := range keys {
		if n := utf8.RuneCountInString(data[key].Text); n > longestKeyword {
			return muban.Refuse(muban.RuleKeywordLength, "key", key, "length", strconv.Itoa(n), "most", strconv.Itoa(longestKeyword))
		}
	}
	return nil
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// alipayRecipient finds the recipient: to_user_id is the 2088… id, to_open_id
// either of a user's ids. One that names nobody is no error of its own: the
// form or trade, which belongs to somebody else, is refused.
func (s *Service) alipayRecipient(ctx context.Context, app muban.App, to muban.Recipient) (muban.User, error) {
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
	if user.OpenID == to.ID || to.AnyID && user.AlipayOpenID == to.ID {
		return user, nil
	}
	return muban.User{}, nil
}

// alipayGrant: protocol.md §5.4 and §5.7. The refusal of one that does not
// exist says in "kind" what it looks like: a trade number is all digits.
func alipayGrant(g *muban.Grant, m *muban.Message) *muban.Refusal {
	if g == nil {
		refusal := unknownGrant(m)
		refusal.Values["kind"] = string(muban.GrantForm)
		if strings.Trim(m.GrantID, digits) == "" {
			refusal.Values["kind"] = string(muban.GrantPayment)
		}
		return refusal
	}
	if refusal := grantOwner(g, m); refusal != nil {
		return refusal
	}
	return grantSpendable(g, m.AcceptedAt)
}
