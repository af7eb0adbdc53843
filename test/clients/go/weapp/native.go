package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// native calls Muban's own API, which plays the people around the client:
// who makes the app, and who fills in its forms and reads its messages.
type native struct {
	base   string
	client *http.Client
}

type app struct {
	ID     string `json:"app_id"`
	Secret string `json:"secret"`
}

type message struct {
	ID         string `json:"id"`
	User       string `json:"user"`
	TemplateID string `json:"template_id"`
	Title      string `json:"title"`
	Rendered   string `json:"rendered"`
	Page       string `json:"page"`
	Emphasis   string `json:"emphasis_keyword"`
	State      string `json:"state"`
}

type messages struct {
	Items  []message `json:"items"`
	Unread int       `json:"unread"`
}

// call sends body as JSON, or nothing, and decodes the answer unless it is to
// be dropped.
func (n *native) call(method, path string, body, answer any) error {
	var payload []byte
	if body != nil {
		payload, _ = json.Marshal(body)
	}
	request, err := http.NewRequest(method, n.base+path, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := n.client.Do(request)
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

func (n *native) createApp(platform, name string) (app, error) {
	var a app
	return a, n.call("POST", "/api/v1/apps", map[string]string{"platform": platform, "name": name}, &a)
}

func (n *native) createUser(appID, name string) (openID string, err error) {
	var user struct {
		OpenID string `json:"open_id"`
	}
	err = n.call("POST", appPath(appID, "users"), map[string]string{"name": name}, &user)
	return user.OpenID, err
}

// mint makes a grant and answers its id: what the platform calls form_id.
func (n *native) mint(appID, user, kind string) (string, error) {
	var minted struct {
		Grants []struct {
			ID string `json:"id"`
		} `json:"grants"`
	}
	err := n.call("POST", appPath(appID, "grants"), map[string]string{"user": user, "kind": kind}, &minted)
	if err == nil && len(minted.Grants) != 1 {
		err = fmt.Errorf("%d grants were minted", len(minted.Grants))
	}
	if err != nil {
		return "", err
	}
	return minted.Grants[0].ID, nil
}

// delivered waits for the message that a grant paid for.
func (n *native) delivered(appID, grantID string) (message, error) {
	query := url.Values{"app_id": {appID}, "grant_id": {grantID}, "state": {"delivered"}, "wait": {"10s"}}
	var found messages
	err := n.call("GET", "/api/v1/messages?"+query.Encode(), nil, &found)
	if err == nil && len(found.Items) == 0 {
		err = fmt.Errorf("no message of grant %s was delivered", grantID)
	}
	if err != nil {
		return message{}, err
	}
	return found.Items[0], nil
}

func (n *native) inbox(appID, user string) (messages, error) {
	var inbox messages
	return inbox, n.call("GET", appPath(appID, "users", user, "inbox"), nil, &inbox)
}

func (n *native) revokeTokens(appID string) error {
	return n.call("POST", appPath(appID, "tokens", "revoke"), nil, nil)
}

func appPath(appID string, parts ...string) string {
	path := "/api/v1/apps/" + url.PathEscape(appID)
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}
