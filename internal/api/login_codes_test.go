package api_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func TestLoginCodesAreIssued(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for platform, shape := range map[string]string{
		"wechat-mini": `^0[0-9A-Za-z]{31}$`, "baidu": `^[0-9A-Za-z]{32}$`, "alipay": `^[0-9a-f]{32}$`,
	} {
		app := w.app(platform, "")
		user := w.must(201, "POST", "/api/v1/apps/"+app+"/users", `{"union_id":"person"}`).text("open_id")
		for _, id := range []string{user, "person"} {
			got := w.must(201, "POST", "/api/v1/apps/"+app+"/users/"+id+"/login-codes", "")
			if !regexp.MustCompile(shape).MatchString(got.text("code")) || got.text("expires_at") != "2026-11-21T02:19:00.000Z" {
				t.Errorf("%s answered %s", platform, got.body)
			}
		}
	}
}

func TestLoginCodesThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	official, baidu := w.app("wechat-oa", ""), w.app("baidu", "")
	w.must(201, "POST", "/api/v1/apps/"+official+"/users", `{"open_id":"o1"}`)
	w.must(201, "POST", "/api/v1/apps/"+baidu+"/users", `{"swan_id":"guest"}`)
	w.call("POST", "/api/v1/apps/nobody/users/o1/login-codes", "").wantProblem(404, "not_found")
	w.call("POST", "/api/v1/apps/"+baidu+"/users/nobody/login-codes", "").wantProblem(404, "not_found")
	w.call("POST", "/api/v1/apps/"+official+"/users/o1/login-codes", "").wantProblem(422, "not_on_this_platform")
	p := w.call("POST", "/api/v1/apps/"+baidu+"/users/guest/login-codes", "").wantProblem(422, "invalid_request")
	if !strings.Contains(p.Detail, "guest") {
		t.Errorf("detail %q", p.Detail)
	}
	// Once the guest has logged in there is one.
	w.must(200, "PATCH", "/api/v1/apps/"+baidu+"/users/guest", `{"open_id":"member"}`)
	code := w.must(201, "POST", "/api/v1/apps/"+baidu+"/users/guest/login-codes", "").text("code")
	w.clock.move(5*time.Minute - time.Millisecond)
	secret := w.must(200, "GET", "/api/v1/apps/"+baidu, "").text("secret")
	in, err := w.service.SignInByCode(t.Context(), messaging.SignIn{Platform: muban.Baidu, AppID: baidu, Secret: secret, Code: code})
	if err != nil || in.User.OpenID != "member" {
		t.Errorf("signed in %+v, error %v", in, err)
	}
}
