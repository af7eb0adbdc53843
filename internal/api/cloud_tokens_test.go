package api_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/api"
)

func TestCloudTokensAreIssued(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.app("wechat-mini", `"app_id":"wx1"`)
	w.app("baidu", `"app_id":"bd1"`)
	got := w.must(201, "POST", "/api/v1/apps/wx1/cloud-tokens", "")
	if !regexp.MustCompile(`^[\w-]{100,512}$`).MatchString(got.text("cloudbase_access_token")) || got.text("expires_at") != "2026-11-21T02:44:00.000Z" {
		t.Errorf("answered %s", got.body)
	}
	w.call("POST", "/api/v1/apps/nobody/cloud-tokens", "").wantProblem(404, "not_found")
	w.call("POST", "/api/v1/apps/bd1/cloud-tokens", "").wantProblem(422, "not_on_this_platform")
}

func TestCloudTokensNeedCloudHosting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.Hosting = nil })
	w.app("wechat-mini", `"app_id":"wx1"`)
	p := w.call("POST", "/api/v1/apps/wx1/cloud-tokens", "").wantProblem(404, "not_found")
	if !strings.Contains(p.Detail, "--cloud-app") {
		t.Errorf("detail %q", p.Detail)
	}
}
