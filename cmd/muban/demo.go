package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sandbox"
	"github.com/muban-dev/muban/wire/alipay"
)

// printDemo shows the demo apps and, for each that can be sent with, lines to
// copy: curl with a live token and, where one is needed, a fresh grant, and
// muban send, which can be repeated.
func printDemo(ctx context.Context, w io.Writer, service *messaging.Service, demo sandbox.Seed, base string) error {
	var out strings.Builder
	for _, entry := range demo.Apps {
		d, err := readDemoApp(ctx, service, entry)
		if err != nil {
			return err
		}
		fmt.Fprintf(&out, "%s  %s\n  app_id    %s\n", d.app.Platform, d.app.Name, d.app.ID)
		if d.app.Secret != "" {
			fmt.Fprintf(&out, "  secret    %s\n", d.app.Secret)
		}
		fmt.Fprintf(&out, "  user      %s\n  template  %s\n", d.user.MainID(), d.template.ID)
		lines, err := d.sendLines(ctx, service, base)
		if err != nil {
			return err
		}
		for _, line := range append(lines, d.cloudLines(base)...) {
			fmt.Fprintf(&out, "  %s\n", line)
		}
		out.WriteString("\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// demoApp is a demo app with its first user and its first template.
type demoApp struct {
	app      muban.App
	user     muban.User
	template muban.Template
}

func readDemoApp(ctx context.Context, service *messaging.Service, entry sandbox.SeedApp) (d demoApp, err error) {
	var app struct {
		ID string `json:"app_id"`
	}
	var user struct {
		OpenID string `json:"open_id"`
	}
	var template struct {
		ID string `json:"template_id"`
	}
	for _, part := range []struct {
		raw  json.RawMessage
		into any
	}{{entry.App, &app}, {entry.Users[0], &user}, {entry.Templates[0], &template}} {
		if err := json.Unmarshal(part.raw, part.into); err != nil {
			return d, fmt.Errorf("demo seed: %w", err)
		}
	}
	if d.app, err = service.App(ctx, app.ID); err != nil {
		return d, err
	}
	if d.user, err = service.User(ctx, app.ID, user.OpenID); err != nil {
		return d, err
	}
	d.template, err = service.Template(ctx, app.ID, template.ID)
	return d, err
}

// sendLines are the commands that send a message from the app. They use up
// nothing of the seed: the grant, where one is needed, is a fresh one.
func (d demoApp) sendLines(ctx context.Context, service *messaging.Service, base string) ([]string, error) {
	token, err := d.token(ctx, service)
	if err != nil {
		return nil, err
	}
	once, again, grantID := "repeat", "", ""
	if len(muban.RulesOf(d.app.Platform).Grants) > 0 {
		grants, _, err := service.MintGrants(ctx, d.app.ID, messaging.MintRequest{User: d.user.OpenID, Kind: muban.GrantForm, Count: 1})
		if err != nil {
			return nil, err
		}
		once, again, grantID = "once  ", " --mint", grants[0].ID
	}
	curl, err := d.curl(base, token, grantID)
	if err != nil {
		return nil, err
	}
	send := fmt.Sprintf("%s send%s --app %s --user %s --template %s%s", ownName(), serverFlag(base), d.app.ID, d.user.OpenID, d.template.ID, again)
	return []string{once + "    " + curl, "repeat    " + send}, nil
}

// token is a live access token; Alipay has none.
func (d demoApp) token(ctx context.Context, service *messaging.Service) (string, error) {
	request := messaging.TokenRequest{AppID: d.app.ID, Secret: d.app.Secret, Kind: muban.TokenStable, GrantType: "client_credential"}
	if d.app.Platform == muban.Alipay {
		return "", nil
	}
	if d.app.Platform == muban.Baidu {
		request.Kind, request.GrantType = muban.TokenBaidu, "client_credentials"
	}
	issued, err := service.IssueToken(ctx, request)
	return issued.Text, err
}

// cloudLines say how to point wx-server-sdk, unchanged, here: by environment
// variables.
func (d demoApp) cloudLines(base string) []string {
	if d.app.Platform != muban.WeChatMini {
		return nil
	}
	return []string{fmt.Sprintf(`cloud     TCB_CONTEXT_CNFG='{"URL":"%s/admin"}' TENCENTCLOUD_SECRETID=%s TENCENTCLOUD_SECRETKEY=%s TENCENTCLOUD=true node YOUR_FUNCTION.js`,
		base, d.app.ID, d.app.Secret)}
}

// ownName is how the one who reads this can start the program again: `go run`
// builds it where nobody can find it.
func ownName() string {
	if path, err := os.Executable(); err == nil && strings.Contains(filepath.ToSlash(path), "/go-build") {
		return "go run ./cmd/muban"
	}
	return "muban"
}

// serverFlag names the server where it is not the default one.
func serverFlag(base string) string {
	if base == defaultServer {
		return ""
	}
	return " --server " + base
}

func (d demoApp) curl(base, token, grantID string) (string, error) {
	data, err := d.exampleData()
	if err != nil {
		return "", err
	}
	if d.app.Platform == muban.Alipay {
		return d.signedCurl(base, grantID, string(data))
	}
	if d.app.Platform == muban.Baidu {
		form := url.Values{
			"touser_openId": {d.user.OpenID}, "template_id": {d.template.ID}, "page": {"pages/index/index"},
			"scene_id": {grantID}, "scene_type": {"1"}, "data": {string(data)},
		}
		return fmt.Sprintf("curl '%s/rest/2.0/smartapp/template/send?access_token=%s' -d '%s'", base, token, form.Encode()), nil
	}
	path, members := "/cgi-bin/message/wxopen/template/send", map[string]any{
		"touser": d.user.OpenID, "template_id": d.template.ID, "page": "pages/index/index", "form_id": grantID, "data": data,
	}
	if d.app.Platform == muban.WeChatOA {
		path, members = "/cgi-bin/message/template/send", map[string]any{
			"touser": d.user.OpenID, "template_id": d.template.ID, "url": "https://example.com/", "data": data,
		}
	}
	body, err := json.Marshal(members)
	return fmt.Sprintf("curl '%s%s?access_token=%s' -d '%s'", base, path, token, body), err
}

// signedCurl is a send to Alipay's gateway, signed with the demo app's published
// key.
func (d demoApp) signedCurl(base, grantID, data string) (string, error) {
	key, err := alipay.ParsePrivateKey(sandbox.DemoAlipayAppKey())
	if err != nil {
		return "", err
	}
	signed, err := alipaySend(d.app.ID, key, alipay.SendContent{
		ToUserID: d.user.OpenID, UserTemplateID: d.template.ID, Page: "pages/index/index", FormID: grantID, Data: data,
	})
	return fmt.Sprintf("curl '%s/gateway.do' -d '%s'", base, signed.Form()), err
}

// exampleData fills the template's keywords with what its example shows.
func (d demoApp) exampleData() (json.RawMessage, error) {
	template := apiclient.Template{Content: d.template.Content, Example: d.template.Example}
	for _, k := range d.template.Keywords {
		template.Keywords = append(template.Keywords, apiclient.TemplateKeyword{Key: k.Key, Name: k.Name})
	}
	data := make(map[string]any)
	for key, value := range exampleValues(template) {
		data[key] = keywordValue(value)
	}
	return json.Marshal(data)
}
