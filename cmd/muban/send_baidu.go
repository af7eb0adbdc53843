package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/baidu"
)

// baiduSmart is a Smart Program's calls (seed 000, protocol.md §1.5).
type baiduSmart struct{ platformClient }

func (e baiduSmart) token(ctx context.Context, appID, secret string) (string, error) {
	reply, err := e.postForm(ctx, "/oauth/2.0/token", nil, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {secret}, "scope": {baidu.Scope},
	})
	if err != nil {
		return "", err
	}
	var answer struct {
		baidu.TokenAnswer
		baidu.OAuthFailure
	}
	const call = "the access token"
	if err := json.Unmarshal(reply.body, &answer); err != nil {
		return "", unreadable(call, err)
	}
	if answer.Error != "" {
		return "", reply.refused(muban.Baidu, call, answer.Error, answer.ErrorDescription, tableRow{})
	}
	return answer.AccessToken, reply.strange
}

func (e baiduSmart) send(ctx context.Context, token string, m outgoing) (accepted, error) {
	form := url.Values{
		"template_id": {m.template},
		"scene_id":    {m.grantID},
		"scene_type":  {strconv.Itoa(m.grantKind.SceneType())},
		"data":        {string(m.data)},
	}
	recipient := "touser_openId"
	if m.guest {
		recipient = "touser"
	}
	form.Set(recipient, m.to)
	if m.page != "" {
		form.Set("page", m.page)
	}
	reply, err := e.postForm(ctx, "/rest/2.0/smartapp/template/send", url.Values{accessTokenName: {token}}, form)
	if err != nil {
		return accepted{}, err
	}
	return e.sent(reply)
}

// sent reads the answer of send: its own, or the gateway's.
func (e baiduSmart) sent(reply platformReply) (accepted, error) {
	var answer struct {
		baidu.Failure
		baidu.GatewayFailure
		Data *baidu.Sent `json:"data"`
	}
	const call = "the send"
	if err := json.Unmarshal(reply.body, &answer); err != nil {
		return accepted{}, unreadable(call, err)
	}
	code, text := answer.Errno, answer.Msg
	if answer.ErrorCode != 0 {
		code, text = answer.ErrorCode, answer.ErrorMsg
	}
	if code != 0 {
		row, _ := baidu.ErrorOf(code)
		return accepted{}, reply.refused(muban.Baidu, call, strconv.Itoa(code), text, tableRow{row.Meaning, row.See})
	}
	sent := accepted{answer: reply.body}
	if answer.Data != nil {
		sent.messageID = strconv.FormatInt(answer.Data.MsgKey, 10)
	}
	return sent, reply.strange
}

func unreadable(call string, err error) error {
	return fmt.Errorf("the platform's answer to %s cannot be read: %w", call, err)
}
