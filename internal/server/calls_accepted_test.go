package server_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// accepted is what the explanation of a call says would have been accepted.
func (i inspected) accepted(call string) (english, chinese string) {
	i.Helper()
	why, is := i.native("GET", "/calls/"+call, "")["explanation"].(map[string]any)
	if !is {
		i.Fatalf("call %s was not refused", call)
	}
	english, _ = why["accepted"].(string)
	chinese, _ = why["accepted_zh"].(string)
	return english, chinese
}

// A token of another platform's app is not to be fetched again for that app:
// the call would refuse the next one too.
func TestAcceptedTokenIsOfTheCallsPlatform(t *testing.T) {
	t.Parallel()
	i := newInspected(t)
	mini := i.token("/cgi-bin/token?grant_type=client_credential&appid=wxmini&secret="+miniSecret, "")
	baidu := i.token("/oauth/2.0/token", "grant_type=client_credentials&client_id=bdkey&client_secret="+baiduSecret)
	for path, want := range map[string]string{
		"/rest/2.0/smartapp/template/librarylist?access_token=" + mini:      "client_id=APP_ID&",
		"/cgi-bin/message/template/send?access_token=" + mini:               "appid=APP_ID&",
		"/cgi-bin/wxopen/template/library/list?access_token=" + baidu:       "appid=APP_ID&",
		"/rest/2.0/smartapp/template/librarylist?access_token=" + baidu[1:]: "client_id=APP_ID&",
	} {
		_, call := i.do("POST", path, `{}`)
		if english, chinese := i.accepted(call); !strings.Contains(english, want) || !strings.Contains(chinese, want) {
			t.Errorf("%s: accepted %q, %q; want %q in them", path, english, chinese, want)
		}
	}
}

// What is named as acceptable on Baidu was issued to the id that the send is
// addressed to: a scene of the same user's other id is refused (seed 000,
// Q&A 1 and 2).
func TestAcceptedScenesAreOfTheAddressedID(t *testing.T) {
	t.Parallel()
	i := newInspected(t)
	token := i.token("/oauth/2.0/token", "grant_type=client_credentials&client_id=bdkey&client_secret="+baiduSecret)
	i.native("POST", "/apps/bdkey/users", `{"open_id":"open","swan_id":"swan"}`)
	i.native("POST", "/apps/bdkey/users", `{"open_id":"rich","swan_id":"poor"}`)
	i.native("POST", "/apps/bdkey/templates", `{"template_id":"tpl","title":"t","content":"a{{keyword1.DATA}}"}`)
	send := func(to, scene string) (string, string) {
		return i.do("POST", "/rest/2.0/smartapp/template/send?access_token="+token, "template_id=tpl&data={}&scene_type=1&"+to+"&scene_id="+url.QueryEscape(scene))
	}
	i.native("POST", "/apps/bdkey/grants", `{"user":"open","kind":"form","count":5}`)
	i.native("POST", "/apps/bdkey/grants", `{"user":"open","kind":"form","id":"never-0"}`)
	_, call := send("touser=swan", "none")
	if english, chinese := i.accepted(call); !strings.Contains(english, "muban grant mint --app bdkey --user swan ") || !strings.Contains(chinese, "没有可用的凭证") {
		t.Errorf("a guest without scenes: accepted %q, %q", english, chinese)
	}
	i.native("POST", "/apps/bdkey/grants", `{"user":"swan","kind":"form"}`)
	i.native("POST", "/apps/bdkey/grants", `{"user":"poor","kind":"form"}`)
	i.native("POST", "/apps/bdkey/grants", `{"user":"rich","kind":"form","count":300}`) // newer, and more than are looked at
	for _, to := range []string{"touser=swan", "touser_openId=open", "touser=poor"} {
		_, call := send(to, "none")
		english, _ := i.accepted(call)
		named := regexp.MustCompile(`(\S+) \(form\)`).FindAllStringSubmatch(english, -1)
		if len(named) == 0 {
			t.Errorf("%s: accepted %q, want scenes", to, english)
		}
		for _, scene := range named {
			if answer, _ := send(to, scene[1]); !strings.Contains(answer, `"errno":0`) {
				t.Errorf("%s: the scene %s, named as acceptable, is answered %s", to, scene[1], answer)
			}
		}
	}
}

// The official account's half of uniform_send is refused by the account's
// templates: the caller's own would be refused too.
func TestAcceptedTemplatesAreOfTheAppThatLacksOne(t *testing.T) {
	t.Parallel()
	i := newInspected(t)
	i.native("PATCH", "/apps/wxmini", `{"linked_apps":["wxoa"]}`)
	i.native("POST", "/apps/wxoa/users", `{"open_id":"follower"}`)
	i.native("POST", "/apps/wxoa/templates", `{"template_id":"official","title":"t","content":"a{{keyword1.DATA}}"}`)
	token := i.token("/cgi-bin/token?grant_type=client_credential&appid=wxmini&secret="+miniSecret, "")
	send := func(template string) (answer, call string) {
		return i.do("POST", "/cgi-bin/message/wxopen/template/uniform_send?access_token="+token, `{"touser":"follower","mp_template_msg":{"appid":"wxoa","template_id":"`+template+`","data":{}}}`)
	}
	for _, template := range []string{"none", ""} {
		_, call := send(template)
		if english, chinese := i.accepted(call); !strings.HasSuffix(english, ": official (t)") || !strings.HasSuffix(chinese, "：official (t)") {
			t.Errorf("template %q: accepted %q, %q; want the account's template", template, english, chinese)
		}
	}
	if answer, _ := send("official"); !strings.Contains(answer, `"errcode":0`) {
		t.Errorf("the template that is named as acceptable is answered %s", answer)
	}
}
