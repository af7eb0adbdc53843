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

func number(text string) messaging.Number {
	n := messaging.Number{Text: text}
	for _, digit := range text {
		n.Value, n.Valid = n.Value*10+int64(digit-'0'), true
	}
	return n
}

// api_set_industry: protocol.md §3.3 (每月可修改行业1次), §3.4.
func TestSetIndustries(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		s := newScene(t, newWorld(fresh(t)), muban.WeChatOA, "TM00015") // noon of March 1st in UTC+8
		set := func(primary, secondary string) muban.Rule {
			t.Helper()
			err := s.SetIndustries(t.Context(), s.app, number(primary), number(secondary))
			rule := ruleOf(t, err)
			app, err := s.App(t.Context(), s.app.ID)
			s.must(err)
			s.app = app
			return rule
		}
		for _, test := range []struct {
			name, primary, secondary string
			wait                     time.Duration
			want                     muban.Rule
			then                     muban.Industries
		}{
			{"no first code", "", "4", 0, muban.RuleIndustryMissing, muban.Industries{}},
			{"no second code", "1", "", 0, muban.RuleIndustryMissing, muban.Industries{}},
			{"code 0", "0", "4", 0, muban.RuleIndustryUnknown, muban.Industries{}},
			{"code 42", "1", "42", 0, muban.RuleIndustryUnknown, muban.Industries{}},
			{"refused ones count for nothing", "1", "4", 0, "", muban.Industries{Primary: 1, Secondary: 4}},
			{"again", "2", "3", 0, muban.RuleIndustryMonth, muban.Industries{Primary: 1, Secondary: 4}},
			{"the same again", "1", "4", 0, muban.RuleIndustryMonth, muban.Industries{Primary: 1, Secondary: 4}},
			{"a bad code is told first", "1", "99", 0, muban.RuleIndustryUnknown, muban.Industries{Primary: 1, Secondary: 4}},
			{"30 days later, still in March", "2", "3", 30 * 24 * time.Hour, muban.RuleIndustryMonth, muban.Industries{Primary: 1, Secondary: 4}},
			{"the last millisecond of March", "2", "3", 12*time.Hour - time.Millisecond, muban.RuleIndustryMonth, muban.Industries{Primary: 1, Secondary: 4}},
			{"April", "1", "41", time.Millisecond, "", muban.Industries{Primary: 1, Secondary: 41}},
			{"April again", "1", "1", 0, muban.RuleIndustryMonth, muban.Industries{Primary: 1, Secondary: 41}},
			{"May, twice the same", "41", "41", 30 * 24 * time.Hour, "", muban.Industries{Primary: 41, Secondary: 41}},
		} {
			s.clock.advance(test.wait)
			if rule := set(test.primary, test.secondary); rule != test.want || s.app.Industries != test.then {
				t.Errorf("%s: refused by %q, industries %v; want %q and %v", test.name, rule, s.app.Industries, test.want, test.then)
			}
		}
		primary, _ := s.Industries(s.app)
		if primary.FirstClass != "其他" {
			t.Errorf("industry %+v", primary)
		}
		// The native API is not bound, and begins the month anew.
		s.change(func(a *muban.App) { a.Industries, a.IndustriesSetAt = muban.Industries{}, time.Time{} })
		if rule := set("1", "4"); rule != "" {
			t.Errorf("after the native API took them away: refused by %q", rule)
		}
		_, err := s.UpdateApp(t.Context(), s.app.ID, func(a *muban.App) error { a.Industries.Primary = 42; return nil })
		if rule := ruleOf(t, err); rule != muban.RuleInvalid {
			t.Errorf("an unknown code by the native API: refused by %q", rule)
		}
	})
}

// 修改行业后，你在原有行业中的模板将会被删除 (WeChat, api_setindustry).
func TestSetIndustriesDeletesTheOthersTemplates(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		s := newScene(t, newWorld(fresh(t)), muban.WeChatOA, "TM00015")
		kept := []string{
			s.add("OPENTM200565259").ID, // of no industry
			s.add("47123").ID,
			s.addFree().ID,
		}
		request := muban.SendRequest{To: muban.Recipient{ID: s.user.OpenID}, TemplateID: s.template.ID}
		s.must(second(s.Send(t.Context(), s.app, request)))
		s.must(s.SetIndustries(t.Context(), s.app, number("16"), number("2"))) // 教育 培训, IT科技 IT软件与服务
		_, err := s.Send(t.Context(), s.app, request)
		if rule := ruleOf(t, err); rule != muban.RuleTemplateUnknown {
			t.Errorf("send with a template of the industry that was: refused by %q", rule)
		}
		templates, err := s.OwnTemplates(t.Context(), s.app)
		s.must(err)
		var got []string
		for _, template := range templates {
			got = append(got, template.ID)
		}
		if !slices.Equal(got, kept) {
			t.Errorf("left are %v, want %v", got, kept)
		}
	})
}

// add makes a template of a library title, as an administrator would.
func (s *scene) add(libraryID string) muban.Template {
	s.t.Helper()
	template, err := s.CreateTemplate(s.t.Context(), s.app.ID, messaging.NewTemplate{LibraryID: libraryID})
	s.must(err)
	return template
}

func (s *scene) addFree() muban.Template {
	s.t.Helper()
	template, err := s.CreateTemplate(s.t.Context(), s.app.ID, messaging.NewTemplate{Title: "通知", Content: "{{first.DATA}}"})
	s.must(err)
	return template
}

// api_add_template: protocol.md §3.3, §3.4.
func TestAddOfficialTemplate(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		store := fresh(t)
		for _, test := range []struct {
			name, source string
			before       func(*scene)
			number       string
			names        []string
			want         muban.Rule
			content      string
			example      string
		}{
			{name: "by TM number", source: "protocol.md §3.1", number: "TM00015", content: "{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}"},
			{name: "names count for no TM number", source: "protocol.md §3.3", number: "OPENTM200565259", names: []string{"什么"}, content: "{{first.DATA}}\n订单编号：{{keyword1.DATA}}\n{{remark.DATA}}"},
			{name: "of a class", source: "WeChat, api_addtemplate: 按顺序传入", number: "47123", names: []string{"金额", "时间"}, content: "金额：{{amount3.DATA}}\n时间：{{time1.DATA}}", example: "金额：300元\n时间：今天"},
			{name: "of a class, all", source: "WeChat, api_addtemplate", number: "47123", names: []string{"时间", "地点", "金额"}, content: "时间：{{time1.DATA}}\n地点：{{thing2.DATA}}\n金额：{{amount3.DATA}}", example: "时间：今天\n地点：广州\n金额：300元"},
			{name: "of a class, no names", source: "protocol.md §3.4, 40246", number: "47123", want: muban.RuleKeywordName},
			{name: "of a class, an unknown name", source: "protocol.md §3.4, 40246", number: "47123", names: []string{"时间", "地方"}, want: muban.RuleKeywordName},
			{name: "of a class, a key for a name", source: "protocol.md §3.4, 40246", number: "47123", names: []string{"time1"}, want: muban.RuleKeywordName},
			{name: "of a class, a name twice", source: "protocol.md §3.4, 40246", number: "47123", names: []string{"时间", "时间"}, want: muban.RuleKeywordName},
			{name: "of a class, an empty name", source: "protocol.md §3.4, 40246", number: "47123", names: []string{""}, want: muban.RuleKeywordName},
			{name: "no number", source: "protocol.md §3.4, 40037", want: muban.RuleTemplateNumber},
			{name: "an unknown number", source: "protocol.md §3.4, 40037", number: "TM99999", want: muban.RuleTemplateNumber},
			{name: "a mini program's title", source: "protocol.md §3.4, 40037", number: "AT0002", want: muban.RuleTemplateNumber},
			{name: "a number with a control character", source: "bad input", number: "TM\x00", want: muban.RuleTemplateNumber},
			{name: "of one of the two industries", source: "protocol.md §3.4, 45027", number: "47123", names: []string{"时间"}, before: industries(16, 1), content: "时间：{{time1.DATA}}", example: "时间：今天"},
			{name: "of the other of the two", source: "protocol.md §3.4, 45027", number: "47123", names: []string{"时间"}, before: industries(1, 16), content: "时间：{{time1.DATA}}", example: "时间：今天"},
			{name: "of another industry", source: "protocol.md §3.4, 45027", number: "47123", names: []string{"时间"}, before: industries(1, 17), want: muban.RuleTemplateIndustry},
			{name: "the industry comes before the names", source: "dialects/wechat.md, order of checks", number: "47123", before: industries(1, 17), want: muban.RuleTemplateIndustry},
			{name: "of no industry", source: "library/README.md", number: "OPENTM200565259", before: industries(1, 17), content: "{{first.DATA}}\n订单编号：{{keyword1.DATA}}\n{{remark.DATA}}"},
			{name: "one template too many", source: "protocol.md §3.3, 45026", number: "TM00015", want: muban.RuleTemplateLimit, before: func(s *scene) {
				one := int64(1)
				s.change(func(a *muban.App) { a.TemplateLimit = &one })
			}},
			{name: "25 templates", source: "protocol.md §3.3", number: "TM00015", before: fill(23), content: "{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}"},
			{name: "26 templates", source: "protocol.md §3.3, 45026", number: "TM00015", want: muban.RuleTemplateLimit, before: fill(24)},
		} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				s := newScene(t, newWorld(store), muban.WeChatOA, "TM00015")
				if test.before != nil {
					test.before(s)
				}
				got, err := s.AddOfficialTemplate(t.Context(), s.app, test.number, test.names)
				if rule := ruleOf(t, err); rule != test.want {
					t.Fatalf("refused by %q (%v), want %q: %s", rule, err, test.want, test.source)
				}
				if test.want != "" {
					return
				}
				if got.Content != test.content || got.Example != test.example {
					t.Errorf("content %q, example %q; want %q, %q", got.Content, got.Example, test.content, test.example)
				}
				if len(got.Keywords) != strings.Count(test.content, "{{") || len(got.ID) != 43 || got.LibraryID != test.number {
					t.Errorf("template %+v", got)
				}
			})
		}
	})
}

func industries(primary, secondary int) func(*scene) {
	return func(s *scene) {
		s.change(func(a *muban.App) { a.Industries = muban.Industries{Primary: primary, Secondary: secondary} })
	}
}

// fill adds so many templates to the one that the scene has.
func fill(n int) func(*scene) {
	return func(s *scene) {
		for range n {
			s.addFree()
		}
	}
}
