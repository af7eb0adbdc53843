package main

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/wechat"
)

// weChatMini is a mini program's calls (seed 002, protocol.md §1.2).
type weChatMini struct{ platformClient }

func (e weChatMini) token(ctx context.Context, appID, secret string) (string, error) {
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

// read decodes an answer whose status is within it.
func (e weChatMini) read(reply platformReply, call string, answer any, status *wechat.Status) error {
	if err := json.Unmarshal(reply.body, answer); err != nil {
		return unreadable(call, err)
	}
	if status.ErrCode == 0 {
		return reply.strange
	}
	row, _ := wechat.ErrorOf(status.ErrCode)
	return reply.refused(muban.WeChatMini, call, strconv.Itoa(status.ErrCode), status.ErrMsg, tableRow{row.Meaning, row.See})
}
