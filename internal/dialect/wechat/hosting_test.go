package wechat_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/dialect/wechat"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
)

const listPath, listBody = "/cgi-bin/wxopen/template/list", `{"offset":0,"count":1}`

// hosted is a world whose server is cloud hosting of the demo app.
func hosted(t *testing.T) (*world, *messaging.Hosting) {
	t.Helper()
	w := newWorld(t)
	hosting := messaging.NewHosting(w.service, appID)
	w.url = serve(t, wechat.NewHosted(w.service, hosting), w.clock)
	return w, hosting
}

// Without cloud hosting nothing of it is there: a request without access_token
// is 41001, whatever else it has.
func TestNothingIsHostedUnlessAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	issued, err := messaging.NewHosting(w.service, appID).IssueToken(t.Context(), appID)
	must(t, err)
	for _, query := range []string{"", "?from_appid=" + appID, "?cloudbase_access_token=" + url.QueryEscape(issued.Text), "?cloudbase_access_token=x"} {
		w.do(http.MethodPost, listPath+query, listBody).wants(41001, muban.RuleTokenMissing)
	}
}

// 开放接口服务: a container's request needs no access_token, and the answer says
// by x-openapi-seqid that it took this way.
func TestHostedCallsNeedNoToken(t *testing.T) {
	t.Parallel()
	w, hosting := hosted(t)
	seqID := func(query string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+listPath+query, strings.NewReader(listBody))
		must(t, err)
		res, err := http.DefaultClient.Do(r)
		must(t, err)
		must(t, res.Body.Close())
		return res.Header.Get("X-Openapi-Seqid")
	}
	formID := w.grant(muban.GrantForm)
	w.do(http.MethodPost, sendPath, w.fill(seed002, formID)).is(accepted)
	w.message(formID)
	w.do(http.MethodPost, sendPath+"?access_token=", w.fill(seed002, formID)).wants(41029, muban.RuleGrantSpent)
	if seqID("") == "" || seqID("?access_token=") == "" {
		t.Error("no x-openapi-seqid")
	}
	issued, err := hosting.IssueToken(t.Context(), appID)
	must(t, err)
	for _, query := range []string{"?access_token=" + url.QueryEscape(w.token), "?access_token=x", "?cloudbase_access_token=" + url.QueryEscape(issued.Text)} {
		if id := seqID(query); id != "" {
			t.Errorf("%.24s: x-openapi-seqid %s", query, id)
		}
	}
}

// The checks after the token are those of any call.
func TestHostedCallsAreCheckedAsAll(t *testing.T) {
	t.Parallel()
	w, _ := hosted(t)
	w.do(http.MethodGet, listPath, "").wants(43002, muban.RuleRequestPost)
	w.do(http.MethodPost, listPath, "").wants(44002, muban.RuleRequestEmpty)
	w.do(http.MethodPost, "/cgi-bin/nothing", "").wants(40066, muban.RuleRequestPath)
	w.do(http.MethodPost, listPath+"?access_token=x", listBody).wants(40001, muban.RuleTokenUnknown)
	w.get(tokenURL).accessToken()
}

func TestCloudbaseAccessTokens(t *testing.T) {
	t.Parallel()
	w, hosting := hosted(t)
	w.newApp(muban.WeChatMini, "wxother")
	issue := func(app string) string {
		issued, err := hosting.IssueToken(t.Context(), app)
		must(t, err)
		return url.QueryEscape(issued.Text)
	}
	own := issue(appID)
	for query, want := range map[string]struct {
		code int
		rule muban.Rule
	}{
		"cloudbase_access_token=" + own:                                     {0, ""},
		"cloudbase_access_token=" + issue("wxother"):                        {0, ""},
		"cloudbase_access_token=" + own + "&from_appid=wxother":             {48001, muban.RuleCloudApp},
		"cloudbase_access_token=x":                                          {40001, muban.RuleTokenUnknown},
		"cloudbase_access_token=" + url.QueryEscape(w.token):                {40001, muban.RuleTokenUse},
		"access_token=" + own:                                               {40001, muban.RuleTokenUse},
		"access_token=" + url.QueryEscape(w.token) + "&from_appid=anything": {0, ""},
	} {
		w.do(http.MethodPost, listPath+"?"+query, listBody).wants(want.code, want.rule)
	}
	w.clock.advance(30 * time.Minute)
	w.do(http.MethodPost, listPath+"?cloudbase_access_token="+own, listBody).wants(42001, muban.RuleTokenExpired)
}

// 资源复用: from_appid calls for an app that is linked.
func TestFromAppID(t *testing.T) {
	t.Parallel()
	w, _ := hosted(t)
	w.newApp(muban.WeChatMini, "wxlinked")
	w.newApp(muban.WeChatMini, "wxstranger")
	w.newApp(muban.WeChatOA, "wxofficial")
	w.set(func(a *muban.App) { a.LinkedApps = []string{"wxlinked", "wxofficial"} })
	w.do(http.MethodPost, listPath+"?from_appid="+appID, listBody).wants(0, "")
	w.do(http.MethodPost, listPath+"?from_appid=wxlinked", listBody).is(`{"errcode":0,"errmsg":"ok","list":[]}`)
	w.do(http.MethodPost, listPath+"?from_appid=wxstranger", listBody).wants(48001, muban.RuleCloudApp)
	w.do(http.MethodPost, listPath+"?from_appid=wxofficial", listBody).wants(48001, muban.RuleTokenPlatform)
	w.get(official + "get_all_private_template?from_appid=wxofficial").is(`{"template_list":[]}`)
	w.get(official+"get_all_private_template").wants(48001, muban.RuleTokenPlatform)
}

// 微信令牌权限配置: paths, not names; an access token asks nobody.
func TestHostedPaths(t *testing.T) {
	t.Parallel()
	w, _ := hosted(t)
	for _, test := range []struct {
		permissions []string
		code        int
		rule        muban.Rule
	}{
		{[]string{listPath}, 0, ""},
		{[]string{"/*"}, 0, ""},
		{[]string{"templateMessage.getTemplateList"}, 85107, muban.RuleCloudPermission},
		{[]string{}, 85107, muban.RuleCloudPermission},
	} {
		w.set(func(a *muban.App) { a.CloudPermissions = &test.permissions })
		w.do(http.MethodPost, "/"+listPath, listBody).wants(test.code, test.rule)
		w.post(listPath, listBody).wants(0, "")
	}
}

// Whoever could be anybody needs a token: what comes through a proxy, from a
// web page, or from another network.
func TestOutsidersNeedATokenAllTheSame(t *testing.T) {
	t.Parallel()
	w, hosting := hosted(t)
	handler := httpx.Wrap(wechat.NewHosted(w.service, hosting), httpx.Options{Now: w.clock.Now, Explain: true, Log: silent()})
	ask := func(peer, header, value string) string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, listPath, strings.NewReader(listBody))
		r.RemoteAddr = peer
		if header != "" {
			r.Header.Set(header, value)
		}
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		return rec.Body.String()
	}
	for _, peer := range []string{"127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "10.1.2.3:1", "172.17.0.2:1", "192.168.0.9:1", "[fd00::1]:1", "[fe80::1%eth0]:1"} {
		if got := ask(peer, "", ""); !strings.HasPrefix(got, `{"errcode":0,`) {
			t.Errorf("%s: %s", peer, got)
		}
	}
	for _, client := range []string{
		"axios/1.7.9", "node", "Go-http-client/1.1", "curl/8.5.0", "python-requests/2.32.3", "Java/17.0.9",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/75.0.3770.142 Safari/537.36 Hutool",
	} {
		if got := ask("127.0.0.1:1", "User-Agent", client); !strings.HasPrefix(got, `{"errcode":0,`) {
			t.Errorf("%s: %s", client, got)
		}
	}
	for _, test := range [][3]string{
		{"203.0.113.7:1", "", ""},
		{"[2001:db8::1]:1", "", ""},
		{"172.32.0.1:1", "", ""},
		{"[::ffff:203.0.113.7]:1", "", ""},
		{"@", "", ""},
		{"127.0.0.1:1", "X-Forwarded-For", "127.0.0.1"},
		{"127.0.0.1:1", "Forwarded", "for=127.0.0.1"},
		{"127.0.0.1:1", "X-Real-IP", "10.0.0.1"},
		{"127.0.0.1:1", "Via", "1.1 proxy"},
		{"127.0.0.1:1", "Origin", "http://127.0.0.1:8080"},
		{"127.0.0.1:1", "Sec-Fetch-Site", "same-origin"},
		{"127.0.0.1:1", "Referer", "http://rebound.example/"},
		{"127.0.0.1:1", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"},
	} {
		if got := ask(test[0], test[1], test[2]); !strings.HasPrefix(got, `{"errcode":41001,"errmsg":"access_token missing rid: `) {
			t.Errorf("%v: %s", test, got)
		}
	}
}
