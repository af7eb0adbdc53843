package api_test

import (
	"strings"
	"testing"
	"time"
)

func TestMintingGrants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := "/api/v1/apps/" + w.app("baidu", "")
	w.must(201, "POST", app+"/users", `{"open_id":"o1","swan_id":"s1"}`)
	w.must(201, "POST", app+"/users", `{"open_id":"o2"}`)

	const g1 = `{"id":"g1","kind":"form","user":"s1","uses":1,"remaining":1,
		"issued_at":"2026-11-21T02:14:00.000Z","expires_at":"2026-11-28T02:14:00.000Z","spent_by":[]}`
	own := `{"user":"s1","kind":"form","id":"g1"}`
	w.must(201, "POST", app+"/grants", own).wantJSON(`{"grants":[` + g1 + `]}`)
	w.must(200, "POST", app+"/grants", own).wantJSON(`{"grants":[` + g1 + `]}`)
	w.call("POST", app+"/grants", `{"user":"s1","kind":"order","id":"g1"}`).wantProblem(409, "conflict")
	w.call("POST", app+"/grants", `{"user":"o2","kind":"form","id":"g1"}`).wantProblem(409, "conflict")
	w.must(200, "GET", app+"/grants/g1", "").wantJSON(g1)

	w.clock.move(time.Millisecond)
	minted := w.must(201, "POST", app+"/grants", `{"user":"o2","kind":"payment","count":3}`).object()["grants"].([]any)
	if len(minted) != 3 {
		t.Fatalf("%d grants, want 3", len(minted))
	}
	for _, g := range minted {
		g := g.(map[string]any)
		if g["uses"] != 3.0 || g["user"] != "o2" || g["expires_at"] != "2026-11-28T02:14:00.001Z" || !strings.HasSuffix(g["id"].(string), "1") {
			t.Errorf("grant %v", g)
		}
	}

	if all := w.must(200, "GET", app+"/grants", "").items(); len(all) != 4 || all[3]["id"] != "g1" {
		t.Errorf("list: %v", all)
	}
	if of1 := w.must(200, "GET", app+"/grants?user=o1&spendable=true", "").items(); len(of1) != 1 || of1[0]["id"] != "g1" {
		t.Errorf("list of o1: %v", of1)
	}
	w.clock.move(7*24*time.Hour - time.Millisecond)
	if good := w.must(200, "GET", app+"/grants?user=&spendable=true", "").items(); len(good) != 3 {
		t.Errorf("spendable after seven days: %v", good)
	}
	if good := w.must(200, "GET", app+"/grants?spendable=false", "").items(); len(good) != 4 {
		t.Errorf("all after seven days: %v", good)
	}
	for query, want := range map[string]int{
		"state=spendable": 3, "state=expired": 1, "state=spent": 0, "expiring_within=1ms": 3, "expiring_within=1ms&user=o1": 0,
		"expiring_within=24h&state=spendable&spendable=true": 3,
	} {
		if got := w.must(200, "GET", app+"/grants?"+query, "").items(); len(got) != want {
			t.Errorf("%s after seven days: %v", query, got)
		}
	}
}

func TestGrantRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mini, official := w.app("wechat-mini", ""), w.app("wechat-oa", "")
	for _, app := range []string{mini, official} {
		w.must(201, "POST", "/api/v1/apps/"+app+"/users", `{"open_id":"o1"}`)
	}
	const grants = "/api/v1/apps/APP/grants"
	tests := []struct {
		name, app, method, path, body string
		status                        int
		code                          string
		fields                        []string
	}{
		{"unknown app", "nobody", "POST", grants, `{"user":"o1","kind":"form"}`, 404, "not_found", nil},
		{"unknown user", mini, "POST", grants, `{"user":"o2","kind":"form"}`, 404, "not_found", nil},
		{"official account", official, "POST", grants, `{"user":"o1","kind":"form"}`, 422, "not_on_this_platform", nil},
		{"no user, no kind", mini, "POST", grants, `{}`, 422, "invalid_request", []string{"body.kind", "is missing", "body.user", "is missing"}},
		{"null kind", mini, "POST", grants, `{"user":"o1","kind":null}`, 422, "invalid_request", []string{"body.kind", "is null; expected string"}},
		{"unknown kind", mini, "POST", grants, `{"user":"o1","kind":"gift"}`, 422, "invalid_request", []string{"body.kind", `is "gift"`}},
		{"kind of another platform", mini, "POST", grants, `{"user":"o1","kind":"order"}`, 422, "invalid_request", []string{"body.kind", "is order; it must be one that wechat-mini has: form, payment"}},
		{"none", mini, "POST", grants, `{"user":"o1","kind":"form","count":0}`, 422, "invalid_request", []string{"body.count", "is 0; expected number >= 1"}},
		{"too many", mini, "POST", grants, `{"user":"o1","kind":"form","count":1001}`, 422, "invalid_request", []string{"body.count", "is 1001; expected number <= 1000"}},
		{"far too many", mini, "POST", grants, `{"user":"o1","kind":"form","count":9223372036854775808}`, 422, "invalid_request", []string{"body.count", "expected number <= 1000"}},
		{"half a grant", mini, "POST", grants, `{"user":"o1","kind":"form","count":1.5}`, 422, "invalid_request", []string{"body.count", "is 1.5; expected integer"}},
		{"own id for two", mini, "POST", grants, `{"user":"o1","kind":"form","count":2,"id":"g"}`, 422, "invalid_request", []string{"body.count", "is 2; it must be 1 where an id is given"}},
		{"own id with a control character", mini, "POST", grants, `{"user":"o1","kind":"form","id":"a\n"}`, 422, "invalid_request", []string{"body.id", "printable"}},
		{"unknown grant", mini, "GET", grants + "/g", ``, 404, "not_found", nil},
		{"list of an unknown user", mini, "GET", grants + "?user=o2", ``, 404, "not_found", nil},
		{"a state that there is not", mini, "GET", grants + "?state=good", ``, 422, "invalid_request", []string{"query.state", `is "good"`}},
		{"spendable and spent", mini, "GET", grants + "?state=spent&spendable=true", ``, 422, "invalid_request", []string{"query.state", "is spent; it must be spendable"}},
		{"spent and about to end", mini, "GET", grants + "?state=spent&expiring_within=24h", ``, 422, "invalid_request", []string{"query.state", "spendable or left out"}},
		{"within no time", mini, "GET", grants + "?expiring_within=0s", ``, 422, "invalid_request", []string{"query.expiring_within", "a Go duration over 0"}},
		{"spendable perhaps", mini, "GET", grants + "?spendable=perhaps", ``, 422, "invalid_request", []string{"query.spendable", `is "perhaps"; invalid boolean`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := w.in(t).call(test.method, strings.Replace(test.path, "APP", test.app, 1), test.body)
			got.wantProblem(test.status, test.code)
			got.wantFields(test.fields...)
		})
	}
}
