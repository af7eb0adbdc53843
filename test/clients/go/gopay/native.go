package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// native calls Muban's own API, which plays the people around the client:
// who makes the app, and who fills in its forms and reads its messages.
type native struct{ base string }

var nativeClient = &http.Client{Timeout: 30 * time.Second}

type app struct {
	ID              string `json:"app_id"`
	AlipayPublicKey string `json:"alipay_public_key"`
}

type user struct {
	OpenID       string `json:"open_id"`
	AlipayOpenID string `json:"alipay_open_id"`
}

type certificates struct {
	AppCert        string `json:"app_cert"`
	AlipayCert     string `json:"alipay_cert"`
	AlipayRootCert string `json:"alipay_root_cert"`
}

type message struct {
	ID       string `json:"id"`
	User     string `json:"user"`
	Rendered string `json:"rendered"`
	Page     string `json:"page"`
}

type members map[string]any

// call sends body as JSON, or nothing, and decodes the answer unless it is to
// be dropped.
func (n native) call(method, path string, body, answer any) error {
	var payload []byte
	if body != nil {
		payload, _ = json.Marshal(body)
	}
	request, err := http.NewRequest(method, n.base+path, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := nativeClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

// createApp makes an app that signs with the other half of publicKey.
func (n native) createApp(name, publicKey string) (app, error) {
	var a app
	return a, n.call("POST", "/api/v1/apps", members{"platform": "alipay", "name": name, "app_public_key": publicKey}, &a)
}

func (n native) updateApp(appID string, change members) error {
	return n.call("PATCH", appPath(appID), change, nil)
}

func (n native) createUser(appID, name string) (user, error) {
	var u user
	return u, n.call("POST", appPath(appID, "users"), members{"name": name}, &u)
}

func (n native) createTemplate(appID string, template members) (string, error) {
	var made struct {
		ID string `json:"template_id"`
	}
	err := n.call("POST", appPath(appID, "templates"), template, &made)
	return made.ID, err
}

// loginCode is what a user's phone gives to the app's server.
func (n native) loginCode(appID, user string) (string, error) {
	var made struct {
		Code string `json:"code"`
	}
	err := n.call("POST", appPath(appID, "users", user, "login-codes"), nil, &made)
	return made.Code, err
}

func (n native) deleteTemplate(appID, templateID string) error {
	return n.call("DELETE", appPath(appID, "templates", templateID), nil, nil)
}

// mint makes a grant and answers its id: what the platform calls form_id or
// trade_no.
func (n native) mint(appID, user, kind string) (string, error) {
	var minted struct {
		Grants []struct {
			ID string `json:"id"`
		} `json:"grants"`
	}
	err := n.call("POST", appPath(appID, "grants"), members{"user": user, "kind": kind}, &minted)
	if err == nil && len(minted.Grants) != 1 {
		err = fmt.Errorf("%d grants were minted", len(minted.Grants))
	}
	if err != nil {
		return "", err
	}
	return minted.Grants[0].ID, nil
}

// delivered waits for the message that a grant paid for.
func (n native) delivered(appID, grantID string) (message, error) {
	query := url.Values{"app_id": {appID}, "grant_id": {grantID}, "state": {"delivered"}, "wait": {"10s"}}
	var found struct {
		Items []message `json:"items"`
	}
	err := n.call("GET", "/api/v1/messages?"+query.Encode(), nil, &found)
	if err == nil && len(found.Items) == 0 {
		err = fmt.Errorf("no message of grant %s was delivered", grantID)
	}
	if err != nil {
		return message{}, err
	}
	return found.Items[0], nil
}

func (n native) certificates(appID string) (certificates, error) {
	var c certificates
	return c, n.call("GET", appPath(appID, "certificates"), nil, &c)
}

// authorize lets agent act for an app.
func (n native) authorize(appID, agent string) (string, error) {
	var authorization struct {
		Token string `json:"app_auth_token"`
	}
	err := n.call("POST", appPath(appID, "authorizations"), members{"app_id": agent}, &authorization)
	return authorization.Token, err
}

func appPath(appID string, parts ...string) string {
	path := "/api/v1/apps/" + url.PathEscape(appID)
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}
