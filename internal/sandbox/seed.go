package sandbox

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Seed is what a sandbox begins with: apps, each with its users, templates
// and grants. Every member is the body of the native API call that makes it.
type Seed struct {
	Apps []SeedApp `json:"apps"`
}

// SeedApp is one app of a seed.
type SeedApp struct {
	App       json.RawMessage   `json:"app"`
	Users     []json.RawMessage `json:"users"`
	Templates []json.RawMessage `json:"templates"`
	Grants    []json.RawMessage `json:"grants"`
}

//go:embed demo.json
var demo []byte

// Demo is the seed with one app a platform that every sandbox has unless it
// is told otherwise.
func Demo() (Seed, error) { return ReadSeed(bytes.NewReader(demo)) }

// longestSeed bounds a seed file, in bytes.
const longestSeed = 16 << 20

// ReadSeed reads a seed as JSON; unknown members are errors.
func ReadSeed(r io.Reader) (Seed, error) {
	var seed Seed
	text, err := io.ReadAll(io.LimitReader(r, longestSeed+1))
	if err != nil {
		return seed, fmt.Errorf("reading the seed: %w", err)
	}
	if len(text) > longestSeed {
		return seed, fmt.Errorf("the seed is over %d MiB", longestSeed>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // Windows editors put it there
	if err := json.Unmarshal(text, new(json.RawMessage)); err != nil {
		return seed, fmt.Errorf("the seed is no JSON: %w", lineOf(text, err))
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&seed); err != nil {
		return seed, fmt.Errorf(`the seed must be like {"apps":[{"app":{…},"users":[{…}],"templates":[{…}],"grants":[{…}]}]}: %w`, lineOf(text, err))
	}
	return seed, nil
}

// lineOf is what is wrong with a JSON text, without the names that it has
// within this program, and on which line, where that is known.
func lineOf(text []byte, err error) error {
	at := int64(-1)
	if syntax, is := errors.AsType[*json.SyntaxError](err); is {
		at = syntax.Offset
	}
	if other, is := errors.AsType[*json.UnmarshalTypeError](err); is {
		at, err = other.Offset, fmt.Errorf("%s is not expected as %s", other.Value, cmp.Or(other.Field, "the whole"))
	}
	if at < 0 {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	before := text[:min(int(at), len(text))]
	return fmt.Errorf("line %d: %w", 1+bytes.Count(before, []byte("\n")), err)
}

// Apply makes what the seed lists through the native API, which checks it.
// What is there already stays as it is, so that a seed can be applied at
// every start. What a new app cannot have beside the rest of the seed is an
// error: a user with another's union_id, a template over the limit, two of one id.
func (s Seed) Apply(ctx context.Context, api http.Handler) error {
	entryOf := make(map[string]int, len(s.Apps))
	for i, entry := range s.Apps {
		id, err := s.appID(i)
		if err != nil {
			return err
		}
		if first, repeated := entryOf[id]; repeated {
			return fmt.Errorf("seed: apps[%d].app has the app_id %q of apps[%d]: give each app its own", i, id, first)
		}
		entryOf[id] = i
		answer, err := call(ctx, api, http.MethodPost, "/api/v1/apps", entry.App)
		if err == nil && answer.status != http.StatusConflict {
			err = answer.refused()
		}
		if err != nil {
			return fmt.Errorf("seed: apps[%d].app: %w", i, err)
		}
		isNew := answer.status != http.StatusConflict
		for _, part := range []struct {
			name   string
			bodies []json.RawMessage
		}{{"users", entry.Users}, {"templates", entry.Templates}, {"grants", entry.Grants}} {
			made := make(map[string]bool, len(part.bodies))
			for k, body := range part.bodies {
				if err := post(ctx, api, "/api/v1/apps/"+url.PathEscape(id)+"/"+part.name, body, isNew, made); err != nil {
					return fmt.Errorf("seed: apps[%d].%s[%d]: %w", i, part.name, k, err)
				}
			}
		}
	}
	return nil
}

// appID is the id that the seed gives one of its apps.
func (s Seed) appID(i int) (string, error) {
	var app struct {
		ID string `json:"app_id"`
	}
	if err := json.Unmarshal(s.Apps[i].App, &app); err != nil || app.ID == "" {
		return "", fmt.Errorf("seed: apps[%d].app has no app_id: a seed names its apps, so that it can be applied again", i)
	}
	return app.ID, nil
}

// post makes an object of an app through the native API. A conflict is fine in
// an app that was there before. In a new one it is fine only where the object is
// there, and is not among those that this seed has made: another node of the
// database may be applying the same seed.
func post(ctx context.Context, api http.Handler, path string, body []byte, isNew bool, made map[string]bool) error {
	answer, err := call(ctx, api, http.MethodPost, path, body)
	if err != nil {
		return err
	}
	id := ownID(body)
	if answer.status != http.StatusConflict {
		made[id] = true
		return answer.refused()
	}
	if !isNew {
		return nil
	}
	if id != "" && !made[id] {
		there, err := call(ctx, api, http.MethodGet, path+"/"+url.PathEscape(id), nil)
		if err != nil || there.status == http.StatusOK {
			return err
		}
	}
	return answer.refused()
}

// ownID is the id that a seed gives a user, a template or a grant; empty where
// it leaves that to the server.
func ownID(body []byte) string {
	var object struct {
		OpenID       string `json:"open_id"`
		SwanID       string `json:"swan_id"`
		AlipayOpenID string `json:"alipay_open_id"`
		TemplateID   string `json:"template_id"`
		ID           string `json:"id"`
	}
	_ = json.Unmarshal(body, &object) // the API read it before
	return cmp.Or(object.OpenID, object.SwanID, object.AlipayOpenID, object.TemplateID, object.ID)
}

// call makes a call of the native API within the process.
func call(ctx context.Context, api http.Handler, method, path string, body []byte) (*recorder, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://localhost"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	answer := &recorder{header: make(http.Header), status: http.StatusOK}
	api.ServeHTTP(answer, request)
	return answer, nil
}

// recorder takes an answer that stays within the process.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// refused is why the native API refused the call; nil where it succeeded.
func (r *recorder) refused() error {
	if r.status < http.StatusMultipleChoices {
		return nil
	}
	var problem struct {
		Detail string `json:"detail"`
	}
	if err := json.Unmarshal(r.body.Bytes(), &problem); err != nil || problem.Detail == "" {
		return fmt.Errorf("the native API refused it with status %d", r.status)
	}
	return errors.New(problem.Detail)
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
