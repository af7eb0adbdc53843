package messaging_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

func TestWeChatOASend(t *testing.T) {
	t.Parallel()
	good := func(s *scene) muban.SendRequest {
		return muban.SendRequest{
			To: muban.Recipient{ID: s.user.OpenID}, TemplateID: s.template.ID, URL: "http://weixin.qq.com/download",
			Data: map[string]muban.Value{"first": {Text: "您好", Color: "#173177"}},
		}
	}
	none := int64(0)
	follow := func(following bool) func(*scene) {
		return func(s *scene) { s.edit(func(u *muban.User) { u.Following = following }) }
	}
	// mini makes a mini program with those pages.
	mini := func(s *scene, pages ...string) string {
		app, err := s.CreateApp(s.t.Context(), messaging.NewApp{Platform: muban.WeChatMini, Name: "mini", Settings: muban.Settings{Pages: pages}})
		s.must(err)
		return app.ID
	}
	runSendRows(t, muban.WeChatOA, "TM00015", good, []sendRow{
		{name: "good", source: "seed 004, 请求接口"},
		{name: "no url, no data", source: "seed 004: URL置空", edit: func(_ *scene, r *muban.SendRequest) { r.URL, r.Data = "", nil }},
		{name: "keys that the template does not have", source: "decisions.md, WeChat OA: keys of data free", edit: func(_ *scene, r *muban.SendRequest) {
			r.Data = map[string]muban.Value{"any thing": {Text: "x"}}
		}},
		{name: "a very long value", source: "dialects/wechat.md, Send of an official account", edit: func(_ *scene, r *muban.SendRequest) {
			r.Data = map[string]muban.Value{"first": {Text: strings.Repeat("长", 100_000)}}
		}},
		{name: "no touser", source: "protocol.md §3.4, 40003", want: muban.RuleRecipientMissing, edit: func(_ *scene, r *muban.SendRequest) { r.To.ID = "" }},
		{name: "unknown touser", source: "protocol.md §3.4, 40003", want: muban.RuleRecipientUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.To.ID = "oNobody" }},
		{name: "union id as touser", source: "seed 004: OPENID", want: muban.RuleRecipientUnknown, edit: func(s *scene, r *muban.SendRequest) { r.To.ID = s.user.UnionID }},
		{name: "does not follow", source: "protocol.md §3.4, 43004", want: muban.RuleRecipientFollows, before: follow(false)},
		{name: "follows again", source: "protocol.md §3.4, 43004", before: func(s *scene) { follow(false)(s); follow(true)(s) }},
		{name: "does not follow any more, after a send", source: "protocol.md §3.4, 43004", want: muban.RuleRecipientFollows, edit: func(s *scene, r *muban.SendRequest) {
			s.must(second(s.Send(s.t.Context(), s.app, *r)))
			follow(false)(s)
		}},
		{name: "following comes before template", source: "dialects/wechat.md, order of checks", want: muban.RuleRecipientFollows, before: follow(false), edit: func(_ *scene, r *muban.SendRequest) { r.TemplateID = "" }},
		{name: "no template", source: "protocol.md §3.4, 40036", want: muban.RuleTemplateMissing, edit: func(_ *scene, r *muban.SendRequest) { r.TemplateID = "" }},
		{name: "unknown template", source: "protocol.md §3.4, 40037", want: muban.RuleTemplateUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.TemplateID = "nothing" }},
		{name: "the library's number for a template", source: "protocol.md §3.4, 40037", want: muban.RuleTemplateUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.TemplateID = "TM00015" }},
		{name: "another account's template", source: "protocol.md §3.4, 40037", want: muban.RuleTemplateUnknown, edit: func(s *scene, r *muban.SendRequest) {
			r.TemplateID = newScene(s.t, s.world, muban.WeChatOA, "TM00015").template.ID
		}},
		{name: "deleted template", source: "decisions.md, Deleting a template", want: muban.RuleTemplateUnknown, edit: func(s *scene, r *muban.SendRequest) {
			s.must(s.DeleteTemplate(s.t.Context(), s.app.ID, r.TemplateID))
		}},
		{name: "a mini program that is linked to nobody", source: "issue 4: need only be a mini program that exists here", edit: func(s *scene, r *muban.SendRequest) {
			r.MiniProgram = muban.MiniProgram{AppID: mini(s), PagePath: "anywhere"}
		}},
		{name: "a mini program's page", source: "protocol.md §3.4, 40165; decisions.md, page", edit: func(s *scene, r *muban.SendRequest) {
			r.MiniProgram = muban.MiniProgram{AppID: mini(s, "pages/index"), PagePath: "/pages/index?foo=bar"}
		}},
		{name: "a mini program without a page", source: "protocol.md §3.2: pagepath", edit: func(s *scene, r *muban.SendRequest) {
			r.MiniProgram = muban.MiniProgram{AppID: mini(s, "pages/index")}
		}},
		{name: "a page that the mini program does not have", source: "protocol.md §3.4, 40165", want: muban.RuleMiniProgramPage, edit: func(s *scene, r *muban.SendRequest) {
			r.MiniProgram = muban.MiniProgram{AppID: mini(s, "pages/index"), PagePath: "pages/other"}
		}},
		{name: "an unknown mini program", source: "protocol.md §3.4, 40166", want: muban.RuleMiniProgramUnknown, edit: func(_ *scene, r *muban.SendRequest) {
			r.MiniProgram.AppID = "wx0000000000000000"
		}},
		{name: "an appid with a control character", source: "bad input", want: muban.RuleMiniProgramUnknown, edit: func(_ *scene, r *muban.SendRequest) { r.MiniProgram.AppID = "wx\x01" }},
		{name: "itself as mini program", source: "protocol.md §3.4, 40166", want: muban.RuleMiniProgramUnknown, edit: func(s *scene, r *muban.SendRequest) { r.MiniProgram.AppID = s.app.ID }},
		{name: "a mini program that is deleted", source: "protocol.md §3.4, 40166", want: muban.RuleMiniProgramUnknown, edit: func(s *scene, r *muban.SendRequest) {
			r.MiniProgram.AppID = mini(s)
			s.must(second(s.Send(s.t.Context(), s.app, *r)))
			s.must(s.DeleteApp(s.t.Context(), r.MiniProgram.AppID))
		}},
		{name: "a mini program that was made anew", source: "protocol.md §3.4, 40166", edit: func(s *scene, r *muban.SendRequest) {
			r.MiniProgram.AppID = mini(s)
			s.must(second(s.Send(s.t.Context(), s.app, *r)))
			s.must(s.DeleteApp(s.t.Context(), r.MiniProgram.AppID))
			s.must(second(s.CreateApp(s.t.Context(), messaging.NewApp{Platform: muban.Baidu}))) // takes its number
			s.must(second(s.CreateApp(s.t.Context(), messaging.NewApp{Platform: muban.WeChatMini, ID: r.MiniProgram.AppID})))
		}},
		{name: "a mini program that was made anew, with another number", source: "protocol.md §3.4, 40166", edit: func(s *scene, r *muban.SendRequest) {
			r.MiniProgram.AppID = mini(s)
			s.must(second(s.CreateApp(s.t.Context(), messaging.NewApp{Platform: muban.Baidu})))
			s.must(second(s.Send(s.t.Context(), s.app, *r)))
			s.must(s.DeleteApp(s.t.Context(), r.MiniProgram.AppID))
			s.must(second(s.CreateApp(s.t.Context(), messaging.NewApp{Platform: muban.WeChatMini, ID: r.MiniProgram.AppID})))
		}},
		{name: "a client_msg_id of 256 bytes", source: "dialects/wechat.md, 45067", edit: func(_ *scene, r *muban.SendRequest) { r.ClientMsgID = strings.Repeat("x", 256) }},
		{name: "a client_msg_id of 257 bytes", source: "dialects/wechat.md, 45067", want: muban.RuleClientMsgIDSize, edit: func(_ *scene, r *muban.SendRequest) { r.ClientMsgID = strings.Repeat("x", 257) }},
		{name: "a blocked user", source: "decisions.md: accepted, then refused", before: func(s *scene) { s.edit(func(u *muban.User) { u.Blocked = true }) }},
		{name: "past the daily limit", source: "protocol.md §3.4, 45009", want: muban.RuleDailyLimit, before: func(s *scene) { s.change(func(a *muban.App) { a.DailyLimit = &none }) }},
		{name: "the last of the daily limit", source: "protocol.md §3.4, 45009", before: func(s *scene) {
			one := int64(1)
			s.change(func(a *muban.App) { a.DailyLimit = &one })
		}},
		{name: "one past the daily limit", source: "protocol.md §3.4, 45009", want: muban.RuleDailyLimit, before: func(s *scene) {
			one := int64(1)
			s.change(func(a *muban.App) { a.DailyLimit = &one })
		}, edit: func(s *scene, r *muban.SendRequest) { s.must(second(s.Send(s.t.Context(), s.app, *r))) }},
		{name: "the next day", source: "decisions.md, Daily limit", before: func(s *scene) {
			one := int64(1)
			s.change(func(a *muban.App) { a.DailyLimit = &one })
		}, edit: func(s *scene, r *muban.SendRequest) {
			s.must(second(s.Send(s.t.Context(), s.app, *r)))
			s.clock.advance(12 * time.Hour) // midnight in UTC+8
		}},
	})
}

// second is the error of a call that also returns something else.
func second[T any](_ T, err error) error { return err }

// edit changes the scene's user.
func (s *scene) edit(change func(*muban.User)) {
	s.t.Helper()
	_, err := s.UpdateUser(s.t.Context(), s.app.ID, s.user.OpenID, func(u *muban.User) error { change(u); return nil })
	s.must(err)
}

// The same openid and client_msg_id within ten minutes: the first message
// again, nothing sent twice (protocol.md §3.2).
func TestClientMsgID(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		s := newScene(t, newWorld(fresh(t)), muban.WeChatOA, "TM00015")
		other, err := s.CreateUser(t.Context(), s.app.ID, newUser())
		s.must(err)
		send := func(user, id string) muban.MessageID {
			t.Helper()
			m, err := s.Send(t.Context(), s.app, muban.SendRequest{To: muban.Recipient{ID: user}, TemplateID: s.template.ID, ClientMsgID: id})
			s.must(err)
			return m.ID
		}
		first := send(s.user.OpenID, "order-1")
		if first <= 1<<53 {
			t.Errorf("message id %d is not above 2^53", first)
		}
		s.clock.advance(10*time.Minute - time.Millisecond)
		if again := send(s.user.OpenID, "order-1"); again != first {
			t.Errorf("within ten minutes: message %d, want %d", again, first)
		}
		different := []muban.MessageID{first, send(s.user.OpenID, "order-2"), send(other.OpenID, "order-1"), send(s.user.OpenID, ""), send(s.user.OpenID, "")}
		s.clock.advance(time.Millisecond)
		different = append(different, send(s.user.OpenID, "order-1"))
		slices.Sort(different)
		if got := len(slices.Compact(different)); got != 6 {
			t.Errorf("%d messages, want 6", got)
		}
	})
}

// uniform_send's official half: protocol.md §2.3.
func TestSendLinked(t *testing.T) {
	t.Parallel()
	type couple struct {
		*scene // the official account
		mini   muban.App
		person muban.User // the mini program's user who is also the account's
	}
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		store := fresh(t)
		for _, row := range []struct {
			name, source string
			before       func(*couple)
			edit         func(*couple, *muban.SendRequest)
			official     func(*couple) string // other than the account's appid
			want         muban.Rule
		}{
			{name: "the account's openid", source: "protocol.md §2.3: openid of program or OA"},
			{name: "the mini program's openid", source: "protocol.md §2.3: openid of program or OA", edit: func(c *couple, r *muban.SendRequest) { r.To.ID = c.person.OpenID }},
			{name: "the mini program names the account", source: "issue 4: apps that are linked", before: func(c *couple) {
				c.change(func(a *muban.App) { a.LinkedApps = nil })
				app, err := c.UpdateApp(c.t.Context(), c.mini.ID, func(a *muban.App) error { a.LinkedApps = []string{c.app.ID}; return nil })
				c.must(err)
				c.mini = app
			}},
			{name: "not linked", source: "protocol.md §2.3, 40013", want: muban.RuleAppLinked, before: func(c *couple) { c.change(func(a *muban.App) { a.LinkedApps = nil }) }},
			{name: "linked to another", source: "protocol.md §2.3, 40013", want: muban.RuleAppLinked, before: func(c *couple) { c.change(func(a *muban.App) { a.LinkedApps = []string{"wx0"} }) }},
			{name: "no appid", source: "protocol.md §2.3, 40013", want: muban.RuleAppLinked, official: func(*couple) string { return "" }},
			{name: "an unknown appid", source: "protocol.md §2.3, 40013", want: muban.RuleAppLinked, official: func(*couple) string { return "wx0" }},
			{name: "an appid with a control character", source: "bad input", want: muban.RuleAppLinked, official: func(*couple) string { return "wx\x1b" }},
			{name: "the mini program's own appid", source: "protocol.md §2.3, 40013", want: muban.RuleAppLinked, official: func(c *couple) string { return c.mini.ID }},
			{name: "no touser", source: "protocol.md §2.3, 40003", want: muban.RuleRecipientMissing, edit: func(_ *couple, r *muban.SendRequest) { r.To.ID = "" }},
			{name: "an unknown touser", source: "protocol.md §2.3, 40003", want: muban.RuleRecipientUnknown, edit: func(_ *couple, r *muban.SendRequest) { r.To.ID = "oNobody" }},
			{name: "a union id", source: "protocol.md §2.3, 40003", want: muban.RuleRecipientUnknown, edit: func(c *couple, r *muban.SendRequest) { r.To.ID = c.user.UnionID }},
			{name: "a mini program's user who is not the account's", source: "protocol.md §2.3, 40003", want: muban.RuleRecipientUnknown, edit: func(c *couple, r *muban.SendRequest) {
				stranger, err := c.CreateUser(c.t.Context(), c.mini.ID, newUser())
				c.must(err)
				r.To.ID = stranger.OpenID
			}},
			{name: "another's openid is the person's union id", source: "decisions.md: an openid addresses a send", want: muban.RuleRecipientUnknown, edit: func(c *couple, r *muban.SendRequest) {
				_, err := c.CreateUser(c.t.Context(), c.app.ID, messaging.NewUser{OpenID: "o6shared"})
				c.must(err)
				person, err := c.CreateUser(c.t.Context(), c.mini.ID, messaging.NewUser{UnionID: "o6shared"})
				c.must(err)
				r.To.ID = person.OpenID
			}},
			{name: "a person without a union id", source: "protocol.md §2.3, 40003", want: muban.RuleRecipientUnknown, edit: func(c *couple, r *muban.SendRequest) {
				_, err := c.UpdateUser(c.t.Context(), c.mini.ID, c.person.OpenID, func(u *muban.User) error { u.UnionID = ""; return nil })
				c.must(err)
				r.To.ID = c.person.OpenID
			}},
			{name: "who does not follow", source: "protocol.md §3.4, 43004", want: muban.RuleRecipientFollows, before: func(c *couple) { c.edit(func(u *muban.User) { u.Following = false }) }, edit: func(c *couple, r *muban.SendRequest) { r.To.ID = c.person.OpenID }},
			{name: "the mini program's template", source: "protocol.md §2.3, 40037", want: muban.RuleTemplateUnknown, edit: func(c *couple, r *muban.SendRequest) {
				template, err := c.CreateTemplate(c.t.Context(), c.mini.ID, messaging.NewTemplate{LibraryID: "AT0002", KeywordIDs: []int{1}})
				c.must(err)
				r.TemplateID = template.ID
			}},
			{name: "the account's daily limit", source: "protocol.md §2.3, 45009", want: muban.RuleDailyLimit, before: func(c *couple) { c.change(func(a *muban.App) { a.DailyLimit = new(int64) }) }},
			{name: "leading to the mini program", source: "protocol.md §2.3", edit: func(c *couple, r *muban.SendRequest) { r.MiniProgram.AppID = c.mini.ID }},
			{name: "leading nowhere", source: "protocol.md §3.4, 40166", want: muban.RuleMiniProgramUnknown, edit: func(_ *couple, r *muban.SendRequest) { r.MiniProgram.AppID = "wx0" }},
		} {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				c := &couple{scene: newScene(t, newWorld(store), muban.WeChatOA, "TM00015")}
				var err error
				c.mini, err = c.CreateApp(t.Context(), messaging.NewApp{Platform: muban.WeChatMini, Name: "mini"})
				c.must(err)
				c.person, err = c.CreateUser(t.Context(), c.mini.ID, messaging.NewUser{UnionID: c.user.UnionID})
				c.must(err)
				c.change(func(a *muban.App) { a.LinkedApps = []string{c.mini.ID} })
				if row.before != nil {
					row.before(c)
				}
				request := muban.SendRequest{To: muban.Recipient{ID: c.user.OpenID}, TemplateID: c.template.ID}
				if row.edit != nil {
					row.edit(c, &request)
				}
				official := c.app.ID
				if row.official != nil {
					official = row.official(c)
				}
				m, err := c.SendLinked(t.Context(), c.mini, official, request)
				if got := ruleOf(t, err); got != row.want {
					t.Fatalf("refused by %q (%v), want %q: %s", got, err, row.want, row.source)
				}
				if row.want == "" && (m.AppID != c.app.ID || m.UserID != c.user.OpenID || m.UserNo != c.user.No || m.Platform != muban.WeChatOA) {
					t.Errorf("message %+v, want the account's", m)
				}
			})
		}
	})
}
