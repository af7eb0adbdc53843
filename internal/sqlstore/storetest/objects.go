package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

func apps(t *testing.T, b *bundle) {
	limit := int64(7)
	app, err := b.CreateApp(b.ctx, muban.App{
		ID: "appkey", Platform: muban.Baidu, Name: "名", Secret: "s", CreatedAt: b.now,
		Settings: muban.Settings{
			Pages: []string{"pages/a"}, DailyLimit: &limit, PushAllowed: true, CloudPermissions: &[]string{},
			Callback: muban.CallbackSettings{URL: "http://x", Token: "t", AESKey: "k", Mode: muban.CallbackSafe}, LinkedApps: []string{"wx1"},
		},
	})
	b.must(err)
	if app.Number <= b.app.Number {
		t.Errorf("number %d does not follow %d", app.Number, b.app.Number)
	}
	read, err := b.App(b.ctx, "appkey")
	b.must(err)
	if diff := cmp.Diff(app, read); diff != "" {
		t.Errorf("app changed in the store (-stored +read):\n%s", diff)
	}
	byNumber, err := b.AppByNumber(b.ctx, app.Number)
	b.must(err)
	if byNumber.ID != "appkey" {
		t.Errorf("by number: %s", byNumber.ID)
	}
	_, err = b.CreateApp(b.ctx, muban.App{ID: "appkey", Platform: muban.Alipay})
	b.refused(err, muban.RuleConflict)
	_, err = b.App(b.ctx, "nobody")
	b.refused(err, muban.RuleNotFound)

	changed, err := b.UpdateApp(b.ctx, "appkey", func(a *muban.App) error { a.Name, a.DailyLimit = "新", nil; return nil })
	b.must(err)
	read, err = b.App(b.ctx, "appkey")
	b.must(err)
	if diff := cmp.Diff(changed, read); diff != "" || read.Name != "新" || read.DailyLimit != nil {
		t.Errorf("update was not stored: %s", diff)
	}
	refusal := muban.Refuse(muban.RuleInvalid)
	_, err = b.UpdateApp(b.ctx, "appkey", func(a *muban.App) error { a.Name = "not stored"; return refusal })
	b.refused(err, muban.RuleInvalid)
	if read, _ = b.App(b.ctx, "appkey"); read.Name != "新" {
		t.Error("a refused update was stored")
	}
	first, err := b.Apps(b.ctx, muban.Page{Limit: 1})
	b.must(err)
	second, err := b.Apps(b.ctx, muban.Page{Limit: 1, Before: first.Next})
	b.must(err)
	if first.Items[0].ID != "appkey" || second.Items[0].ID != b.app.ID || second.Next != 0 {
		t.Errorf("pages: %v then %v", first, second)
	}
}

// dropTemplates: an app's change and the templates it costs are one.
func dropTemplates(t *testing.T, b *bundle) {
	b.must(b.DeleteTemplate(b.ctx, b.app.ID, b.template.ID))
	other := b.newApp(muban.WeChatOA, "wx0000000000000009")
	for _, template := range []muban.Template{
		{AppID: b.app.ID, ID: "a", Title: "a", PrimaryIndustry: "IT科技"},
		{AppID: b.app.ID, ID: "b", Title: "b", PrimaryIndustry: "餐饮"},
		{AppID: b.app.ID, ID: "c", Title: "c"},
		{AppID: other.ID, ID: "b", Title: "b", PrimaryIndustry: "餐饮"},
	} {
		_, err := b.CreateTemplate(b.ctx, template, func(int64) error { return nil })
		b.must(err)
	}
	held := func(appID string) (ids string) {
		templates, _, err := b.TemplateRange(b.ctx, appID, muban.Range{Count: 100})
		b.must(err)
		for _, template := range templates {
			ids += template.ID
		}
		return ids
	}
	drop := func(t muban.Template) bool { return t.PrimaryIndustry == "餐饮" }
	at := b.now.Add(time.Hour)
	edit := func(a *muban.App) error {
		a.Industries, a.IndustriesSetAt = muban.Industries{Primary: 1, Secondary: 4}, at
		return nil
	}
	_, err := b.UpdateAppDropping(b.ctx, b.app.ID, func(*muban.App) error { return muban.Refuse(muban.RuleIndustryMonth) }, drop)
	b.refused(err, muban.RuleIndustryMonth)
	if got := held(b.app.ID); got != "abc" {
		t.Errorf("a refused change left the templates %s", got)
	}
	changed, err := b.UpdateAppDropping(b.ctx, b.app.ID, edit, drop)
	b.must(err)
	read, err := b.App(b.ctx, b.app.ID)
	b.must(err)
	if diff := cmp.Diff(changed, read); diff != "" || read.Industries.Secondary != 4 || !read.IndustriesSetAt.Equal(at) {
		t.Errorf("the change was not stored: %s", diff)
	}
	if got := held(b.app.ID); got != "ac" {
		t.Errorf("left are the templates %s, want ac", got)
	}
	if got := held(other.ID); got != "b" {
		t.Errorf("another app has the templates %s, want b", got)
	}
	_, err = b.UpdateAppDropping(b.ctx, "nobody", edit, drop)
	b.refused(err, muban.RuleNotFound)
}

func deleteApp(t *testing.T, b *bundle) {
	message := b.told("grant")
	b.must(b.DeleteApp(b.ctx, b.app.ID))
	_, err := b.App(b.ctx, b.app.ID)
	b.refused(err, muban.RuleNotFound)
	_, err = b.Message(b.ctx, message.ID)
	b.refused(err, muban.RuleNotFound)
	_, err = b.User(b.ctx, b.app.ID, b.user.OpenID)
	b.refused(err, muban.RuleNotFound)
	_, err = b.Grant(b.ctx, b.app.ID, "grant")
	b.refused(err, muban.RuleNotFound)
	if claimed, _ := b.claim(time.Minute); len(claimed) != 0 {
		t.Errorf("still to be pushed: %v", claimed)
	}
	left, err := b.Callbacks(b.ctx, muban.CallbackFilter{}, muban.Page{Limit: 10})
	b.must(err)
	if len(left.Items) != 0 {
		t.Errorf("callbacks are left: %v", left.Items)
	}
	b.refused(b.DeleteApp(b.ctx, b.app.ID), muban.RuleNotFound)
}

func tokens(t *testing.T, b *bundle) {
	token := func(hash string, kind muban.TokenKind, issued time.Duration) muban.Token {
		at := b.now.Add(issued)
		return muban.Token{AppID: b.app.ID, Hash: []byte(hash), Seed: []byte("seed"), Kind: kind, IssuedAt: at, ExpiresAt: at.Add(2 * time.Hour)}
	}
	scope := muban.TokenScope{AppID: b.app.ID, Kind: muban.TokenPlain, Now: b.now, Since: b.now.Add(-24 * time.Hour), Forget: b.now.Add(-7 * 24 * time.Hour)}
	put := func(tokens ...muban.Token) {
		b.must(b.UpdateTokens(b.ctx, scope, func([]muban.Token) ([]muban.Token, error) { return tokens, nil }))
	}
	dead := token("dead", muban.TokenPlain, -2*time.Minute)
	dead.DeadAt = b.now.Add(-time.Minute)
	forced := token("forced", muban.TokenPlain, -3*time.Minute)
	forced.DeadAt, forced.Forced = dead.DeadAt, true
	put(token("old", muban.TokenPlain, -8*24*time.Hour), token("a", muban.TokenPlain, -time.Hour),
		token("b", muban.TokenPlain, -time.Minute), token("other", muban.TokenStable, 0), dead, forced)
	var seen []string
	b.must(b.UpdateTokens(b.ctx, scope, func(recent []muban.Token) ([]muban.Token, error) {
		seen = nil
		for _, r := range recent {
			seen = append(seen, string(r.Hash))
		}
		return nil, nil
	}))
	if want := []string{"b", "forced", "a"}; !slices.Equal(seen, want) {
		t.Errorf("rule saw %v, want %v", seen, want)
	}
	_, err := b.Token(b.ctx, b.app.ID, []byte("old"))
	b.refused(err, muban.RuleNotFound)
	read, err := b.Token(b.ctx, b.app.ID, []byte("forced"))
	b.must(err)
	if diff := cmp.Diff(forced, read); diff != "" {
		t.Errorf("token changed in the store:\n%s", diff)
	}
	b.must(b.DeleteTokens(b.ctx, b.app.ID))
	_, err = b.Token(b.ctx, b.app.ID, []byte("other"))
	b.refused(err, muban.RuleNotFound)
}

func users(t *testing.T, b *bundle) {
	user := b.newUser(b.app, muban.User{OpenID: "oA", SwanID: "swanA", AlipayOpenID: "aliA", UnionID: "unionA", Name: "名", Following: true})
	for _, id := range []string{"oA", "swanA", "aliA", "unionA"} {
		read, err := b.User(b.ctx, b.app.ID, id)
		b.must(err)
		if diff := cmp.Diff(user, read); diff != "" {
			t.Errorf("by %s:\n%s", id, diff)
		}
	}
	guest := b.newUser(b.app, muban.User{SwanID: "guest", UnionID: "unionG"})
	changed, err := b.UpdateUser(b.ctx, b.app.ID, "guest", func(u *muban.User) error { u.OpenID, u.Blocked = "oGuest", true; return nil })
	b.must(err)
	read, err := b.User(b.ctx, b.app.ID, "oGuest")
	b.must(err)
	if diff := cmp.Diff(changed, read); diff != "" || read.No != guest.No {
		t.Errorf("after logging in:\n%s", diff)
	}
	b.must(b.DeleteUser(b.ctx, b.app.ID, "oA"))
	for _, id := range []string{"oA", "swanA"} {
		_, err := b.User(b.ctx, b.app.ID, id)
		b.refused(err, muban.RuleNotFound)
	}
	page, err := b.Users(b.ctx, b.app.ID, muban.Page{Limit: 10})
	b.must(err)
	if len(page.Items) != 2 || page.Items[0].SwanID != "guest" {
		t.Errorf("users: %v", page.Items)
	}
}

func userConflicts(t *testing.T, b *bundle) {
	b.newUser(b.app, muban.User{OpenID: "oA", SwanID: "swanA"})
	for _, taken := range []muban.User{{OpenID: "oA"}, {OpenID: "swanA"}, {SwanID: "oA"}, {OpenID: "new", UnionID: "swanA"}} {
		taken.AppID = b.app.ID
		_, err := b.CreateUser(b.ctx, taken)
		b.refused(err, muban.RuleConflict)
	}
	if _, err := b.User(b.ctx, b.app.ID, "new"); err == nil {
		t.Error("a refused user was stored")
	}
	other := b.newApp(muban.WeChatMini, "wx0000000000000002")
	b.newUser(other, muban.User{OpenID: "oA"})
}

func library(t *testing.T, b *bundle) {
	titles, total, err := b.TitleRange(b.ctx, muban.WeChatMini, muban.Range{Offset: 1, Count: 5})
	b.must(err)
	if total != 2 || len(titles) != 1 || titles[0].ID != "AT0002" {
		t.Errorf("range: %v of %d", titles, total)
	}
	title, err := b.Title(b.ctx, muban.WeChatMini, "AT0001")
	b.must(err)
	want := starter()[0]
	want.Seq = title.Seq
	if diff := cmp.Diff(want, title); diff != "" {
		t.Errorf("title changed in the store:\n%s", diff)
	}
	for q, count := range map[string]int{"": 2, "二": 1, "AT": 2, "_1": 1, "0%": 1, "%": 1, "nothing": 0} {
		found, err := b.Titles(b.ctx, muban.WeChatMini, q, muban.Page{Limit: 10})
		b.must(err)
		if len(found.Items) != count {
			t.Errorf("q=%q finds %d, want %d", q, len(found.Items), count)
		}
	}
	_, err = b.CreateTitle(b.ctx, muban.Title{Platform: muban.WeChatMini, ID: "AT0001", Title: "again"})
	b.refused(err, muban.RuleConflict)
	b.must(b.DeleteTitle(b.ctx, muban.WeChatMini, "AT0001"))
	b.refused(b.DeleteTitle(b.ctx, muban.WeChatMini, "AT0001"), muban.RuleNotFound)
}

func templates(t *testing.T, b *bundle) {
	b.must(b.DeleteTemplate(b.ctx, b.app.ID, b.template.ID))
	var asked []int64
	check := func(held int64) error {
		asked = append(asked, held)
		if held >= 2 {
			return muban.Refuse(muban.RuleTemplateLimit)
		}
		return nil
	}
	var made []muban.Template
	for i := range 3 {
		template, err := b.CreateTemplate(b.ctx, muban.Template{
			AppID: b.app.ID, ID: fmt.Sprintf("t%d", i), Title: "题", Content: "名{{keyword1.DATA}}\n", Example: "名:值\n", LibraryID: "AT0001",
			KeywordIDs: []int{3}, Keywords: []muban.TemplateKeyword{{Key: "keyword1", Name: "名"}}, CreatedAt: b.now,
		}, check)
		if i == 2 {
			b.refused(err, muban.RuleTemplateLimit)
			continue
		}
		b.must(err)
		made = append(made, template)
	}
	if !slices.Equal(asked, []int64{0, 1, 2}) {
		t.Errorf("check was told %v", asked)
	}
	_, err := b.CreateTemplate(b.ctx, muban.Template{AppID: b.app.ID, ID: "t0"}, func(int64) error { return nil })
	b.refused(err, muban.RuleConflict)
	listed, total, err := b.TemplateRange(b.ctx, b.app.ID, muban.Range{Count: 20})
	b.must(err)
	if diff := cmp.Diff(made, listed); diff != "" || total != 2 {
		t.Errorf("range (total %d):\n%s", total, diff)
	}
	newest, err := b.Templates(b.ctx, b.app.ID, muban.Page{Limit: 1})
	b.must(err)
	if newest.Items[0].ID != "t1" || newest.Next == 0 {
		t.Errorf("newest: %v", newest)
	}
	b.must(b.DeleteTemplate(b.ctx, b.app.ID, "t0"))
	_, err = b.Template(b.ctx, b.app.ID, "t0")
	b.refused(err, muban.RuleNotFound)
	b.refused(b.DeleteTemplate(b.ctx, b.app.ID, "t0"), muban.RuleNotFound)
}

func grants(t *testing.T, b *bundle) {
	grant := b.mint("g1", 3)
	read, err := b.Grant(b.ctx, b.app.ID, "g1")
	b.must(err)
	if diff := cmp.Diff(grant, read); diff != "" {
		t.Errorf("grant changed in the store:\n%s", diff)
	}
	_, err = b.CreateGrants(b.ctx, []muban.Grant{{AppID: b.app.ID, ID: "new", UserNo: b.user.No}, {AppID: b.app.ID, ID: "g1", UserNo: b.user.No}})
	b.refused(err, muban.RuleConflict)
	_, err = b.Grant(b.ctx, b.app.ID, "new")
	b.refused(err, muban.RuleNotFound)
	b.mint("g2", 0)
	for filter, want := range map[muban.GrantFilter]int{
		{}: 2, {UserNo: b.user.No}: 2, {UserNo: 99}: 0,
		{UserNo: b.user.No, IssuedTo: grant.UserID}: 2, {UserNo: b.user.No, IssuedTo: "another"}: 0,
		{State: muban.GrantSpendable}: 1, {State: muban.GrantSpent}: 1, {State: muban.GrantExpired}: 0,
		{ExpiresBy: grant.ExpiresAt}: 2, {ExpiresBy: grant.ExpiresAt.Add(-time.Millisecond)}: 0,
	} {
		found, err := b.Grants(b.ctx, b.app.ID, filter, b.now, muban.Page{Limit: 10})
		b.must(err)
		if len(found.Items) != want {
			t.Errorf("%+v finds %d, want %d", filter, len(found.Items), want)
		}
	}
	// What was not used up in its time is expired; what was stays spent.
	for state, want := range map[muban.GrantState]string{muban.GrantSpendable: "", muban.GrantExpired: "g1", muban.GrantSpent: "g2"} {
		late, err := b.Grants(b.ctx, b.app.ID, muban.GrantFilter{State: state}, grant.ExpiresAt, muban.Page{Limit: 10})
		b.must(err)
		if want == "" && len(late.Items) > 0 || want != "" && (len(late.Items) != 1 || late.Items[0].ID != want) {
			t.Errorf("a week later %s are %+v, want %q", state, late.Items, want)
		}
	}
	here, err := b.GrantElsewhere(b.ctx, muban.WeChatMini, "g1")
	b.must(err)
	there, err := b.GrantElsewhere(b.ctx, muban.Baidu, "g1")
	b.must(err)
	if !here || there {
		t.Errorf("elsewhere: %t on its platform, %t on another", here, there)
	}
}
