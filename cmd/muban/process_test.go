package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

const testToken = "0123456789abcdef0123456789abcdef"

// process is a running `muban serve` or `muban dev`.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string
	logs *bytes.Buffer
}

// serve starts `muban serve` on the folder and a free port.
func serve(t *testing.T, dir string) *process {
	t.Helper()
	return start(t, "serve", "--data", dir)
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	//nolint:noctx // the test itself decides when and how it ends
	return await(t, exec.Command("muban", append(args, "--listen", "127.0.0.1:0")...))
}

// await starts a command that runs muban, and waits until it is ready.
func await(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, logs: new(bytes.Buffer)}
	p.cmd.Env = append(p.cmd.Environ(), adminTokenEnv+"="+testToken)
	p.cmd.Stderr = p.logs
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	base, found := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !found {
		t.Fatalf("%s said %q (%v): %s", strings.Join(cmd.Args, " "), line, err, p.logs)
	}
	p.base = base
	return p
}

// kill ends the process as a power failure would, as far as it can tell.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait() // says that it was killed
	}
}

// native makes a call of the native API.
func (p *process) native(method, path string, body, answer any) {
	p.t.Helper()
	status, text := p.call(method, path, body)
	if status >= 300 {
		p.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			p.t.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
}

// call returns status 0 where there was no answer.
func (p *process) call(method, path string, body any) (status int, answer []byte) {
	text, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, bytes.NewReader(text))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = response.Body.Close() }()
	if answer, err = io.ReadAll(response.Body); err != nil {
		return 0, nil
	}
	return response.StatusCode, answer
}

// shop is an app that sends.
type shop struct {
	*process
	app, secret, token, user, template string
}

func newShop(p *process) *shop {
	s := &shop{process: p, user: "oBuyer"}
	var app struct {
		ID     string `json:"app_id"`
		Secret string `json:"secret"`
	}
	p.native(http.MethodPost, "/api/v1/apps", map[string]any{"platform": "wechat-mini", "name": "shop"}, &app)
	s.app, s.secret = app.ID, app.Secret
	p.native(http.MethodPost, "/api/v1/apps/"+s.app+"/users", map[string]any{"open_id": s.user}, nil)
	var template struct {
		ID string `json:"template_id"`
	}
	p.native(http.MethodPost, "/api/v1/apps/"+s.app+"/templates", map[string]any{"library_id": "AT0002", "keyword_ids": []int{3, 4}}, &template)
	s.template = template.ID
	s.token = s.plainToken()
	return s
}

// mint makes n grants and returns their ids.
func (s *shop) mint(kind string, n int) []string {
	s.t.Helper()
	var ids []string
	for n > 0 {
		count := min(n, 1000)
		var minted struct {
			Grants []struct {
				ID string `json:"id"`
			} `json:"grants"`
		}
		s.native(http.MethodPost, "/api/v1/apps/"+s.app+"/grants", map[string]any{"user": s.user, "kind": kind, "count": count}, &minted)
		for _, g := range minted.Grants {
			ids = append(ids, g.ID)
		}
		n -= count
	}
	return ids
}

// send sends with a grant and returns WeChat's errcode; -2 where no answer
// came.
func (s *shop) send(grant string) int {
	_, answer := s.call(http.MethodPost, "/cgi-bin/message/wxopen/template/send?access_token="+s.token, map[string]any{
		"touser": s.user, "template_id": s.template, "form_id": grant, "data": map[string]any{"keyword1": map[string]string{"value": grant}},
	})
	said := struct {
		Code int `json:"errcode"`
	}{Code: -2}
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &said); err != nil {
			s.t.Errorf("not an answer of WeChat's: %s", answer)
		}
	}
	return said.Code
}

// sendAll has so many workers send with the grants, each grant tries times,
// until stop is closed, and returns how often each was accepted.
func (s *shop) sendAll(grants []string, workers, tries int, started func(), stop <-chan struct{}) map[string]int {
	var mu sync.Mutex
	accepted := make(map[string]int)
	next := make(chan string)
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for grant := range next {
				if s.send(grant) == 0 {
					mu.Lock()
					accepted[grant]++
					if len(accepted) == 500 { // well under way
						started()
					}
					mu.Unlock()
				}
			}
		})
	}
	func() {
		defer close(next)
		for range tries {
			for _, grant := range grants {
				select {
				case next <- grant:
				case <-stop:
					return
				}
			}
		}
	}()
	running.Wait()
	return accepted
}

// checkLedger compares what the senders were told with what the store says
// and with how messages ended.
func (s *shop) checkLedger(grants []string, acknowledged map[string]int) {
	s.t.Helper()
	lost, overspent, unanswered, unseen := 0, 0, 0, 0
	inbox := s.inbox()
	for _, id := range grants {
		var grant struct {
			Uses      int      `json:"uses"`
			Remaining int      `json:"remaining"`
			SpentBy   []string `json:"spent_by"`
		}
		s.native(http.MethodGet, "/api/v1/apps/"+s.app+"/grants/"+id, nil, &grant)
		if len(grant.SpentBy) > grant.Uses || len(grant.SpentBy) != grant.Uses-grant.Remaining {
			overspent++
		}
		if len(grant.SpentBy) < acknowledged[id] {
			lost++
		}
		unanswered += len(grant.SpentBy) - acknowledged[id]
		for _, message := range grant.SpentBy {
			s.checkDelivered(message, id)
			if inbox[message] != 1 {
				unseen++
			}
		}
	}
	if lost > 0 || overspent > 0 || unseen > 0 {
		s.t.Errorf("%d grants whose acknowledged message is lost, %d overspent, %d messages that are not in the inbox once", lost, overspent, unseen)
	}
	s.t.Logf("%d grants acknowledged, %d messages stored whose answer was lost on the way", len(acknowledged), unanswered)
}

// inbox is how often each message is in the user's inbox.
func (s *shop) inbox() map[string]int {
	s.t.Helper()
	seen := make(map[string]int)
	path := "/api/v1/apps/" + s.app + "/users/" + s.user + "/inbox?limit=200"
	for next := path; next != ""; {
		var page struct {
			Items []struct {
				ID string `json:"id"`
			} `json:"items"`
			Cursor string `json:"next_cursor"`
		}
		s.native(http.MethodGet, next, nil, &page)
		for _, message := range page.Items {
			seen[message.ID]++
		}
		if next = ""; page.Cursor != "" {
			next = path + "&cursor=" + url.QueryEscape(page.Cursor)
		}
	}
	return seen
}

// checkDelivered waits until a message that a grant paid for is delivered.
func (s *shop) checkDelivered(id, grant string) {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		var message struct {
			State   string `json:"state"`
			GrantID string `json:"grant_id"`
		}
		s.native(http.MethodGet, "/api/v1/messages/"+id, nil, &message)
		if message.State == "delivered" && message.GrantID == grant {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("message %s of grant %s is %s of grant %s", id, grant, message.State, message.GrantID)
		}
		s.native(http.MethodGet, fmt.Sprintf("/api/v1/messages?app_id=%s&state=delivered&after=%s&wait=1s", s.app, id), nil, nil)
	}
}
