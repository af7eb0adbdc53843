package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
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
	// OriginalID is the gh_ name of an official account.
	OriginalID string `json:"original_id"`
}

type callback struct {
	URL         string `json:"url"`
	Token       string `json:"token"`
	AESKey      string `json:"aes_key"`
	Mode        string `json:"mode"`
	Verified    bool   `json:"verified,omitempty"`
	VerifyError string `json:"verify_error,omitempty"`
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

func (n *native) changeApp(appID string, change map[string]any) error {
	return n.call("PATCH", appPath(appID), change, nil)
}

// setCallback answers what became of it: whether its URL was verified.
func (n *native) setCallback(appID string, to callback) (callback, error) {
	var changed struct {
		Callback callback `json:"callback"`
	}
	err := n.call("PATCH", appPath(appID), map[string]any{"callback": to}, &changed)
	return changed.Callback, err
}

// callbackState waits until the callback of a message is no longer pending.
func (n *native) callbackState(appID string, message int64) (string, error) {
	type item struct {
		MessageID string `json:"message_id"`
		State     string `json:"state"`
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		var found struct {
			Items []item `json:"items"`
		}
		if err := n.call("GET", "/api/v1/callbacks?app_id="+url.QueryEscape(appID), nil, &found); err != nil {
			return "", err
		}
		at := slices.IndexFunc(found.Items, func(i item) bool { return i.MessageID == fmt.Sprint(message) })
		switch {
		case at < 0:
			return "", fmt.Errorf("message %d has no callback", message)
		case found.Items[at].State != "pending" || time.Now().After(deadline):
			return found.Items[at].State, nil
		}
	}
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
