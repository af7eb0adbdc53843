package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// native calls Muban's own API, which plays the people around the client: who
// makes the account, and who follows it and reads its messages.
type native struct {
	base   string
	client *http.Client
}

type app struct {
	ID     string `json:"app_id"`
	Secret string `json:"secret"`
}

type message struct {
	ID          string `json:"id"`
	User        string `json:"user"`
	TemplateID  string `json:"template_id"`
	Title       string `json:"title"`
	Rendered    string `json:"rendered"`
	URL         string `json:"url"`
	Color       string `json:"color"`
	ClientMsgID string `json:"client_msg_id"`
	State       string `json:"state"`
	Reason      string `json:"reason"`
	MiniProgram struct {
		AppID    string `json:"appid"`
		PagePath string `json:"pagepath"`
	} `json:"miniprogram"`
	Data map[string]struct {
		Value string `json:"value"`
		Color string `json:"color"`
	} `json:"data"`
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

func (n *native) createApp(members map[string]any) (app, error) {
	var a app
	return a, n.call("POST", "/api/v1/apps", members, &a)
}

func (n *native) createUser(appID, name string) (openID string, err error) {
	var user struct {
		OpenID string `json:"open_id"`
	}
	err = n.call("POST", appPath(appID, "users"), map[string]string{"name": name}, &user)
	return user.OpenID, err
}

func (n *native) changeUser(appID, openID string, change map[string]any) error {
	return n.call("PATCH", appPath(appID, "users", openID), change, nil)
}

func (n *native) message(id int64) (message, error) {
	var found message
	return found, n.call("GET", fmt.Sprint("/api/v1/messages/", id), nil, &found)
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
