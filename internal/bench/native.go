package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
)

// native is what the bench needs of the server's native API.
type native struct {
	base, token string
}

// call sends a body as JSON, nil as none, and reads the answer.
func (n native) call(ctx context.Context, method, path string, body, answer any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
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

// minted mints a grant for each of so many sends, evenly over the users, and
// writes the sends that spend them. As in life, sends that follow each other go
// to different users and spend grants of different times.
func (n native) minted(ctx context.Context, appID string, users []string, sends int, p Progress, write func(user, grant string) ([]byte, error)) ([][]byte, error) {
	var turns [mintAtOnce][][]byte // the first of each minting, then the second
	for i, left := 0, sends; left > 0; i++ {
		user := users[i%len(users)]
		count := min(mintAtOnce, left)
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
		for turn, grant := range minted.Grants {
			body, err := write(user, grant.ID)
			if err != nil {
				return nil, err
			}
			turns[turn] = append(turns[turn], body)
		}
		left -= count
		p.Add(count)
	}
	return slices.Concat(turns[:]...), nil
}

// mintAtOnce saves most of the minting's calls.
const mintAtOnce = 20

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
