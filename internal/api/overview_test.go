package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/api"
	"github.com/muban-dev/muban/internal/overview"
)

func TestOverview(t *testing.T) {
	t.Parallel()
	refusals := overview.NewRefusals()
	w := newWorld(t, func(o *api.Options) { o.Refusals = refusals })
	app := w.app("wechat-mini", "")
	w.must(201, "POST", "/api/v1/apps/"+app+"/users", `{"open_id":"o1"}`)
	w.must(201, "POST", "/api/v1/apps/"+app+"/users", `{"open_id":"o2"}`)
	w.must(200, "PATCH", "/api/v1/apps/"+app+"/users/o2", `{"blocked":true}`)
	template := w.must(201, "POST", "/api/v1/apps/"+app+"/templates", `{"title":"购买成功通知","content":"地点{{keyword1.DATA}}"}`).text("template_id")
	w.send(app, "o1", template)
	w.send(app, "o2", template)
	refusals.Count(began.Add(90*time.Second), app, muban.KindGrantSpent)
	w.clock.move(100 * time.Second)
	w.send(app, "o1", template)

	w.must(200, "GET", "/api/v1/overview?app_id="+app+"&step=1m&from="+escape("2026-11-21T10:14:00+08:00"), "").wantJSON(fmt.Sprintf(`{
		"from":"2026-11-21T02:14:00.000Z","to":"2026-11-21T02:15:40.001Z","step":"1m0s","partial":false,
		"steps":[
			{"at":"2026-11-21T02:14:00.000Z","accepted":2,"delivered":1,"refused":1,"failed":0,"refusals":{}},
			{"at":"2026-11-21T02:15:00.000Z","accepted":1,"delivered":1,"refused":0,"failed":0,"refusals":{"grant_spent":1}}
		],
		"callbacks":{"waiting":0,"failed":0},"grants_expiring":0,
		"templates":[{"app_id":%q,"template_id":%q,"title":"购买成功通知","messages":3}]}`, app, template))

	// By default it is the day until now, hour by hour; six days later the open
	// grant is about to end.
	w.must(201, "POST", "/api/v1/apps/"+app+"/grants", `{"user":"o1","kind":"form"}`)
	w.clock.move(6 * 24 * time.Hour)
	got := w.must(200, "GET", "/api/v1/overview", "").object()
	if steps := got["steps"].([]any); len(steps) != 24 || got["grants_expiring"] != 1.0 || len(got["templates"].([]any)) != 0 {
		t.Errorf("six days later: %v", got)
	}
}

func TestOverviewsThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for query, field := range map[string]string{
		"from=yesterday": "query.from", "from=2026-11-22T00:00:00Z": "query.from",
		"step=1ms": "query.step", "step=0s": "query.step", "step=1s": "query.step", "step=hour": "query.step",
		"to=1960-01-01T00:00:00Z": "query.to", "form=x": "query.form",
	} {
		got := w.call("GET", "/api/v1/overview?"+query, "")
		if p := got.wantProblem(422, "invalid_request"); len(p.Errors) != 1 || p.Errors[0].Location != field {
			t.Errorf("%s: %s", query, got.body)
		}
	}
	w.call("GET", "/api/v1/overview?app_id=nobody", "").wantProblem(404, "not_found")
}
