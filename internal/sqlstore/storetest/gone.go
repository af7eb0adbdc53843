package storetest

import (
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// goneApp: whoever read an app before it was deleted stores nothing for it any
// more, and so the next app of the same id finds nothing.
func goneApp(t *testing.T, b *bundle) {
	code := b.newLoginCode("before")
	agent := b.newApp(muban.Alipay, "2021000000000001")
	send := b.send("")
	send.Callback = b.callback()
	send.Decide = func(muban.Ledger) *muban.Refusal { return nil }
	b.must(b.DeleteApp(b.ctx, b.app.ID))

	_, err := b.Accept(b.ctx, send)
	b.refused(err, muban.RuleTemplateUnknown)
	_, err = b.CreateUser(b.ctx, muban.User{AppID: b.app.ID, OpenID: "oLate"})
	b.refused(err, muban.RuleNotFound)
	_, err = b.UpdateUser(b.ctx, b.app.ID, b.user.OpenID, func(*muban.User) error { return nil })
	b.refused(err, muban.RuleNotFound)
	_, err = b.CreateTemplate(b.ctx, muban.Template{AppID: b.app.ID, ID: "late"}, func(int64) error { return nil })
	b.refused(err, muban.RuleNotFound)
	_, err = b.CreateGrants(b.ctx, []muban.Grant{{AppID: b.app.ID, ID: "late", UserNo: b.user.No}})
	b.refused(err, muban.RuleNotFound)
	b.refused(b.UpdateTokens(b.ctx, muban.TokenScope{AppID: b.app.ID, Kind: muban.TokenPlain, Now: b.now}, func([]muban.Token) ([]muban.Token, error) {
		return []muban.Token{{AppID: b.app.ID, Hash: []byte("late"), Kind: muban.TokenPlain, IssuedAt: b.now}}, nil
	}), muban.RuleNotFound)
	late := code
	late.Hash = []byte("late")
	b.refused(b.CreateLoginCode(b.ctx, late, b.now), muban.RuleNotFound)
	b.refused(b.UseLoginCode(b.ctx, b.app.ID, code.Hash, func(*muban.LoginCode) (*muban.LoginCode, error) { return &late, nil }), muban.RuleNotFound)
	_, err = b.CreateKeywordRequest(b.ctx, muban.KeywordRequest{Platform: b.app.Platform, AppID: b.app.ID, State: muban.RequestPending})
	b.refused(err, muban.RuleNotFound)
	for _, a := range []muban.Authorization{{AppID: b.app.ID, AgentID: agent.ID}, {AppID: agent.ID, AgentID: b.app.ID}} {
		a.Hash = []byte("late")
		b.refused(b.CreateAuthorization(b.ctx, a), muban.RuleNotFound)
	}

	again := b.newApp(b.app.Platform, b.app.ID)
	_, err = b.Accept(b.ctx, send) // the app has its old id, and is another
	b.refused(err, muban.RuleTemplateUnknown)
	_, err = b.CreateGrants(b.ctx, []muban.Grant{{AppID: again.ID, ID: "late", UserNo: b.user.No}})
	b.refused(err, muban.RuleNotFound)
	b.holdsNothing(again)
}

// holdsNothing checks that an app has nothing of another, and that nobody
// waits for a push.
func (b *bundle) holdsNothing(app muban.App) {
	b.t.Helper()
	page := muban.Page{Limit: 10}
	users, err := b.Users(b.ctx, app.ID, page)
	b.must(err)
	templates, err := b.Templates(b.ctx, app.ID, page)
	b.must(err)
	grants, err := b.Grants(b.ctx, app.ID, muban.GrantFilter{}, b.now, page)
	b.must(err)
	messages, err := b.Messages(b.ctx, muban.MessageFilter{}, page)
	b.must(err)
	callbacks, err := b.Callbacks(b.ctx, muban.CallbackFilter{}, page)
	b.must(err)
	if len(users.Items)+len(templates.Items)+len(grants.Items)+len(messages.Items)+len(callbacks.Items) != 0 {
		b.t.Errorf("it has %v, %v, %v, %v, %v", users.Items, templates.Items, grants.Items, messages.Items, callbacks.Items)
	}
	_, err = b.Token(b.ctx, app.ID, []byte("late"))
	b.refused(err, muban.RuleNotFound)
	if due, waiting, err := b.NextDue(b.ctx); err != nil || waiting {
		b.t.Errorf("a push is due at %s, error %v", due, err)
	}
}

func goneUser(_ *testing.T, b *bundle) {
	code := b.newLoginCode("late")
	b.must(b.DeleteUser(b.ctx, b.app.ID, b.user.OpenID))
	_, err := b.CreateGrants(b.ctx, []muban.Grant{{AppID: b.app.ID, ID: "late", UserNo: b.user.No, ExpiresAt: b.now.Add(time.Hour)}})
	b.refused(err, muban.RuleNotFound)
	code.Hash = []byte("later")
	b.refused(b.CreateLoginCode(b.ctx, code, b.now), muban.RuleNotFound)

	send := b.send("")
	send.Decide = func(muban.Ledger) *muban.Refusal { return nil }
	b.must(b.DeleteTemplate(b.ctx, b.app.ID, b.template.ID))
	_, err = b.Accept(b.ctx, send)
	b.refused(err, muban.RuleTemplateUnknown)
	again := b.newTemplate(b.app, b.template.ID)
	_, err = b.Accept(b.ctx, send)
	b.refused(err, muban.RuleTemplateUnknown)
	send.Message.TemplateSeq = again.Seq
	_, err = b.Accept(b.ctx, send)
	b.must(err)
}
