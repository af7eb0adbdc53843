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
	ID     string `json:"app_id"`
	Secret string `json:"secret"`
}

type user struct {
	OpenID string `json:"open_id,omitempty"`
	SwanID string `json:"swan_id,omitempty"`
	Name   string `json:"name,omitempty"`
}

type message struct {
	ID       string   `json:"id"`
	User     string   `json:"user"`
	Rendered string   `json:"rendered"`
	Page     string   `json:"page"`
	Channels []string `json:"channels"`
}

type messages struct {
	Items  []message `json:"items"`
	Unread int       `json:"unread"`
}

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
	if method == http.MethodPatch {
		request.Header.Set("Content-Type", "application/merge-patch+json")
	}
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

func (n native) createApp(platform, name string) (app, error) {
	var a app
	return a, n.call("POST", "/api/v1/apps", map[string]string{"platform": platform, "name": name}, &a)
}

func (n native) createUser(appID string, as user) (user, error) {
	var u user
	return u, n.call("POST", appPath(appID, "users"), as, &u)
}

// loginCode is what a user's phone gives to the app's server.
func (n native) loginCode(appID, user string) (string, error) {
	var issued struct {
		Code string `json:"code"`
	}
	err := n.call("POST", appPath(appID, "users", user, "login-codes"), nil, &issued)
	return issued.Code, err
}

// mint makes a grant and answers its id: what the platform calls scene_id.
func (n native) mint(appID, user, kind string) (string, error) {
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
func (n native) delivered(appID, grantID string) (message, error) {
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

func (n native) inbox(appID, user string) (messages, error) {
	var inbox messages
	return inbox, n.call("GET", appPath(appID, "users", user, "inbox"), nil, &inbox)
}

func (n native) allowPush(appID string, allowed bool) error {
	return n.call("PATCH", appPath(appID), map[string]bool{"push_allowed": allowed}, nil)
}

func (n native) revokeTokens(appID string) error {
	return n.call("POST", appPath(appID, "tokens", "revoke"), nil, nil)
}

func appPath(appID string, parts ...string) string {
	path := "/api/v1/apps/" + url.PathEscape(appID)
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}
