package main

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
	"github.com/muban-dev/muban/internal/sandbox"
	"github.com/muban-dev/muban/wire/alipay"
)

// alipayMini is a mini program's calls to the gateway (protocol.md §5). There
// is no access token: every call is signed with the app's private key.
type alipayMini struct {
	platformClient
	appID       string
	key         *rsa.PrivateKey
	platformKey *rsa.PublicKey
}

// newAlipayMini reads the keys of an app's calls.
func newAlipayMini(client platformClient, app apiclient.App, privateKey string) (endpoint, error) {
	key, err := alipay.ParsePrivateKey(privateKey)
	if err != nil {
		return nil, usageErrorf("the app's private key cannot be used: %v", err)
	}
	platformKey, err := alipay.ParsePublicKey(app.AlipayPublicKey)
	if err != nil {
		return nil, fmt.Errorf("the app's alipay_public_key: %w", err)
	}
	return alipayMini{client, app.AppID, key, platformKey}, nil
}

// demoKey is the private key of the demo app, as long as its public key is the
// one it begins with; empty for any other app.
func demoKey(app apiclient.App) string {
	if app.AppID != sandbox.DemoAlipayAppID {
		return ""
	}
	key, err := alipay.ParsePrivateKey(sandbox.DemoAlipayAppKey())
	set, setErr := alipay.ParsePublicKey(app.AppPublicKey)
	if err != nil || setErr != nil || !key.PublicKey.Equal(set) {
		return ""
	}
	return sandbox.DemoAlipayAppKey()
}

func (alipayMini) token(context.Context, string, string) (string, error) { return "", nil }

func (e alipayMini) send(ctx context.Context, _ string, m outgoing) (accepted, error) {
	params, err := alipaySend(e.appID, e.key, alipay.SendContent{
		ToUserID: m.to, FormID: m.grantID, UserTemplateID: m.template, Page: m.page, Data: string(m.data),
	})
	if err != nil {
		return accepted{}, err
	}
	form, err := url.ParseQuery(params.Form())
	if err != nil {
		return accepted{}, err
	}
	reply, err := e.postForm(ctx, "/gateway.do", nil, form)
	if err != nil {
		return accepted{}, err
	}
	return e.sent(reply)
}

// alipaySend are the signed parameters of a send.
func alipaySend(appID string, key *rsa.PrivateKey, content alipay.SendContent) (alipay.Params, error) {
	var p alipay.Params
	text, err := json.Marshal(content)
	if err != nil {
		return p, err
	}
	for _, one := range [][2]string{
		{alipay.ParamAppID, appID},
		{alipay.ParamMethod, alipay.MethodSend},
		{alipay.ParamFormat, "JSON"},
		{alipay.ParamCharset, string(alipay.UTF8)},
		{alipay.ParamTimestamp, alipay.FormatTimestamp(muban.PlatformTime(time.Now()))},
		{alipay.ParamVersion, "1.0"},
		{alipay.ParamBizContent, string(text)},
	} {
		p.Set(one[0], one[1])
	}
	return p, p.Sign(key, alipay.RSA2)
}

// sent reads the answer, whose signature must be the platform's, as a client
// would.
func (e alipayMini) sent(reply platformReply) (accepted, error) {
	const call = "the send"
	answer, err := alipay.Cut(reply.body, alipay.UTF8)
	if err != nil {
		return accepted{}, unreadable(call, err)
	}
	var response alipay.Failure
	if err := json.Unmarshal(answer.Content, &response); err != nil {
		return accepted{}, unreadable(call, err)
	}
	// Where the app is not known there is nobody to sign.
	if answer.Sign != "" || response.SubCode == "" {
		if err := alipay.Verify(e.platformKey, alipay.RSA2, answer.Content, answer.Sign); err != nil {
			return accepted{}, fmt.Errorf("the platform's answer to %s is not signed by the app's alipay_public_key: %w", call, err)
		}
	}
	if response.SubCode != "" || response.Code != alipay.OK().Code {
		row, _ := alipay.ErrorOf(response.SubCode)
		code := strings.TrimSpace(response.Code + " " + response.SubCode)
		return accepted{}, reply.refused(muban.Alipay, call, code, response.SubMsg, tableRow{row.Meaning, row.See})
	}
	return accepted{answer: reply.body}, reply.strange
}
