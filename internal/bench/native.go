package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// native is what the bench needs of the server's native API.
type native struct {
	base, token string
}

func (n native) call(ctx context.Context, method, path string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, n.base+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+n.token)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // was read
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, content)
	}
	return json.Unmarshal(content, answer)
}

// sender is an app that can send to a number of users.
type sender struct {
	appID, token, template string
	users                  []string
}

func (n native) newSender(ctx context.Context, users int) (s sender, err error) {
	var app struct {
		ID     string `json:"app_id"`
		Secret string `json:"secret"`
	}
	if err := n.call(ctx, http.MethodPost, "/api/v1/apps", map[string]any{"platform": "wechat-mini", "name": "bench"}, &app); err != nil {
		return s, err
	}
	s.appID = app.ID
	if err := n.call(ctx, http.MethodPatch, "/api/v1/apps/"+app.ID, map[string]any{"daily_limit": nil}, &app); err != nil {
		return s, err
	}
	var template struct {
		ID string `json:"template_id"`
	}
	body := map[string]any{"library_id": "AT0002", "keyword_ids": []int{3, 4, 5}}
	if err := n.call(ctx, http.MethodPost, "/api/v1/apps/"+s.appID+"/templates", body, &template); err != nil {
		return s, err
	}
	s.template = template.ID
	if s.users, err = n.newUsers(ctx, s.appID, users); err != nil {
		return s, err
	}
	var token struct {
		Text string `json:"access_token"`
	}
	query := url.Values{"grant_type": {"client_credential"}, "appid": {s.appID}, "secret": {app.Secret}}
	err = n.call(ctx, http.MethodGet, "/cgi-bin/token?"+query.Encode(), nil, &token)
	s.token = token.Text
	return s, err
}

func (n native) newUsers(ctx context.Context, appID string, users int) (ids []string, err error) {
	for range users {
		var user struct {
			OpenID string `json:"open_id"`
		}
		if err := n.call(ctx, http.MethodPost, "/api/v1/apps/"+appID+"/users", map[string]any{}, &user); err != nil {
			return nil, err
		}
		ids = append(ids, user.OpenID)
	}
	return ids, nil
}

// bodies are so many sends, each with a grant of its own.
func (n native) bodies(ctx context.Context, s sender, sends int) ([][]byte, error) {
	return n.minted(ctx, s.appID, s.users, sends, func(user, grant string) ([]byte, error) {
		return sendBody(user, s.template, grant), nil
	})
}

// minted mints a grant for each of so many sends, evenly over the users, and
// writes the sends that spend them.
func (n native) minted(ctx context.Context, appID string, users []string, sends int, write func(user, grant string) ([]byte, error)) ([][]byte, error) {
	bodies := make([][]byte, 0, sends)
	for i := 0; len(bodies) < sends; i++ {
		user := users[i%len(users)]
		count := min(mintAtOnce, sends-len(bodies))
		var minted struct {
			Grants []struct {
				ID string `json:"id"`
			} `json:"grants"`
		}
		err := n.call(ctx, http.MethodPost, "/api/v1/apps/"+appID+"/grants",
			map[string]any{"user": user, "kind": "form", "count": count}, &minted)
		if err != nil {
			return nil, err
		}
		for _, grant := range minted.Grants {
			body, err := write(user, grant.ID)
			if err != nil {
				return nil, err
			}
			bodies = append(bodies, body)
		}
	}
	return bodies, nil
}

// mintAtOnce keeps one user's grants from standing all together, as in life.
const mintAtOnce = 20

// sendBody is seed 002's sample.
func sendBody(user, template, grant string) []byte {
	return fmt.Appendf(nil, `{"touser":%q,"template_id":%q,"page":"index","form_id":%q,"data":{`+
		`"keyword1":{"value":"339208499"},"keyword2":{"value":"2015年01月05日 12:30"},`+
		`"keyword3":{"value":"腾讯微信总部"},"keyword4":{"value":"广州市海珠区新港中路397号"}},"emphasis_keyword":"keyword1.DATA"}`,
		user, template, grant)
}

// metrics reads the server's counters by name; labels are left out.
func (n native) metrics(ctx context.Context) (map[string]float64, error) {
	response, err := n.get(ctx, "/metrics")
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // was read
	values := make(map[string]float64)
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if number, err := strconv.ParseFloat(value, 64); err == nil {
			values[name] = number
		}
	}
	return values, nil
}

// profile writes two seconds of the server's CPU profile to a file.
func (n native) profile(ctx context.Context, path string) (err error) {
	response, err := n.get(ctx, "/debug/pprof/profile?seconds=2")
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // was read
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, response.Body)
	return errors.Join(err, file.Close())
}

func (n native) get(ctx context.Context, path string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, n.base+path, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+n.token)
	response, err := http.DefaultClient.Do(r)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s", path, response.Status)
	}
	return response, err
}
