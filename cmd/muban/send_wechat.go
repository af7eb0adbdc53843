package main

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/wechat"
)

// weChat is what mini programs and official accounts share (protocol.md §1.2).
type weChat struct {
	platformClient
	platform muban.Platform
}

func (e weChat) token(ctx context.Context, appID, secret string) (string, error) {
	reply, err := e.postJSON(ctx, "/cgi-bin/stable_token", nil, map[string]string{
		"grant_type": "client_credential", "appid": appID, "secret": secret,
	})
	if err != nil {
		return "", err
	}
	var answer struct {
		wechat.Status
		wechat.TokenAnswer
	}
	if err := e.read(reply, "the access token", &answer, &answer.Status); err != nil {
		return "", err
	}
	return answer.AccessToken, nil
}

// read decodes an answer whose status is within it.
func (e weChat) read(reply platformReply, call string, answer any, status *wechat.Status) error {
	if err := json.Unmarshal(reply.body, answer); err != nil {
		return unreadable(call, err)
	}
	if status.ErrCode == 0 {
		return reply.strange
	}
	row, _ := wechat.ErrorOf(status.ErrCode)
	return reply.refused(e.platform, call, strconv.Itoa(status.ErrCode), status.ErrMsg, tableRow{row.Meaning, row.See})
}

// weChatMini is a mini program's send (seed 002).
type weChatMini struct{ weChat }

// weChatSend is the body of send; a grant is a form_id there.
type weChatSend struct {
	ToUser          string          `json:"touser"`
	TemplateID      string          `json:"template_id"`
	Page            string          `json:"page,omitempty"`
	FormID          string          `json:"form_id"`
	Data            json.RawMessage `json:"data"`
	EmphasisKeyword string          `json:"emphasis_keyword,omitempty"`
}

func (e weChatMini) send(ctx context.Context, token string, m outgoing) (accepted, error) {
	reply, err := e.postJSON(ctx, "/cgi-bin/message/wxopen/template/send", url.Values{accessTokenName: {token}}, weChatSend{
		m.to, m.template, m.page, m.grantID, m.data, m.emphasis,
	})
	if err != nil {
		return accepted{}, err
	}
	var answer wechat.Status
	if err := e.read(reply, "the send", &answer, &answer); err != nil {
		return accepted{}, err
	}
	return accepted{answer: reply.body}, nil
}

// weChatOfficial is an official account's send (seed 004).
type weChatOfficial struct{ weChat }

// officialSend is the body of send, with data as it was given.
type officialSend struct {
	ToUser      string             `json:"touser"`
	TemplateID  string             `json:"template_id"`
	URL         string             `json:"url,omitempty"`
	MiniProgram wechat.MiniProgram `json:"miniprogram,omitzero"`
	Data        json.RawMessage    `json:"data"`
	ClientMsgID string             `json:"client_msg_id,omitempty"`
}

func (e weChatOfficial) send(ctx context.Context, token string, m outgoing) (accepted, error) {
	body := officialSend{ToUser: m.to, TemplateID: m.template, URL: m.url, Data: m.data, ClientMsgID: m.clientMsgID}
	if m.miniProgram != "" {
		body.MiniProgram = wechat.MiniProgram{AppID: m.miniProgram, PagePath: m.page}
	}
	reply, err := e.postJSON(ctx, "/cgi-bin/message/template/send", url.Values{accessTokenName: {token}}, body)
	if err != nil {
		return accepted{}, err
	}
	var answer wechat.OfficialSendAnswer
	if err := e.read(reply, "the send", &answer, &answer.Status); err != nil {
		return accepted{}, err
	}
	return accepted{answer: reply.body, messageID: strconv.FormatInt(answer.MsgID, 10)}, nil
}
