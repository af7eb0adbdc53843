package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/server"
	"github.com/muban-dev/muban/internal/zhtest"
)

// inspected is a sandbox with one app a platform.
type inspected struct {
	*testing.T
	url string
}

func newInspected(t *testing.T) inspected {
	t.Helper()
	i := inspected{t, running(t, server.Options{Sandbox: true})}
	for _, app := range []string{
		`{"platform":"wechat-mini","name":"n","app_id":"wxmini","secret":"` + miniSecret + `"}`,
		`{"platform":"wechat-oa","name":"n","app_id":"wxoa","secret":"` + officialSecret + `"}`,
		`{"platform":"baidu","name":"n","app_id":"bdkey","secret":"` + baiduSecret + `"}`,
		`{"platform":"alipay","name":"n","app_id":"2021000000000001"}`,
	} {
		i.native("POST", "/apps", app)
	}
	i.native("POST", "/apps/wxmini/users", `{"open_id":"oUser"}`)
	i.native("POST", "/apps/wxmini/templates", `{"template_id":"tpl","title":"t","content":"a{{keyword1.DATA}}"}`)
	return i
}

const (
	miniSecret     = "secretofmini0123456789abcdef0001"
	officialSecret = "secretofofficial89abcdef00000002"
	baiduSecret    = "SecretOfBaidu0123456789abcdef003"
)

// do makes a request and returns the answer's body and the call's id.
func (i inspected) do(method, path, body string) (string, string) {
	i.Helper()
	r, err := http.NewRequestWithContext(i.Context(), method, i.url+path, strings.NewReader(body))
	if err != nil {
		i.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		i.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		i.Fatal(err)
	}
	return string(raw), res.Header.Get("Muban-Call")
}

// native makes a native call, which has to succeed, and decodes its answer.
func (i inspected) native(method, path, body string) map[string]any {
	i.Helper()
	raw, call := i.do(method, "/api/v1"+path, body)
	var answer map[string]any
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &answer); err != nil {
			i.Fatalf("%s: %v", raw, err)
		}
	}
	if answer["code"] != nil && answer["title"] != nil || call != "" {
		i.Fatalf("%s %s: %s, call %q", method, path, raw, call)
	}
	return answer
}

func (i inspected) token(path, body string) string {
	i.Helper()
	raw, _ := i.do("POST", path, body)
	if body == "" {
		raw, _ = i.do("GET", path, "")
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	if json.Unmarshal([]byte(raw), &answer) != nil || answer.Token == "" {
		i.Fatalf("%s: %s", path, raw)
	}
	return answer.Token
}

// No secret and no token of any dialect's calls is in what the inspector
// shows, whatever the call became.
func TestInspectorShowsNoSecret(t *testing.T) {
	t.Parallel()
	i := newInspected(t)
	secrets := []string{miniSecret, officialSecret, baiduSecret}
	mini := i.token("/cgi-bin/token?grant_type=client_credential&appid=wxmini&secret="+miniSecret, "")
	stable := i.token("/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"wxoa","secret":"`+officialSecret+`"}`)
	baidu := i.token("/oauth/2.0/token", "grant_type=client_credentials&client_id=bdkey&client_secret="+baiduSecret)
	secrets = append(secrets, mini, stable, baidu)

	code := i.native("POST", "/apps/wxmini/users/oUser/login-codes", "")["code"].(string)
	session, _ := i.do("GET", "/sns/jscode2session?appid=wxmini&secret="+miniSecret+"&js_code="+code+"&grant_type=authorization_code", "")
	secrets = append(secrets, regexp.MustCompile(`"session_key":"([^"]+)`).FindStringSubmatch(session)[1])
	i.do("POST", "/oauth/jscode2sessionkey", "code=x&client_id=bdkey&sk="+baiduSecret)
	member := i.native("POST", "/apps/bdkey/users", `{"open_id":"member"}`)["open_id"].(string)
	code = i.native("POST", "/apps/bdkey/users/"+member+"/login-codes", "")["code"].(string)
	session, _ = i.do("GET", "/rest/2.0/smartapp/getsessionkey?access_token="+baidu+"&code="+code, "")
	secrets = append(secrets, regexp.MustCompile(`"session_key":"([^"]+)`).FindStringSubmatch(session)[1])

	i.do("POST", "/cgi-bin/message/wxopen/template/send?access_token="+mini, `{"touser":"oUser","template_id":"tpl","form_id":"x","data":{}}`)
	i.do("POST", "/cgi-bin/message/template/send?access_token="+stable, `{"touser":"nobody"}`)
	i.do("POST", "/rest/2.0/smartapp/template/send?access_token="+baidu, "template_id=x")
	i.do("POST", "/rest/2.0/smartapp/template/send", `{"access_token":"`+baidu+`"}`)
	i.do("POST", "/cgi-bin/nothing?access_token="+mini, "{")
	i.do("POST", "/cgi-bin/token?appid=wxmini&secret="+miniSecret+"&grant_type="+url.QueryEscape(mini), "")
	authToken := i.native("POST", "/apps", `{"platform":"alipay","name":"agent","app_id":"2021000000000002"}`)["app_id"].(string)
	authToken = i.native("POST", "/apps/2021000000000001/authorizations", `{"app_id":"`+authToken+`"}`)["app_auth_token"].(string)
	secrets = append(secrets, authToken)
	i.do("POST", "/gateway.do?app_id=2021000000000002&app_auth_token="+authToken, "method=alipay.open.app.mini.templatemessage.send&charset=gbk&sign=AAAA&sign_type=RSA2&version=1.0&timestamp=2026-01-01+00%3A00%3A00&biz_content=%7B%7D")

	shown, _ := i.do("GET", "/api/v1/calls?limit=500", "")
	if n := strings.Count(shown, `"rid"`); n < 12 {
		t.Fatalf("%d calls are kept", n)
	}
	for _, one := range i.native("GET", "/calls?limit=500", "")["items"].([]any) {
		call, _ := i.do("GET", "/api/v1/calls/"+one.(map[string]any)["id"].(string), "")
		shown += call
	}
	for _, secret := range secrets {
		if at := strings.Index(shown, secret); at >= 0 {
			t.Errorf("%s is shown in …%s", secret, shown[max(0, at-200):at+len(secret)])
		}
	}
}

// A refusal is explained in both languages, with the story of the grant, and a
// call is found by what is known of it.
func TestInspectorExplains(t *testing.T) {
	t.Parallel()
	i := newInspected(t)
	token := i.token("/cgi-bin/token?grant_type=client_credential&appid=wxmini&secret="+miniSecret, "")
	i.native("POST", "/apps/wxmini/grants", `{"user":"oUser","kind":"form","id":"form-1"}`)
	send := func() (string, string) {
		return i.do("POST", "/cgi-bin/message/wxopen/template/send?access_token="+token, `{"touser":"oUser","template_id":"tpl","form_id":"form-1","data":{"keyword1":{"value":"中"}}}`)
	}
	_, first := send()
	answer, second := send()
	if !strings.Contains(answer, "41029") || !strings.Contains(answer, "rid: "+second) {
		t.Fatalf("answered %s, call %s", answer, second)
	}
	message := i.native("GET", "/messages?app_id=wxmini", "")["items"].([]any)[0].(map[string]any)["id"].(string)
	for _, query := range []string{
		"rid=" + second, "app_id=wxmini&refused=true", "code=41029", "user=oUser&refused=true", "grant_id=form-1&code=41029",
		"after=" + first, "q=used%20up", "q=" + token + "&refused=true", "q=%E5%B7%B2%E7%94%A8%E5%AE%8C", "limit=1",
	} {
		items := i.native("GET", "/calls?"+query, "")["items"].([]any)
		if len(items) != 1 || items[0].(map[string]any)["id"] != second {
			t.Errorf("%s finds %v", query, items)
		}
	}
	if items := i.native("GET", "/calls?message_id="+message, "")["items"].([]any); len(items) != 1 || items[0].(map[string]any)["id"] != first {
		t.Errorf("message_id finds %v", items)
	}

	shown := i.native("GET", "/calls/"+second, "")
	why := shown["explanation"].(map[string]any)
	for member, want := range map[string]string{
		"kind": "grant_spent", "rule": "grant.spent", "detail": "is used up", "detail_zh": "已用完", "see": "41029",
		"accepted": "muban grant mint --app wxmini --user oUser", "accepted_zh": "现在没有可用的凭证",
	} {
		if got, _ := why[member].(string); !strings.Contains(got, want) {
			t.Errorf("%s is %q, want %q in it", member, got, want)
		}
	}
	var story []string
	for _, one := range why["story"].([]any) {
		event := one.(map[string]any)
		story = append(story, fmt.Sprint(event["text"], event["text_zh"], event["message_id"], event["call_id"]))
	}
	want := []string{"minted for user oUser", "第 1 次，共 1 次）" + message + first, "本次调用被拒绝<nil>" + second}
	for n, part := range want {
		if n >= len(story) || !strings.Contains(story[n], part) {
			t.Errorf("the story is %q, want %q in its part %d", story, part, n)
		}
	}
}

// What is refused on any dialect is explained in Chinese that no English is
// left in.
func TestExplanationsAreWhollyChinese(t *testing.T) {
	t.Parallel()
	i := newInspected(t)
	mini := i.token("/cgi-bin/token?grant_type=client_credential&appid=wxmini&secret="+miniSecret, "")
	baidu := i.token("/oauth/2.0/token", "grant_type=client_credentials&client_id=bdkey&client_secret="+baiduSecret)
	sendMini, sendBaidu := "/cgi-bin/message/wxopen/template/send?access_token="+mini, "/rest/2.0/smartapp/template/send?access_token="+baidu
	alipay := func(change string) string {
		params, _ := url.ParseQuery("app_id=2021000000000001&method=alipay.open.app.mini.templatemessage.send&charset=utf-8&sign=AAAA&sign_type=RSA2&version=1.0&timestamp=2026-01-01+00%3A00%3A00&biz_content=%7B%7D")
		changed, _ := url.ParseQuery(change)
		maps.Copy(params, changed)
		return "/gateway.do?" + params.Encode()
	}
	official := i.token("/cgi-bin/token?grant_type=client_credential&appid=wxoa&secret="+officialSecret, "")
	withData := func(data string) string {
		return "template_id=x&touser_openId=y&scene_id=z&scene_type=1&data=" + url.QueryEscape(data)
	}
	bodies := map[string][]string{
		"/cgi-bin/wxopen/template/library/get?access_token=" + mini:          {`{}`, `{"id":" AT0002"}`, "id=AT0002"},
		"/cgi-bin/wxopen/template/del?access_token=" + mini:                  {`{}`, `[]`, `7`},
		"/cgi-bin/template/api_add_template?access_token=" + official:        {`{}`, `{"template_id_short":"none"}`},
		"/cgi-bin/template/api_set_industry?access_token=" + official:        {`{}`, `{"industry_id1":" ","industry_id2":"empty"}`},
		"/rest/2.0/smartapp/template/templatelist?access_token=" + baidu:     {"", "offset=x&count=1", "offset=0&count=", `{"offset":{}}`, `{"offset":tru}`, "{\"offset\":\"\xff\"}"},
		"/rest/2.0/smartapp/template/addTemplate?access_token=" + baidu:      {"id=BD0016&keyword_id_list=x", "id=BD0016&keyword_id_list=[1,2,99]", "id=&keyword_id_list=[1,2]", "id=x&keyword_id_list=[1,2]"},
		"/rest/2.0/smartapp/getsessionkey?access_token=" + baidu:             {"", "code=x", "code=%00"},
		"/oauth/jscode2sessionkey":                                           {"", "code=x&client_id=bdkey&sk=" + baiduSecret},
		sendMini:                                                             {`{"touser":"oUser","template_id":"tpl","data":{"keyword1":{"value":"\u0000"}}}`, "{\"a\":1.x}", `{"a":"\u00x"}`, "", "{", "[]", "\xff", `{"touser":[]}`, `{"touser":"oUser","template_id":"tpl","data":[1]}`, `{"touser":"oUser","template_id":"tpl","data":{"keyword1":true}}`, `{"touser":"oUser","template_id":"tpl"}`, `{"touser":"oUser","template_id":"tpl","form_id":"the formId is a mock one"}`},
		"/cgi-bin/wxopen/template/list?access_token=" + mini:                 {`{"offset":"x","count":1}`, `{"offset":0,"count":99}`},
		"/cgi-bin/wxopen/template/add?access_token=" + mini:                  {`{"id":"x","keyword_id_list":"a"}`, `{"id":"x","keyword_id_list":[]}`, `{"id":"x","keyword_id_list":[1]}`},
		"/cgi-bin/message/wxopen/template/uniform_send?access_token=" + mini: {`{}`, `{"touser":"x","weapp_template_msg":1}`},
		"/cgi-bin/stable_token":                                              {`{"force_refresh":"x"}`, `{"appid":"wxmini"}`},
		"/cgi-bin/token?appid=wxmini&secret=x&grant_type=y":                  {""},
		"/cgi-bin/message/template/send?access_token=" + mini:                {`{}`},
		"/cgi-bin/message/template/send?access_token=77_no":                  {`{}`},
		sendBaidu:           {withData("\xff"), withData(`[1]`), withData(`{"a":1e}`), withData("{\"a\":{\"value\":\"\\u0000\"}}"), withData("{\"a\\u0000\":{\"value\":\"\"}}"), "page=%00", "page=%zz", "", "template_id=x", "template_id=x&touser_openId=y&scene_id=z&scene_type=9", "template_id=x&touser_openId=y&scene_id=z&scene_type=1&data=%7B", "template_id=x&touser_openId=y&scene_id=z&scene_type=1&data=%7B%7D&ext=1", "{", `{"template_id":{}}`, "template_id=x&touser_openId=y&scene_id=z&scene_type=1&data=%7B%22k%22%3A%7B%22value%22%3A%22v%22%7D%7D"},
		"/oauth/2.0/token":  {"", "grant_type=client_credentials", "grant_type=client_credentials&client_id=bdkey&client_secret=x"},
		"/rest/2.0/nothing": {""},
		alipay("method=x"):  {""}, alipay("charset=x"): {""}, alipay("version="): {""}, alipay("timestamp=x"): {""}, alipay("sign_type=x"): {""}, alipay("sign="): {""}, alipay("app_id="): {""}, alipay("app_id=9"): {""}, alipay(""): {""},
		"/admin":      {"x"},
		"/v3/nothing": {""}, "/v3/alipay/system/oauth/token": {"{}"},
	}
	refused := 0
	for path, all := range bodies {
		for _, body := range all {
			_, id := i.do("POST", path, body)
			why, is := i.native("GET", "/calls/"+id, "")["explanation"].(map[string]any)
			if !is {
				t.Errorf("%s %s was not refused", path, body)
				continue
			}
			refused++
			values := map[string]string{}
			for name, value := range why["values"].(map[string]any) {
				values[name] = fmt.Sprint(value)
			}
			asked, _ := url.QueryUnescape(path + " " + body)
			const commands = "muban grant mint --app wxmini --user oUser --kind form, muban user login-code; apps wxmini wxoa, template tpl"
			for _, member := range []string{"detail_zh", "accepted_zh"} {
				text, _ := why[member].(string)
				if left := zhtest.English(text, asked, body, zhtest.Things(values), commands); len(left) > 0 {
					t.Errorf("%s %s: %q is left in %s: %s (%s)", path, body, left, member, text, why["detail"])
				}
			}
		}
	}
	if refused < 75 {
		t.Errorf("%d refusals were looked at", refused)
	}
}

// In muban serve nothing is kept unless that is asked for, and a client sees
// no trace of it.
func TestInspectorIsOffInServe(t *testing.T) {
	t.Parallel()
	for _, inspect := range []bool{false, true} {
		i := inspected{t, running(t, server.Options{AdminToken: token, Inspect: inspect})}
		_, id := i.do("GET", "/cgi-bin/token", "")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, i.url+"/api/v1/calls", &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || strings.Contains(string(body), "inspector_off") == inspect || (id != "") != inspect || (res.StatusCode == http.StatusOK) != inspect {
			t.Errorf("with inspect %v: call %q, status %d: %s", inspect, id, res.StatusCode, body)
		}
	}
}

// The story of a token names the calls that issued it and its successor.
func TestInspectorTellsATokensStory(t *testing.T) {
	t.Parallel()
	i := newInspected(t)
	path := "/cgi-bin/token?grant_type=client_credential&appid=wxmini&secret=" + miniSecret
	issue := func() (token, call string) {
		raw, call := i.do("GET", path, "")
		return regexp.MustCompile(`"access_token":"([^"]+)`).FindStringSubmatch(raw)[1], call
	}
	story := func(token string) (rule string, texts []string) {
		_, id := i.do("POST", "/cgi-bin/wxopen/template/list?access_token="+token, `{"offset":0,"count":1}`)
		why := i.native("GET", "/calls/"+id, "")["explanation"].(map[string]any)
		for _, one := range why["story"].([]any) {
			event := one.(map[string]any)
			texts = append(texts, fmt.Sprint(event["text"], " ", event["call_id"]))
		}
		return why["rule"].(string), texts
	}
	wants := func(token, wantRule string, parts ...string) {
		t.Helper()
		rule, texts := story(token)
		if rule != wantRule || len(texts) != len(parts)+1 {
			t.Errorf("rule %s, story %q", rule, texts)
			return
		}
		for n, part := range parts {
			if texts[n] != part {
				t.Errorf("part %d of the story is %q, want %q", n, texts[n], part)
			}
		}
	}
	old, issuedBy := issue()
	i.native("POST", "/clock/advance", `{"by":"1s"}`)
	last, replacedBy := issue()
	i.native("POST", "/clock/advance", `{"by":"10m"}`)
	wants(old, "token.superseded", "issued by token "+issuedBy, "replaced: token issued a newer one "+replacedBy,
		"ended, after the time that an old token lives beside a new one <nil>")
	i.native("POST", "/clock/advance", `{"by":"2h"}`)
	wants(last, "token.expired", "issued by token "+replacedBy, "expired <nil>")
	i.native("POST", "/apps/wxmini/tokens/revoke", "")
	wants(last, "token.revoked", "issued by token "+replacedBy)

	code := i.native("POST", "/apps/wxmini/users/oUser/login-codes", "")["code"].(string)
	signIn := "/sns/jscode2session?appid=wxmini&secret=" + miniSecret + "&js_code=" + code + "&grant_type=authorization_code"
	_, first := i.do("GET", signIn, "")
	if call := i.native("GET", "/calls/"+first, ""); call["user"] != "oUser" {
		t.Errorf("a login is of user %v", call["user"])
	}
	_, again := i.do("GET", signIn, "")
	why := i.native("GET", "/calls/"+again, "")["explanation"].(map[string]any)
	if why["rule"] != "login.used" || len(why["story"].([]any)) != 2 || why["accepted_zh"] == nil {
		t.Errorf("a login code that was used is explained by %v", why)
	}
}

// What a call sent is shown also where it was refused for its token or path.
func TestInspectorShowsWhatWasNotLookedAt(t *testing.T) {
	t.Parallel()
	i := newInspected(t)
	for _, path := range []string{
		"/cgi-bin/message/wxopen/template/send", "/cgi-bin/message/wxopen/template/send?access_token=77_no", "/cgi-bin/nothing",
		"/rest/2.0/nothing",
	} {
		_, id := i.do("POST", path, `{"touser":"oUser"}`)
		asked := i.native("GET", "/calls/"+id, "")["request"].(map[string]any)
		if asked["body"] != `{"touser":"oUser"}` || fmt.Sprint(asked["body_size"]) != "18" {
			t.Errorf("%s: %v bytes: %v", path, asked["body_size"], asked["body"])
		}
	}
}
