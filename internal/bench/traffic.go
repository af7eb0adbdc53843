package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/muban-dev/muban/wire/baidu"
)

// traffic is how one platform's sends look.
type traffic struct {
	title map[string]any // makes the template
	// token is where an access token is asked for, but for the app.
	token             func(appID, secret string) string
	path, contentType string
	accepted          string // what the answer to an accepted send begins with
	grants            bool   // each send spends one
	body              func(user, template, grant string) []byte
}

// trafficOf is empty for a platform that is measured otherwise.
func trafficOf(platform string) traffic {
	switch platform {
	case "wechat-mini":
		return traffic{
			title: map[string]any{"library_id": "AT0002", "keyword_ids": []int{3, 4, 5}},
			token: weChatToken, path: "/cgi-bin/message/wxopen/template/send", contentType: "application/json",
			accepted: `{"errcode":0,`, grants: true, body: miniBody,
		}
	case "wechat-oa":
		return traffic{
			title: map[string]any{
				"title":   "订单支付成功通知",
				"content": "{{first.DATA}}\n订单号码：{{keyword1.DATA}}\n支付金额：{{keyword2.DATA}}\n{{remark.DATA}}",
			},
			token: weChatToken, path: "/cgi-bin/message/template/send", contentType: "application/json",
			accepted: `{"errcode":0,`, body: officialBody,
		}
	case "baidu":
		return traffic{
			title: map[string]any{"library_id": "BD0002", "keyword_ids": []int{9001, 9002, 9003}},
			token: func(appID, secret string) string {
				return "/oauth/2.0/token?" + url.Values{
					"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {secret}, "scope": {baidu.Scope},
				}.Encode()
			},
			path: "/rest/2.0/smartapp/template/send", contentType: "application/x-www-form-urlencoded",
			accepted: `{"errno":0,`, grants: true, body: baiduBody,
		}
	default:
		return traffic{}
	}
}

func weChatToken(appID, secret string) string {
	return "/cgi-bin/token?" + url.Values{"grant_type": {"client_credential"}, "appid": {appID}, "secret": {secret}}.Encode()
}

// miniBody is seed 002's sample.
func miniBody(user, template, grant string) []byte {
	return fmt.Appendf(nil, `{"touser":%q,"template_id":%q,"page":"index","form_id":%q,"data":{`+
		`"keyword1":{"value":"339208499"},"keyword2":{"value":"2015年01月05日 12:30"},`+
		`"keyword3":{"value":"腾讯微信总部"},"keyword4":{"value":"广州市海珠区新港中路397号"}},"emphasis_keyword":"keyword1.DATA"}`,
		user, template, grant)
}

func officialBody(user, template, _ string) []byte {
	return fmt.Appendf(nil, `{"touser":%q,"template_id":%q,"url":"https://example.com/order","data":{`+
		`"first":{"value":"恭喜你购买成功！","color":"#173177"},"keyword1":{"value":"339208499"},`+
		`"keyword2":{"value":"39.8元"},"remark":{"value":"欢迎再次购买！"}}}`, user, template)
}

func baiduBody(user, template, grant string) []byte {
	return []byte(url.Values{
		"touser_openId": {user}, "template_id": {template}, "scene_id": {grant}, "scene_type": {"1"}, "page": {"index"},
		"data": {`{"keyword1":{"value":"百度大厦"},"keyword2":{"value":"2019年4月2日 16:40"},"keyword3":{"value":"绘本 3册"}}`},
	}.Encode())
}

// sender is an app that can send to a number of users.
type sender struct {
	traffic
	appID, accessToken, template string
	users                        []string
}

// newSender makes the app. callback is where its events go, empty for nowhere.
func (n native) newSender(ctx context.Context, platform string, users int, callback string) (s sender, err error) {
	s.traffic = trafficOf(platform)
	var app struct {
		ID     string `json:"app_id"`
		Secret string `json:"secret"`
	}
	settings := map[string]any{"platform": platform, "name": "bench"}
	if callback != "" {
		settings["callback"] = map[string]any{"url": callback, "token": "bench"}
	}
	if err := n.call(ctx, http.MethodPost, "/api/v1/apps", settings, &app); err != nil {
		return s, err
	}
	s.appID = app.ID
	if err := n.call(ctx, http.MethodPatch, "/api/v1/apps/"+app.ID, map[string]any{"daily_limit": nil}, &app); err != nil {
		return s, err
	}
	var template struct {
		ID string `json:"template_id"`
	}
	if err := n.call(ctx, http.MethodPost, "/api/v1/apps/"+s.appID+"/templates", s.title, &template); err != nil {
		return s, err
	}
	s.template = template.ID
	if s.users, err = n.newUsers(ctx, s.appID, users); err != nil {
		return s, err
	}
	var token struct {
		Text string `json:"access_token"`
	}
	if err := n.call(ctx, http.MethodGet, s.token(s.appID, app.Secret), nil, &token); err != nil {
		return s, err
	}
	if token.Text == "" {
		return s, errors.New("the platform's call gave no access token")
	}
	s.accessToken = token.Text
	return s, nil
}

// bodies are so many sends of all the apps in turns, each with a grant of its own where the platform
// has grants.
func (n native) bodies(ctx context.Context, senders []sender, sends int, p Progress) ([][]byte, error) {
	bodies := make([][]byte, sends)
	for a, s := range senders {
		own, err := n.ownBodies(ctx, s, (sends+len(senders)-1-a)/len(senders), p)
		if err != nil {
			return nil, err
		}
		for i, body := range own {
			bodies[a+i*len(senders)] = body
		}
	}
	return bodies, nil
}

// ownBodies are those of one app.
func (n native) ownBodies(ctx context.Context, s sender, sends int, p Progress) ([][]byte, error) {
	if s.grants {
		return n.minted(ctx, s.appID, s.users, sends, p, func(user, grant string) ([]byte, error) {
			return s.body(user, s.template, grant), nil
		})
	}
	bodies := make([][]byte, sends)
	for i := range bodies {
		bodies[i] = s.body(s.users[i%len(s.users)], s.template, "")
		p.Add(1)
	}
	return bodies, nil
}

// sendPath is where its sends go.
func (s sender) sendPath() string {
	return s.path + "?access_token=" + url.QueryEscape(s.accessToken)
}
